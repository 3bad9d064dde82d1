"""What goes when, before it goes: by kind with numbers and dates, first the next thirty days."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from contest.models import Contest, PrivacyRequest, Submission
from contest.profile import Profile
from contest.services.privacy.retention import due, kinds
from contest.services.privacy.retention.kinds import Item

SOON = timedelta(days=30)
CLIPS = ("rejected_clips", "originals")
FEW = 10  # things named on the page of all kinds


@dataclass(frozen=True)
class Outlook:
    """One kind. ``days`` after ``event``; ``now``: goes with the next sweep; ``soon``: within
    thirty days, ``later`` after them; ``kept``: how many stay, by reason; ``next_on``: the next
    day on which something goes; ``size`` in bytes of what goes now or soon; ``first``: the first
    things to go."""

    kind: str
    days: int
    event: str
    now: int
    soon: int
    later: int
    kept: dict[str, int]
    next_on: datetime | None
    size: int
    first: Sequence[Item]

    @property
    def total(self) -> int:
        return self.now + self.soon + self.later + sum(self.kept.values())


def outlooks(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> list[Outlook]:
    """Every kind that the rules give a period: those of which something goes first stand first."""
    why = due.Keeping(session, contest, at=at)
    found = [
        _bulk(session, contest, profile, kind, why=why.of_kind(kind), at=at)
        if kind in kinds.IN_BULK
        else of_items(profile, kind, due.judged(session, contest, profile, kind, why=why), at=at)
        for kind in kinds.named(profile)
    ]
    return sorted(found, key=lambda one: (not one.now, not one.soon, one.next_on is None,
                                          one.next_on or at))


def clips_going(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> tuple[int, datetime | None]:
    """How many clips' data go within thirty days, and on which day the first; 0 and None where
    none does or the rules give clips no period."""
    found = [one for kind in CLIPS for one in due.items(session, contest, profile, kind)
             if one.on <= at + SOON]
    if not found:
        return 0, None
    why = due.Keeping(session, contest, at=at)
    going = [one.on for one in found if not why.of(one)]
    return len(going), min(going, default=None)


def of_items(profile: Profile, kind: str, items: Sequence[Item], *, at: datetime) -> Outlook:
    """A kind of which each thing is known."""
    going = [one for one in items if not one.kept]
    now = [one for one in going if one.on <= at]
    soon = [one for one in going if at < one.on <= at + SOON]
    return Outlook(
        kind, _days(profile, kind), kinds.KINDS[kind], len(now), len(soon),
        len(going) - len(now) - len(soon), dict(Counter(one.kept for one in items if one.kept)),
        going[0].on if going else None, sum(one.size for one in (*now, *soon)), going[:FEW],
    )


def _bulk(
    session: Session, contest: Contest, profile: Profile, kind: str, *, why: str, at: datetime
) -> Outlook:
    length = timedelta(days=_days(profile, kind))
    now = soon = later = 0
    dates: list[datetime] = []
    for query, column in due.rows(contest, kind):
        table = query.with_only_columns(
            func.sum(case((column <= at - length, 1), else_=0)),
            func.sum(case((column > at - length, case((column <= at + SOON - length, 1), else_=0)),
                          else_=0)),
            func.count(), func.min(column),
        )
        first, second, total, begun = session.execute(table).one()
        now, soon = now + int(first or 0), soon + int(second or 0)
        later += int(total or 0) - int(first or 0) - int(second or 0)
        dates += [begun + length] if begun else []
    total = now + soon + later
    if why and total:
        return Outlook(kind, length.days, kinds.KINDS[kind], 0, 0, 0, {why: total}, None, 0, ())
    return Outlook(kind, length.days, kinds.KINDS[kind], now, soon, later, {},
                   min(dates, default=None), 0, ())


def _days(profile: Profile, kind: str) -> int:
    return int(getattr(profile.retention, kind))


def codes(session: Session, contest: Contest, subjects: Sequence[str]) -> dict[str, str]:
    """What is shown for subjects of exceptions: an entry's or a request's code."""
    found: dict[str, str] = {}
    tables: tuple[type[Submission] | type[PrivacyRequest], ...] = (Submission, PrivacyRequest)
    for table in tables:
        name = f"{table.__tablename__}:"
        ids = [int(one.removeprefix(name)) for one in subjects if one.startswith(name)]
        rows = session.execute(select(table.id, table.code).where(
            table.contest_id == contest.id, table.id.in_(ids)
        ))
        found |= {f"{name}{number}": code for number, code in rows}
    return found
