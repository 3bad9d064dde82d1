"""Ending a dry run: it is gone for everybody at once, its rows and files a moment later.

What stays is the word of the audit trail, which nobody can shorten: who began and ended it, and how
many rows went. The trail's rows of the dry run itself hold references only; their texts are erased.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict
from contest.models import AuditNote, AuditRow, Base, Contest, Submission, Tombstone, TrialEnd
from contest.permissions import require
from contest.services.core import audit, outbox

TASK = "trial.end"
STAY = frozenset({"contest", "audit", "audit_note", "tombstone"})
PART = 500  # rows of one statement
SETTLED = timedelta(minutes=2)  # by then nobody is putting a file any more


def end(session: Session, trial: Contest, *, actor: Actor, at: datetime) -> int:
    """Close the dry run for everybody and have it removed; the id of the contest that it was of.

    Raises ``NotAllowed``; ``Conflict`` for a contest that is none.
    """
    require(actor, "trial.manage", trial)
    if trial.trial_of is None:
        raise Conflict("Đây không phải lần chạy thử, không xoá được.",
                       "This is no dry run and cannot be removed.")
    audit.record(session, "trial.ended", trial, actor=actor, at=at, contest_id=trial.trial_of,
                 after={"trial": trial.id})
    trial.revision_id, trial.slug = None, f"{trial.slug}-{trial.id}"
    outbox.enqueue(session, TASK, trial.id, at=at, due_at=at + SETTLED)
    return trial.trial_of


def remove(session: Session, contest_id: int, *, at: datetime) -> int:
    """Delete every row that belongs to an ended dry run; returns how many. Done again it finds
    nothing. Raises ``ValueError`` for a contest that is no ended dry run."""
    trial = session.get_one(Contest, contest_id)
    if trial.trial_of is None or trial.revision_id is not None:
        raise ValueError(f"contest {contest_id} is no ended dry run")
    _forget_texts(session, contest_id, at)
    guard = TrialEnd(contest_id=contest_id)
    session.add(guard)
    session.flush()
    of_trial = Submission.contest_id == contest_id
    session.execute(update(Submission).where(of_trial).values(version_id=None))
    count = 0
    while doomed := list(_doomed(session, contest_id)):  # triggers count anew what is left
        count += sum(len(ids) for _, ids in doomed)
        _delete(session, doomed)
    session.delete(guard)
    if count:
        audit.record(session, "trial.removed", trial, actor=SYSTEM, at=at,
                     contest_id=trial.trial_of, after={"rows": count})
    return count


def _delete(session: Session, doomed: list[tuple[Table, list[int]]]) -> None:
    """Children first."""
    for table, ids in reversed(doomed):
        for start in range(0, len(ids), PART):
            session.execute(delete(table).where(table.c.id.in_(ids[start:start + PART])))


def _doomed(session: Session, contest_id: int) -> Iterator[tuple[Table, list[int]]]:
    """Each table's rows that refer to the contest, or to a row that does; parents first."""
    gone: dict[str, list[int]] = {"contest": [contest_id]}
    for table in Base.metadata.sorted_tables:
        links = [(column, gone[key.column.table.name]) for column in table.columns
                 for key in column.foreign_keys
                 if key.column.table.name in gone and key.column.table.name != table.name]
        if table.name in STAY or not links:
            continue
        ids = sorted({row for column, parents in links
                      for row in _referring(session, table, column, parents)})
        if ids:
            gone[table.name] = ids
            yield table, ids


def _referring(
    session: Session, table: Table, column: ColumnElement[int], parents: list[int]
) -> Iterator[int]:
    for start in range(0, len(parents), PART):
        yield from session.scalars(
            select(table.c.id).where(column.in_(parents[start:start + PART]))
        )


def _forget_texts(session: Session, contest_id: int, at: datetime) -> None:
    """What people typed leaves the trail; its chain holds without."""
    of_trial = select(AuditRow.seq).where(AuditRow.contest_id == contest_id)
    notes = session.scalars(select(AuditNote).where(
        AuditNote.audit_seq.in_(of_trial), AuditNote.erased_at.is_(None)
    )).all()
    for note in notes:
        session.add(Tombstone(
            contest_id=contest_id, subject=f"audit_note:{note.id}", field="value",
            digest="0" * 64, ground=f"trial:{contest_id}", erased_by="system", erased_at=at,
        ))
    session.flush()
    for note in notes:
        note.salt, note.value, note.erased_at = "", "", at
    session.flush()
