"""A connected token's end: told before it comes, shown, and said when Facebook refuses it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from contest.clock import FixedClock
from contest.config import Settings
from contest.jobs.mail import write
from contest.jobs.worker import perform
from contest.models import Contest, Task
from contest.services.fanpage import connections, expiry
from social.simulator.process import SimulatorProcess
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.fanpage.two_pages import (
    HERE,
    SecondPage,
    Switchboard,
    both_pages,
    connected,
    mails,
    pauses,
    row_of,
    words,
)
from tests.contest.posting import Bench


@pytest.fixture
def settings(settings: Settings, simulator: SimulatorProcess, board: Switchboard) -> Settings:
    return both_pages(settings, simulator, board)


def expires(page: SimulatorProcess, **instants: datetime) -> None:
    page.control("POST", "token", {name: int(at.timestamp()) for name, at in instants.items()})


def daily(bench: Bench) -> None:
    """One day later, whatever is due is done."""
    bench.clock.moment += timedelta(days=1)
    for task in bench.due():
        perform(bench.platform, task.id)


@pytest.fixture
def told(bench: Bench, make: Factory) -> None:
    make.user("organiser", contest=bench.contest, email="mot@example.vn")
    make.user("organiser", contest=bench.contest, email="two@example.vn", language="en")
    make.user("reviewer", contest=bench.contest, email="tham@example.vn")


@pytest.mark.usefixtures("told")
def test_the_organisers_are_told_14_7_3_and_1_days_before_once_each(
    bench: Bench, other: SecondPage, clock: FixedClock
) -> None:
    begun = clock.moment
    expires(other, expires_at=begun + timedelta(days=60),
            data_access_expires_at=begun + timedelta(days=20))
    connected(bench, other)
    told = []
    for _ in range(24):
        before = len(mails(bench.platform, "page_expiring"))
        daily(bench)
        if len(mails(bench.platform, "page_expiring")) > before:
            told.append(20 - (clock.moment - begun).days)
    assert told == [14, 7, 3, 1]
    sent = mails(bench.platform, "page_expiring")
    assert [mail.to for mail in sent] == ["mot@example.vn", "two@example.vn"] * 4
    first, second = write(bench.platform, sent[0]), write(bench.platform, sent[1])
    assert "Mã truy cập Fanpage sắp hết hạn" in first.subject
    assert "“Trang thứ hai” hết hạn lúc 09g00 ngày 25/6/2023" in first.text
    assert "expires at 09:00 on 25 June 2023" in second.text
    assert "/c/quan11-2023/organiser/page-check" in first.html


@pytest.mark.usefixtures("told")
def test_days_passed_by_are_left_out_and_a_new_token_is_told_anew(
    bench: Bench, other: SecondPage, clock: FixedClock
) -> None:
    expires(other, expires_at=clock.moment + timedelta(days=6))
    connected(bench, other)
    daily(bench)
    assert len(mails(bench.platform, "page_expiring")) == 2  # a week before, and not 14 days too
    expires(other, expires_at=clock.moment + timedelta(days=10))
    connected(bench, other)
    daily(bench)
    assert len(mails(bench.platform, "page_expiring")) == 4


def test_the_desk_and_the_screen_show_what_comes(
    bench: Bench, visit: Visits, other: SecondPage, clock: FixedClock
) -> None:
    expires(other, expires_at=clock.moment + timedelta(days=15))
    connected(bench, other)
    desk = "/c/quan11-2023/organiser/"
    assert "hết hạn" not in words(visit.role("organiser").get(desk))
    clock.moment += timedelta(days=2)
    assert "Mã truy cập Fanpage hết hạn lúc 09g00 ngày 20/6/2023" in words(
        visit.role("organiser").get(desk))
    assert "Hãy lấy mã mới và thay ở dưới trước ngày ấy" in words(visit.role("organiser").get(HERE))
    clock.moment += timedelta(days=20)
    assert "Mã truy cập đã hết hạn lúc 09g00 ngày 20/6/2023" in words(
        visit.role("organiser").get(HERE))


@pytest.mark.usefixtures("told")
def test_a_refused_token_that_had_ended_says_so(
    bench: Bench, other: SecondPage, clock: FixedClock
) -> None:
    expires(other, expires_at=clock.moment + timedelta(days=2))
    connected(bench, other)
    bench.approved()
    other.fault("start", "expired_token", times=9)
    bench.at_release()
    bench.work(lambda: False, jumps=2)
    first, second = (write(bench.platform, mail) for mail in mails(bench.platform, "page_paused"))
    assert "Mã truy cập đã hết hạn lúc 09g00 ngày 7/6/2023." in first.text
    assert "The token expired at 09:00 on 7 June 2023." in second.text


@pytest.mark.usefixtures("told")
def test_a_token_that_meta_withdrew_is_told_the_next_day(
    bench: Bench, other: SecondPage, clock: FixedClock
) -> None:
    connected(bench, other)
    other.control("POST", "token", {"is_valid": False})
    daily(bench)
    daily(bench)
    assert [pause.kind for pause in pauses(bench.platform)] == ["credential"]
    assert len(mails(bench.platform, "page_paused")) == 2


def test_watching_ends_with_the_connection_and_begins_again(
    bench: Bench, make: Factory, other: SecondPage
) -> None:
    organiser = make.actor(make.user("organiser", contest=bench.contest))
    for state in ("done", "pending"):
        connected(bench, other)
        if state == "done":
            with bench.platform.db.write() as session:
                contest = session.get_one(Contest, bench.contest.id)
                connections.disconnect(session, contest, actor=organiser, at=bench.clock.now())
        daily(bench)
        with bench.platform.db.read() as session:
            [task] = session.scalars(select(Task).where(Task.kind == expiry.KIND))
        assert task.state == state


def test_an_instant_that_meta_does_not_name_is_none(bench: Bench, other: SecondPage) -> None:
    expires(other, expires_at=datetime.fromtimestamp(0, UTC))
    connected(bench, other)
    row = row_of(bench.platform)
    assert row is not None
    assert (row.expires_at, row.data_access_expires_at, row.warned_days) == (None, None, None)
