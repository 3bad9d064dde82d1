"""A juror without a line: clips marked one after the other wait on the device and are sent in
order; the next clips' pages open; what was changed elsewhere is shown and never written over. And
how many taps a clip takes."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from contest.clock import FixedClock
from contest.models import Ballot, Contest, Submission, User
from contest.services.jury import ballot_lists, ballots
from tests import browsing
from tests.browsing import sticks_out
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.jury.test_jury_room import ROOM, SCRIPT, TIME, rubric

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.browser
MOST_TAPS = 5
KEPT = """async () => {
  for (const name of await caches.keys()) {
    const kept = await caches.open(name);
    const found = (await kept.keys()).map((one) => new URL(one.url).pathname);
    if (name.startsWith("hoithi-jury:")) return found.filter((p) => !p.startsWith("/static/"));
  }
  return [];
}"""
COUNT_TAPS = "window.taps = 0; addEventListener('click', () => taps++, true)"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


@pytest.fixture
def entries(make: Factory, contest: Contest, clock: FixedClock) -> list[Submission]:
    clock.moment = TIME
    return [
        make.submission(make.unit(contest, f"Đoàn phường {n}"), "published", title=f"Clip số {n}")
        for n in range(4)
    ]


@pytest.fixture
def juror(make: Factory, contest: Contest) -> User:
    return make.user("juror", contest=contest)


class Line:
    """Whether the browsers' line is there: what a page sends while it is left gets through
    Chromium's own "offline"."""

    def __init__(self, app: Flask) -> None:
        self.there, self.inner = True, app.wsgi_app

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if self.there or "Mozilla" not in environ.get("HTTP_USER_AGENT", ""):
            return self.inner(environ, start)
        start("503 Service Unavailable", [])
        return []


@pytest.fixture
def line(app: Flask) -> Line:
    app.wsgi_app = line = Line(app)  # type: ignore[method-assign]
    return line


@pytest.fixture
def context(
    browser: Browser, address: str, make: Factory, juror: User, entries: list[Submission]
) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 390, "height": 844}, base_url=address) as opened:
        opened.add_cookies(
            [{"name": "hoithi_staff", "value": make.staff_token(juror), "url": address}])
        yield opened


def in_order(make: Factory, contest: Contest, juror: User) -> list[str]:
    """The codes of the clips in this juror's own order."""
    with make.platform.db.read() as session:
        found = ballot_lists.following(session, contest, actor=make.actor(juror))
        return [submission.code for submission in found]


def stored(make: Factory) -> dict[str, dict[str, int]]:
    with make.platform.db.read() as session:
        found = session.scalars(select(Ballot).order_by(Ballot.updated_at, Ballot.id))
        return {ballot.submission.code: dict(ballots.marks_of(ballot)) for ballot in found}


def keep_pages(page: Page, codes: list[str]) -> None:
    """Opens the first clip and waits until the next ones' pages are on the device."""
    page.goto(ROOM + codes[0])
    page.evaluate("async () => void (await navigator.serviceWorker.ready)")
    wanted = {ROOM, *(ROOM + code for code in codes[:4])}
    wait_for(page, lambda kept: wanted <= kept)


def wait_for(page: Page, holds: Callable[[set[str]], bool]) -> None:
    """Until it holds of the pages that are kept on the device."""
    for _ in range(100):
        if holds(set(page.evaluate(KEPT))):
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate(KEPT))


def mark(page: Page, value: int) -> None:
    box = page.locator("[name=mark-content]")
    box.fill(str(value))
    box.blur()
    expect(page.locator("[data-saved]")).to_contain_text("Mất mạng")


def test_clips_marked_without_a_line_are_sent_in_order_and_no_conflict_is_written_over(
    context: BrowserContext, line: Line, make: Factory, contest: Contest, juror: User,
    *, visit: Visits,
) -> None:
    page, codes = context.new_page(), in_order(make, contest, juror)
    keep_pages(page, codes)
    context.set_offline(True)
    line.there = False
    for number, code in enumerate(codes[:3]):
        page.goto(ROOM + code)  # from the device: title, unit, rubric
        expect(page.locator("h1")).to_contain_text("Clip số")
        expect(page.locator(".page-head")).to_contain_text("Đoàn phường")
        mark(page, 10 + number)
        expect(page.locator("[data-total]")).to_contain_text(f"Tạm tính {10 + number} / 100 điểm")
    waiting = page.locator("[data-queue]")
    expect(waiting).to_contain_text("2 phiếu còn trên máy này")
    page.goto(ROOM)
    expect(waiting).to_contain_text("3 phiếu còn trên máy này")
    other = visit.user(juror)  # the same juror on another device, meanwhile
    elsewhere = {"version": "0", "mark-content": "25"}
    assert other.post(ROOM + codes[1], data=elsewhere, headers=SCRIPT).status_code == 200

    line.there = True
    context.set_offline(False)
    expect(waiting).to_contain_text("1 phiếu còn trên máy này")
    expect(waiting).to_contain_text("đã được sửa ở nơi khác")
    assert list(stored(make).items()) == [
        (codes[1], {"content": 25}), (codes[0], {"content": 10}), (codes[2], {"content": 12})]

    waiting.get_by_role("link").click()
    shown = page.locator("[data-conflict]")
    expect(shown).to_contain_text("Nội dung, ý nghĩa: trên máy này 11, trên máy chủ 25")
    expect(page.locator("[name=mark-content]")).to_be_disabled()
    expect(page.locator("[name=mark-content]")).to_have_value("25")
    shown.get_by_role("button", name="Dùng điểm trên máy này").click()
    expect(page.locator("[data-saved]")).to_contain_text("Đã lưu")
    assert stored(make)[codes[1]] == {"content": 11}
    browsing.wait_for(page, "localStorage.length === 0")


def test_signing_out_takes_the_kept_pages_from_the_device(
    context: BrowserContext, make: Factory, contest: Contest, juror: User
) -> None:
    page = context.new_page()
    keep_pages(page, in_order(make, contest, juror))
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    wait_for(page, lambda kept: not kept)


def test_a_clip_takes_at_most_five_taps(
    context: BrowserContext, make: Factory, contest: Contest, juror: User,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page, codes = context.new_page(), in_order(make, contest, juror)
    page.add_init_script(COUNT_TAPS)
    page.goto(ROOM + codes[0])
    names = list(rubric(contest))
    page.locator(f"[name={names[0]}]").click()
    for value in rubric(contest).values():
        page.keyboard.type(str(value))
        page.keyboard.press("Enter")
    expect(page.locator("[data-total]")).to_have_text("Tổng 100 / 100 điểm")
    button = page.get_by_role("button", name="Nộp phiếu")
    taps = page.evaluate("taps") + 1
    button.click()
    page.wait_for_url(f"**{ROOM}{codes[1]}")  # the next clip, without a tap of its own
    with capsys.disabled():
        print(f"\njuror: {taps} taps a clip (at most {MOST_TAPS})")
    assert taps <= MOST_TAPS
    page.locator("[data-last]").click()  # and one tap leads back
    page.wait_for_url(f"**{ROOM}{codes[0]}")


def test_two_clips_are_compared_by_dragging_and_by_keys_and_changed_there(
    context: BrowserContext, make: Factory, contest: Contest, juror: User
) -> None:
    codes = in_order(make, contest, juror)
    with make.platform.db.read() as session:
        clips = {code: ballots.find(session, contest, code, actor=make.actor(juror))
                 for code in codes}
    for code, content in zip(codes, (30, 40), strict=False):
        marks = {name.removeprefix("mark-"): 0 for name in rubric(contest)} | {"content": content}
        make.ballot(clips[code], juror, marks, state="open")
    page = context.new_page()
    page.goto(f"{ROOM}own")
    page.locator(f"[data-clip={codes[0]}]").drag_to(page.locator(f"[data-clip={codes[1]}]"))
    page.wait_for_url("**/own/compare?**")
    page.go_back()
    for box in page.locator("[name=clip]").all():
        box.focus()
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/own/compare?**")
    for code in codes[:2]:
        side = page.locator(f"[aria-labelledby^={code}]")
        box = side.locator("[name=mark-content]")
        box.fill("35")
        box.blur()
        expect(side.locator("[data-saved]")).to_contain_text("Đã lưu")
        expect(side.locator("[data-total]")).to_have_text("Tổng 35 / 100 điểm")
        note = side.locator("textarea")
        note.fill("So với clip kia")
        note.blur()
    expect(page.locator("[data-saved]").first).to_contain_text("Đã lưu")
    assert sticks_out(page) <= 0
    assert {code: found["content"] for code, found in stored(make).items()} == dict.fromkeys(
        codes[:2], 35)
