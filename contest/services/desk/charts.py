"""What an organiser would rather look at than read: clips by day, units, checks and reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.folding import sortable
from contest.models import Check, ClipVersion, Contest, Snapshot, Submission, Unit
from contest.profile import Profile
from contest.services.entry.checks import QUICK
from contest.states import IN_CONTEST

MOST_DAYS = 62
MOST_HOURS = 48
QUARTER_S = 900
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
class Reasons:
    """Why clips are refused: rule -> how many current clips, the commonest first."""

    rules: Mapping[str, int]
    passed: int
    refused: int


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
    quarters = select(_quarter(session, first_sent.c.at).label("number")).subquery()
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
    begin = at - timedelta(hours=MOST_HOURS)
    gained: Counter[datetime] = Counter()
    for column in (Snapshot.reactions, Snapshot.shares):
        for hour, count in session.execute(_gained(session, contest, column, begin)):
            moment = datetime.strptime(f"{hour}:00+0000", "%Y-%m-%d %H:%M%z")
            gained[moment.astimezone(profile.schedule.zone)] += max(0, int(count or 0))
    if not gained:
        return []
    first, last = min(gained), max(gained)
    hours = [first + timedelta(hours=n) for n in range((last - first) // timedelta(hours=1) + 1)]
    return [(hour, gained[hour]) for hour in hours]


def _quarter(session: Session, moment: ColumnElement[Any]) -> ColumnElement[int]:
    """The number of an instant's quarter of an hour, within which no zone's day begins."""
    if session.get_bind().dialect.name == "sqlite":
        return cast(func.strftime("%s", moment), Integer).op("/")(QUARTER_S)
    return cast(func.floor(func.extract("epoch", moment) / QUARTER_S), Integer)


def _gained(
    session: Session, contest: Contest, column: InstrumentedAttribute[int | None], begin: datetime
) -> Any:
    """By hour (UTC, “2023-06-19 08”) the growth of one number, clip by clip."""
    before = func.lag(column).over(
        partition_by=Snapshot.submission_id, order_by=(Snapshot.taken_at, Snapshot.id)
    )
    step = (
        select(Snapshot.taken_at.label("at"), column.label("now"), before.label("before"))
        .join(Submission, Submission.id == Snapshot.submission_id)
        .where(Submission.contest_id == contest.id, Snapshot.taken_at >= begin,
               column.is_not(None), Snapshot.late_reason == "")
        .subquery()
    )
    if session.get_bind().dialect.name == "sqlite":
        hour = func.strftime("%Y-%m-%d %H", step.c.at)
    else:
        hour = func.to_char(func.timezone("UTC", step.c.at), "YYYY-MM-DD HH24")
    grown = case((step.c.now > step.c.before, step.c.now - step.c.before), else_=0)
    return select(hour, func.sum(grown)).group_by(hour)


def stored(session: Session, contest: Contest) -> int:
    """Bytes that the contest's clips take, replaced ones that are still there included."""
    query = (
        select(func.sum(ClipVersion.size))
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.contest_id == contest.id, ClipVersion.bytes_gone_at.is_(None))
    )
    return int(session.scalar(query) or 0)


def units(session: Session, contest: Contest, profile: Profile) -> Sequence[UnitSquare]:
    """Every unit that takes part, in its order."""
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
    least = max(profile.quota.minimum, 1)
    found = [UnitSquare(number, name, group, count, count >= least)
             for number, name, group, count in session.execute(query)]
    return sorted(found, key=lambda one: (sortable(one.group), sortable(one.name)))


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
