"""How much of a clip's shares its ledger holds: complete, partial or none, as a person says.

Only a complete ledger replaces the total; a partial one lowers it by what it proves to be over the
cap. Said too long after the cut-off it needs a reason and a second organiser, as a count does.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from contest.models import Contest, LedgerStatement, Submission
from contest.services.counts.ledger_accounts import Only, of_contest

STATES = ("complete", "partial", "none")


def counting() -> ColumnElement[bool]:
    """May a statement hold? In time, or agreed to by another organiser."""
    return or_(LedgerStatement.late_reason == "", LedgerStatement.agreed_by.is_not(None))


def stated() -> ScalarSelect[str]:
    """What was last said of the enclosing query's submission; NULL if nothing."""
    return (
        select(LedgerStatement.state)
        .where(LedgerStatement.submission_id == Submission.id, counting())
        .order_by(LedgerStatement.id.desc())
        .limit(1)
        .correlate(Submission)
        .scalar_subquery()
    )


def statements(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, LedgerStatement]:
    """By the submission's id: the statement that holds."""
    last = (
        select(func.max(LedgerStatement.id))
        .join(LedgerStatement.submission)
        .where(*of_contest(contest, LedgerStatement.submission_id, only), counting())
        .group_by(LedgerStatement.submission_id)
    )
    query = select(LedgerStatement).where(LedgerStatement.id.in_(last))
    return {said.submission_id: said for said in session.scalars(query)}


def effective(said: LedgerStatement | None, *, lines: bool) -> str:
    """What a clip's ledger is: one without a line that counts is none, whatever was said of it."""
    if not lines:
        return "none"
    return said.state if said else "partial"


def words(state: str) -> Mapping[str, str]:
    """A state in both languages, for sentences."""
    return {
        "complete": {"vi": "đầy đủ", "en": "complete"},
        "partial": {"vi": "một phần", "en": "partial"},
        "none": {"vi": "không có", "en": "none"},
    }[state]
