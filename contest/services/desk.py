"""Where a contest stands, in numbers: read for the organiser's desk, each with one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from contest.models import (
    Ballot,
    Check,
    ClipVersion,
    Contest,
    Publication,
    RoleGrant,
    Snapshot,
    Submission,
    Task,
    Unit,
    User,
)
from contest.profile import Profile
from contest.states import IN_CONTEST, Entry

SNAPSHOT_EVERY = timedelta(hours=24)  # an older count is due for a new one
MARKABLE = (Entry.APPROVED, Entry.PUBLISHED)
FINISHED_BALLOTS = ("submitted", "recused", "abstained", "locked")


@dataclass(frozen=True)
class Juror:
    """How far one juror is: clips done of clips due."""

    id: int
    name: str
    done: int
    due: int


@dataclass(frozen=True)
class Standing:
    """All the numbers of the desk."""

    units: int
    units_short: int  # below their quota
    entries: Mapping[str, int]  # by state
    oldest_review: datetime | None
    checks: Mapping[str, int]  # by state
    publications: Mapping[str, int]  # by state
    published: int
    snapshots_due: int
    jurors: list[Juror]
    tasks: Mapping[str, int]  # by state
    overdue: int

    @property
    def marks_done(self) -> int:
        return sum(juror.done for juror in self.jurors)

    @property
    def marks_due(self) -> int:
        return sum(juror.due for juror in self.jurors)


def standing(session: Session, contest: Contest, profile: Profile, *, at: datetime) -> Standing:
    """The desk's numbers at this instant."""
    publications = _by_state(session, _publications(contest))
    return Standing(
        units=session.scalar(select(func.count()).where(Unit.contest_id == contest.id)) or 0,
        units_short=len(units_short(session, contest, profile)),
        entries=_by_state(session, _entries(contest)),
        oldest_review=_oldest_review(session, contest),
        checks=_by_state(session, _checks(contest)),
        publications=publications,
        published=publications.get("published", 0),
        snapshots_due=_snapshots_due(session, contest, profile, at=at),
        jurors=jurors(session, contest),
        tasks=_by_state(session, _tasks(contest)),
        overdue=_overdue(session, contest, at=at),
    )


def units_short(session: Session, contest: Contest, profile: Profile) -> list[Unit]:
    """Units that have fewer clips in the contest than the quota asks (plan II.2)."""
    counted = (
        select(func.count(Submission.id))
        .where(
            Submission.unit_id == Unit.id,
            Submission.state.in_(IN_CONTEST - {Entry.UPLOADING}),
        )
        .scalar_subquery()
    )
    query = select(Unit).where(Unit.contest_id == contest.id, counted < profile.quota.minimum)
    return list(session.scalars(query.order_by(Unit.name)))


def jurors(session: Session, contest: Contest) -> list[Juror]:
    """Every juror with the clips done and due; clips of the juror's own unit are not due."""
    markable = session.execute(
        select(Submission.unit_id, func.count())
        .where(Submission.contest_id == contest.id, Submission.state.in_(MARKABLE))
        .group_by(Submission.unit_id)
    )
    per_unit: dict[int | None, int] = {row[0]: row[1] for row in markable}
    done = _ballots_done(session, contest)
    query = (
        select(User.id, User.name, RoleGrant.unit_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.contest_id == contest.id, RoleGrant.role == "juror", User.active)
        .order_by(User.name)
    )
    total = sum(per_unit.values())
    return [
        Juror(user_id, name, done.get(user_id, 0), total - per_unit.get(own_unit, 0))
        for user_id, name, own_unit in session.execute(query)
    ]


def _ballots_done(session: Session, contest: Contest) -> dict[int, int]:
    query = (
        select(Ballot.juror_id, func.count())
        .join(Ballot.submission)
        .where(
            Submission.contest_id == contest.id,
            Submission.state.in_(MARKABLE),
            Ballot.state.in_(FINISHED_BALLOTS),
        )
        .group_by(Ballot.juror_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _by_state(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(query)}


def _entries(contest: Contest) -> Select[str, int]:
    return (
        select(Submission.state, func.count())
        .where(Submission.contest_id == contest.id)
        .group_by(Submission.state)
    )


def _checks(contest: Contest) -> Select[str, int]:
    return (
        select(Check.state, func.count())
        .join(Check.version)
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.contest_id == contest.id)
        .group_by(Check.state)
    )


def _publications(contest: Contest) -> Select[str, int]:
    return (
        select(Publication.state, func.count())
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id)
        .group_by(Publication.state)
    )


def _tasks(contest: Contest) -> Select[str, int]:
    return (
        select(Task.state, func.count())
        .where(Task.contest_id == contest.id)
        .group_by(Task.state)
    )


def _overdue(session: Session, contest: Contest, *, at: datetime) -> int:
    """Jobs that should have begun five minutes ago: the worker may be down."""
    late = and_(Task.state == "pending", Task.due_at < at - timedelta(minutes=5))
    query = select(func.count()).select_from(Task).where(Task.contest_id == contest.id, late)
    return session.scalar(query) or 0


def _oldest_review(session: Session, contest: Contest) -> datetime | None:
    """Since when the longest-waiting clip waits for a reviewer."""
    return session.scalar(
        select(func.min(Submission.updated_at)).where(
            Submission.contest_id == contest.id, Submission.state == Entry.IN_REVIEW
        )
    )


def _snapshots_due(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> int:
    """Clips on the Page without a count of the last day, before the counts close."""
    latest = min(at, profile.schedule.counts_close)
    query = (
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.contest_id == contest.id,
            Submission.state == Entry.PUBLISHED,
            ~_counted_since(latest - SNAPSHOT_EVERY),
        )
    )
    return session.scalar(query) or 0


def _counted_since(moment: datetime) -> ColumnElement[bool]:
    return exists().where(
        Snapshot.submission_id == Submission.id, Snapshot.taken_at >= moment
    )
