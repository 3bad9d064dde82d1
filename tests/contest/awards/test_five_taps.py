"""From "all marks are in" to the published result on a phone: counted and printed."""

import pytest
from playwright.sync_api import Browser, expect

from contest.clock import FixedClock
from contest.models import Contest
from contest.wiring import Platform
from tests.contest.desk.test_forty_taps import Thumb
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage

pytestmark = pytest.mark.browser
MOST_TAPS = 5
HOME = "/c/quan11-2023/organiser"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    return made


def test_five_taps_from_the_last_mark_to_the_published_result(
    browser: Browser, address: str, stage: Stage
) -> None:
    make, contest = stage.make, stage.contest
    token = make.staff_token(make.user("organiser", contest=contest))
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=address
    ) as context:
        context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{HOME}/")
        thumb = Thumb(page)
        thumb.button("Tính kết quả")
        thumb.tap(page.get_by_text("Chốt bản 1…"))
        thumb.button("Chốt kết quả")
        thumb.tap(page.get_by_text("Công bố bản 1…"))
        thumb.button("Công bố kết quả")
        expect(page.locator("main")).to_contain_text("Đã công bố kết quả.")
        print(f"\nFrom the last mark to the published result: {len(thumb.taps)} taps, "
              f"{len(thumb.fields)} fields\n  taps: {' · '.join(thumb.taps)}")
        assert len(thumb.taps) <= MOST_TAPS
        page.goto("/c/quan11-2023/results")
        expect(page.locator("main")).to_contain_text(stage.units[2].name)
