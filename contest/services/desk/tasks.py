"""Background tasks as organisers see them: waiting, running, failed; and retrying."""

from datetime import datetime

from sqlalchemy import Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Task
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.core import audit, outbox, pagination
from contest.services.core.pagination import Pagination

STATES = ("failed", "leased", "pending", "done", "cancelled")
LAST_TURN = 2  # in the list of all: those that neither failed nor run, of whatever state


def listed(
    session: Session, contest: Contest, *, state: str | None = None, number: int = 1
) -> Pagination[Task]:
    """The contest's tasks: failed first, then running, then the newest."""
    query = select(Task).where(Task.contest_id == contest.id)
    if state in STATES:
        query = query.where(Task.state == state).order_by(Task.id.desc())
        return pagination.take(session, query, number)
    total = session.scalar(select(func.count()).where(Task.contest_id == contest.id)) or 0
    first = _first(contest, pagination.ROWS * max(1, min(number, -(-total // pagination.ROWS))))
    query = query.join(first, first.c.id == Task.id).order_by(first.c.turn, Task.id.desc())
    return pagination.take(session, query, number, total=total)


def _first(contest: Contest, most: int) -> Subquery:
    """The ids of the ``most`` tasks that come first in the list, and more: the newest of each
    state, which an index gives, so that not all tasks are sorted."""
    parts = (
        select(Task.id, literal(min(turn, LAST_TURN)).label("turn"))
        .where(Task.contest_id == contest.id, Task.state == state)
        .order_by(Task.id.desc()).limit(most).subquery() for turn, state in enumerate(STATES)
    )
    return union_all(*(select(part) for part in parts)).subquery()


def retry(
    session: Session, contest: Contest, task_id: int, *, actor: Actor, at: datetime
) -> Task:
    """Make a failed task due now. Raises ``NotAllowed`` without ``job.retry``, ``NotFound`` for
    another contest's task, ``Conflict`` where it has not failed."""
    require(actor, "job.retry", contest)
    task = session.get(Task, task_id, with_for_update=LOCK)
    if task is None or task.contest_id != contest.id:
        raise not_found()
    if task.state != "failed":
        raise Conflict(
            "Chỉ chạy lại được công việc không thành công. Hãy tải lại trang.",
            "Only failed jobs can be tried again. Please reload the page.",
        )
    outbox.enqueue_again(session, task, at=at)
    audit.record(
        session, "task.retried", task, actor=actor, at=at, contest_id=contest.id,
        before={"state": "failed"}, after={"state": "pending", "kind": task.kind},
    )
    return task
