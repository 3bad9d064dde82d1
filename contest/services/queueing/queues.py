"""Who waits in which lane, and how long a clip will wait for its verdict, as far as can be told."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contest.lanes import CREW, LANES, NOW, lane_of
from contest.models import Check, Contest, Task

LATELY = timedelta(hours=1)
MEASURED = 50  # of the newest verdicts, how long the work took
BOTH_CORES = sum(NOW in its for its in CREW)  # verdicts that one crew works on at once
QUICK = "check.quick"
OPEN = ("pending", "leased")


@dataclass(frozen=True)
class Lane:
    """Tasks of a lane that are due and not begun, since when the oldest is, and how many are at
    work."""

    count: int = 0
    since: datetime | None = None
    at_work: int = 0


@dataclass(frozen=True)
class Place:
    """Where a clip stands: how many clips come before it, and about how long it takes until its
    verdict; None while no verdict has been measured."""

    before: int
    left: timedelta | None


def waiting(
    session: Session, *, at: datetime, contest: Contest | None = None
) -> dict[str, Lane]:
    """Each lane of the installation, or of one contest's tasks alone."""
    query = select(
        Task.kind, Task.priority, Task.state, func.count(), func.min(Task.due_at)
    ).where(or_(
        (Task.state == "pending") & (Task.due_at <= at), Task.state == "leased"
    )).group_by(Task.kind, Task.priority, Task.state)
    if contest is not None:
        query = query.where(Task.contest_id == contest.id)
    found = dict.fromkeys(LANES, Lane())
    for kind, priority, state, count, since in session.execute(query):
        name = lane_of(kind, priority)
        found[name] = _with(found[name], state, count, since)
    return found


def _with(lane: Lane, state: str, count: int, since: datetime) -> Lane:
    if state == "leased":
        return Lane(lane.count, lane.since, lane.at_work + count)
    return Lane(lane.count + count, min(lane.since or since, since), lane.at_work)


def place(session: Session, check: Check, *, at: datetime) -> Place | None:
    """Where a clip's quick check stands; None once it is at work, or where it does not wait.

    The clips of all contests are served in the order in which they became due. The time left is
    the usual work of a verdict, as the newest ones took it, by those that come first.
    """
    task = session.scalars(select(Task).where(Task.key == f"{QUICK}:{check.id}")).one_or_none()
    if check.kind != "quick" or task is None or task.state != "pending" or task.due_at > at:
        return None
    earlier = or_(
        Task.state == "leased", (Task.due_at < task.due_at),
        (Task.due_at == task.due_at) & (Task.id < task.id),
    )
    before = session.scalar(
        select(func.count()).where(Task.kind == QUICK, Task.state.in_(OPEN), earlier)
    ) or 0
    usual = usual_verdict(session, at=at)
    left = usual and math.ceil((before + 1) / BOTH_CORES) * usual
    return Place(before, left)


def usual_verdict(session: Session, *, at: datetime) -> timedelta | None:
    """How long the work on a verdict took, in the middle of the newest ones; None without any."""
    query = (
        select(Check.started_at, Check.finished_at)
        .where(Check.kind == "quick", Check.state == "done", Check.started_at.is_not(None),
               Check.finished_at <= at)
        .order_by(Check.id.desc()).limit(MEASURED)
    )
    took = sorted(
        done - began for began, done in session.execute(query)
        if began is not None and done is not None and done >= began
    )
    return took[len(took) // 2] if took else None
