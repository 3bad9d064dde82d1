"""Who shared which clip how often, from the lines of the share ledger that count.

A line counts if it was seen and told in time, or another organiser agreed to it, and it is not
void. Several sources may tell of the same share: of a link it is one share, of shares without a
link the largest number that a source tells counts.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.models import Contest, ShareRecord, Submission
from contest.services.core import profiles

Only = Collection[int] | None  # submissions' ids; None: every clip of the contest


@dataclass(frozen=True)
class Account:
    """One account's shares of one clip. ``days``: (day, shares), the day "" where the cap is not
    per day. ``name``: as it was recorded first."""

    name: str
    identity: str
    days: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.days)


def of_contest(
    contest: Contest, column: InstrumentedAttribute[int], only: Only
) -> list[ColumnElement[bool]]:
    """Conditions: the contest's rows, of the clips asked for."""
    found: list[ColumnElement[bool]] = [Submission.contest_id == contest.id]
    return found if only is None else [*found, column.in_(only)]


def counting(cut_off: datetime) -> ColumnElement[bool]:
    """May a line of the ledger count?"""
    in_time = and_(ShareRecord.late_reason == "", ShareRecord.seen_at <= cut_off)
    return and_(~ShareRecord.voided, or_(in_time, ShareRecord.agreed_by.is_not(None)))


def kept(cut_off: datetime) -> ColumnElement[bool]:
    """Has the enclosing query's submission a line that counts?"""
    return (
        select(ShareRecord.id)
        .where(ShareRecord.submission_id == Submission.id, counting(cut_off))
        .correlate(Submission)
        .exists()
    )


def accounts_of(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, list[Account]]:
    """By the submission's id: its accounts, by name; clips without a line that counts are absent.
    """
    profile = profiles.profile_of(contest)
    shares = _shares(
        contest, only, cut_off=profile.schedule.counts_close, per_day=profile.scoring.per_day
    ).subquery()
    query = (
        select(
            shares.c.submission_id, shares.c.identity, shares.c.day, shares.c.count,
            ShareRecord.account,
        )
        .join(ShareRecord, ShareRecord.id == shares.c.first)
        .order_by(shares.c.first)
    )
    names: dict[tuple[int, str], str] = {}
    days: dict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
    for submission_id, identity, day, count, name in session.execute(query):
        names.setdefault((submission_id, identity), name)
        days[submission_id, identity].append((day, int(count)))
    found: dict[int, list[Account]] = defaultdict(list)
    for (submission_id, identity), name in names.items():
        on = tuple(sorted(days[submission_id, identity]))
        found[submission_id].append(Account(name, identity, on))
    for accounts in found.values():
        accounts.sort(key=lambda one: (one.name, one.count))
    return dict(found)


def _shares(
    contest: Contest, only: Only, *, cut_off: datetime, per_day: bool
) -> Select[tuple[int, str, str, int, int]]:
    """Columns submission_id, identity, day, count, first (the earliest line's id)."""
    line = ShareRecord
    slot = case((line.link == "", line.day), else_="") if per_day else literal("")
    told = (
        select(
            line.submission_id, line.identity, func.min(line.id).label("first"),
            (func.min(line.day) if per_day else literal("")).label("day"),
            func.max(line.count).label("count"),
        )
        .join(line.submission)
        .where(*of_contest(contest, line.submission_id, only), counting(cut_off))
        .group_by(line.submission_id, line.identity, line.link, *([slot] if per_day else []))
        .subquery()
    )
    group = (told.c.submission_id, told.c.identity, *([told.c.day] if per_day else []))
    return select(
        told.c.submission_id, told.c.identity,
        (told.c.day if per_day else literal("")).label("day"),
        func.sum(told.c.count).label("count"), func.min(told.c.first).label("first"),
    ).group_by(*group)
