"""Outbox rows: done once, tried again, never forgotten."""

import threading
from datetime import UTC, datetime, timedelta

from contest.db import Database
from contest.models import Task
from contest.services.core import outbox

NOW = datetime(2023, 6, 12, 1, tzinfo=UTC)
WALL = datetime(2026, 1, 1, tzinfo=UTC)


def add(database: Database, **values: object) -> int:
    with database.write() as session:
        return outbox.enqueue(session, "check.quick", 5, at=NOW, **values).id  # type: ignore[arg-type]


def claim(database: Database, task_id: int, wall: datetime = WALL) -> str | None:
    with database.write() as session:
        return outbox.claim(session, task_id, wall=wall)


def due(database: Database, at: datetime = NOW, wall: datetime = WALL) -> list[int]:
    with database.read() as session:
        return [task.id for task in outbox.due(session, at=at, wall=wall)]


def state(database: Database, task_id: int) -> Task:
    with database.read() as session:
        return session.get_one(Task, task_id)


def test_the_same_wish_twice_is_one_row(database: Database) -> None:
    assert add(database) == add(database)
    assert add(database) != add(database, key="another")


def test_moments_of_a_row_are_enqueued_together_and_once_each(database: Database) -> None:
    known = add(database, key="first", due_at=NOW)
    later = {"first": NOW + timedelta(hours=2), "second": NOW + timedelta(hours=1)}
    for _ in range(2):
        with database.write() as session:
            outbox.enqueue_each(
                session, "check.quick", 5, later, at=NOW, contest_id=None, priority="high"
            )
    assert due(database) == [known]  # as it was
    [_, new] = due(database, NOW + timedelta(hours=1))
    task = state(database, new)
    assert (task.key, task.kind, task.row_id, task.priority) == ("second", "check.quick", 5, "high")
    assert (task.state, task.attempts, task.created_at) == ("pending", 0, NOW)
    with database.write() as session:
        outbox.enqueue_each(session, "check.quick", 5, {}, at=NOW, contest_id=None)


def test_of_many_who_claim_a_row_one_gets_it(database: Database) -> None:
    task_id, tokens = add(database), []
    threads = [
        threading.Thread(target=lambda: tokens.append(claim(database, task_id))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 8
    assert len([t for t in tokens if t]) == 1


def test_a_row_is_due_at_its_time(database: Database) -> None:
    task_id = add(database, due_at=NOW + timedelta(hours=1))
    assert due(database) == []
    assert due(database, NOW + timedelta(hours=1)) == [task_id]


def test_what_is_to_be_done_at_once_waits_for_nobodys_clock(database: Database) -> None:
    ahead = NOW + timedelta(minutes=25)  # the clock of who enqueues
    with database.write() as session:
        at_once = outbox.enqueue(session, "mail.send", 1, at=ahead).id
        outbox.enqueue(session, "mail.send", 2, at=ahead, due_at=ahead + timedelta(seconds=10))
    assert due(database) == [at_once]
    with database.write() as session:
        outbox.queued(session, [at_once], wall=WALL)
    assert due(database) == []
    late = WALL + timedelta(minutes=10)
    with database.read() as session:  # nor is it late before its moment
        assert outbox.late(session, at=NOW, wall=late, by=timedelta(minutes=2)) == []
        assert [task.id for task in outbox.late(
            session, at=ahead + timedelta(minutes=2), wall=late, by=timedelta(minutes=2)
        )] == [at_once]


def test_what_is_tried_again_waits_for_its_moment(database: Database) -> None:
    token = claim(database, task_id := add(database))
    with database.write() as session:
        outbox.failed(session, task_id, token or "", at=NOW, error="away")
    assert due(database) == []
    assert due(database, NOW + outbox.back_off(1)) == [task_id]


def test_a_queued_row_is_queued_again_when_nobody_begins(database: Database) -> None:
    task_id = add(database)
    with database.write() as session:
        outbox.queued(session, [task_id], wall=WALL)
    assert due(database) == []
    assert due(database, wall=WALL + outbox.OVERDUE + timedelta(seconds=1)) == [task_id]


def test_an_abandoned_lease_is_free_again_and_its_old_holder_writes_nothing(
    database: Database,
) -> None:
    task_id = add(database)
    old = claim(database, task_id)
    later = WALL + outbox.LEASE + timedelta(seconds=1)
    assert due(database, wall=later) == [task_id]
    new = claim(database, task_id, later)
    assert old and new
    with database.write() as session:
        assert not outbox.beat(session, task_id, old, wall=later)
        assert not outbox.done(session, task_id, old, at=NOW)
        assert outbox.done(session, task_id, new, at=NOW)
    assert state(database, task_id).attempts == 2


def test_a_jump_of_the_contests_clock_takes_no_lease_away(database: Database) -> None:
    task_id = add(database)
    claim(database, task_id)
    assert due(database, NOW + timedelta(days=30)) == []


def test_so_does_what_is_hastened_or_begun_again(database: Database) -> None:
    ahead = NOW + timedelta(minutes=25)
    tomorrow = {"at": NOW, "due_at": NOW + timedelta(days=1)}
    with database.write() as session:
        hastened = outbox.enqueue(session, "mail.send", 1, **tomorrow)
        again, later = (outbox.enqueue(session, "mail.send", n, **tomorrow) for n in (2, 3))
        again.state = later.state = "done"
        outbox.hasten(session, hastened.key, at=ahead)
        outbox.enqueue_again(session, again, at=ahead)
        outbox.enqueue_again(session, later, at=ahead, due_at=ahead + timedelta(seconds=10))
        expected = [hastened.id, again.id]
    assert due(database) == expected


def test_failures_back_off_and_end_visibly(database: Database) -> None:
    task_id, waits = add(database), []
    for _ in range(outbox.MAX_ATTEMPTS):
        token = claim(database, task_id)
        assert token
        with database.write() as session:
            outbox.failed(session, task_id, token, at=NOW, error="OSError: no room")
        waits.append((state(database, task_id).due_at - NOW).total_seconds())
    assert waits[:-1] == list(outbox.BACK_OFF)
    task = state(database, task_id)
    assert (task.state, task.error) == ("failed", "OSError: no room")
    with database.write() as session:
        outbox.enqueue_again(session, session.get_one(Task, task_id), at=NOW)
    assert due(database) == [task_id]


def test_waiting_for_something_outside_uses_up_no_attempt(database: Database) -> None:
    task_id = add(database)
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        token = claim(database, task_id)
        assert token
        with database.write() as session:
            outbox.later(session, task_id, token, due_at=NOW, error="throttled")
    assert (state(database, task_id).state, state(database, task_id).attempts) == ("pending", 0)
