"""When the counts are read from the Page, for which clips, and which readings are kept.

A round begins at a set moment, or when somebody asks; however often it is begun again, each clip
is read once in it. Counts cannot be asked for a past moment, so the moments close in on the
cut-off: where the last reading fails, one a few seconds or a minute older stands.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.models import Contest, Snapshot, Submission, Task
from contest.permissions import require
from contest.services.core import outbox, profiles
from contest.services.counts import interactions, official
from contest.services.counts.interactions import Posted, Reading

KIND = "interactions.poll"
BEFORE_CUT_OFF = tuple(timedelta(minutes=m) for m in (60, 30, 15, 10, 5, 3, 2, 1, 0.5))
BETWEEN_POLLS = timedelta(hours=6)
NEAR = timedelta(minutes=15)  # a count as old as this at the cut-off needs no later one beside it


def plan(session: Session, contest: Contest, *, at: datetime) -> None:
    """Enqueue regular readings of the counts until the cut-off, more frequent towards it."""
    cut_off = profiles.profile_of(contest).schedule.counts_close
    moments = {cut_off - before for before in BEFORE_CUT_OFF}
    moment = at + BETWEEN_POLLS
    while moment < cut_off - BEFORE_CUT_OFF[0]:
        moments.add(moment)
        moment += BETWEEN_POLLS
    due = {_key(contest.id, moment): moment for moment in sorted(moments) if moment > at}
    outbox.enqueue_each(
        session, KIND, contest.id, due, at=at, contest_id=contest.id, priority="high"
    )


def plan_anew(session: Session, contest: Contest, *, at: datetime) -> None:
    """After the cut-off was moved: readings towards it, where readings were planned before."""
    known = select(Task.id).where(Task.kind == KIND, Task.row_id == contest.id).limit(1)
    if session.scalar(known) is not None:
        plan(session, contest, at=at)


def now(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """Enqueue a reading of the counts now. Raises ``NotAllowed`` without ``interaction.import``."""
    require(actor, "interaction.import", contest)
    outbox.enqueue(
        session, KIND, contest.id, at=at, contest_id=contest.id, priority="high",
        key=_key(contest.id, at),
    )


def _key(contest_id: int, moment: datetime) -> str:
    return f"{KIND}:{contest_id}:{moment.isoformat()}"


def begun_at(session: Session, contest: Contest, *, at: datetime) -> datetime:
    """When the round in progress began: the newest moment that has come and is not done with.

    A reading taken since then serves every older round that is still waiting, too.
    """
    query = select(Task).where(
        Task.kind == KIND, Task.row_id == contest.id, Task.state.in_(("pending", "leased"))
    )
    moments = [_moment(task) for task in session.scalars(query)]
    return max((moment for moment in moments if moment <= at), default=at)


def _moment(task: Task) -> datetime:
    """The moment that a round was set for; ``due_at`` moves when it has to wait."""
    return datetime.fromisoformat(task.key.split(":", 2)[2])


def left(session: Session, contest: Contest, begun: datetime) -> list[Posted]:
    """The posted clips that have not been read since the round began, the longest unread first."""
    query = (
        select(Snapshot.submission_id, func.max(Snapshot.taken_at))
        .join(Snapshot.submission)
        .where(Submission.contest_id == contest.id, Snapshot.source == "graph")
        .group_by(Snapshot.submission_id)
    )
    newest = {number: taken_at for number, taken_at in session.execute(query)}
    clips = interactions.posted(session, contest)
    waiting = [clip for clip in clips if not _since(newest, clip, begun)]
    return sorted(waiting, key=lambda clip: newest.get(clip.submission_id, EVER))


EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _since(newest: dict[int, datetime], clip: Posted, begun: datetime) -> bool:
    return newest.get(clip.submission_id, EVER) >= begun


def keep(
    session: Session, clip: Submission, reading: Reading, *, begun: datetime, asked_at: datetime,
    at: datetime,
) -> None:
    """Store one reading of a round, once. ``at``: when the answer was there, which is its moment,
    for the counts are not newer than that.

    A reading that was due before the cut-off and came after it is no count to decide about where
    the clip has one from shortly before (``NEAR``); elsewhere it waits for a second organiser.
    While a result is frozen nothing is stored.
    """
    if interactions.sealed(session, clip.contest) or _read_since(session, clip, begun):
        return
    cut_off = profiles.profile_of(clip.contest).schedule.counts_close
    delayed = begun <= cut_off < at
    if delayed and _known_near(session, clip, reading, cut_off):
        return
    zone = profiles.profile_of(clip.contest).schedule.zone
    why = f"hỏi Trang lúc {asked_at.astimezone(zone):%H:%M:%S}, có trả lời sau giờ chốt"
    interactions.take(
        session, clip, reading, taken_at=at, source="graph", actor=SYSTEM, at=at,
        late_reason=why if delayed else "",
    )


def _read_since(session: Session, clip: Submission, begun: datetime) -> bool:
    """Has another worker read it in this round? The contest is locked by now."""
    query = select(Snapshot.id).where(
        Snapshot.submission_id == clip.id, Snapshot.source == "graph", Snapshot.taken_at >= begun
    )
    return session.scalars(query.limit(1)).first() is not None


def _known_near(
    session: Session, clip: Submission, reading: Reading, cut_off: datetime
) -> bool:
    """Does a count from shortly before the cut-off know every number that this reading tells?"""
    told: list[ColumnElement[bool]] = []
    if reading.reactions is not None:
        told.append(Snapshot.reactions.is_not(None))
    if reading.shares is not None:
        told.append(Snapshot.shares.is_not(None))
    near = select(Snapshot.id).where(
        Snapshot.submission_id == clip.id, official.counting(),
        Snapshot.taken_at.between(cut_off - NEAR, cut_off),
    )
    return all(session.scalars(near.where(known).limit(1)).first() for known in told)
