"""The audit trail as organisers read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.models import (
    Attachment,
    AuditRow,
    Ballot,
    Check,
    ClipVersion,
    Contest,
    Errand,
    LedgerStatement,
    LinkFetch,
    Publication,
    Repair,
    ShareRecord,
    SignedForm,
    Snapshot,
    Submission,
    Unit,
    Upload,
    User,
)
from contest.services.core import pagination
from contest.services.core.pagination import Pagination

OF_SUBMISSION = (
    Attachment, ClipVersion, Ballot, Errand, LedgerStatement, LinkFetch, Publication, ShareRecord,
    SignedForm, Snapshot, Upload,
)
OF_VERSION = (Check, Repair)
COUNTED = 10_000  # rows; how many more there are helps nobody


@dataclass(frozen=True)
class Filter:
    """What to show of the trail; empty texts filter nothing."""

    action: str = ""  # begins with: "submission", "result.frozen"
    actor: str = ""  # "user:3", "unit:12", "system"
    subject: str = ""  # "submission:12", or a clip's code: then everything that belongs to it


def rows(
    session: Session, contest: Contest, wanted: Filter, *, number: int = 1
) -> Pagination[AuditRow]:
    """The contest's audit rows that match ``wanted``, the newest first."""
    of_contest = AuditRow.contest_id == contest.id
    if wanted.subject:  # found by itself: SQLite would read the contest's whole trail instead
        of_contest = AuditRow.contest_id + 0 == contest.id
    query = select(AuditRow).where(of_contest)
    if wanted.action:
        query = query.where(AuditRow.action.startswith(wanted.action, autoescape=True))
    if wanted.actor:
        query = query.where(AuditRow.actor == wanted.actor)
    if wanted.subject:
        query = query.where(_about(session, contest, wanted.subject))
    query = query.order_by(AuditRow.seq.desc())
    return pagination.take(session, query, number, count_to=COUNTED)


def _about(session: Session, contest: Contest, wanted: str) -> ColumnElement[bool]:
    """Matches rows about ``wanted``: a reference, or a clip's code and all that belongs to it."""
    submission_id = session.scalar(select(Submission.id).where(
        Submission.contest_id == contest.id, Submission.code == wanted.upper()
    ))
    if submission_id is None:
        return AuditRow.subject == wanted
    parts = [_labels(kind, query.where(Submission.id == submission_id))
             for kind, query in _belonging().items()]
    return AuditRow.subject.in_(union_all(*parts))


def _labels(kind: str, query: Select[int, str]) -> Select[str]:
    number = query.selected_columns[0]
    return query.with_only_columns(literal(f"{kind}:").concat(cast(number, String)))


def actions(session: Session, contest: Contest) -> list[str]:
    """Every action in the contest's trail, sorted."""
    return sorted(_distinct(session, contest, AuditRow.action))


def actors(session: Session, contest: Contest) -> dict[str, str]:
    """All actors of the contest's trail: reference -> name, or the reference where unnamed."""
    labels = set(_distinct(session, contest, AuditRow.actor))
    known = names(session, labels)
    shown = [(label, known.get(label, label)) for label in labels]
    return dict(sorted(shown, key=lambda pair: (pair[0] not in known, pair[1])))


def _distinct(
    session: Session, contest: Contest, column: InstrumentedAttribute[str]
) -> Iterable[str]:
    """The distinct values of a column in the contest's trail, by a loose index scan: DISTINCT
    would read every row."""
    least = select(func.min(column)).where(AuditRow.contest_id == contest.id)
    found = select(least.scalar_subquery().label("value")).cte("found", recursive=True)
    following = least.where(column > found.c.value).scalar_subquery()
    found = found.union_all(select(following).where(found.c.value.is_not(None)))
    return session.scalars(select(found.c.value).where(found.c.value.is_not(None)))


def names(session: Session, labels: set[str]) -> dict[str, str]:
    """Names of persons and units, by references such as ``user:3``; erased ones are left out."""
    return _names(session, User, "user", labels) | _names(session, Unit, "unit", labels)


def _names(
    session: Session, table: type[User] | type[Unit], kind: str, labels: set[str]
) -> dict[str, str]:
    query = select(table.id, table.name).where(table.id.in_(_ids(kind, labels)))
    return {f"{kind}:{row[0]}": row[1] for row in session.execute(query)}


def clips(session: Session, labels: set[str]) -> dict[str, str]:
    """Codes of clips, by references such as ``submission:12`` or ``check:7``."""
    parts = [
        query.where(query.selected_columns[0].in_(_ids(kind, labels)))
        .add_columns(literal(kind).label("kind"))
        for kind, query in _belonging().items()
    ]
    found = session.execute(union_all(*parts))
    return {f"{kind}:{number}": code for number, code, kind in found}


def _belonging() -> dict[str, Select[int, str]]:
    """For each kind of row that belongs to a clip: its number and the clip's code."""
    found: dict[str, Any] = {"submission": select(Submission.id, Submission.code)}
    for table in OF_SUBMISSION:
        query = select(table.id, Submission.code)
        found[table.__tablename__] = query.join(Submission, table.submission_id == Submission.id)
    found["ledger_void"] = (  # of one clip: one of several belongs to none
        select(ShareRecord.void_id, func.min(Submission.code))
        .join(ShareRecord.submission)
        .where(ShareRecord.void_id.is_not(None))
        .group_by(ShareRecord.void_id)
        .having(func.count(Submission.id.distinct()) == 1)
    )
    for part in OF_VERSION:
        query = select(part.id, Submission.code)
        found[part.__tablename__] = query.join(
            ClipVersion, part.version_id == ClipVersion.id
        ).join(Submission, ClipVersion.submission_id == Submission.id)
    return found


def _ids(kind: str, labels: set[str]) -> set[int]:
    pairs = (label.partition(":") for label in labels)
    return {int(number) for name, _colon, number in pairs if name == kind and number.isdigit()}


_SIGNED_BY = ("created_by", "decided_by", "agreed_by", "approved_by")


def names_of(session: Session, rows: Iterable[object]) -> dict[str, str]:
    """Reference -> name, of those who entered, agreed to or decided about these rows and the late
    approvals beside them; one query."""
    labels: set[str] = set()
    for row in rows:
        for one in (row, getattr(row, "approval", None)):
            labels |= {str(label) for f in _SIGNED_BY if (label := getattr(one, f, None))}
    return names(session, labels)
