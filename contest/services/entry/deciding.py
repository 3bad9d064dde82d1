"""What a reviewer's outcome needs (plan III.3), and what follows from a decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLate
from contest.languages import write_time
from contest.models import Review, Submission
from contest.profile import Profile
from contest.services.core import deadlines, mail
from contest.services.core.appraisal import APPROVE, CHANGES, REJECT
from contest.services.core.transitions import move
from contest.services.entry import open_uploads
from contest.services.fanpage import publications
from contest.states import SubmissionState


@dataclass(frozen=True)
class Decision:
    """What a reviewer decides about one version. ``checklist``: item id -> satisfied."""

    version_id: int
    outcome: str
    checklist: Mapping[str, bool] = field(default_factory=dict)
    reason: str = ""
    note: str = ""
    until: datetime | None = None


def suggested_until(profile: Profile, *, at: datetime) -> datetime:
    """The deadline proposed with "ask for changes": the profile's days, at most the release."""
    wished = at + timedelta(days=profile.review.changes_days)
    release = profile.release_at
    return min(wished, release if at < release else deadlines.latest_until(profile))


def require_newest(submission: Submission, decision: Decision) -> None:
    """Raises ``Conflict`` where the decision is about a version that was replaced meanwhile."""
    if submission.version_id != decision.version_id:
        raise Conflict(
            "Đơn vị vừa gửi bản mới của clip này. Hãy mở lại và xem bản mới.",
            "The unit has just sent a new version of this clip. Open it again.",
        )


def check(decision: Decision, profile: Profile, *, at: datetime) -> None:
    """Raises ``Invalid`` for what is missing, ``TooLate`` for changes after the cut-off."""
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


def record(
    session: Session, submission: Submission, decision: Decision, profile: Profile, *,
    reviewer_id: int, at: datetime,
) -> Review:
    """Store a checked decision. ``reviewer_id``: who took it, or whose vote or word did."""
    assert submission.contest.revision_id is not None  # noqa: S101
    known = {item.id for item in profile.review.checklist}
    review = Review(
        submission_id=submission.id, version_id=decision.version_id, reviewer_id=reviewer_id,
        profile_revision_id=submission.contest.revision_id, outcome=decision.outcome,
        checklist={k: bool(decision.checklist.get(k)) for k in sorted(known)},
        reason=decision.reason.strip(), note=decision.note.strip(),
        until=decision.until if decision.outcome == CHANGES else None, created_at=at,
    )
    session.add(review)
    session.flush()
    return review


def move_on(
    session: Session, submission: Submission, decision: Decision, review: Review, *, actor: Actor,
    at: datetime,
) -> None:
    """Move the entry on by a decision that was stored; the unit is told."""
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
