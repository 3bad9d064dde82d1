"""Background tasks as organisers see them: waiting, running, failed; and retrying."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Task
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.core import audit, outbox, pagination
from contest.services.core.pagination import Pagination

STATES = ("failed", "leased", "pending", "done", "cancelled")


def listed(
    session: Session, contest: Contest, *, state: str | None = None, number: int = 1
) -> Pagination[Task]:
    """The contest's tasks: failed first, then running, then the newest."""
    query = select(Task).where(Task.contest_id == contest.id)
    if state in STATES:
        query = query.where(Task.state == state).order_by(Task.id.desc())
        return pagination.take(session, query, number)
    # Sorted twice: rows that come newest first leave the first fifty found alone.
    newest = aliased(Task, query.order_by(Task.id.desc()).subquery())
    order = (newest.state != "failed", newest.state != "leased", newest.id.desc())
    return pagination.take(session, select(newest).order_by(*order), number)


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
