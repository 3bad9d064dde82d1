"""Leases are ended by one clock, the database's, and never by a machine's own."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from contest.clock import SystemClock
from contest.jobs import lease_owners, relay, worker
from contest.models import Task
from contest.services.core import outbox
from contest.wiring import Platform
from tests.contest.core.test_jobs import Works, queued, task, wish

ELSEWHERE = "0ab1c2.77.ff."


@pytest.fixture
def clock_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's clock, not the database's, is ten minutes ahead."""
    monkeypatch.setattr(
        SystemClock, "now", lambda _: datetime.now(UTC) + timedelta(minutes=10)
    )


@pytest.fixture
def another() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def leased(platform: Platform, owner: str) -> int:
    row = wish(platform, "test.note")
    with platform.db.write() as session:
        assert outbox.claim(session, row, wall=outbox.database_time(session), owner=owner)
    return row


def test_a_machine_whose_clock_is_ahead_takes_no_lease_from_another(
    platform: Platform, works: Works, clock_ahead: None
) -> None:
    row = leased(platform, ELSEWHERE)
    assert relay.relay_once(platform) == 0
    worker.perform(platform, row)
    assert (task(platform, row).attempts, works.file.exists()) == (1, False)


def test_a_lease_that_ran_out_by_the_databases_clock_is_taken_over(
    platform: Platform, works: Works
) -> None:
    row = leased(platform, ELSEWHERE)
    run_out(platform, row)
    assert relay.relay_once(platform) == 1
    assert queued(platform) == [f"task-{row}-1"]
    worker.perform(platform, row)
    assert (task(platform, row).state, works.file.read_text()) == ("done", "5\n")


def test_a_clock_that_jumps_takes_no_lease_from_who_works_on_this_machine(
    platform: Platform, works: Works, another: "subprocess.Popen[bytes]"
) -> None:
    row = leased(platform, lease_owners.lease_owner(another.pid))
    run_out(platform, row)  # as after a jump of the database's own clock
    worker.perform(platform, row)
    assert (task(platform, row).attempts, works.file.exists()) == (1, False)
    another.kill()
    another.wait()
    worker.perform(platform, row)
    assert (task(platform, row).state, works.file.read_text()) == ("done", "5\n")


def run_out(platform: Platform, row: int) -> None:
    with platform.db.write() as session:
        past = outbox.database_time(session) - timedelta(seconds=1)
        session.execute(update(Task).where(Task.id == row).values(lease_until=past))
