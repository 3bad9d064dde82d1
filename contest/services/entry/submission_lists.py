"""Lists of a contest's entries for organisers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from contest.models import AuditRow, Check, ClipVersion, Contest, Derivative, Submission, Unit
from contest.services.core import pagination, search
from contest.services.core.audit import subject_of
from contest.services.core.pagination import Pagination
from contest.services.entry import checks
from contest.states import SubmissionState

BROKEN = "failed"  # the check itself, for a technical reason
CHECKED = ("pass", "look", "fail", BROKEN)
Order = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
NEWEST: Order = (Submission.updated_at.desc(), Submission.id)
ORDERS: Mapping[str, Order] = {
    "unit": (search.sortable(Unit.name), Submission.code),
    "title": (search.sortable(Submission.title), Submission.code),
}


def listed(
    session: Session, contest: Contest, *, state: str = "", words: str = "", order: str = "",
    check: str = "", category: str = "", number: int = 1,
) -> Pagination[Submission]:
    """Entries with their units, the last changed first or as ``ORDERS`` say; an unknown ``state``
    filters nothing. ``words``: of code, title or unit; ``check``: one of ``CHECKED``, what the
    quick check of the current clip says; ``category``: of the rules."""
    query = select(Submission).where(Submission.contest_id == contest.id).join(Submission.unit)
    query = search.matching(query, words, Submission.code, Submission.title, Unit.name)
    if state in set(SubmissionState):
        query = query.where(Submission.state == state)
    if check in CHECKED:
        query = query.where(_checked(check))
    if category:
        query = query.where(Submission.category == category)
    query = query.options(contains_eager(Submission.unit))
    return pagination.take(session, query.order_by(*ORDERS.get(order, NEWEST)), number)


def _checked(found: str) -> ColumnElement[bool]:
    says = Check.state == BROKEN if found == BROKEN else Check.verdict == found
    return exists().where(
        Check.version_id == Submission.version_id, Check.kind == checks.QUICK, says,
        Check.state != "superseded",
    )


def pictures(session: Session, found: Iterable[Submission]) -> dict[int, int]:
    """Entry's id -> the number of the version that its still frame is of, where there is one."""
    versions = [submission.version_id for submission in found if submission.version_id]
    query = (
        select(ClipVersion.submission_id, ClipVersion.number)
        .join(Derivative, Derivative.version_id == ClipVersion.id)
        .where(ClipVersion.id.in_(versions), Derivative.kind == "poster")
    )
    return {row[0]: row[1] for row in session.execute(query)}


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
