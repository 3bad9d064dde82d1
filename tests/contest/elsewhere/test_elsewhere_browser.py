"""Posts on other platforms in a real browser: nothing sticks out, every number by keyboard; and the
answers to a contest's own questions are kept on the phone with the rest of the form."""

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from contest.models import Contest, User
from tests.browsing import focused, sticks_out
from tests.contest.elsewhere.platforms import WATCH, Posted, with_platforms
from tests.contest.factory import Factory
from tests.contest.questions.asked import QUESTIONS

pytestmark = pytest.mark.browser
PASTE = """lines => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", lines.join("\\r\\n") + "\\n");
  const how = { clipboardData, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=lambda source: with_platforms(source) + QUESTIONS)


def opened(browser: Browser, address: str, width: int, name: str, token: str) -> BrowserContext:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 844})
    context.add_cookies([{"name": name, "value": token, "url": address},
                         {"name": "lang", "value": "en" if width > 400 else "vi", "url": address}])
    return context


@pytest.mark.parametrize("width", [390, 1280])
def test_numbers_are_typed_by_keyboard_and_nothing_sticks_out(
    browser: Browser, address: str, make: Factory, room: Posted, width: int
) -> None:
    contest = room.contest
    for clip in range(3):
        room.enter(clip, WATCH.format(clip))
    waiting = room.tell(room.enter(0, "https://www.tiktok.com/@doan/video/12345"), shares=4,
                        actor=room.second)
    person: User = make.user("organiser", contest=contest)
    with opened(browser, address, width, "hoithi_staff", make.staff_token(person)) as context:
        page = context.new_page()
        page.goto(f"/c/{contest.slug}/organiser/elsewhere")
        assert sticks_out(page) == 0
        fields = page.locator(".sit__input")
        fields.nth(0).focus()
        for number in ("12", "3400"):
            page.keyboard.type(number)
            page.keyboard.press("Tab")
        page.keyboard.press("Tab")  # past the link of the next post
        third = fields.nth(2).get_attribute("name")
        assert third
        expect(focused(page)).to_have_attribute("name", third)
        expect(page.locator(".sit__state--ok")).to_have_count(2)
        likes = page.locator('[data-name="likes"]')
        likes.nth(1).focus()
        page.evaluate(PASTE, ["7", "8", "9"])  # down the same field of each post, from here
        expect(page.locator(".sit__state--ok")).to_have_count(4)
        page.reload()
        assert [one.input_value() for one in likes.all()] == ["12", "7", "8"]
        expect(page.get_by_text("3.400" if width < 400 else "3,400").first).to_be_visible()
        page.locator(f'[name="count"][value="{waiting.id}"]').locator("xpath=ancestor::form").locator(
            "button").click()
        expect(page.locator('[name="count"]')).to_have_count(0)
        assert sticks_out(page) == 0
        page.goto(f"/c/{contest.slug}/clips/{room.clips[0].code}")
        expect(page.get_by_role("link", name="YouTube")).to_be_visible()
        assert sticks_out(page) == 0


def test_answers_to_questions_are_kept_on_the_phone_but_no_file(
    browser: Browser, address: str, make: Factory, contest: Contest
) -> None:
    unit = make.unit(contest)
    with opened(browser, address, 390, "hoithi_unit", make.unit_token(unit)) as context:
        page = context.new_page()
        page.goto(f"/c/{contest.slug}/unit/entries/new")
        page.locator('[name="question_school"]').fill("THPT Nguyễn Hiền")
        for value in ("Điện thoại", "Flycam"):
            page.locator(f'[name="question_media"][value="{value}"]').check()
        page.locator('[name="question_filmed"]').fill("2023-06-01")
        page.reload()
        expect(page.locator('[name="question_school"]')).to_have_value("THPT Nguyễn Hiền")
        expect(page.locator('[name="question_filmed"]')).to_have_value("2023-06-01")
        for value, on in (("Điện thoại", True), ("Máy quay", False), ("Flycam", True)):
            expect(page.locator(f'[name="question_media"][value="{value}"]')).to_be_checked(
                checked=on)
        kept = page.evaluate("JSON.stringify(localStorage)")
        assert "question_media" in kept
        assert "question_plan" not in json.dumps(kept)
