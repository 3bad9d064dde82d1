"""The numbers of the organiser's desk, one query each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from contest.models import (
    Check,
    ClipVersion,
    Contest,
    Publication,
    Snapshot,
    Submission,
    Task,
    Unit,
)
from contest.profile import Profile
from contest.services.checking.outcomes import DEEP, QUICK
from contest.services.core import search
from contest.services.entry import similarity
from contest.services.fanpage import readings
from contest.services.jury import jury_round
from contest.services.jury.jury_round import Juror
from contest.states import IN_CONTEST, SubmissionState

SNAPSHOT_EVERY = timedelta(hours=24)  # an older count should be repeated


@dataclass(frozen=True)
class Standing:
    """All the numbers of the desk."""

    units: int
    units_short: int  # below their quota
    entries: Mapping[str, int]  # by state
    oldest_review: datetime | None
    checks: Mapping[str, int]  # quick ones by state
    deep_checks: Mapping[str, int]  # by state
    publications: Mapping[str, int]  # by state
    published: int
    copies: int  # pairs of similar clips that nobody has looked at
    snapshots_due: int
    unread: int  # clips whose counts the Page does not give
    jurors: list[Juror]  # who sit on the jury
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
    posts = publications(session, contest)
    checks = _checks(session, contest)
    return Standing(
        units=session.scalar(
            select(func.count()).where(Unit.contest_id == contest.id, Unit.retired_at.is_(None))
        ) or 0,
        units_short=_count(session, short(select(Unit.id), contest, profile)),
        entries=entries(session, contest),
        oldest_review=_oldest_review(session, contest),
        checks=checks.get(QUICK, {}),
        deep_checks=checks.get(DEEP, {}),
        publications=posts,
        published=posts.get("published", 0),
        copies=similarity.waiting(session, contest),
        snapshots_due=snapshots_due(session, contest, profile, at=at),
        unread=len(readings.codes(session, contest)),
        jurors=sitting(session, contest),
        tasks=_by_state(session, _tasks(contest)),
        overdue=_overdue(session, contest, at=at),
    )


def entries(session: Session, contest: Contest) -> dict[str, int]:
    """How many entries are in each state."""
    query = (
        select(Submission.state, func.count())
        .where(Submission.contest_id == contest.id)
        .group_by(Submission.state)
    )
    return _by_state(session, query)


def publications(session: Session, contest: Contest) -> dict[str, int]:
    """How many clips' posts are in each state."""
    query = (
        select(Publication.state, func.count())
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id)
        .group_by(Publication.state)
    )
    return _by_state(session, query)


def sitting(session: Session, contest: Contest) -> list[Juror]:
    """The jurors who sit on the jury, with their progress."""
    return [one for one in jury_round.progress(session, contest) if one.left is None]


def short(query: search.Query, contest: Contest, profile: Profile) -> search.Query:
    """Narrow a query of units to those that have fewer clips in the contest than the quota asks
    (plan II.2)."""
    counted = (
        select(Submission.unit_id, func.count().label("clips"))
        .where(
            Submission.contest_id == contest.id,
            Submission.state.in_(IN_CONTEST - {SubmissionState.UPLOADING}),
        )
        .group_by(Submission.unit_id)
        .subquery()
    )
    few = func.coalesce(counted.c.clips, 0) < profile.quota.minimum
    query = query.outerjoin(counted, counted.c.unit_id == Unit.id)
    return query.where(Unit.contest_id == contest.id, Unit.retired_at.is_(None), few)


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _by_state(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(query)}


def _checks(session: Session, contest: Contest) -> dict[str, dict[str, int]]:
    """By kind, then by state."""
    query = (
        select(Check.kind, Check.state, func.count())
        .join(Check.version)
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.contest_id == contest.id)
        .group_by(Check.kind, Check.state)
    )
    found: dict[str, dict[str, int]] = {}
    for kind, state, count in session.execute(query):
        found.setdefault(kind, {})[state] = count
    return found


def _tasks(contest: Contest) -> Select[str, int]:
    return (
        select(Task.state, func.count())
        .where(Task.contest_id == contest.id)
        .group_by(Task.state)
    )


def _overdue(session: Session, contest: Contest, *, at: datetime) -> int:
    """Tasks due for more than five minutes and not begun: the worker may be down."""
    late = and_(Task.state == "pending", Task.due_at < at - timedelta(minutes=5))
    query = select(func.count()).select_from(Task).where(Task.contest_id == contest.id, late)
    return session.scalar(query) or 0


def _oldest_review(session: Session, contest: Contest) -> datetime | None:
    """Since when the longest-waiting clip has been in review."""
    return session.scalar(
        select(func.min(Submission.updated_at)).where(
            Submission.contest_id == contest.id, Submission.state == SubmissionState.IN_REVIEW
        )
    )


def snapshots_due(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> int:
    """Clips on the Page not counted within the last day (before the counts close); none where
    nobody owes their counts."""
    if not profile.counts_on_page:
        return 0
    latest = min(at, profile.schedule.counts_close)
    query = (
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.contest_id == contest.id,
            Submission.state == SubmissionState.PUBLISHED,
            ~_counted_since(latest - SNAPSHOT_EVERY),
        )
    )
    return session.scalar(query) or 0


def _counted_since(moment: datetime) -> ColumnElement[bool]:
    return exists().where(
        Snapshot.submission_id == Submission.id, Snapshot.taken_at >= moment
    )
