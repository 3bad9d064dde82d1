"""The screens of what is sent and told, in a real browser: seen live, shared by one tap."""


import pytest
from playwright.sync_api import Browser, Page, expect

from contest.models import Contest
from tests.browsing import portray, sticks_out
from tests.contest.factory import Factory
from tests.contest.messages.test_planned import planning

pytestmark = pytest.mark.browser
ROOM = "/c/quan11-2023/organiser/messages"
SHARED = """
window.shared = [];
navigator.share = async (what) => { window.shared.push(what.text); };
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def contest(make: Factory) -> Contest:
    found = make.contest(edit=planning('uploads = ["3d", "6h"]\nfixing = ["1d"]\nmarking = ["2d"]'))
    silent = {"contact_email": "", "contact_phone": "0903 111 222", "contact_name": "Anh Ba"}
    make.unit(found, "Đoàn Phường 3", **silent)
    make.unit(found, "Đoàn Phường 5", **silent)
    make.submission(make.unit(found, "Đoàn Phường 8"), "needs_fix", code="CXABC234")
    return found


@pytest.fixture
def token(make: Factory, contest: Contest) -> str:
    """An organiser's cookie."""
    return make.staff_token(make.user("organiser", contest=contest, name="Lê Tổ Chức"))


@pytest.mark.parametrize("screen", [(390, "vi"), (1280, "en")])
def test_words_are_seen_while_they_are_written_and_handed_on_by_one_tap(
    browser: Browser, address: str, token: str, screen: tuple[int, str]
) -> None:
    width, language = screen
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.add_init_script(SHARED)
    for name, value in (("hoithi_staff", token), ("lang", language)):
        context.add_cookies([{"name": name, "value": value, "url": address}])
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in ("", "/letters"):
        page.goto(f"{address}{ROOM}{path}")
        seen(page, f"{path.strip('/') or 'planned'}-{width}")
    written_live(page, address)
    seen(page, f"letter-{width}")
    handed_on(page, address)
    seen(page, f"chat-{width}")
    page.goto(f"{address}/account/push")
    expect(page.locator("[data-push] p:visible").first).to_be_visible()
    seen(page, f"push-{width}")
    assert errors == []
    context.close()


def seen(page: Page, name: str) -> None:
    """Nothing sticks out."""
    portray(page, name)
    assert sticks_out(page) <= 0


def written_live(page: Page, address: str) -> None:
    page.goto(f"{address}{ROOM}/letters/findings/vi")
    page.locator("textarea").fill("Mời {unit} sửa clip {code}.\n\n{findings}\n\n{next_step}")
    expect(page.locator("#preview .letter")).to_contain_text(
        "Mời Đoàn Phường 8 sửa clip CXABC234.")
    page.locator("textarea").fill("Mời {ten} sửa. {findings} {next_step}")
    expect(page.locator("#preview .errors")).to_contain_text("{ten}")
    page.locator("textarea").fill("Mời {unit} sửa nhé.\n\n{findings}\n\n{next_step}")
    expect(page.locator("#preview .letter")).to_contain_text("sửa nhé.")


def handed_on(page: Page, address: str) -> None:
    page.goto(f"{address}{ROOM}/chat/missing")
    page.locator(".notice button").click()
    card = page.locator("li.card", has_text="Đoàn Phường 3")
    card.locator("[data-share]").click()
    [text] = page.evaluate("window.shared")
    assert "/u?next=/c/quan11-2023/unit#" in text
    card.locator("[data-copy]").click()
    expect(card.locator("[data-copy]")).to_have_text(
        card.locator("[data-copy]").get_attribute("data-done") or "")
    card.locator("form button").click()
    expect(page.locator("li.card")).to_have_count(1)
