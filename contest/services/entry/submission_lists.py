"""Lists of a contest's entries for organisers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from contest.models import AuditRow, Check, ClipVersion, Contest, Derivative, Submission, Unit
from contest.services.checking import outcomes
from contest.services.core import pagination, search
from contest.services.core.audit import subject_of
from contest.services.core.pagination import Pagination
from contest.states import SubmissionState

BROKEN = "failed"  # the check itself, for a technical reason
CHECKED = ("pass", "look", "fail", BROKEN)
Order = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
NEWEST: Order = (Submission.updated_at.desc(), Submission.id)
Query = Select[Submission]
ORDERS: Mapping[str, Order] = {
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
    if order == "unit":
        query, by = _by_unit(query, contest)
    else:
        by = ORDERS.get(order, NEWEST)
    return pagination.take(session, query.order_by(*by), number)


def _by_unit(query: Query, contest: Contest) -> tuple[Query, Order]:
    """What a unit is sorted by is worked out once, not again for each of its entries (the offset
    keeps the database from doing that)."""
    units = (
        select(Unit.id, search.sortable(Unit.name).label("key"))
        .where(Unit.contest_id == contest.id).offset(0).subquery()
    )
    return query.join(units, units.c.id == Submission.unit_id), (units.c.key, Submission.code)


def _checked(found: str) -> ColumnElement[bool]:
    says = Check.state == BROKEN if found == BROKEN else Check.verdict == found
    return exists().where(
        Check.version_id == Submission.version_id, Check.kind == outcomes.QUICK, says,
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
