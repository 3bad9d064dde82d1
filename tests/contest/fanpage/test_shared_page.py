"""The installation's own Page: its token's end is watched, shown and told like a connected one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.config import Settings
from contest.jobs import page_watch, relay
from contest.jobs.mail import write
from contest.models import SharedPage, Task
from contest.services.core import profiles
from contest.services.fanpage import shared_page
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from tests.contest.conftest import Visits
from tests.contest.factory import QUAN11
from tests.contest.fanpage.test_page_expiry import daily, expires, told
from tests.contest.fanpage.two_pages import (
    HERE,
    SecondPage,
    Switchboard,
    both_pages,
    connected,
    mails,
    pauses,
    words,
)
from tests.contest.posting import Bench, on_page

__all__ = ["told"]
DESK = "/c/quan11-2023/organiser/"


@pytest.fixture
def settings(settings: Settings, simulator: SimulatorProcess) -> Settings:
    return on_page(settings, simulator)


@pytest.fixture
def page(bench: Bench, simulator: SimulatorProcess) -> SimulatorProcess:
    """The installation's Page, whose token ends in twenty days."""
    expires(simulator, expires_at=bench.clock.moment + timedelta(days=20))
    return simulator


def start(bench: Bench) -> None:
    """The platform is started: the relay begins, and what is due then is done."""
    page_watch.begin(bench.platform)
    bench.clock.moment -= timedelta(days=1)
    daily(bench)


def rows(platform: Platform) -> list[SharedPage]:
    with platform.db.read() as session:
        return list(session.scalars(select(SharedPage)))


@pytest.mark.usefixtures("told")
def test_the_organisers_are_told_14_7_3_and_1_days_before_once_each(
    bench: Bench, page: SimulatorProcess, clock: FixedClock
) -> None:
    begun, told_at = clock.moment, []
    start(bench)
    for _ in range(24):
        before = len(mails(bench.platform, "page_expiring"))
        daily(bench)
        if len(mails(bench.platform, "page_expiring")) > before:
            told_at.append(20 - (clock.moment - begun).days)
    assert told_at == [14, 7, 3, 1]
    sent = mails(bench.platform, "page_expiring")
    assert [mail.to for mail in sent] == ["mot@example.vn", "two@example.vn"] * 4
    first, second = (write(bench.platform, mail) for mail in sent[:2])
    assert "hết hạn lúc 09g00 ngày 25/6/2023" in first.text
    assert "người vận hành máy chủ thay HOITHI_PAGE_TOKEN" in first.text
    assert "expires at 09:00 on 25 June 2023" in second.text
    assert "replace HOITHI_PAGE_TOKEN" in second.html


def test_the_desk_and_the_screen_show_what_comes(
    bench: Bench, visit: Visits, page: SimulatorProcess, clock: FixedClock
) -> None:
    assert "Hỏi Facebook lần cuối" not in words(visit.role("organiser").get(HERE))
    start(bench)
    assert "hết hạn lúc" not in words(visit.role("organiser").get(DESK))
    assert "Hạn của mã 09g00 ngày 25/6/2023" in words(visit.role("organiser").get(HERE))
    clock.moment += timedelta(days=7)
    assert "Mã truy cập Fanpage hết hạn lúc 09g00 ngày 25/6/2023" in words(
        visit.role("organiser").get(DESK))
    shown = words(visit.role("organiser").get(HERE))
    assert "Mã truy cập hết hạn lúc 09g00 ngày 25/6/2023" in shown
    assert "hãy nhờ người vận hành thay HOITHI_PAGE_TOKEN" in shown
    clock.moment += timedelta(days=20)
    english = words(visit.role("organiser").english().get(HERE))
    assert "The token expired at 09:00 on 25 June 2023" in english


@pytest.mark.usefixtures("told")
def test_a_new_token_is_seen_at_the_next_start_and_told_anew(
    bench: Bench, page: SimulatorProcess, clock: FixedClock
) -> None:
    expires(page, expires_at=clock.moment + timedelta(days=6))
    start(bench)
    assert len(mails(bench.platform, "page_expiring")) == 2
    expires(page, expires_at=clock.moment + timedelta(days=10))
    start(bench)
    assert len(mails(bench.platform, "page_expiring")) == 4
    start(bench)
    assert len(mails(bench.platform, "page_expiring")) == 4
    [row] = rows(bench.platform)
    assert (row.page_id, row.warned_days) == (page.page_id, 14)


@pytest.mark.usefixtures("told")
def test_a_token_that_meta_withdrew_pauses_the_contests_that_use_it(
    bench: Bench, page: SimulatorProcess
) -> None:
    start(bench)
    page.control("POST", "token", {"is_valid": False})
    daily(bench)
    daily(bench)
    assert [pause.kind for pause in pauses(bench.platform)] == ["credential"]
    assert len(mails(bench.platform, "page_paused")) == 2


@pytest.mark.usefixtures("told")
def test_a_contest_that_is_over_or_has_rules_of_another_page_is_left_alone(
    bench: Bench, page: SimulatorProcess, clock: FixedClock
) -> None:
    start(bench)
    [row] = rows(bench.platform)
    with bench.platform.db.read() as session:
        assert len(shared_page.users(session, row, at=clock.moment)) == 1
        after = datetime.fromisoformat("2023-07-01T09:00:00+07:00")
        assert shared_page.users(session, row, at=after) == []
    with bench.platform.db.write() as session:
        other = QUAN11.read_text("utf-8").replace(
            "page_url", 'page_id = "999999999999"\npage_url', 1
        )
        profiles.import_profile(
            session, other, actor=SYSTEM, at=clock.moment, reason="Trang khác"
        )
    expires(page, expires_at=clock.moment + timedelta(days=5))
    daily(bench)
    assert mails(bench.platform, "page_expiring") == []


def test_the_relay_begins_it_once_and_without_a_page_nothing_is_watched(
    bench: Bench, page: SimulatorProcess
) -> None:
    bare = replace(bench.platform, settings=replace(bench.platform.settings, page_id=""))
    page_watch.begin(bare)
    watched = select(Task).where(Task.kind == shared_page.KIND)
    with bench.platform.db.read() as session:
        assert session.scalars(watched).all() == []
    turns = iter([False, True])
    relay.run(bench.platform, lambda: next(turns))
    page_watch.begin(bench.platform)
    with bench.platform.db.read() as session:
        [task] = session.scalars(watched)
    page_watch.run_shared(bare, task.row_id, lambda: None)  # ends: nothing to come back for
    assert rows(bench.platform) == []


class TestWithAConnection:
    @pytest.fixture
    def settings(
        self, settings: Settings, simulator: SimulatorProcess, board: Switchboard
    ) -> Settings:
        return both_pages(settings, simulator, board)

    @pytest.mark.usefixtures("told")
    def test_a_contest_with_a_page_of_its_own_hears_nothing_of_the_installations(
        self, bench: Bench, page: SimulatorProcess, other: SecondPage, clock: FixedClock
    ) -> None:
        expires(page, expires_at=clock.moment + timedelta(days=2))
        connected(bench, other)
        start(bench)
        assert mails(bench.platform, "page_expiring") == []
        assert [row.page_id for row in rows(bench.platform)] == [page.page_id]
