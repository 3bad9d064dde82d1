"""The audit trail as organisers read it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import AuditRow, Contest, User
from contest.services import pages
from contest.services.pages import Page


@dataclass(frozen=True)
class Filter:
    """What to show of the trail; empty texts filter nothing."""

    action: str = ""  # begins with: "submission", "result.frozen"
    actor: str = ""  # "user:3", "unit:12", "system"
    subject: str = ""  # "submission:12"


def rows(
    session: Session, contest: Contest, wanted: Filter, *, number: int = 1
) -> Page[AuditRow]:
    """The contest's rows, the newest first."""
    query = select(AuditRow).where(AuditRow.contest_id == contest.id)
    if wanted.action:
        query = query.where(AuditRow.action.startswith(wanted.action, autoescape=True))
    if wanted.actor:
        query = query.where(AuditRow.actor == wanted.actor)
    if wanted.subject:
        query = query.where(AuditRow.subject == wanted.subject)
    return pages.take(session, query.order_by(AuditRow.seq.desc()), number)


def actions(session: Session, contest: Contest) -> list[str]:
    """Every kind of action that the contest's trail holds."""
    query = select(AuditRow.action).where(AuditRow.contest_id == contest.id).distinct()
    return sorted(session.scalars(query))


def names(session: Session, labels: set[str]) -> dict[str, str]:
    """The persons behind references such as ``user:3``; an erased person has no name any more."""
    ids = {int(label.split(":")[1]) for label in labels if label.startswith("user:")}
    query = select(User.id, User.name).where(User.id.in_(ids))
    return {f"user:{row[0]}": row[1] for row in session.execute(query)}
