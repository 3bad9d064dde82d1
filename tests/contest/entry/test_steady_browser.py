"""The unit's form keeps what is typed, and nothing below moves for it; a press while the page
brings itself up to date is not lost."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from contest.models import Contest, Submission
from tests.browsing import moved_by_scripts
from tests.contest.factory import Factory

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def test_no_button_of_a_unit_moves_while_something_is_kept_or_fetched(
    browser: Browser, address: str, make: Factory, contest: Contest
) -> None:
    unit = make.unit(contest)
    submission = make.submission(unit, "checking")
    with browser.new_context(base_url=address, viewport={"width": 390, "height": 844}) as context:
        token = make.unit_token(unit)
        context.add_cookies([{"name": "hoithi_unit", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"/c/{contest.slug}/unit/entries/new")
        clear = page.get_by_role("button", name="Xoá phần giữ trên máy")
        expect(page.get_by_text("Phần đang viết được giữ")).to_be_visible()
        expect(clear).to_be_hidden()  # there is nothing to clear, but its room is kept
        authors = page.get_by_label("Tác giả hoặc nhóm tác giả")
        begun = top(authors)
        page.get_by_label("Tên clip").press_sequentially("Ngõ nhỏ")
        expect(clear).to_be_visible()
        assert top(authors) == begun
        clear.click()
        expect(clear).to_be_hidden()
        assert top(authors) == begun

        page.goto(f"/c/{contest.slug}/unit/entries/{submission.code}")
        status, link = page.locator("#status"), page.locator("a.back")
        before = status.inner_text()
        link.hover()
        page.mouse.down()
        with make.platform.db.write() as session:
            session.get_one(Submission, submission.id).state = "in_review"
        expect(status).not_to_have_text(before, timeout=20_000, use_inner_text=True)
        page.mouse.up()
        page.wait_for_url(f"**/c/{contest.slug}/unit")


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_whose_script_changes_them_stand_still_while_they_load(
    browser: Browser, address: str, make: Factory, contest: Contest, width: int
) -> None:
    unit, person = make.unit(contest), make.user("organiser", contest=contest)
    code = make.submission(unit, "uploading").code
    with browser.new_context(
        base_url=address, viewport={"width": width, "height": 844}
    ) as context:
        context.add_cookies([
            {"name": "hoithi_unit", "value": make.unit_token(unit), "url": address},
            {"name": "hoithi_staff", "value": make.staff_token(person), "url": address}])
        page = context.new_page()
        for path in (f"unit/entries/{code}/send", "unit/entries/new",
                     "organiser/messages/letters", "organiser/messages/letters/findings/vi"):
            assert moved_by_scripts(page, f"/c/{contest.slug}/{path}") == [], path
