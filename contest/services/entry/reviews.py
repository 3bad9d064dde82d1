"""Review of content (plan III.3): the queue, who is reviewing a clip, and the three outcomes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.languages import write_time
from contest.models import ClipVersion, Contest, HeldDecision, Review, Submission, User
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.core import appraisal, mail, pagination, profiles
from contest.services.core.appraisal import APPROVE, CHANGES, REJECT, Standing
from contest.services.core.blockers import Blocker
from contest.services.core.pagination import Pagination
from contest.services.core.transitions import move
from contest.services.entry import consents, deciding, staff_mails, votes
from contest.services.entry.deciding import Decision, suggested_until
from contest.services.fanpage import publications
from contest.states import SubmissionState

__all__ = [
    "APPROVE", "CHANGES", "REJECT", "Decision", "before_board", "blockers", "counts", "decide",
    "find", "history", "holder", "holders", "just_decided", "let_go", "listed", "peek_next",
    "reopen", "require_possible", "suggested_until", "take", "take_next",
]

HOLD = timedelta(minutes=30)
OUTCOMES = (APPROVE, CHANGES, REJECT)
# The reviewers' lists, and the states of the entries in each.
LISTS = {
    "waiting": (SubmissionState.IN_REVIEW,),
    "changes": (
        SubmissionState.CHANGES_REQUESTED,
        SubmissionState.NEEDS_FIX,
        SubmissionState.CHECKING,
    ),
    "approved": (SubmissionState.APPROVED, SubmissionState.PUBLISHED),
    "rejected": (SubmissionState.DISQUALIFIED,),
}
OF_BOARD = ("mine", "chair")


# ---------------------------------------------------------------------------- the queue


def listed(
    session: Session, contest: Contest, *, name: str = "waiting", number: int = 1,
    actor: Actor | None = None, at: datetime | None = None, total: int | None = None,
) -> Pagination[Submission]:
    """One of ``LISTS``: "waiting" longest-waiting first, the others last changed first. Where a
    board decides also ``OF_BOARD``: clips that wait for the vote of ``actor``, or for the chair.
    ``total``: how many it has, as ``counts`` says."""
    waiting = name not in LISTS or name == "waiting"
    order = ClipVersion.received_at if waiting else Submission.updated_at.desc()
    query = (
        select(Submission)
        .join(ClipVersion, ClipVersion.id == Submission.version_id)
        .where(
            Submission.contest_id == contest.id,
            Submission.state.in_(LISTS.get(name, LISTS["waiting"])),
        )
        .options(
            joinedload(Submission.unit),
            joinedload(Submission.version).selectinload(ClipVersion.checks),
        )
        .order_by(order, Submission.id)
    )
    if name in OF_BOARD and actor is not None and at is not None:
        query = query.where(
            Submission.id.in_(before_board(session, contest, actor=actor, at=at)[name])
        )
    return pagination.take(session, query, number, total=total)


def before_board(
    session: Session, contest: Contest, *, actor: Actor, at: datetime
) -> dict[str, list[int]]:
    """The entries in each list of ``OF_BOARD``."""
    found = appraisal.boards(session, contest, profiles.profile_of(contest), at=at)
    given = set(session.scalars(_in_force().where(HeldDecision.user_id == actor.id)))
    left = {i: one.left for i, one in found.items() if i not in given}
    return {
        "mine": [i for i, members in left.items() if actor.id in {m.id for m in members}],
        "chair": [i for i, one in found.items() if one.standing == Standing.CHAIR],
    }


def counts(session: Session, contest: Contest) -> dict[str, int]:
    """How many entries are in each list."""
    query = (
        select(Submission.state, func.count())
        .where(Submission.contest_id == contest.id, Submission.version_id.is_not(None))
        .group_by(Submission.state)
    )
    by_state = {row[0]: row[1] for row in session.execute(query)}
    return {name: sum(by_state.get(s, 0) for s in states) for name, states in LISTS.items()}


def find(session: Session, contest: Contest, code: str, *, actor: Actor) -> Submission:
    """An entry that has a clip, by its code, with its versions and checks.

    Raises ``NotFound``, and ``NotAllowed`` without ``review.read``.
    """
    query = (
        select(Submission)
        .where(Submission.contest_id == contest.id, Submission.code == code)
        .options(  # no outer join: PostgreSQL cannot lock one when the row is read again
            selectinload(Submission.unit),
            selectinload(Submission.versions).selectinload(ClipVersion.checks),
        )
    )
    submission = session.scalars(query).one_or_none()
    if submission is None or submission.version_id is None:
        raise not_found()
    require(actor, "review.read", submission)
    return submission


def history(session: Session, submission: Submission) -> list[Review]:
    """All decisions about an entry, the newest first."""
    query = (
        select(Review)
        .where(Review.submission_id == submission.id)
        .options(joinedload(Review.reviewer))
        .order_by(Review.id.desc())
    )
    return list(session.scalars(query))


# ---------------------------------------------------------------------------- who is at work


def holder(session: Session, submission: Submission, *, at: datetime) -> User | None:
    """The reviewer who holds this clip now, or None."""
    if submission.held_by is None or submission.held_until is None or submission.held_until <= at:
        return None
    return session.get(User, submission.held_by)


def holders(session: Session, entries: list[Submission], *, at: datetime) -> dict[int, str]:
    """Entry id -> the name of the reviewer who holds it, for a list."""
    held = {e.id: e.held_by for e in entries if e.held_until and e.held_until > at and e.held_by}
    names = select(User.id, User.name).where(User.id.in_(set(held.values())))
    known = {row[0]: row[1] for row in session.execute(names)} if held else {}
    return {submission: known[user] for submission, user in held.items() if user in known}


def take(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> None:
    """Hold a clip for ``HOLD`` from now; the same reviewer may extend it. Before a board: nothing.

    Raises ``NotAllowed``; ``Conflict`` when it no longer waits or another reviewer holds it.
    """
    require(actor, "review.decide", submission)
    if profiles.profile_of(submission.contest).review.by_board:
        return  # several look at a clip at a time, and nobody holds it
    session.refresh(submission, with_for_update=LOCK)
    _refuse_others(session, submission, actor=actor, at=at)
    submission.held_by, submission.held_until = actor.id, at + HOLD


def take_next(
    session: Session, contest: Contest, *, actor: Actor, at: datetime
) -> Submission | None:
    """Hold the longest-waiting clip that nobody else holds; None when there is none. Before a
    board: the longest-waiting one about which the actor has not voted, held by nobody.

    Raises ``NotAllowed`` without ``review.decide``.
    """
    require(actor, "review.decide", contest)
    if profiles.profile_of(contest).review.by_board:
        return session.scalars(_unvoted(session, contest, actor, at)).one_or_none()
    query = _free(contest, actor, at).with_for_update(of=Submission, skip_locked=True, **LOCK)
    submission = session.scalars(query).one_or_none()
    if submission is not None:
        submission.held_by, submission.held_until = actor.id, at + HOLD
    return submission


def peek_next(
    session: Session, submission: Submission, *, actor: Actor, at: datetime
) -> Submission | None:
    """The clip that ``take_next`` would return after ``entry``, without holding it."""
    contest = submission.contest
    by_board = profiles.profile_of(contest).review.by_board
    query = _unvoted(session, contest, actor, at) if by_board else _free(contest, actor, at)
    return session.scalars(query.where(Submission.id != submission.id)).one_or_none()


def _free(contest: Contest, actor: Actor, at: datetime) -> Select[Submission]:
    """The longest-waiting clip that no other reviewer holds, and nobody has just decided about."""
    free = or_(
        Submission.held_until.is_(None), Submission.held_until <= at,
        Submission.held_by == actor.id,
    )
    return _longest_waiting(contest).where(free, Submission.id.not_in(_in_force()))


def just_decided(session: Session, entries: Sequence[Submission]) -> frozenset[int]:
    """Which of these somebody has decided about and may still take it back, for a list."""
    query = _in_force().where(HeldDecision.submission_id.in_([one.id for one in entries]))
    return frozenset(session.scalars(query)) if entries else frozenset()


def _in_force() -> Select[int]:
    """Entries about which somebody has decided that they may still take back."""
    return select(HeldDecision.submission_id).where(HeldDecision.state == "held")


def _unvoted(session: Session, contest: Contest, actor: Actor, at: datetime) -> Select[Submission]:
    """The longest-waiting clip that waits for this member's vote."""
    mine = before_board(session, contest, actor=actor, at=at)["mine"]
    return _longest_waiting(contest).where(Submission.id.in_(mine))


def _longest_waiting(contest: Contest) -> Select[Submission]:
    return (
        select(Submission)
        .join(ClipVersion, ClipVersion.id == Submission.version_id)
        .where(Submission.contest_id == contest.id, Submission.state == SubmissionState.IN_REVIEW)
        .order_by(ClipVersion.received_at, Submission.id)
        .limit(1)
    )


def let_go(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> None:
    """Release the actor's hold on a clip. Raises ``NotAllowed`` without ``review.decide``."""
    require(actor, "review.decide", submission)
    session.refresh(submission, with_for_update=LOCK)
    if submission.held_by == actor.id:
        submission.held_by = submission.held_until = None


def _refuse_others(
    session: Session, submission: Submission, *, actor: Actor, at: datetime
) -> None:
    if submission.state != SubmissionState.IN_REVIEW:
        raise Conflict(
            "Clip này không còn chờ thẩm định. Hãy chọn clip khác trong danh sách.",
            "This clip is no longer waiting for review. Choose another from the list.",
        )
    _refuse_held(session, submission, actor=actor, at=at)


def _refuse_held(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> None:
    other = holder(session, submission, at=at)
    if other is None or other.id == actor.id or submission.held_until is None:
        return
    until, zone = submission.held_until, profiles.profile_of(submission.contest).schedule.zone
    raise Conflict(
        f"{other.name} đang thẩm định clip này đến {write_time(until, zone, 'vi')}. "
        "Hãy chọn clip khác.",
        f"{other.name} is reviewing this clip until {write_time(until, zone, 'en')}. "
        "Choose another one.",
    )


# ---------------------------------------------------------------------------- deciding


def decide(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime
) -> Review | None:
    """Record a decision and move the entry on, in one transaction. Where a board decides it is the
    member's vote, and None comes back unless the decision falls with it.

    Approve: every required item holds; publication is planned. Changes: a reason and a deadline.
    Reject: a reason; the entry leaves the contest and the quota (plan III.3, note).
    Raises ``NotAllowed``; ``Invalid`` for what is missing; ``Conflict`` when another reviewer
    holds the clip, a newer version arrived, the entry is no longer in review, or an author's word
    that the rules demand is missing.
    """
    require(actor, "review.decide", submission)
    profile = profiles.profile_of(submission.contest)
    if decision.outcome == APPROVE:
        consents.require_authors(session, submission, profile)
    if profile.review.by_board:
        return votes.give(session, submission, decision, actor=actor, at=at)
    session.refresh(submission, with_for_update=LOCK)
    _refuse_held(session, submission, actor=actor, at=at)
    deciding.require_newest(submission, decision)
    deciding.check(decision, profile, at=at)
    assert actor.id is not None  # noqa: S101
    review = deciding.record(
        session, submission, decision, profile, reviewer_id=actor.id, at=at
    )
    deciding.move_on(session, submission, decision, review, actor=actor, at=at)
    return review


def require_possible(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime,
    casting: bool = False,
) -> None:
    """Holds the entry's row and changes nothing; raises as ``decide`` would, or with ``casting`` as
    ``votes.decide_as_chair``."""
    profile = profiles.profile_of(submission.contest)
    if casting or profile.review.by_board:
        require_ = votes.require_word if casting else votes.require_vote
        require_(session, submission, decision, actor=actor, at=at)
    else:
        require(actor, "review.decide", submission)
        session.refresh(submission, with_for_update=LOCK)
        _refuse_others(session, submission, actor=actor, at=at)
        deciding.require_newest(submission, decision)
        deciding.check(decision, profile, at=at)
    if decision.outcome == APPROVE:
        consents.require_authors(session, submission, profile)


def reopen(
    session: Session, submission: Submission, *, actor: Actor, at: datetime, reason: str
) -> None:
    """Take a decision back before the clip is published, or replaced: it waits for a review again,
    and the unit is told, for it was told of the decision.

    Raises ``NotAllowed``; ``Invalid`` without a reason; ``Conflict`` once it is being posted, or
    where the entry was neither approved nor sent back. A rejection is taken back by two
    (``services/entry/entry_requests.py``).
    """
    require(actor, "review.decide", submission)
    if not reason.strip():
        raise Invalid(
            "Hãy ghi lý do mở lại thẩm định.", "Please state why the review is opened again."
        )
    move(session, submission, SubmissionState.IN_REVIEW, actor=actor, at=at, reason=reason.strip())
    staff_mails.call_members(session, submission.contest, at=at)
    publications.cancel(session, submission, actor=actor, at=at, reason=reason.strip())
    mail.enqueue(
        session, to=submission.contact_email, template="reopened", language=submission.language,
        params={"submission_id": submission.id}, contest_id=submission.contest_id, at=at,
    )


# ---------------------------------------------------------------------------- before closing


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: clips that still wait for a review."""
    waiting = counts(session, contest)["waiting"]
    if not waiting:
        return []
    return [
        Blocker(
            "reviews.waiting", f"{waiting} clip chưa được thẩm định.",
            f"Clips that wait for review: {waiting}.", "reviews.queue", count=waiting,
        )
    ]
