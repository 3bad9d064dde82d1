"""An entry from paper: an organiser types the form that a unit brings; pictures of the signed form
are kept as the proof of its consents, for organisers only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import SignedForm, Submission, Unit
from contest.permissions import require
from contest.services.core import profiles
from contest.services.entry import errands, submissions
from contest.services.entry.submissions import SubmissionForm

MOST_PICTURES = 6


@dataclass(frozen=True)
class Picture:
    """A picture that is in the store already, drawn anew; ``size`` in bytes."""

    sha256: str
    size: int


def create(
    session: Session, unit: Unit, form: SubmissionForm, pictures: Sequence[Picture], *,
    reason: str, actor: Actor, at: datetime,
) -> Submission:
    """Store the entry with its consents as they were given on paper.

    Raises ``NotAllowed`` without ``entry.deputise``; ``Invalid`` without a reason or a picture of
    the signed form, or where the form breaks a rule; ``Conflict`` for a retired unit; ``TooLate``
    with the way where the unit's time is over.
    """
    require(actor, "entry.deputise", unit)
    errands.require_reason(reason)
    if unit.retired_at:
        raise Conflict(f"{unit.name} đã thôi tham gia. Hãy cho đơn vị trở lại trước.",
                       f"{unit.name} was retired. Bring the unit back first.")
    if not 1 <= len(pictures) <= MOST_PICTURES:
        raise Invalid(
            f"Hãy kèm từ 1 đến {MOST_PICTURES} ảnh chụp phiếu có chữ ký: đó là bằng chứng của sự "
            "đồng ý.",
            f"Attach 1 to {MOST_PICTURES} pictures of the signed form: they prove the consents.",
        )
    errands.require_open(profiles.profile_of(unit.contest), at=at, unit=unit)
    made = submissions.create(
        session, unit, replace(form, language="vi"), actor=actor, at=at, deputy=True
    )
    errands.record(session, made, "paper", reason=reason, actor=actor, at=at)
    for sha256, size in {one.sha256: one.size for one in pictures}.items():
        session.add(SignedForm(
            submission_id=made.id, sha256=sha256, size=size, created_by=actor.label, created_at=at,
        ))
    session.flush()
    return made


def signed_forms(session: Session, submission: Submission) -> Sequence[SignedForm]:
    """The pictures of an entry's signed form."""
    query = select(SignedForm).where(SignedForm.submission_id == submission.id)
    return session.scalars(query.order_by(SignedForm.id)).all()


def signed_form(session: Session, submission: Submission, sha256: str) -> SignedForm | None:
    """One of them, or None."""
    return next((one for one in signed_forms(session, submission) if one.sha256 == sha256), None)
