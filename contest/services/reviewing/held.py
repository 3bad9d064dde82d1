"""A reviewer's decision, a member's vote, a chair's word: held for ten seconds before it is given.

Until then nothing follows: the entry waits in review, no mail is written, no post planned, no vote
counted. The row and its task are stored in one transaction, so whoever dies meanwhile loses
nothing; under the lock of the entry's row it is given once or taken back, never both. It is given
as of the moment in which it was made: ten seconds cost nobody a deadline.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, DomainError
from contest.models import Contest, HeldDecision, Submission
from contest.permissions import require
from contest.services.core import audit, locks, outbox, profiles
from contest.services.core.transitions import move
from contest.services.entry import reviews, votes
from contest.services.entry.deciding import Decision
from contest.services.people import people

HOLD = timedelta(seconds=10)
FALL = "reviews.fall"  # the task that gives it
TOLD = timedelta(hours=12)  # how long its reviewer is told of one that lapsed


def hold(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime,
    casting: bool = False,
) -> HeldDecision:
    """Hold a decision for ``HOLD``. Where one reviewer decides alone the clip stays theirs.

    Raises as ``reviews.decide`` (``casting``: as ``votes.decide_as_chair``), and ``Conflict`` where
    this person holds another one about the same clip; the same once more is that one.
    """
    reviews.require_possible(
        session, submission, decision, actor=actor, at=at, casting=casting
    )
    assert actor.id is not None  # noqa: S101 - may decide
    earlier, content = of(session, submission, actor), _content(decision)
    if earlier is not None:
        return _same(earlier, content, casting)
    _empty_drafts(session, submission, actor)
    row = HeldDecision(
        submission_id=submission.id, version_id=decision.version_id, user_id=actor.id,
        casting=casting, content=content, made_at=at, due_at=at + HOLD,
    )
    session.add(row)
    if not profiles.profile_of(submission.contest).review.by_board:
        submission.held_by, submission.held_until = actor.id, at + reviews.HOLD
    audit.record(
        session, "decision.held", row, actor=actor, at=at, contest_id=submission.contest_id,
        after={"code": submission.code, "version": decision.version_id},
    )
    outbox.enqueue(
        session, FALL, row.id, at=at, due_at=row.due_at, contest_id=submission.contest_id,
        priority="high",
    )
    return row


def _same(earlier: HeldDecision, content: dict[str, Any], casting: bool) -> HeldDecision:
    if (earlier.content, earlier.casting) == (content, casting):
        return earlier  # sent twice
    raise Conflict(
        "Bạn vừa kết luận clip này. Hãy rút lại kết luận đó trước, rồi kết luận lại.",
        "You have just decided about this clip. Take that decision back first, then decide again.",
    )


def take_back(
    session: Session, submission: Submission, *, actor: Actor, at: datetime
) -> HeldDecision:
    """Take a held decision back; the clip waits for this reviewer again. Raises ``NotAllowed``;
    ``Conflict`` where nothing is held any more."""
    require(actor, "review.decide", submission)
    locks.lock(session, submission)
    row = of(session, submission, actor)
    if row is None:
        raise Conflict(
            "Không còn kết luận nào để rút lại: kết luận đã được ghi hoặc đã rút. Muốn đổi, hãy mở "
            "lại thẩm định ở trang của clip.",
            "There is no decision left to take back: it was recorded, or taken back already. To "
            "change it, open the review again on the clip's page.",
        )
    row.ended_at = at
    move(session, row, "taken_back", actor=actor, at=at, code=submission.code)
    if submission.held_by == actor.id:
        submission.held_until = at + reviews.HOLD
    return row


# ---------------------------------------------------------------------------- the worker's steps


def give(session: Session, held_id: int, *, at: datetime) -> None:
    """Give a decision that nobody took back. Once: whatever became of it before stays.

    Raises what ``reviews.decide`` raises: the unit may have sent another clip, or withdrawn.
    """
    row = session.get_one(HeldDecision, held_id)
    submission = row.submission
    locks.lock(session, submission)
    locks.lock(session, row)
    if row.state != "held":
        return
    decision, actor = decision_of(row), people.actor_of(session, row.user)
    row.ended_at = at
    move(session, row, "given", actor=SYSTEM, at=at, code=submission.code)
    row.content = {}
    act = votes.decide_as_chair if row.casting else reviews.decide
    act(session, submission, decision, actor=actor, at=row.made_at)


def lapse(session: Session, held_id: int, why: DomainError, *, at: datetime) -> None:
    """It could not be given: its reviewer is told why, and finds it on the clip's page."""
    row = session.get_one(HeldDecision, held_id)
    locks.lock(session, row.submission)
    locks.lock(session, row)
    if row.state != "held":
        return
    row.ended_at, row.said = at, {"vi": why.vi, "en": why.en}
    move(session, row, "lapsed", actor=SYSTEM, at=at, code=row.submission.code)


# ---------------------------------------------------------------------------- reading


def of(session: Session, submission: Submission, actor: Actor) -> HeldDecision | None:
    """What this person holds about an entry."""
    query = select(HeldDecision).where(
        HeldDecision.submission_id == submission.id, HeldDecision.user_id == actor.id,
        HeldDecision.state == "held",
    )
    return session.scalars(query).one_or_none()


def lately(
    session: Session, contest: Contest, actor: Actor, *, at: datetime
) -> Sequence[HeldDecision]:
    """What this person holds in a contest, and what within ``TOLD`` they took back or came to
    nothing and was not decided anew: the newest first, with their entries."""
    ended = HeldDecision.state.in_(("taken_back", "lapsed")) & (HeldDecision.ended_at > at - TOLD)
    query = (
        select(HeldDecision).join(HeldDecision.submission)
        .where(
            Submission.contest_id == contest.id, HeldDecision.user_id == actor.id,
            (HeldDecision.state == "held") | ended,
        )
        .options(joinedload(HeldDecision.submission, innerjoin=True))
        .order_by(HeldDecision.id.desc())
    )
    return [row for row in session.scalars(query) if row.content]


def decision_of(row: HeldDecision) -> Decision:
    """The decision that a row with content holds."""
    values, until = row.content, row.content["until"]
    return Decision(
        row.version_id, values["outcome"], checklist=values["checklist"], reason=values["reason"],
        note=values["note"], until=datetime.fromisoformat(until) if until else None,
    )


def _content(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome, "checklist": dict(decision.checklist),
        "reason": decision.reason.strip(), "note": decision.note.strip(),
        "until": decision.until.isoformat() if decision.until else "",
    }


def _empty_drafts(session: Session, submission: Submission, actor: Actor) -> None:
    """What was taken back before is no use any more; its texts go."""
    session.execute(
        update(HeldDecision)
        .where(
            HeldDecision.submission_id == submission.id, HeldDecision.user_id == actor.id,
            HeldDecision.state != "held",
        )
        .values(content={}, said={})
    )
