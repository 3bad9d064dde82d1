"""A file's rows on their way into the share ledger: bulk-loaded into a temporary table, then merged
by one INSERT.

With the temporary table the file is read once, a million rows need no memory, and the database
counts equal rows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contest.models import ShareRecord
from contest.models.base import UtcDateTime
from contest.services.core import bulk

LedgerTuple = tuple[
    int, int, str, str, datetime
]  # row, submission's id, account, link or "", seen at

COLUMNS = ("row", "submission_id", "account", "link", "seen_at")
STAGED = Table(
    "staged_share", MetaData(),
    Column("row", Integer), Column("submission_id", Integer), Column("account", Text),
    Column("link", Text), Column("seen_at", UtcDateTime), prefixes=["TEMPORARY"],
)


def stage(session: Session, rows: Iterable[LedgerTuple]) -> int:
    """Load the rows into the temporary table; returns how many. If ``rows`` raises, nothing stays.

    ``rows`` must not use the session: PostgreSQL's connection is busy until the last one.
    """
    with session.begin_nested():
        STAGED.create(session.connection())
        return bulk.send(session, STAGED, COLUMNS, rows)


def take_over(
    session: Session, *, evidence_id: int, created_by: str, at: datetime, cut_off: datetime
) -> int:
    """Merge the staged rows into the ledger; returns how many shares are new.

    The same share in two files is one. Of an account's shares without a link the larger number
    stays; one seen by the cut-off takes precedence over any that was seen later.
    """
    before = _known(session)
    told = _summed(cut_off).add_columns(
        literal(evidence_id), literal(created_by), literal(at, UtcDateTime)
    )
    names = [*COLUMNS[1:], "count", "evidence_id", "created_by", "created_at"]
    session.execute(_keep_the_better(session, names, told, cut_off))
    added = _known(session) - before
    STAGED.drop(session.connection())
    return added


def _known(session: Session) -> int:
    """Rows in the ledger of the staged clips (those of other contests may grow meanwhile)."""
    clips = select(STAGED.c.submission_id)
    query = select(func.count(ShareRecord.id)).where(ShareRecord.submission_id.in_(clips))
    return session.scalar(query) or 0


def _summed(cut_off: datetime) -> Any:
    """One row for each clip, account and link; without a link, counted."""
    staged = STAGED.c
    on_time = func.sum(case((staged.seen_at <= cut_off, 1), else_=0))
    number = func.coalesce(func.nullif(on_time, 0), func.count())
    group = (staged.submission_id, staged.account, staged.link)
    return (
        select(*group, func.min(staged.seen_at), case((staged.link == "", number), else_=1))
        .where(staged.submission_id.is_not(None))  # SQLite needs a WHERE before ON CONFLICT
        .group_by(*group)
        .order_by(func.min(staged.row))  # the first spelling of a name is the one shown
    )


def _keep_the_better(session: Session, names: list[str], told: Any, cut_off: datetime) -> Any:
    """Upsert: insert new rows; replace a known one that counts less."""
    kind: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = kind.insert(ShareRecord).from_select(names, told, include_defaults=False)
    new, old = statement.excluded, ShareRecord
    now: ColumnElement[bool] = new.seen_at <= cut_off
    then: ColumnElement[bool] = old.seen_at <= cut_off
    better = (now & ~then) | ((now == then) & (new["count"] > old.count))
    return statement.on_conflict_do_update(
        index_elements=["submission_id", "account", "link"], where=better,
        set_={name: new[name] for name in ("count", "seen_at", "evidence_id")},
    )
