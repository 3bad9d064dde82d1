"""Steps of closing a large contest: asked for on the page Results, taken by a worker as whoever
asked, seen on their way, stopped while nothing is final.

A small contest's steps are taken within the request, in milliseconds. Of a contest at most one step
is under way. Each may be begun again after a process died: a result is computed in place, the
ballots that were not locked are, and a frozen or published revision says so.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, DomainError
from contest.models import Contest, Result, ResultStep, ShareRecord, Submission, User
from contest.permissions import require
from contest.services.core import locks, outbox
from contest.services.jury import jury_round
from contest.services.people import people
from contest.services.results import moved_since, results
from contest.services.results.steps import freezing

KIND = "result.step"
UNDER_WAY = ("waiting", "working", "ending")
MANY_CLIPS, MANY_SHARES = 300, 20_000  # what a request computes within a second or two
PERMISSION = {"publish": "result.publish"}  # others: ``result.close``


class Stopped(Exception):
    """Nobody wants the step any more; nothing of it is stored."""


def large(session: Session, contest: Contest) -> bool:
    """Whether closing this contest is left to the worker."""
    own = Submission.contest_id == contest.id
    clips = select(func.count(Submission.id)).where(own).scalar_subquery()
    line = select(ShareRecord.id).join(ShareRecord.submission).where(own)
    beyond = line.offset(MANY_SHARES).limit(1).scalar_subquery()
    return bool(session.scalar(select(or_(clips > MANY_CLIPS, beyond.is_not(None)))))


def newest(session: Session, contest: Contest) -> ResultStep | None:
    """The step that was asked for last."""
    query = select(ResultStep).where(
        ResultStep.contest_id == contest.id, ResultStep.what != "workbook"
    )
    return session.scalars(query.order_by(ResultStep.id.desc()).limit(1)).first()


def ask(
    session: Session, contest: Contest, what: str, *, actor: Actor, at: datetime,
    reason: str = "", result: Result | None = None,
) -> ResultStep:
    """Have a step taken by the worker; what the step itself would refuse at once is refused here.
    Raises ``Conflict`` as well where one is under way."""
    require(actor, PERMISSION.get(what, "result.close"), contest)
    jury_round.hold(session, contest)
    last = newest(session, contest)
    if last is not None and last.state in UNDER_WAY:
        raise Conflict(
            "Một bước khác của việc chốt kết quả đang chạy. Hãy chờ bước đó xong.",
            "Another step of closing is under way. Wait until it is done.",
        )
    _require_possible(session, contest, result, what, reason=reason, actor=actor, at=at)
    row = ResultStep(
        contest_id=contest.id, result_id=result.id if result else None, what=what,
        reason=reason.strip(), created_by=actor.label, created_at=at,
    )
    session.add(row)
    session.flush()
    outbox.enqueue(session, KIND, row.id, at=at, contest_id=contest.id, priority="high")
    return row


def _require_possible(
    session: Session, contest: Contest, result: Result | None, what: str, *, reason: str,
    actor: Actor, at: datetime,
) -> None:
    if result is None:
        results.require_locked(session, contest, actor=actor, at=at)
        results.require_reason(results.current(session, contest), reason)
    elif what == "freeze":
        freezing.require_ready(result, actor)
    else:
        moved_since.require_unmoved(session, result)


def cancel(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """Stop the step under way. Raises ``NotAllowed``, ``Conflict`` where none is, or where it is
    past stopping."""
    require(actor, "result.close", contest)
    jury_round.hold(session, contest)
    row = newest(session, contest)
    if row is None or row.state not in ("waiting", "working"):
        raise Conflict("Không còn bước nào dừng được.", "There is no step that can be stopped.")
    row.state, row.finished_at = "cancelled", at


def seconds_left(row: ResultStep, *, at: datetime) -> float | None:
    """How long it will take, by what it has taken; None at its very beginning."""
    if row.started_at is None or not row.done or row.state not in UNDER_WAY:
        return None
    return going_on_so(row.started_at, row.done, at=at)


def going_on_so(since: datetime, done: float, *, at: datetime) -> float:
    """Seconds that the rest takes if it goes on as it went; ``done``: the share, above 0."""
    return max(0.0, (at - since).total_seconds() / done * (1 - done))


# ---------------------------------------------------------------------------- the worker's side


def begin(session: Session, row_id: int, *, at: datetime) -> ResultStep | None:
    """Mark it under way, from its beginning; None where it is no longer wanted."""
    row = _locked(session, row_id)
    if row.state not in UNDER_WAY:
        return None
    row.state, row.started_at, row.done = "working", at, 0.0
    return row


def asked_by(session: Session, label: str) -> Actor:
    """Whoever asked (an actor's label), with the permissions that they have now: none, where they
    may no longer sign in."""
    if label == SYSTEM.label:
        return SYSTEM
    user = session.get_one(User, int(label.removeprefix("user:")))
    if not user.active:
        return Actor("user", user.id)
    return people.actor_of(session, user, second_factor=True)


def went_on(session: Session, row_id: int, done: float) -> None:
    """Record how far it is. Raises ``Stopped`` where it is no longer wanted."""
    _change(session, row_id, ("working", "ending"), done=done)


def ending(session: Session, row_id: int) -> None:
    """From here on it is not stopped. Raises ``Stopped`` where it was."""
    _change(session, row_id, ("working",), state="ending")


def finish(session: Session, row_id: int, *, at: datetime, sha256: str = "") -> None:
    """Part of the transaction that stores what the step has made. Raises ``Stopped``."""
    _change(session, row_id, ("working", "ending"), state="done", done=1.0, finished_at=at,
            sha256=sha256)


def _change(session: Session, row_id: int, states: tuple[str, ...], **values: Any) -> None:
    still = (ResultStep.id == row_id) & ResultStep.state.in_(states)
    changed = session.execute(update(ResultStep).where(still).values(**values))
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Stopped


def fail(session: Session, row_id: int, why: DomainError, *, at: datetime) -> None:
    """Mark it failed, with a sentence for the screen."""
    row = _locked(session, row_id)
    if row.state in UNDER_WAY:
        row.state, row.error_vi, row.error_en, row.finished_at = "failed", why.vi, why.en, at


def _locked(session: Session, row_id: int) -> ResultStep:
    row = session.get_one(ResultStep, row_id)
    locks.lock(session, row)
    return row
