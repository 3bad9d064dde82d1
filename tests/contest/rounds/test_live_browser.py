"""The stage screen in a browser: marks fall as they are stored, a key and a phone move it, and
without a line it keeps what it has."""


import pytest
from playwright.sync_api import Browser, expect

from contest.clock import FixedClock
from contest.models import Contest
from contest.services.live import running
from tests.browsing import focused, portray, sticks_out
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.rounds.rules import live
from tests.contest.rounds.test_live import PLACE, Hall
from tests.contest.stage import COUNTED


@pytest.fixture
def hall(make: Factory, contest: Contest, clock: FixedClock) -> Hall:
    clock.moment = COUNTED
    return Hall(make, make.contest(edit=live))


def signed_in(hall: Hall) -> dict[str, str]:
    return {"name": "hoithi_staff", "value": hall.make.staff_token(hall.clerk)}


@pytest.mark.browser
def test_marks_fall_on_the_stage_and_stay_when_the_line_is_gone(
    hall: Hall, visit: Visits, browser: Browser, address: str
) -> None:
    with hall.platform.db.write() as session:
        running.arrange(session, hall.contest_now(session), [one.code for one in hall.clips],
                        actor=hall.organiser, at=COUNTED)
    with browser.new_context(viewport={"width": 1280, "height": 720}) as screen, \
            browser.new_context(viewport={"width": 390, "height": 844}) as hand:
        for context in (screen, hand):
            context.add_cookies([signed_in(hall) | {"url": address}])
        stage, table = screen.new_page(), hand.new_page()
        stage.goto(f"{address}{PLACE}/stage")
        stage.get_by_role("button", name="Bắt đầu").click()
        stage.keyboard.press("ArrowRight")
        expect(stage.locator("h1")).to_have_text("Đoàn A")
        falls = stage.locator(".falls strong")
        expect(falls).to_have_text(["…", "…", "–"])
        table.goto(f"{address}{PLACE}/{hall.clips[0].code}")
        expect(focused(table)).to_have_attribute("inputmode", "numeric")
        for criterion in hall.marks(0):  # Tab and Enter alone, as at a table
            table.keyboard.type("7" if criterion != "content" else "30")
            table.keyboard.press("Tab")
        table.keyboard.press("Enter")
        expect(table.get_by_text("đã hiện trên màn hình")).to_have_count(1)
        total = 30 + 7 * (len(hall.marks(0)) - 1)
        expect(falls).to_have_text([str(total), "…", "–"])
        hall.type_in(0, 1)
        expect(stage.locator(".slide__points")).to_contain_text("tạm xếp thứ 1")
        expect(stage.locator(".rising li")).to_have_count(1)
        assert sticks_out(table) == 0
        portray(stage, "stage"), portray(table, "table")
        shown = stage.locator("[data-slide]").inner_html()
        screen.set_offline(True)
        expect(stage.locator("[data-note]")).to_contain_text("Mất kết nối")
        stage.keyboard.press("ArrowRight")
        assert stage.locator("[data-slide]").inner_html() == shown
        hall.take_back(0, 1)
        screen.set_offline(False)
        expect(falls).to_have_text([str(total), "…", "–"])
        expect(stage.locator("[data-note]")).to_be_hidden()
