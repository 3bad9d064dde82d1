"""The audit trail: append, read, verify.

``hash = SHA-256(prev_hash + canonical JSON of the row)``. One head row is locked by each writer,
so the chain has no forks on either database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import Actor
from contest.models import AuditHead, AuditRow, Base

GENESIS = "0" * 64


def subject_of(row: Base) -> str:
    """How a row is named in the trail: ``submission:12``."""
    return f"{row.__tablename__}:{row.id}"


def record(
    session: Session,
    action: str,
    subject: Base | str,
    *,
    actor: Actor,
    at: datetime,
    contest_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditRow:
    """Append one row. ``before``/``after`` hold references and states, never personal data."""
    session.flush()
    head = session.scalars(
        select(AuditHead).with_for_update().execution_options(populate_existing=True)
    ).one()
    row = AuditRow(
        seq=head.seq + 1,
        at=at,
        contest_id=contest_id if contest_id is not None else getattr(subject, "contest_id", None),
        actor=actor.label,
        action=action,
        subject=subject if isinstance(subject, str) else subject_of(subject),
        before=before or {},
        after=after or {},
        prev_hash=head.hash,
    )
    row.hash = seal(row)
    head.seq, head.hash = row.seq, row.hash
    session.add(row)
    session.flush()
    return row


def seal(row: AuditRow) -> str:
    """The hash that this row must carry."""
    content = {
        "seq": row.seq,
        "at": row.at.isoformat(timespec="microseconds"),
        "contest": row.contest_id,
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "before": row.before,
        "after": row.after,
    }
    return canonical.sha256(content, after=row.prev_hash)


@dataclass(frozen=True)
class Fault:
    """A place where the chain does not hold."""

    seq: int
    what: str


def verify(session: Session) -> tuple[int, list[Fault]]:
    """Walk the whole chain: the number of rows, and every fault found."""
    rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).yield_per(1000)
    count, previous = 0, GENESIS
    faults: list[Fault] = []
    for expected, row in enumerate(rows, start=1):
        faults += _faults(row, expected, previous)
        count, previous = expected, row.hash
    head = session.scalars(select(AuditHead)).one()
    if (head.seq, head.hash) != (count, previous):
        faults.append(Fault(head.seq, "the head does not match the last row: rows are missing"))
    return count, faults


def _faults(row: AuditRow, expected: int, previous: str) -> Iterator[Fault]:
    if row.seq != expected:
        yield Fault(row.seq, f"row {expected} is missing")
    if row.prev_hash != previous:
        yield Fault(row.seq, "does not follow the row before")
    if row.hash != seal(row):
        yield Fault(row.seq, "was changed after it was written")
