"""The search field by keyboard, and the links' copy buttons, in a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from contest.models import Contest
from tests.browsing import focused
from tests.contest.factory import Factory

pytestmark = pytest.mark.browser
DESK = "/c/quan11-2023/organiser/"
Open = Callable[[int], Page]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def open_at(browser: Browser, address: str, make: Factory, contest: Contest) -> Iterator[Open]:
    """The desk at a width, as an organiser of a contest with two units."""
    for number in (12, 2):
        make.unit(contest, f"Đoàn Phường {number}")
    token = make.staff_token(make.user("organiser", contest=contest))
    contexts = []

    def opened(width: int) -> Page:
        contexts.append(browser.new_context(
            viewport={"width": width, "height": 844}, base_url=address,
            permissions=["clipboard-read", "clipboard-write"]))
        contexts[-1].add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        page = contexts[-1].new_page()
        page.goto(DESK)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_slash_leads_to_the_field_and_enter_finds(open_at: Open) -> None:
    page = open_at(1280)
    page.keyboard.press("/")
    page.keyboard.type("phuong 2/3")  # within the field it is a letter
    expect(page.get_by_role("searchbox")).to_have_value("phuong 2/3")
    page.get_by_role("searchbox").fill("phuong 2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Tìm thấy 1 mục.")
    page.get_by_role("link", name="Đoàn Phường 2", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đoàn Phường 2")
    phone = open_at(390)
    phone.keyboard.press("/")
    expect(focused(phone)).to_contain_class("find__icon")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("searchbox")).to_be_focused()
    phone.keyboard.type("PHƯỜNG 12")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("link", name="Đoàn Phường 12", exact=True)).to_be_visible()


def test_a_link_is_copied_by_one_tap(open_at: Open) -> None:
    page = open_at(390)
    page.get_by_role("link", name="Liên kết để chia sẻ").click()
    button = page.get_by_role("button", name="Chép").first
    button.click()
    expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "http://localhost/c/quan11-2023/"
