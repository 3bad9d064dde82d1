"""Clips are shared out in a browser, on a phone and on a desk's screen."""

import pytest
from playwright.sync_api import Browser, expect

from contest.clock import FixedClock
from tests.browsing import sticks_out
from tests.contest.factory import Factory
from tests.contest.jury.test_assigning import MARKING, Room

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def test_a_preview_is_looked_at_and_done(
    browser: Browser, address: str, make: Factory, clock: FixedClock
) -> None:
    clock.moment = MARKING
    room = Room(make)
    token = make.staff_token(make.user("organiser", contest=room.contest))
    with browser.new_context(viewport={"width": 390, "height": 800}, base_url=address) as context:
        context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        page = context.new_page()
        page.goto("/c/quan11-2023/organiser/jury/")
        page.get_by_role("link", name="Phân công chấm").click()
        page.get_by_label("Mã bốc thăm").fill("hạt giống")
        page.get_by_role("button", name="Xem trước").click()
        expect(page.locator("main")).to_contain_text("Giao thêm 12 lượt chấm.")
        assert sticks_out(page) == 0
        page.get_by_role("button", name="Phân công như trên").click()
        expect(page.locator("main")).to_contain_text("mã bốc thăm hạt giống")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert sticks_out(page) == 0
    assert {len(codes) for codes in room.given().values()} == {2}
