"""The audit trail as organisers read it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import AuditRow, Contest, Unit, User
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


def actors(session: Session, contest: Contest) -> dict[str, str]:
    """Everybody who acted in the contest, by reference, with the name where there is one."""
    query = select(AuditRow.actor).where(AuditRow.contest_id == contest.id).distinct()
    labels = set(session.scalars(query))
    known = names(session, labels)
    shown = [(label, known.get(label, label)) for label in labels]
    return dict(sorted(shown, key=lambda pair: (pair[0] not in known, pair[1])))


def names(session: Session, labels: set[str]) -> dict[str, str]:
    """The persons and units behind references such as ``user:3``; the erased have no name."""
    return _names(session, User, "user", labels) | _names(session, Unit, "unit", labels)


def _names(
    session: Session, table: type[User] | type[Unit], kind: str, labels: set[str]
) -> dict[str, str]:
    ids = {int(label.split(":")[1]) for label in labels if label.startswith(f"{kind}:")}
    query = select(table.id, table.name).where(table.id.in_(ids))
    return {f"{kind}:{row[0]}": row[1] for row in session.execute(query)}
