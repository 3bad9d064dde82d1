"""Forms of the rules, templates, a draft in a real browser: told while typing, beside the field."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from contest.models import Contest
from tests.browsing import portray, sticks_out
from tests.contest.factory import Factory
from tests.plan_reading.test_plans import REFERENCE, docx

pytestmark = pytest.mark.browser
RULES = "/c/quan11-2023/organiser/rules/sections"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def seen(page: Page, name: str) -> None:
    """Nothing is wider than the screen."""
    wide = sticks_out(page)
    assert wide <= 0, (name, wide)
    portray(page, name)


@pytest.fixture
def token(make: Factory, contest: Contest) -> str:
    return make.staff_token(make.user("organiser", contest=contest, admin=True))


def _press_while_it_is_checked(page: Page, closes: Locator) -> None:
    """What the check finds is not put above a button that is just being pressed."""
    button = page.locator("main form button[type=submit]")
    button.scroll_into_view_if_needed()
    closes.evaluate("field => { field.value = '2023-06-13T00:00' }")
    with page.expect_response("**/check"):
        closes.dispatch_event("input")
        button.hover()
        page.mouse.down()
    page.wait_for_timeout(300)
    expect(page.locator("main .field__error")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(".errors")).to_be_visible()  # it was sent, and refused


@pytest.mark.parametrize("screen", [(390, "vi"), (1280, "en")])
def test_what_is_wrong_stands_beside_its_field_while_it_is_typed(
    browser: Browser, address: str, token: str, screen: tuple[int, str]
) -> None:
    width, language = screen
    vi = language == "vi"
    context = browser.new_context(viewport={"width": width, "height": 844})
    for name, value in (("hoithi_staff", token), ("lang", language)):
        context.add_cookies([{"name": name, "value": value, "url": address}])
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}{RULES}/schedule")
    closes = page.locator("#schedule__entries_close")
    opens = page.locator("#schedule__publicity_opens")
    closes.fill("2023-06-13T00:00")
    line = page.locator(".field", has=opens).locator(".field__error")
    expect(line).to_contain_text("đang trước Hạn nhận clip" if vi else "comes before Clips until")
    expect(opens).to_have_attribute("aria-invalid", "true")
    assert line.get_attribute("id") in (opens.get_attribute("aria-describedby") or "").split()
    weekday = page.locator(".field", has=closes).locator(".field__hint").last
    expect(weekday).to_contain_text("(thứ Hai)" if vi else "(Monday)")
    expect(page.locator("[data-checked]")).to_contain_text("1 chỗ" if vi else "1 place")
    seen(page, f"live-{width}")
    closes.fill("2023-06-11T00:00")
    expect(page.locator("main .field__error")).to_have_count(0)
    expect(opens).not_to_have_attribute("aria-invalid", "true")
    _press_while_it_is_checked(page, closes)
    page.goto(f"{address}{RULES}/scoring")
    page.locator("#scoring__jury_weight").fill("50")
    expect(page.locator(".field__look")).to_contain_text("110")
    page.goto(f"{address}/setup/templates")
    page.get_by_role("radio").nth(1).check()
    seen(page, f"templates-{width}")
    page.goto(f"{address}/setup/plan")
    plan = {"name": "plan.docx", "mimeType": "application/octet-stream",
            "buffer": BytesIO(docx(REFERENCE)).getvalue()}
    page.locator("input[type=file]").set_input_files(plan)  # type: ignore[arg-type]
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".draft-row").first).to_be_visible()
    seen(page, f"plan-{width}")
    rows = page.locator(".draft-row").count()
    page.get_by_role("button", name="Thêm dòng trống" if vi else "More rows").first.click()
    expect(page.locator(".draft-row")).to_have_count(rows + 3)
    assert errors == []
