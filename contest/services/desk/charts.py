"""What an organiser would rather look at than read: clips by day, units, checks and reasons."""

import operator
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import nsmallest
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, or_, select
from sqlalchemy.orm import Session

from contest.folding import sortable
from contest.models import AuditHead, Check, ClipVersion, Contest, Snapshot, Submission, Unit
from contest.profile import Profile
from contest.services.checking.outcomes import QUICK
from contest.services.core.kept import kept
from contest.services.desk import desk
from contest.states import IN_CONTEST

MOST_DAYS = 62
MOST_HOURS = 48
QUARTER_S = 900  # within which no zone's day begins
HOUR_S = 3600
MOST_UNITS = 300  # on the grid; all of them are in the list of units
MOST_REPORTS = 500  # the newest refused clips; more would tell no other story


@dataclass(frozen=True)
class UnitSquare:
    """A unit on the grid: in where it has as many clips in the contest as the quota asks."""

    id: int
    name: str
    group: str
    clips: int
    is_in: bool


@dataclass(frozen=True)
class UnitGrid:
    """The first ``MOST_UNITS`` units in their order, and how many of all are in and are not."""

    squares: Sequence[UnitSquare]
    inside: int
    outside: int

    def __bool__(self) -> bool:
        return bool(self.squares)

    @property
    def left_out(self) -> int:
        return self.inside + self.outside - len(self.squares)


@dataclass(frozen=True)
class Reasons:
    """Why clips are refused: rule -> how many current clips, the commonest first."""

    rules: Mapping[str, int]
    passed: int
    refused: int


@dataclass(frozen=True)
class Charts:
    """All that is drawn: clips by day, units, why clips are refused, counts by hour, bytes stored;
    entries and posts by state."""

    days: Sequence[tuple[date, int]]
    grid: UnitGrid
    reasons: Reasons
    hours: Sequence[tuple[datetime, int]]
    stored: int
    entries: Mapping[str, int]
    posts: Mapping[str, int]


def drawn(session: Session, contest: Contest, profile: Profile, *, at: datetime) -> Charts:
    """What is drawn of a contest. It reads every clip, check and reading, so it is kept until
    anything is recorded, and never beyond the minute."""
    def draw() -> Charts:
        return Charts(
            by_day(session, contest, profile), units(session, contest, profile),
            reasons(session, contest), by_hour(session, contest, profile, at=at),
            stored(session, contest), desk.entries(session, contest),
            desk.publications(session, contest),
        )

    newest = (func.max(table.id) for table in (ClipVersion, Check, Snapshot, Submission, Unit))
    state = session.execute(select(*(select(found).scalar_subquery() for found in (
        func.max(AuditHead.seq), *newest)))).one()
    minute = at.replace(second=0, microsecond=0)
    return kept(session, (contest.id, contest.revision_id, minute, *state), "charts", draw)


def by_day(session: Session, contest: Contest, profile: Profile) -> list[tuple[date, int]]:
    """How many entries sent their first clip on each local day, from the first to the last of them;
    days without one among them. At most the last ``MOST_DAYS`` days."""
    first_sent = (
        select(func.min(ClipVersion.received_at).label("at"))
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.contest_id == contest.id)
        .group_by(Submission.id)
        .subquery()
    )
    quarters = select(_part(session, first_sent.c.at, QUARTER_S).label("number")).subquery()
    query = select(quarters.c.number, func.count()).group_by(quarters.c.number)
    counts: Counter[date] = Counter()
    for number, count in session.execute(query):
        moment = datetime.fromtimestamp(int(number) * QUARTER_S, profile.schedule.zone)
        counts[moment.date()] += count
    if not counts:
        return []
    last = max(counts)
    first = max(min(counts), last - timedelta(days=MOST_DAYS - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, counts[day]) for day in days]


def by_hour(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> list[tuple[datetime, int]]:
    """How many reactions and shares were added in each local hour of the last ``MOST_HOURS``, as
    the readings tell: what is new between two readings counts in the hour of the later one. From
    the first hour with a reading on; a number that fell adds nothing."""
    gained: Counter[datetime] = Counter()
    begin = at - timedelta(hours=MOST_HOURS)
    for number, count in session.execute(_gained(session, contest, begin)):
        gained[datetime.fromtimestamp(number * HOUR_S, profile.schedule.zone)] += int(count)
    if not gained:
        return []
    first, last = min(gained), max(gained)
    hours = [first + timedelta(hours=n) for n in range((last - first) // timedelta(hours=1) + 1)]
    return [(hour, gained[hour]) for hour in hours]


def _part(session: Session, moment: ColumnElement[Any], seconds: int) -> ColumnElement[int]:
    """In which part of so many seconds an instant lies, counted from 1970."""
    if session.get_bind().dialect.name == "sqlite":
        return cast(func.strftime("%s", moment), Integer).op("/")(seconds)
    return cast(func.floor(func.date_part("epoch", moment) / seconds), Integer)


def _gained(session: Session, contest: Contest, begin: datetime) -> Any:
    """By hour, as ``_part`` numbers them, the growth of both numbers, clip by clip. Each is
    compared with the last reading that had it; hours in which neither was read are left out."""
    numbers = (Snapshot.reactions, Snapshot.shares)
    step = (
        select(Snapshot.taken_at.label("at"), *(
            (column - func.lag(column).over(
                partition_by=(Snapshot.submission_id, column.is_(None)),
                order_by=(Snapshot.taken_at, Snapshot.id),
            )).label(column.key) for column in numbers
        ))
        .join(Submission, Submission.id == Snapshot.submission_id)
        .where(Submission.contest_id == contest.id, Snapshot.taken_at >= begin,
               or_(*(column.is_not(None) for column in numbers)), Snapshot.late_reason == "")
        .subquery()
    )
    hours = select(_part(session, step.c.at, HOUR_S).label("number"), step).subquery()
    grown = (case((hours.c[column.key] > 0, hours.c[column.key]), else_=0) for column in numbers)
    query = select(hours.c.number, func.sum(operator.add(*grown)))
    return query.group_by(hours.c.number)


def stored(session: Session, contest: Contest) -> int:
    """Bytes that the contest's clips take, replaced ones that are still there included."""
    query = (
        select(func.sum(ClipVersion.size))
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.contest_id == contest.id, ClipVersion.bytes_gone_at.is_(None))
    )
    return int(session.scalar(query) or 0)


def units(session: Session, contest: Contest, profile: Profile) -> UnitGrid:
    """Every unit that takes part is counted, those that come first are named."""
    clips = (
        select(Submission.unit_id, func.count().label("clips"))
        .where(Submission.contest_id == contest.id, Submission.state.in_(IN_CONTEST),
               Submission.version_id.is_not(None))
        .group_by(Submission.unit_id)
        .subquery()
    )
    query = (
        select(Unit.id, Unit.name, Unit.group, func.coalesce(clips.c.clips, 0))
        .outerjoin(clips, clips.c.unit_id == Unit.id)
        .where(Unit.contest_id == contest.id, Unit.retired_at.is_(None))
    )
    found, least = session.execute(query).all(), max(profile.quota.minimum, 1)
    # Ordered here, where each name's key is kept: the database would work out all of them anew.
    first = nsmallest(MOST_UNITS, found, key=lambda row: (sortable(row[2]), sortable(row[1])))
    inside = sum(row[3] >= least for row in found)
    squares = [UnitSquare(number, name, group, count, count >= least)
               for number, name, group, count in first]
    return UnitGrid(squares, inside, len(found) - inside)


def reasons(session: Session, contest: Contest) -> Reasons:
    """The quick checks of the entries' current clips: how many passed, and what the others lack."""
    verdicts: Mapping[str | None, int] = {
        verdict: count for verdict, count in session.execute(
            _current(contest, Check.verdict, func.count()).group_by(Check.verdict))
    }
    reports = session.scalars(
        _current(contest, Check.report).where(Check.verdict == "fail")
        .order_by(Check.id.desc()).limit(MOST_REPORTS)
    )
    rules = Counter(rule for report in reports for rule in _hard(report))
    refused = verdicts.get("fail", 0)
    passed = sum(verdicts.values()) - refused
    return Reasons(dict(rules.most_common()), passed, refused)


def _current(contest: Contest, *columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Submission)
        .join(Check, Check.version_id == Submission.version_id)
        .where(Submission.contest_id == contest.id, Submission.state.in_(IN_CONTEST),
               Check.kind == QUICK, Check.state == "done")
    )


def _hard(report: Mapping[str, Any]) -> set[str]:
    return {
        str(finding["rule"]) for finding in report.get("findings", ())
        if finding.get("level") == "hard" and finding.get("outcome") == "fail"
    }
