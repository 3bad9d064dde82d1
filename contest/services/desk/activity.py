"""The audit trail as organisers read it."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contest.models import (
    AuditRow,
    Ballot,
    Check,
    ClipVersion,
    Contest,
    Fix,
    Publication,
    ShareRecord,
    Snapshot,
    Submission,
    Unit,
    Upload,
    User,
)
from contest.services.core import pages
from contest.services.core.pages import Page

OF_SUBMISSION = (ClipVersion, Ballot, Publication, ShareRecord, Snapshot, Upload)
OF_VERSION = (Check, Fix)


@dataclass(frozen=True)
class Filter:
    """What to show of the trail; empty texts filter nothing."""

    action: str = ""  # begins with: "submission", "result.frozen"
    actor: str = ""  # "user:3", "unit:12", "system"
    subject: str = ""  # "submission:12", or a clip's code: then everything that belongs to it


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
        query = query.where(AuditRow.subject.in_(_about(session, contest, wanted.subject)))
    return pages.take(session, query.order_by(AuditRow.seq.desc()), number)


def _about(session: Session, contest: Contest, wanted: str) -> set[str]:
    """The references that ``wanted`` stands for."""
    mine = (Submission.contest_id == contest.id, Submission.code == wanted.upper())
    found = {
        f"{kind}:{row[0]}"
        for kind, query in _belonging().items()
        for row in session.execute(query.where(*mine))
    }
    return found or {wanted}


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
    query = select(table.id, table.name).where(table.id.in_(_ids(kind, labels)))
    return {f"{kind}:{row[0]}": row[1] for row in session.execute(query)}


def clips(session: Session, labels: set[str]) -> dict[str, str]:
    """The codes of the clips behind references such as ``submission:12`` or ``check:7``."""
    return {
        f"{kind}:{row[0]}": row[1]
        for kind, query in _belonging().items()
        if (ids := _ids(kind, labels))
        for row in session.execute(query.where(query.selected_columns[0].in_(ids)))
    }


def _belonging() -> dict[str, Select[int, str]]:
    """For each kind of row that belongs to a clip: its number and the clip's code."""
    found = {"submission": select(Submission.id, Submission.code)}
    for table in OF_SUBMISSION:
        query = select(table.id, Submission.code)
        found[table.__tablename__] = query.join(Submission, table.submission_id == Submission.id)
    for part in OF_VERSION:
        query = select(part.id, Submission.code)
        found[part.__tablename__] = query.join(
            ClipVersion, part.version_id == ClipVersion.id
        ).join(Submission, ClipVersion.submission_id == Submission.id)
    return found


def _ids(kind: str, labels: set[str]) -> set[int]:
    pairs = (label.partition(":") for label in labels)
    return {int(number) for name, _colon, number in pairs if name == kind and number.isdigit()}
