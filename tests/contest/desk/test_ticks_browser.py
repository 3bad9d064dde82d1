"""One tick takes every row of a page of the desk's tables, and says how many are ticked."""

import pytest
from playwright.sync_api import Browser, expect

from contest.models import Contest
from tests.browsing import sticks_out
from tests.contest.factory import Factory

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def test_one_tick_takes_the_page_and_goes_with_the_rows(
    browser: Browser, address: str, make: Factory, contest: Contest
) -> None:
    codes = [make.submission(make.unit(contest), "in_review").code for _ in range(3)]
    token = make.staff_token(make.user("organiser", contest=contest))
    with browser.new_context(base_url=address, viewport={"width": 390, "height": 844}) as context:
        context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"/c/{contest.slug}/organiser/entries")
        whole = page.get_by_label("Đánh dấu cả trang này (0/3 dòng)")
        whole.check()
        rows = page.locator("input[name=row]")
        expect(page.locator("input[name=row]:checked")).to_have_count(3)
        rows.first.uncheck()
        part = page.get_by_label("Đánh dấu cả trang này (2/3 dòng)")
        expect(part).not_to_be_checked()
        assert part.evaluate("box => box.indeterminate") is True
        part.check()
        assert sticks_out(page) <= 0
        page.get_by_label("Làm gì với các dòng đã đánh dấu").select_option("disqualify")
        page.get_by_role("button", name="Xem trước…").click()
        for code in codes:
            expect(page.locator("main")).to_contain_text(code)
        expect(page.locator("input[type=hidden][name=row]")).to_have_count(3)
