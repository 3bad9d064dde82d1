"""Nothing on the sitting at 16:00 moves under a finger, and what appears above leaves the field
that is being typed into in its place."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.contest.counts.sitting_room import (
    BEGUN,
    CUT_OFF,
    Open,
    RunningClock,
    Sitting,
    field,
    state,
)

pytestmark = pytest.mark.browser
PAGES = "**/organiser/**"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock(BEGUN)


def top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def is_post(route: Route) -> bool:
    return route.request.method == "POST"


def test_a_press_while_numbers_are_saved_is_not_lost(
    three: Sitting, open_as: Open, clock: RunningClock
) -> None:
    page = open_as(three.first)
    held: list[Route] = []  # what is sent goes on once the finger is down, however late that is
    page.route(PAGES, lambda route: held.append(route) if is_post(route) else route.continue_())
    field(page, "CX1002").fill("12")  # fewer than before: a line appears below it
    choose = page.locator("summary", has_text="Chỉ kèm cho một số clip")
    choose.hover()
    begun = top(choose)
    page.mouse.down()
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        held.pop().continue_()
    page.unroute(PAGES)
    page.wait_for_timeout(500)
    assert top(choose) == begun, "it moved under the finger"
    page.mouse.up()
    expect(page.locator("details[data-choose]")).to_have_attribute("open", "")
    expect(state(page, "CX1002")).to_contain_text("đã lưu")
    expect(page.locator("[id='CX1002'] .sit__marks li")).to_have_count(1)
    assert three.numbers() == {("CX1002", "reactions"): 12}


def test_the_cut_off_moves_nothing_that_is_being_typed(
    three: Sitting, open_as: Open, clock: RunningClock
) -> None:
    page = open_as(three.first)
    reason = page.locator("[data-reason-part]")
    expect(reason).to_be_hidden()
    clock.moment = CUT_OFF - timedelta(seconds=4)
    page.reload()
    typing = field(page, "CX1001", "shares")
    typing.click()
    page.keyboard.type("1")
    begun = top(typing)
    expect(reason).to_be_visible()
    expect(typing).to_be_focused()
    assert abs(top(typing) - begun) <= 1
