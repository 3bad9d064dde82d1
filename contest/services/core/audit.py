"""The audit trail: record, append, verify.

``hash = SHA-256(prev_hash + canonical JSON of the row)``. All writers lock one head row in turn, so
the chain has no forks on either database. It is locked by the last statements of a transaction,
after every other lock: rows wait in the session until the commit, so that nobody holds the head
while working, and it takes part in no deadlock.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

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
) -> None:
    """Have one row appended when ``session`` commits; its place in the chain is known only then.

    ``before``/``after`` hold references and states, never personal data. Raises ``RuntimeError``
    in a reading session, which would never commit it.
    """
    if not session.info.get("writes"):
        raise RuntimeError(f"{action}: a reading session records nothing")
    if not session.in_transaction():
        session.begin()  # the row is appended at its commit, dropped at its rollback
    session.flush()  # the subject has its id from here on
    row = AuditRow(
        at=at.astimezone(UTC),  # hashed as it will be read back
        contest_id=contest_id if contest_id is not None else getattr(subject, "contest_id", None),
        actor=actor.label,
        action=action,
        subject=subject if isinstance(subject, str) else subject_of(subject),
        before=deepcopy(before or {}),
        after=deepcopy(after or {}),
    )
    _pending(session).append((row, _enclosing(session)))


def _pending(session: Session) -> list[tuple[AuditRow, list[SessionTransaction]]]:
    """The rows that wait for the commit, each with the savepoints in which it was recorded."""
    found: list[tuple[AuditRow, list[SessionTransaction]]]
    found = session.info.setdefault("audit", [])
    return found


def _enclosing(session: Session) -> list[SessionTransaction]:
    """The current savepoint and those around it, the innermost first."""
    found = []
    transaction = session.get_nested_transaction()
    while transaction is not None:
        found.append(transaction)
        transaction = transaction.parent
    return found


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    """Append the waiting rows, as the last statements before a commit (not of a savepoint)."""
    if session.in_nested_transaction() or not _pending(session):
        return
    session.flush()
    head = session.scalars(
        select(AuditHead).with_for_update().execution_options(populate_existing=True)
    ).one()
    for row, _ in _pending(session):
        row.seq, row.prev_hash = head.seq + 1, head.hash
        row.hash = seal(row)
        head.seq, head.hash = row.seq, row.hash
        session.add(row)
    session.flush()


@event.listens_for(Session, "after_soft_rollback")
def _undo(session: Session, ended: SessionTransaction) -> None:
    """Drop the rows recorded within a savepoint that is rolled back."""
    _pending(session)[:] = [(row, within) for row, within in _pending(session)
                            if ended not in within]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """Clear what waits once the transaction has ended, however it ended."""
    if ended.parent is None:
        _pending(session).clear()


def seal(row: AuditRow) -> str:
    """The hash of this row's content and ``prev_hash``, which the row must carry."""
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
    """A row at which the chain is broken."""

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
