"""Counts at 16:00 in a real browser: sixty numbers by keyboard, without a network, signed out."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect
from sqlalchemy import delete

from contest.models import Contest, StaffSession, User
from contest.services.counts import official
from tests.browsing import focused
from tests.contest.counts.sitting_room import (
    ADDRESS,
    BEGUN,
    CUT_OFF,
    DROP,
    Open,
    RunningClock,
    Sitting,
    field,
    screenshot,
    state,
    type_pair,
)
from tests.contest.factory import Factory

pytestmark = pytest.mark.browser
MOST_CLICKS = 35
COUNT_WORK = """() => {
  window.work = { clicks: 0, keys: 0 };
  addEventListener("click", (event) => { if (event.isTrusted) window.work.clicks += 1; }, true);
  addEventListener("keydown", () => { window.work.keys += 1; }, true);
}"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock(BEGUN)


# ----------------------------------------------------------------------------- how much work it is


@pytest.mark.parametrize("screen", [(390, "vi"), (1280, "en")])
def test_sixty_numbers_and_their_proof_take_few_clicks_and_one_page(
    thirty: Sitting, open_as: Open, tmp_path: Path, screen: tuple[int, str]
) -> None:
    sitting, (width, language) = thirty, screen
    page = open_as(sitting.first, width=width, language=language)
    loads: list[Request] = []
    page.on("request", lambda asked: loads.append(asked) if asked.is_navigation_request() else None)
    page.evaluate(COUNT_WORK)
    field(page, "CX1000").click()
    for number in range(30):
        type_pair(page, 120 + number, 12)
    bar = page.locator("[data-progress-line]")
    expect(bar).to_contain_text({"vi": "30/30 clip · 60/60 số · còn ",
                                 "en": "30/30 clips · 60/60 numbers"}[language])
    expect(focused(page)).to_have_attribute("name", "screenshot")
    picture = screenshot(tmp_path / "man hinh.png").read_bytes()
    page.evaluate(DROP, ["man hinh.png", "image/png", list(picture)])
    expect(page.locator("[data-proof-status]")).to_contain_text("60")
    work = page.evaluate("window.work")
    print(f"\n60 numbers, {width} px: {work['clicks']} clicks, {work['keys']} keys, "
          f"{1 + len(loads)} page")
    assert work["clicks"] <= MOST_CLICKS
    assert loads == []
    stored = sitting.stored()
    assert sitting.numbers() == {
        (clip.code, name): value for number, clip in enumerate(sitting.clips)
        for name, value in (("reactions", 120 + number), ("shares", 12))
    }
    assert len(stored) == 60
    assert sitting.proofs() == {one.id: ["man hinh.png"] for one in stored}


def test_enter_leads_on_and_shift_enter_back(three: Sitting, open_as: Open) -> None:
    page = open_as(three.first)
    first = field(page, "CX1000")
    assert first.get_attribute("inputmode") == "numeric"
    first.click()
    for name in ("shares-CX1000", "reactions-CX1001", "shares-CX1001"):
        page.keyboard.press("Enter")
        expect(focused(page)).to_have_id(name)
    page.keyboard.press("Shift+Enter")
    expect(focused(page)).to_have_id("reactions-CX1001")
    assert three.stored() == []


# ---------------------------------------------------------------------------- moments and mending


def test_a_number_has_the_second_at_which_it_was_typed(
    three: Sitting, open_as: Open, clock: RunningClock
) -> None:
    asked = clock.now()
    page = open_as(three.first)
    slack = clock.now() - asked  # no better does the page know the server's clock
    field(page, "CX1000").click()
    before = clock.now()
    page.keyboard.type("130")
    after = clock.now()
    expect(state(page, "CX1000")).to_contain_text("đã lưu 15:55:", timeout=8000)  # untouched
    [one] = three.stored()
    assert before - slack <= one.taken_at <= after + slack
    assert one.taken_at < one.created_at
    assert (one.reactions, one.shares, one.source) == (130, None, "manual")


def test_a_number_typed_again_takes_the_place_of_the_one_before(
    three: Sitting, open_as: Open, contest: Contest, make: Factory
) -> None:
    page = open_as(three.first)
    field(page, "CX1000").click()
    page.keyboard.type("1300")
    page.keyboard.press("Enter")
    expect(state(page, "CX1000")).to_contain_text("đã lưu")
    expect(page.locator("[data-marks]").first).to_contain_text("Gấp 13 lần số trước (100)")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("130")
    page.keyboard.press("Enter")
    expect(page.locator("[data-marks]").first).to_be_empty()
    expect(page.locator("[data-progress-line]")).to_contain_text("0/3 clip · 1/6 số")
    expect(page.locator("[data-status]")).to_have_text("Mọi số đã được lưu trên máy chủ.")
    assert [one.reactions for one in three.stored()] == [1300, 130]
    assert three.numbers() == {("CX1000", "reactions"): 130}
    with make.platform.db.read() as session:
        found = official.official_counts(session, session.merge(contest, load=False))
    assert found[three.clips[0].id].reactions == 130
    page.reload()
    expect(field(page, "CX1000")).to_have_value("130")


def test_what_fell_or_jumped_is_said_at_once_and_stops_nobody(
    three: Sitting, open_as: Open
) -> None:
    page = open_as(three.first, language="en")
    page.context.set_offline(True)
    field(page, "CX1000").click()
    type_pair(page, 90, 1000)
    marks = page.locator("[data-marks]")
    expect(marks.nth(0)).to_contain_text("10 below the number before (100).")
    expect(marks.nth(1)).to_contain_text("100 times the number before (10).")
    page.context.set_offline(False)
    expect(state(page, "CX1000", "shares")).to_contain_text("saved")
    expect(marks.nth(1)).to_contain_text("1,000 shares, but only 90 reactions.")
    assert three.numbers() == {("CX1000", "reactions"): 90, ("CX1000", "shares"): 1000}


def test_what_is_no_count_is_not_sent(three: Sitting, open_as: Open) -> None:
    page = open_as(three.first)
    field(page, "CX1000").click()
    type_pair(page, "1,2K", "1.234")
    expect(state(page, "CX1000")).to_contain_text("Chưa phải số đếm")
    expect(state(page, "CX1000", "shares")).to_contain_text("đã lưu")
    assert three.numbers() == {("CX1000", "shares"): 1234}


# ------------------------------------------------------------------- without a network, signed out


def test_numbers_typed_without_a_network_arrive_with_their_moments_in_order(
    three: Sitting, open_as: Open, clock: RunningClock
) -> None:
    asked = clock.now()
    page = open_as(three.first)
    slack = clock.now() - asked  # no better does the page know the server's clock
    page.context.set_offline(True)
    field(page, "CX1000").click()
    typed: list[tuple[datetime, datetime]] = []
    for value in (110, 11, 120, 12):
        before = clock.now()
        page.keyboard.type(str(value))
        typed.append((before - slack, clock.now() + slack))
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
    expect(state(page, "CX1000")).to_contain_text("chưa gửi được – giữ trên máy")
    expect(page.locator("[data-status]")).to_have_text("4 số còn trên máy này, tự gửi khi có mạng.")
    assert three.stored() == []
    clock.moment = CUT_OFF + timedelta(minutes=10)  # the network is back ten minutes too late
    page.context.set_offline(False)
    expect(page.locator("[data-status]")).to_have_text("Mọi số đã được lưu trên máy chủ.")
    stored = three.stored()
    assert [one.reactions or one.shares for one in stored] == [110, 11, 120, 12]
    for one, (begin, end) in zip(stored, typed, strict=True):
        assert begin <= one.taken_at <= end
    assert [one.late_reason for one in stored] == [""] * 4  # they were read in time


def test_a_number_whose_answer_was_lost_is_stored_once(three: Sitting, open_as: Open) -> None:
    page = open_as(three.first)
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().text())
        return route.abort()

    page.route("**/numbers", lose_the_first_answer)
    field(page, "CX1000").click()
    page.keyboard.type("130")
    page.keyboard.press("Enter")
    expect(state(page, "CX1000")).to_contain_text("chưa gửi được")
    expect(state(page, "CX1000")).to_contain_text("đã lưu", timeout=8000)
    assert lost
    assert [one.reactions for one in three.stored()] == [130]


def test_numbers_outlive_the_tab(three: Sitting, open_as: Open) -> None:
    page = open_as(three.first)
    page.context.set_offline(True)
    field(page, "CX1001").click()
    type_pair(page, 130, 13)
    expect(state(page, "CX1001", "shares")).to_contain_text("giữ trên máy")
    page.close()
    context = page.context
    context.set_offline(False)
    again = context.new_page()
    again.goto(ADDRESS)
    expect(state(again, "CX1001", "shares")).to_contain_text("đã lưu")
    expect(field(again, "CX1001")).to_have_value("130")
    assert three.numbers() == {("CX1001", "reactions"): 130, ("CX1001", "shares"): 13}


def test_a_number_that_was_not_sent_can_be_taken_back(three: Sitting, open_as: Open) -> None:
    page = open_as(three.first)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    expect(state(page, "CX1000", "shares")).to_contain_text("đã lưu")
    page.context.set_offline(True)
    type_pair(page, 555, 55)
    field(page, "CX1001").fill("")
    field(page, "CX1000").fill("")
    page.keyboard.press("Enter")
    page.context.set_offline(False)
    expect(page.locator("[data-status]")).to_have_text("Mọi số đã được lưu trên máy chủ.")
    expect(field(page, "CX1000")).to_have_value("130")
    expect(state(page, "CX1000")).to_contain_text("đã lưu")
    assert ("CX1001", "reactions") not in three.numbers()
    assert three.numbers()["CX1001", "shares"] == 55


def sign_out(make: Factory) -> None:
    with make.platform.db.write() as session:
        session.execute(delete(StaffSession))


def sign_in(page: Page, address: str, make: Factory, user: User) -> None:
    """In another tab; then back to this one."""
    cookie = {"name": "hoithi_staff", "value": make.staff_token(user), "url": address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_who_is_signed_out_keeps_the_numbers_and_goes_on(
    three: Sitting, open_as: Open, make: Factory, address: str
) -> None:
    page = open_as(three.first)
    sign_out(make)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    trouble = page.locator("[data-trouble]")
    expect(trouble).to_contain_text("Phiên đăng nhập đã hết.")
    expect(trouble.get_by_role("link", name="Đăng nhập ở thẻ mới")).to_be_visible()
    expect(state(page, "CX1000", "shares")).to_contain_text("giữ trên máy")
    sign_in(page, address, make, three.first)
    expect(state(page, "CX1000", "shares")).to_contain_text("đã lưu")
    expect(trouble).to_be_hidden()
    assert three.numbers() == {("CX1000", "reactions"): 130, ("CX1000", "shares"): 13}


def test_what_one_person_typed_is_never_stored_as_anothers(
    three: Sitting, open_as: Open, make: Factory, address: str
) -> None:
    page = open_as(three.first)
    sign_in(page, address, make, three.second)
    field(page, "CX1000").click()
    type_pair(page, 130, 13)
    expect(page.locator("[data-trouble]")).to_contain_text("Trang này do người khác mở.")
    assert three.stored() == []
    sign_in(page, address, make, three.first)
    expect(state(page, "CX1000", "shares")).to_contain_text("đã lưu")
    assert {one.created_by for one in three.stored()} == {f"user:{three.first.id}"}


# ------------------------------------------------------------------------------------ after 16:00


def test_late_numbers_need_one_reason_and_a_second_organiser_who_agrees_to_all_but_one(
    three: Sitting, open_as: Open, clock: RunningClock, make: Factory, contest: Contest
) -> None:
    page = open_as(three.first, width=1280)
    clock.moment = CUT_OFF + timedelta(seconds=30)
    page.reload()
    field(page, "CX1000").click()
    for number in range(3):
        type_pair(page, 130 + number, 13)
    expect(state(page, "CX1000")).to_contain_text("chờ lý do")
    expect(page.locator("[data-status]")).to_have_text("6 số chờ lý do.")
    assert three.stored() == []
    page.locator("#late_reason").fill("Mất điện ở hội trường")
    page.locator("#late_reason").press("Enter")
    expect(state(page, "CX1000")).to_contain_text("sau giờ chốt, chờ người thứ hai")
    expect(page.locator("[data-progress-line]")).to_contain_text("6/6 số · đã qua giờ chốt")
    assert {one.late_reason for one in three.stored()} == {"Mất điện ở hội trường"}
    second = open_as(three.second)
    second.locator("[name=snapshot]").nth(1).uncheck()
    second.get_by_role("button", name="Xác nhận tất cả trừ các clip đã bỏ chọn").click()
    expect(second.locator("main")).to_contain_text("Đã xác nhận 4 số liệu sau giờ chốt.")
    with make.platform.db.read() as session:
        found = official.official_counts(session, session.merge(contest, load=False))
    reactions = [found[clip.id].reactions for clip in three.clips]
    assert reactions[1] == 101  # the number of an hour ago: the late one was excepted
