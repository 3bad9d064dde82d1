"""What an operator is woken for, as numbers: who waits and how long, what is missing, what ends.

Numbers of the whole installation, nothing about persons; Prometheus reads them now and then, so
each is one query that an index answers.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import (
    Check,
    ClipVersion,
    Contest,
    Mail,
    PageConnection,
    Publication,
    Result,
    SharedPage,
    Submission,
    Task,
    Upload,
)
from contest.services.core import profiles
from contest.services.desk import stored_looks
from contest.services.desk.desk import snapshots_due
from contest.services.fanpage.expiry import end_of
from contest.services.queueing import queues

LATELY = timedelta(hours=1)
OPEN = ("waiting", "uploading", "armed", "unknown", "verifying", "failed")


@dataclass(frozen=True)
class Measure:
    """A gauge: its name without ``hoithi_``, what it says, its values by label."""

    name: str
    help: str
    label: str
    values: Mapping[str, float] = field(default_factory=dict)


def measured(
    session: Session, places: Mapping[str, Path], *, at: datetime, wall: datetime
) -> Iterator[Measure]:
    """``places``: what lies on which folder's disk. ``at``: the platform's clock; ``wall``: the
    machine's, for what ends by it."""
    yield _by_state(session, Submission.state, "submissions", "Submissions by state")
    yield from _queue(session, at)
    yield from _verdicts(session, at)
    yield from _uploads(session, at)
    yield from _publications(session, at)
    yield _snapshots(session, at)
    yield from _mails(session, at)
    yield _tokens(session, wall)
    yield _by_state(session, Result.state, "results", "Revisions of results by state")
    yield from _results(session, at)
    faults = stored_looks.faults(session)
    yield Measure("stored_faults", "Stored files that are missing or hold other bytes", "what",
                  {what: faults[what] for what in (stored_looks.MISSING, stored_looks.DAMAGED)})
    yield from _disks(places)


def _by_state(session: Session, column: object, name: str, words: str) -> Measure:
    query = select(column, func.count()).group_by(column)  # type: ignore[call-overload]
    return Measure(name, words, "state", {str(s): n for s, n in session.execute(query)})


def _queue(session: Session, at: datetime) -> Iterator[Measure]:
    """Rows that are due and not begun, by the lane that they wait in."""
    found = queues.waiting(session, at=at)
    yield Measure("waiting_tasks", "Tasks that are due and not begun, by lane", "lane",
                  {name: one.count for name, one in found.items()})
    yield Measure("waiting_seconds", "Since when the oldest of them is due, by lane", "lane",
                  {name: _age(one.since, at) for name, one in found.items()})
    failed = select(Task.kind, func.count()).where(Task.state == "failed").group_by(Task.kind)
    yield Measure("failed_tasks", "Tasks given up, by kind", "kind",
                  {kind: count for kind, count in session.execute(failed)})


def _verdicts(session: Session, at: datetime) -> Iterator[Measure]:
    """From the last byte to the quick verdict, of those of the last hour."""
    query = (
        select(ClipVersion.received_at, Check.finished_at, Check.verdict)
        .join(Check.version)
        .where(Check.kind == "quick", Check.finished_at > at - LATELY)
    )
    rows = session.execute(query).all()
    waits = sorted((done - got).total_seconds() for got, done, _ in rows if done is not None)
    yield Measure("verdict_seconds", "From last byte to verdict in the last hour", "of", {
        "median": waits[len(waits) // 2] if waits else 0.0, "longest": waits[-1] if waits else 0.0,
    })
    counts = dict.fromkeys(("pass", "look", "fail", "unreadable"), 0.0)
    for _, _, verdict in rows:
        if verdict is not None:
            counts[verdict] += 1
    yield Measure("verdicts_last_hour", "Quick verdicts of the last hour", "verdict", counts)


def _uploads(session: Session, at: datetime) -> Iterator[Measure]:
    """What came in the last hour, whole; and what is open now."""
    done = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.length), 0))
        .where(Upload.finished_at > at - LATELY)
    ).one()
    yield Measure("uploads_last_hour", "Uploads that came in whole in the last hour", "of",
                  {"uploads": done[0], "bytes": done[1]})
    yield _by_state(session, Upload.state, "uploads", "Uploads by state")


def _publications(session: Session, at: datetime) -> Iterator[Measure]:
    yield _by_state(session, Publication.state, "publications", "Publications by state")
    query = select(func.min(Publication.release_at)).where(
        Publication.state.in_(OPEN), Publication.release_at <= at
    )
    yield Measure("publication_late_seconds", "How late the latest publication is", "",
                  {"": _age(session.scalar(query), at)})


def _snapshots(session: Session, at: datetime) -> Measure:
    """Clips on a Page without a reading of the last day before the counts closed, by contest."""
    missing = {
        contest.slug: float(snapshots_due(session, contest, profiles.profile_of(contest), at=at))
        for contest in session.scalars(select(Contest).where(Contest.revision_id.is_not(None)))
    }
    return Measure("snapshots_missing", "Clips on a Page not counted in time", "contest", missing)


def _results(session: Session, at: datetime) -> Iterator[Measure]:
    """Whether the stored bundles of published results verify, and how long ago that was asked."""
    found = stored_looks.results(session)
    yield Measure("results_verified", "Published results by what their stored bundle says", "is", {
        "right": found.right, "wrong": found.wrong, "unseen": found.unseen,
    })
    yield Measure("result_verified_seconds_ago", "Since when a published result is unverified, "
                  "the longest", "", {"": _age(found.since, at)})


def _mails(session: Session, at: datetime) -> Iterator[Measure]:
    yield _by_state(session, Mail.state, "mails", "Mails by state")
    query = select(func.min(Mail.created_at)).where(Mail.state == "waiting")
    yield Measure("mail_waiting_seconds", "Since when the oldest mail waits", "",
                  {"": _age(session.scalar(query), at)})


def _tokens(session: Session, wall: datetime) -> Measure:
    """Days until a Page's token ends, of those that Meta names an end for."""
    rows = [*session.scalars(select(PageConnection)), *session.scalars(select(SharedPage))]
    ends = {row.page_id: end_of(row) for row in rows}
    left = {page: (end - wall) / timedelta(days=1) for page, end in ends.items() if end}
    return Measure("page_token_days_left", "Days until a Page's token ends", "page", left)


def _disks(places: Mapping[str, Path]) -> Iterator[Measure]:
    found = {name: shutil.disk_usage(path) for name, path in places.items() if path.exists()}
    yield Measure("disk_free_bytes", "Bytes free", "place", {n: u.free for n, u in found.items()})
    yield Measure("disk_free_ratio", "Part of the disk that is free", "place",
                  {n: u.free / u.total for n, u in found.items()})


def _age(since: datetime | None, at: datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())


