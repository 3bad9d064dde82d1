"""What was refused: counted by hour, place, actor and view, kept 90 days, and read by organisers.

The audit trail tells what people did; this tells what they were not let do. A flood fills neither
the table nor the time: rows are added up within an hour, and the oldest go beyond ``MOST``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, case, delete, func, select
from sqlalchemy.orm import Session

from contest.models import Contest, RoleGrant, SecurityEvent
from contest.services.core import pagination, sweep
from contest.services.core.pagination import Pagination

KINDS = ("sign_in", "code", "passkey", "copied", "forbidden", "too_many")
WINDOW = timedelta(hours=1)
MOST = 20_000  # rows
DAY, WEEK = timedelta(days=1), timedelta(days=7)
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class Refusal:
    """One refusal. ``kind``: one of ``KINDS``; ``contest_id``: where it happened, if known."""

    kind: str
    endpoint: str
    path: str
    place: str
    actor: str
    contest_id: int | None = None


def note(session: Session, what: Refusal, *, at: datetime, count: int = 1) -> SecurityEvent:
    """Add ``count`` refusals to their row of this hour, or begin one."""
    query = select(SecurityEvent).where(
        SecurityEvent.first_at > at - WINDOW, SecurityEvent.last_at <= at,
        SecurityEvent.kind == what.kind, SecurityEvent.endpoint == what.endpoint[:80],
        SecurityEvent.place == what.place[:64], SecurityEvent.actor == what.actor[:64],
        SecurityEvent.contest_id.is_not_distinct_from(what.contest_id),
    )
    row = session.scalars(query.order_by(SecurityEvent.id.desc()).limit(1)).first()
    if row is None:
        row = SecurityEvent(
            kind=what.kind, endpoint=what.endpoint[:80], place=what.place[:64],
            actor=what.actor[:64], contest_id=what.contest_id, count=0, first_at=at, path="",
            last_at=at,
        )
        session.add(row)
        session.flush()
        session.execute(delete(SecurityEvent).where(SecurityEvent.id <= row.id - MOST))
        sweep.schedule(session, at=at)
    row.count, row.path, row.last_at = SecurityEvent.count + count, what.path[:200], at
    session.flush()
    return row


def contest_of(session: Session, user_id: int) -> int | None:
    """The only contest in which a person has a role; None where it is none or several."""
    query = select(RoleGrant.contest_id).where(RoleGrant.user_id == user_id).distinct().limit(2)
    found = session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def listed(
    session: Session, contest: Contest | None, *, number: int = 1
) -> Pagination[SecurityEvent]:
    """The rows of a contest, or all for None, the latest first."""
    query = _of(select(SecurityEvent), contest)
    return pagination.take(
        session, query.order_by(SecurityEvent.last_at.desc(), SecurityEvent.id.desc()), number
    )


def counts(
    session: Session, contest: Contest | None, *, at: datetime
) -> dict[str, tuple[int, int]]:
    """By kind: how many refusals in the rows of the last day, and of the last week."""
    day = func.sum(case((SecurityEvent.last_at > at - DAY, SecurityEvent.count), else_=0))
    query = _of(select(SecurityEvent.kind, day, func.sum(SecurityEvent.count)), contest)
    query = query.where(SecurityEvent.last_at > at - WEEK).group_by(SecurityEvent.kind)
    found = {kind: (int(a), int(b)) for kind, a, b in session.execute(query)}
    return {kind: found.get(kind, (0, 0)) for kind in KINDS}


def _of(query: Select[*Columns], contest: Contest | None) -> Select[*Columns]:
    if contest is None:
        return query
    return query.where(SecurityEvent.contest_id == contest.id)
