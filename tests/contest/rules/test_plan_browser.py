"""From the plan's file to the contest in a real browser, on a phone, with and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import sticks_out
from tests.contest.factory import Factory
from tests.plan_reading.test_plans import REFERENCE, docx

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(
    request: pytest.FixtureRequest, browser: Browser, address: str, make: Factory
) -> Iterator[Page]:
    """An administrator's phone, with and without scripts."""
    context = browser.new_context(
        base_url=address, viewport=PHONE, java_script_enabled=request.param
    )
    token = make.staff_token(make.user(admin=True))
    context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
    yield context.new_page()
    context.close()


def test_five_taps_and_one_field_lead_from_the_plan_to_the_contest(
    page: Page, address: str, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.docx"
    plan.write_bytes(docx(REFERENCE))
    page.goto("/setup")
    page.get_by_role("link", name="Đọc thể lệ từ kế hoạch").click()
    page.get_by_label("Tệp kế hoạch").set_input_files(plan)
    page.get_by_role("button", name="Đọc kế hoạch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bản nháp thể lệ")
    _fits(page)
    page.get_by_label("Địa chỉ Fanpage").fill("https://www.facebook.com/quandoan11")
    page.get_by_role("button", name="Lập thể lệ").click()
    expect(page.get_by_text("mục của kế hoạch đã vào thể lệ")).to_be_visible()
    _fits(page)
    page.get_by_role("button", name="Tạo hội thi").click()
    expect(page).to_have_url(f"{address}/c/quan-doan-11-2023/organiser/")


def _fits(page: Page) -> None:
    wide = sticks_out(page)
    assert wide <= 0
