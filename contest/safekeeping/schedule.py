"""When the daily backup is due: one outbox row, made and mended when the relay starts."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.config import Settings
from contest.models import Task
from contest.services.core import outbox

KIND = "backup.run"
KEPT = 30  # sets of the daily backup; what is erased is gone from the oldest after a month
AGAIN = timedelta(hours=1)  # after a failure


def next_at(at: datetime, clock_time: str) -> datetime:
    """The next instant after ``at`` at which the machine's clock shows ``HH:MM``."""
    hour, minute = map(int, clock_time.split(":"))
    here = at.astimezone()
    due = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (due if due > here else due + timedelta(days=1)).astimezone(at.tzinfo)


def ensure(session: Session, settings: Settings, *, at: datetime) -> None:
    """Have the daily backup wait for its time where the settings ask for one. A changed time is
    taken over; a backup that is due or under way is left alone."""
    if not settings.backup_to:
        return
    due_at = next_at(at, settings.backup_at)
    task = session.scalars(select(Task).where(Task.key == KIND)).one_or_none()
    if task is None:
        outbox.enqueue(session, KIND, 0, at=at, due_at=due_at, key=KIND)
    elif task.state in ("done", "failed", "cancelled"):
        outbox.enqueue_again(session, task, at=at, due_at=due_at)
    elif task.state == "pending" and task.due_at > due_at:
        task.due_at = due_at


def hurry(session: Session, *, at: datetime) -> None:
    """Have the daily backup run now: something was erased that a set elsewhere still holds, and
    only the next set's tombstones say so there."""
    task = session.scalars(select(Task).where(Task.key == KIND)).one_or_none()
    if task is not None and task.state == "pending" and task.due_at > at:
        task.due_at = at
