"""A file's rows on their way into the share ledger: bulk-loaded into a temporary table, then taken
over by one INSERT.

With the temporary table the file is read once, a million rows need no memory, and the database
counts equal rows. What other sources tell stays as it is: the ledger keeps the lines of each.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from contest.models import ShareRecord
from contest.models.base import UtcDateTime
from contest.services.core import bulk

LedgerTuple = tuple[
    int, int, str, str, str, str, str, datetime, str
]  # row, submission's id, account, identity, profile or "", link or "", its key, seen at, its day

COLUMNS = (
    "row", "submission_id", "account", "identity", "profile", "link", "link_key", "seen_at", "day",
)
STAGED = Table(
    "staged_share", MetaData(),
    Column("row", Integer), Column("submission_id", Integer), Column("account", Text),
    Column("identity", Text), Column("profile", Text), Column("link", Text),
    Column("link_key", Text), Column("seen_at", UtcDateTime), Column("day", Text),
    prefixes=["TEMPORARY"],
)


def stage(session: Session, rows: Iterable[LedgerTuple]) -> int:
    """Load the rows into the temporary table; returns how many. If ``rows`` raises, nothing stays.

    ``rows`` must not use the session: PostgreSQL's connection is busy until the last one.
    """
    with session.begin_nested():
        STAGED.create(session.connection())
        return bulk.send(session, STAGED, COLUMNS, rows)


def clips(session: Session) -> list[int]:
    """The clips (submissions' ids) in the staged rows."""
    found: list[int] = list(session.scalars(select(STAGED.c.submission_id).distinct()))
    return found


def take_over(
    session: Session, *, evidence_id: int, created_by: str, at: datetime, cut_off: datetime,
    late_reason: str, late: int, all_late: bool, per_day: bool,
) -> int:
    """Write the staged rows into the ledger, one line for each clip, account and share; returns how
    many of these no source had told of.

    Of rows without a link the line counts how many there are (on a day, if ``per_day``). A late
    line, stored with ``late_reason``, counts those in time, too: it is the larger number of the two
    that counts once somebody agrees. ``late``: how many rows are. ``all_late``: told too late,
    whenever seen.
    """
    added = _new(session, per_day=per_day)
    told = []
    if late:
        told.append((
            _folded(cut_off, late=True, per_day=per_day, all_late=all_late), late_reason
        ))
    if not all_late:
        told.append((_folded(cut_off, late=False, per_day=per_day, all_late=False), ""))
    same = {"voided": literal(False), "evidence_id": literal(evidence_id),
            "created_by": literal(created_by), "created_at": literal(at, UtcDateTime)}
    for lines, reason in told:
        values = {"late_reason": literal(reason), **same}
        session.execute(insert(ShareRecord).from_select(
            [*COLUMNS[1:], "count", *values], lines.add_columns(*values.values()),
            include_defaults=False,
        ))
    STAGED.drop(session.connection())
    return added


def _slot(table: Any, *, per_day: bool) -> list[Any]:
    """What tells apart shares without a link besides their account: the day, if need be."""
    return [case((table.link_key == "", table.day), else_="")] if per_day else []


def _new(session: Session, *, per_day: bool) -> int:
    """How many of the staged shares no source has told of."""
    staged, line = STAGED.c, ShareRecord
    known = select(
        line.submission_id, line.identity, line.link_key, *_slot(line, per_day=per_day)
    ).where(~line.voided, line.submission_id.in_(select(staged.submission_id)))
    told = select(
        staged.submission_id, staged.identity, staged.link_key, *_slot(staged, per_day=per_day)
    )
    return session.scalar(select(func.count()).select_from(told.except_(known).subquery())) or 0


def _folded(cut_off: datetime, *, late: bool, per_day: bool, all_late: bool) -> Any:
    """One row for each clip, account and share; without a link, counted. The columns of ``COLUMNS``
    from the second on, and the count."""
    staged = STAGED.c
    seen_late = staged.seen_at > cut_off
    group = (
        staged.submission_id, staged.identity, staged.link_key, *_slot(staged, per_day=per_day)
    )
    folded = select(
        func.min(staged.row).label("first"), func.max(staged.profile).label("profile"),
        func.min(staged.seen_at).label("seen_at"), func.min(staged.day).label("day"),
        func.count().label("lines"),
    ).group_by(*group)
    if late and not all_late:
        in_time = func.sum(case((seen_late, 0), else_=1))
        any_late = func.sum(case((seen_late, 1), else_=0)) > 0
        folded = folded.having(any_late, or_(func.min(staged.link_key) == "", in_time == 0))
    elif not late:
        folded = folded.where(~seen_late)
    found = folded.subquery()
    return (
        select(
            staged.submission_id, staged.account, staged.identity, found.c.profile, staged.link,
            staged.link_key, found.c.seen_at, found.c.day,
            case((staged.link_key == "", found.c.lines), else_=1),
        )
        .join(found, found.c.first == staged.row)  # the first spelling of a name is the one shown
        .order_by(staged.row)
    )
