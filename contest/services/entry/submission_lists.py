"""Lists of a contest's entries for organisers."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from contest.models import AuditRow, Contest, Submission
from contest.services.core import pagination
from contest.services.core.audit import subject_of
from contest.services.core.pagination import Pagination
from contest.states import SubmissionState


def listed(
    session: Session, contest: Contest, *, state: str = "", number: int = 1
) -> Pagination[Submission]:
    """Entries with their units, the last changed first; an unknown ``state`` filters nothing."""
    query = select(Submission).where(Submission.contest_id == contest.id)
    if state in set(SubmissionState):
        query = query.where(Submission.state == state)
    query = query.options(joinedload(Submission.unit))
    return pagination.take(
        session, query.order_by(Submission.updated_at.desc(), Submission.id), number
    )


def counts(session: Session, contest: Contest) -> Mapping[str, int]:
    """How many entries there are in each state."""
    query = (
        select(Submission.state, func.count())
        .where(Submission.contest_id == contest.id)
        .group_by(Submission.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def history(session: Session, submission: Submission) -> list[AuditRow]:
    """The entry's audit rows, the oldest first."""
    query = select(AuditRow).where(AuditRow.subject == subject_of(submission))
    return list(session.scalars(query.order_by(AuditRow.seq)))
