"""The audit trail: record, append, verify.

``hash = SHA-256(prev_hash + canonical JSON of the row)``. All writers lock one head row in turn, so
the chain has no forks on either database. It is locked by the last statements of a transaction,
after every other lock: rows wait in the session until the commit, so that nobody holds the head
while working, and it takes part in no deadlock.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from contest import canonical
from contest.actors import Actor
from contest.models import AuditHead, AuditNote, AuditRow, Base, Tombstone
from contest.models.audit import NOTE, is_note
from contest.services.core import bulk

GENESIS = "0" * 64
FEW = 500  # rows that are not worth a COPY


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

    ``before``/``after`` hold references and states; texts become notes, which can be erased
    (``models/audit.py``). Raises ``RuntimeError`` in a reading session, which would never commit
    it.
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


@dataclass(frozen=True)
class _Many:
    """Rows that differ in their subject and in ``before`` only."""

    like: AuditRow
    rows: Sequence[tuple[str, dict[str, Any]]]  # subject, before


def record_many(
    session: Session, action: str, rows: Sequence[tuple[str, dict[str, Any]]], *, actor: Actor,
    at: datetime, contest_id: int, after: dict[str, Any],
) -> None:
    """As ``record`` for each (subject, before) of ``rows``, of which there may be hundreds of
    thousands: they are sealed one after another and inserted together (``FEW`` as any others)."""
    if len(rows) <= FEW:
        for subject, before in rows:
            record(session, action, subject, actor=actor, at=at, contest_id=contest_id,
                   before=before, after=after)
        return
    if not session.info.get("writes"):
        raise RuntimeError(f"{action}: a reading session records nothing")
    like = AuditRow(at=at.astimezone(UTC), contest_id=contest_id, actor=actor.label, action=action,
                    after=deepcopy(after))
    _pending(session).append((_Many(like, rows), _enclosing(session)))


def _pending(session: Session) -> list[tuple[AuditRow | _Many, list[SessionTransaction]]]:
    """The rows that wait for the commit, each with the savepoints in which it was recorded."""
    found: list[tuple[AuditRow | _Many, list[SessionTransaction]]]
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
        if isinstance(row, _Many):
            first = head.seq + 1
            bulk.send(session, _TABLE, _COLUMNS, _sealed(row, head))
            bulk.send(session, _NOTES, _OF_NOTE, _shared(row.like, first, head.seq))
            continue
        row.seq, row.prev_hash = head.seq + 1, head.hash
        row.hash = seal(row)
        head.seq, head.hash = row.seq, row.hash
        session.add(row)
    session.flush()


_TABLE = Base.metadata.tables[AuditRow.__tablename__]
_COLUMNS = ("seq", "at", "contest_id", "actor", "action", "subject", "before", "after",
            "prev_hash", "hash")


_NOTE_SUBJECT = "audit_note:"  # of a tombstone
_NOTES = Base.metadata.tables[AuditNote.__tablename__]
_OF_NOTE = ("audit_seq", "sha256", "salt", "value")


def _shared(like: AuditRow, first: int, last: int) -> Iterator[tuple[object, ...]]:
    """The texts that many rows share, once for each of them."""
    for note in like.notes:
        for seq in range(first, last + 1):
            yield seq, note.sha256, note.salt, bulk.Written(note.value)


def _sealed(many: _Many, head: AuditHead) -> Iterator[tuple[object, ...]]:
    """The values of each row, sealed as ``seal`` does; what they share is written once, because
    everybody waits for the head meanwhile."""
    like, written = many.like, bulk.Written(many.like.sealed_after)
    shared = (like.at, like.contest_id, like.actor, like.action)
    seq, sealed = head.seq, head.hash  # not by the mapper's attributes, row by row
    begun: dict[str, tuple[str, bulk.Written]] = {}
    for subject, before in many.rows:
        known = begun.get(key := str(before))
        if known is None:
            like.seq, like.subject, like.sealed_before = 0, "", before
            start = canonical.text(_content(like)).partition('"seq":0,"subject":""')[0]
            known = begun[key] = (start, bulk.Written(before))
        seq, previous = seq + 1, sealed
        content = f'{known[0]}"seq":{seq},"subject":{canonical.text(subject)}}}'
        sealed = sha256((previous + content).encode()).hexdigest()
        yield (seq, *shared, subject, known[1], written, previous, sealed)
    head.seq, head.hash = seq, sealed


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
    return canonical.sha256(_content(row), after=row.prev_hash)


def _content(row: AuditRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": row.at.isoformat(timespec="microseconds"),
        "contest": row.contest_id,
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "before": row.sealed_before,
        "after": row.sealed_after,
    }


@dataclass(frozen=True)
class Fault:
    """A row at which the chain is broken."""

    seq: int
    what: str


def verify(session: Session) -> tuple[int, list[Fault]]:
    """Walk the whole chain: the number of rows, and every fault found."""
    rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).yield_per(1000)
    buried = set(session.scalars(
        select(Tombstone.subject).where(Tombstone.subject.startswith(_NOTE_SUBJECT))
    ))
    count, previous = 0, GENESIS
    faults: list[Fault] = []
    for expected, row in enumerate(rows, start=1):
        faults += _faults(row, expected, previous, buried)
        count, previous = expected, row.hash
    head = session.scalars(select(AuditHead)).one()
    if (head.seq, head.hash) != (count, previous):
        faults.append(Fault(head.seq, "the head does not match the last row: rows are missing"))
    return count, faults


def _faults(
    row: AuditRow, expected: int, previous: str, buried: set[str]
) -> Iterator[Fault]:
    if row.seq != expected:
        yield Fault(row.seq, f"row {expected} is missing")
    if row.prev_hash != previous:
        yield Fault(row.seq, "does not follow the row before")
    if row.hash != seal(row):
        yield Fault(row.seq, "was changed after it was written")
    known = {note.sha256 for note in row.notes}
    wanted = {v[NOTE] for part in (row.sealed_before, row.sealed_after) for v in part.values()
              if is_note(v)}
    if wanted - known:
        yield Fault(row.seq, "a text of it is missing")
    if not all(note.holds() for note in row.notes):
        yield Fault(row.seq, "a text of it was changed after it was written")
    if any(note.erased_at and f"{_NOTE_SUBJECT}{note.id}" not in buried for note in row.notes):
        yield Fault(row.seq, "a text of it was erased and no tombstone says why")
