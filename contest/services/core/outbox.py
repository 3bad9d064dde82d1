"""Outbox rows: tasks enqueued in the transaction that needs them, run by a worker after its commit.

The database is authoritative; the queue may be emptied at any moment. A job that is delivered
twice does its work once, because only one claim of a row succeeds.

``at`` is the contest's time (which the demo simulates) and decides when a row is due; ``wall``
(``database_time``) decides about leases: one clock for all machines, so that none whose own is
ahead takes a row that another works on.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from contest.models import Task

LEASE = timedelta(minutes=3)  # extended by the worker's heart-beat
OVERDUE = timedelta(minutes=1)  # queued but not begun: check whether the queue still has it
BACK_OFF = (10, 30, 120, 600, 1800, 3600)  # seconds before the 2nd, 3rd, … attempt
LONGEST_TOKEN = 32  # characters
MOST = 200  # rows looked at in one go
MOST_AHEAD = timedelta(hours=1)  # of the relay's clock, that of who wants something done at once
MAX_ATTEMPTS = len(BACK_OFF) + 1


def database_time(session: Session) -> datetime:
    """PostgreSQL's own time, the same for every machine; with SQLite there is but one machine."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    return now.astimezone(UTC)


def back_off(failures: int) -> timedelta:
    """How long to wait after this many failures (at least one)."""
    return timedelta(seconds=BACK_OFF[min(failures, len(BACK_OFF)) - 1])


def enqueue(
    session: Session,
    kind: str,
    row_id: int,
    *,
    at: datetime,
    due_at: datetime | None = None,
    contest_id: int | None = None,
    key: str | None = None,
    priority: str = "default",
) -> Task:
    """Enqueue task ``kind`` for row ``row_id``, due at ``due_at`` (default: ``at``). A ``key`` that
    was enqueued before, whatever its state, is the same task: returned unchanged."""
    key = key or f"{kind}:{row_id}"
    task = session.scalars(select(Task).where(Task.key == key)).one_or_none()
    if task is None:
        task = Task(
            kind=kind, row_id=row_id, key=key, contest_id=contest_id, priority=priority,
            due_at=due_at or at, created_at=at,
        )
        session.add(task)
        session.flush()
    return task


def enqueue_all(
    session: Session, kind: str, row_ids: Sequence[int], *, contest_id: int, at: datetime
) -> None:
    """Enqueue task ``kind`` for each of these rows, all of them new, due at once."""
    session.execute(insert(Task), [
        {"kind": kind, "row_id": row_id, "key": f"{kind}:{row_id}", "contest_id": contest_id,
         "due_at": at, "created_at": at}
        for row_id in row_ids
    ])


def enqueue_each(
    session: Session, kind: str, row_id: int, due: Mapping[str, datetime], *, at: datetime,
    contest_id: int | None, priority: str = "default",
) -> None:
    """Enqueue task ``kind`` for a row once for each key of ``due``, due at its moment. A key that
    was enqueued before, whatever its state, is left as it is."""
    known = set(session.scalars(select(Task.key).where(Task.key.in_(due))))
    new = [
        {"kind": kind, "row_id": row_id, "key": key, "contest_id": contest_id, "due_at": moment,
         "created_at": at, "priority": priority}
        for key, moment in due.items() if key not in known
    ]
    if new:
        session.execute(insert(Task), new)


def enqueue_again(
    session: Session, task: Task, *, at: datetime, due_at: datetime | None = None
) -> None:
    """Make a failed or finished task pending again, attempts reset, due at ``due_at`` (default:
    ``at``), at a person's request."""
    task.state, task.attempts, task.error = "pending", 0, ""
    task.created_at, task.due_at = at, due_at or at
    task.queued_at = task.finished_at = None
    session.flush()


def hasten(session: Session, key: str, *, at: datetime) -> None:
    """Make the pending task of this key due at once instead of later."""
    waiting = (Task.key == key) & (Task.state == "pending") & (Task.due_at > at)
    session.execute(update(Task).where(waiting).values(due_at=at, created_at=at, queued_at=None))


def due(session: Session, *, at: datetime, wall: datetime, limit: int = MOST) -> list[Task]:
    """Tasks to put into the queue: due or with an expired lease, and not queued within
    ``OVERDUE``.

    What was to be done at once is due even before its moment has come: whoever enqueued it may have
    a clock that is ahead of ours.
    """
    at_once = (Task.due_at == Task.created_at) & (Task.due_at <= at + MOST_AHEAD)
    return _unqueued(session, or_(Task.due_at <= at, at_once), wall=wall, limit=limit)


def late(session: Session, *, at: datetime, wall: datetime, by: timedelta) -> list[Task]:
    """Tasks that the relay should have put into the queue so long ago."""
    return _unqueued(session, Task.due_at <= at - by, wall=wall - by, limit=MOST)


def _unqueued(
    session: Session, its_time: ColumnElement[bool], *, wall: datetime, limit: int
) -> list[Task]:
    forgotten = or_(Task.queued_at.is_(None), Task.queued_at < wall - OVERDUE)
    pending = (Task.state == "pending") & its_time & forgotten
    abandoned = (Task.state == "leased") & (Task.lease_until < wall) & forgotten
    query = select(Task).where(pending | abandoned).order_by(Task.due_at, Task.id).limit(limit)
    return list(session.scalars(query))


def queued(session: Session, task_ids: Sequence[int], *, wall: datetime) -> None:
    """Record that these tasks were put into the queue."""
    session.execute(update(Task).where(Task.id.in_(task_ids)).values(queued_at=wall))


def claim(session: Session, task_id: int, *, wall: datetime, owner: str = "") -> str | None:
    """Take the lease of a task: its token, or None if another worker has it.

    The token begins with ``holder``, which identifies the lease's owner to others.
    """
    token = (owner + secrets.token_hex(16))[:LONGEST_TOKEN]
    free = or_(Task.state == "pending", (Task.state == "leased") & (Task.lease_until < wall))
    taken = session.execute(
        update(Task)
        .where(Task.id == task_id, free)
        .values(state="leased", lease=token, lease_until=wall + LEASE, attempts=Task.attempts + 1)
    )
    return token if taken.rowcount == 1 else None  # type: ignore[attr-defined]


def is_last_attempt(session: Session, kind: str, row_id: int) -> bool:
    """Whether the task's current attempt is the last: if it fails, the task has failed."""
    task = session.scalars(select(Task).where(Task.key == f"{kind}:{row_id}")).one()
    return task.attempts >= MAX_ATTEMPTS


def owner(session: Session, task_id: int) -> str:
    """The lease token of a task; empty where nobody holds it."""
    query = select(Task.lease).where(Task.id == task_id, Task.state == "leased")
    return session.scalar(query) or ""


def held(session: Session) -> list[tuple[int, str]]:
    """Leased tasks: (id, lease token)."""
    rows = session.execute(select(Task.id, Task.lease).where(Task.state == "leased"))
    return [(row[0], row[1]) for row in rows]


def abandon(session: Session, task_id: int, token: str, *, wall: datetime) -> bool:
    """Release the lease of an owner that has ended, so that the task is due at once."""
    return _update(session, task_id, token, lease="", lease_until=wall - LEASE, queued_at=None)


def beat(session: Session, task_id: int, token: str, *, wall: datetime) -> bool:
    """Extend the lease; False when it was lost to another worker."""
    return _update(session, task_id, token, lease_until=wall + LEASE)


def done(session: Session, task_id: int, token: str, *, at: datetime) -> bool:
    """Mark a task done; False when the lease was lost to another worker."""
    return _update(session, task_id, token, state="done", finished_at=at, error="")


def later(session: Session, task_id: int, token: str, *, due_at: datetime, error: str = "") -> bool:
    """Make a task pending again without counting the attempt: it waits for something outside."""
    return _update(
        session, task_id, token, state="pending", due_at=due_at, queued_at=None, error=error,
        attempts=Task.attempts - 1,
    )


def failed(session: Session, task_id: int, token: str, *, at: datetime, error: str) -> bool:
    """Record a failed attempt: retried after the back-off; after the last one the task has failed
    and is listed on the organiser's desk."""
    task = session.get_one(Task, task_id)
    if task.attempts >= MAX_ATTEMPTS:
        return _update(session, task_id, token, state="failed", finished_at=at, error=error)
    due_at = at + back_off(max(task.attempts, 1))
    return _update(
        session, task_id, token, state="pending", due_at=due_at, queued_at=None, error=error
    )


def give_up(session: Session, task_id: int, token: str, *, at: datetime, error: str) -> bool:
    """Mark a task failed without retries, where only a person can help."""
    return _update(session, task_id, token, state="failed", finished_at=at, error=error)


def _update(session: Session, task_id: int, token: str, **values: object) -> bool:
    held = session.execute(
        update(Task)
        .where(Task.id == task_id, Task.lease == token, Task.state == "leased")
        .values(**values)
    )
    return bool(held.rowcount == 1)  # type: ignore[attr-defined]
