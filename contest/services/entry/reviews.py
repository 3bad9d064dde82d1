"""Review of content (plan III.3): the queue, who is reviewing a clip, and the three outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLate, not_found
from contest.languages import write_time
from contest.models import ClipVersion, Contest, Review, Submission, User
from contest.models.base import LOCK
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import deadlines, mail, pagination, profiles
from contest.services.core.blockers import Blocker
from contest.services.core.pagination import Pagination
from contest.services.core.transitions import move
from contest.services.entry import open_uploads
from contest.services.fanpage import publications
from contest.states import SubmissionState

HOLD = timedelta(minutes=30)
APPROVE, CHANGES, REJECT = "approve", "changes", "reject"
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


@dataclass(frozen=True)
class Decision:
    """What a reviewer decides about one version. ``checklist``: item id -> satisfied."""

    version_id: int
    outcome: str
    checklist: Mapping[str, bool] = field(default_factory=dict)
    reason: str = ""
    note: str = ""
    until: datetime | None = None


# ---------------------------------------------------------------------------- the queue


def listed(
    session: Session, contest: Contest, *, name: str = "waiting", number: int = 1
) -> Pagination[Submission]:
    """One of ``LISTS``: "waiting" longest-waiting first, the others last changed first."""
    waiting = name == "waiting"
    order = ClipVersion.received_at if waiting else Submission.updated_at.desc()
    query = (
        select(Submission)
        .join(ClipVersion, ClipVersion.id == Submission.version_id)
        .where(Submission.contest_id == contest.id, Submission.state.in_(LISTS[name]))
        .options(
            joinedload(Submission.unit),
            joinedload(Submission.version).selectinload(ClipVersion.checks),
        )
        .order_by(order, Submission.id)
    )
    return pagination.take(session, query, number)


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
    """Hold a clip for ``HOLD`` from now; the same reviewer may extend it.

    Raises ``NotAllowed``; ``Conflict`` when it no longer waits or another reviewer holds it.
    """
    require(actor, "review.decide", submission)
    session.refresh(submission, with_for_update=LOCK)
    if submission.state != SubmissionState.IN_REVIEW:
        raise Conflict(
            "Clip này không còn chờ thẩm định. Hãy chọn clip khác trong danh sách.",
            "This clip is no longer waiting for review. Choose another from the list.",
        )
    _refuse_held(session, submission, actor=actor, at=at)
    submission.held_by, submission.held_until = actor.id, at + HOLD


def take_next(
    session: Session, contest: Contest, *, actor: Actor, at: datetime
) -> Submission | None:
    """Hold the longest-waiting clip that nobody else holds; None when there is none.

    Raises ``NotAllowed`` without ``review.decide``.
    """
    require(actor, "review.decide", contest)
    query = _free(contest, actor, at).with_for_update(of=Submission, skip_locked=True, **LOCK)
    submission = session.scalars(query).one_or_none()
    if submission is not None:
        submission.held_by, submission.held_until = actor.id, at + HOLD
    return submission


def peek_next(
    session: Session, submission: Submission, *, actor: Actor, at: datetime
) -> Submission | None:
    """The clip that ``take_next`` would return after ``entry``, without holding it."""
    query = _free(submission.contest, actor, at).where(Submission.id != submission.id)
    return session.scalars(query).one_or_none()


def _free(contest: Contest, actor: Actor, at: datetime) -> Select[Any]:
    """The longest-waiting clip that no other reviewer holds."""
    free = or_(
        Submission.held_until.is_(None), Submission.held_until <= at,
        Submission.held_by == actor.id,
    )
    return (
        select(Submission)
        .join(ClipVersion, ClipVersion.id == Submission.version_id)
        .where(
            Submission.contest_id == contest.id, Submission.state == SubmissionState.IN_REVIEW, free
        )
        .order_by(ClipVersion.received_at, Submission.id)
        .limit(1)
    )


def let_go(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> None:
    """Release the actor's hold on a clip. Raises ``NotAllowed`` without ``review.decide``."""
    require(actor, "review.decide", submission)
    session.refresh(submission, with_for_update=LOCK)
    if submission.held_by == actor.id:
        submission.held_by = submission.held_until = None


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


def suggested_until(profile: Profile, *, at: datetime) -> datetime:
    """The deadline proposed with "ask for changes": the profile's days, at most the release."""
    wished = at + timedelta(days=profile.review.changes_days)
    release = profile.release_at
    return min(wished, release if at < release else deadlines.latest_until(profile))


def decide(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime
) -> Review:
    """Record a decision and move the entry on, in one transaction.

    Approve: every required item holds; publication is planned. Changes: a reason and a deadline.
    Reject: a reason; the entry leaves the contest and the quota (plan III.3, note).
    Raises ``NotAllowed``; ``Invalid`` for what is missing; ``Conflict`` when another reviewer
    holds the clip, a newer version arrived, or the entry is no longer in review.
    """
    require(actor, "review.decide", submission)
    session.refresh(submission, with_for_update=LOCK)
    _refuse_held(session, submission, actor=actor, at=at)
    if submission.version_id != decision.version_id:
        raise Conflict(
            "Đơn vị vừa gửi bản mới của clip này. Hãy mở lại và xem bản mới.",
            "The unit has just sent a new version of this clip. Open it again.",
        )
    profile = profiles.profile_of(submission.contest)
    _check(decision, profile, at=at)
    review = _record(session, submission, decision, profile, actor=actor, at=at)
    _move_on(session, submission, decision, review, actor=actor, at=at)
    return review


def _check(decision: Decision, profile: Profile, *, at: datetime) -> None:
    if decision.outcome == APPROVE:
        _require_checklist(decision, profile)
        return
    if not decision.reason.strip():
        raise Invalid(
            "Hãy ghi lý do để đơn vị biết cần làm gì.",
            "Please state the reason, so that the unit knows what to do.",
        )
    if decision.outcome == CHANGES:
        _require_until(decision.until, profile, at=at)


def _require_checklist(decision: Decision, profile: Profile) -> None:
    items = [i for i in profile.review.checklist if i.required and not decision.checklist.get(i.id)]
    if items:
        vi, en = "; ".join(i.text.vi for i in items), "; ".join(i.text.en for i in items)
        raise Invalid(
            f"Chưa thể duyệt, còn {len(items)} mục chưa đạt: {vi}. "
            "Hãy đánh dấu các mục đã đạt, hoặc yêu cầu chỉnh sửa.",
            f"This cannot be approved, {len(items)} items do not hold: {en}. "
            "Tick what holds, or ask for changes.",
        )


def _require_until(until: datetime | None, profile: Profile, *, at: datetime) -> None:
    latest, zone = deadlines.latest_until(profile), profile.schedule.zone
    if at >= latest:
        raise TooLate(
            f"Số tương tác đã chốt lúc {write_time(latest, zone, 'vi')} nên không còn thời gian "
            "để gửi clip mới. Hãy duyệt hoặc loại clip này.",
            f"The counts closed at {write_time(latest, zone, 'en')}, so there is no time for "
            "another clip. Approve this one or reject it.",
        )
    if until is not None and at < until <= latest:
        return
    found_vi = write_time(until, zone, "vi") if until else "chưa chọn"
    found_en = write_time(until, zone, "en") if until else "none"
    raise Invalid(
        f"Hạn gửi lại ({found_vi}) phải sau lúc này và không sau "
        f"{write_time(latest, zone, 'vi')}. Hãy chọn lại.",
        f"The new deadline ({found_en}) must lie ahead and not after "
        f"{write_time(latest, zone, 'en')}. Choose another.",
    )


def _record(
    session: Session, submission: Submission, decision: Decision, profile: Profile, *, actor: Actor,
    at: datetime,
) -> Review:
    assert actor.id is not None and submission.contest.revision_id is not None  # noqa: S101
    known = {item.id for item in profile.review.checklist}
    review = Review(
        submission_id=submission.id, version_id=decision.version_id, reviewer_id=actor.id,
        profile_revision_id=submission.contest.revision_id, outcome=decision.outcome,
        checklist={k: bool(decision.checklist.get(k)) for k in sorted(known)},
        reason=decision.reason.strip(), note=decision.note.strip(),
        until=decision.until if decision.outcome == CHANGES else None, created_at=at,
    )
    session.add(review)
    session.flush()
    return review


def _move_on(
    session: Session, submission: Submission, decision: Decision, review: Review, *, actor: Actor,
    at: datetime,
) -> None:
    to = {
        APPROVE: SubmissionState.APPROVED,
        CHANGES: SubmissionState.CHANGES_REQUESTED,
        REJECT: SubmissionState.DISQUALIFIED,
    }
    move(
        session, submission, to[decision.outcome], actor=actor, at=at, reason=review.reason,
        review=review.id, version=decision.version_id,
    )
    submission.held_by = submission.held_until = None
    submission.changes_until = review.until
    if decision.outcome != CHANGES:
        open_uploads.close_all(session, submission, actor=actor, at=at)
    if decision.outcome == APPROVE:
        submission.state_reason = ""
        publications.plan(session, submission, actor=actor, at=at)
    template = {APPROVE: "approved", CHANGES: "changes_requested", REJECT: "rejected"}
    mail.enqueue(
        session, to=submission.contact_email, template=template[decision.outcome],
        language=submission.language, params={"submission_id": submission.id},
        contest_id=submission.contest_id, at=at,
    )


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
