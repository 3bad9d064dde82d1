"""Handing in what was put together on the platform's own pages: sealed in the store like a clip."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import ClipVersion, EntryText, Errand, Submission
from contest.permissions import require
from contest.services.checking import parts
from contest.services.core import locks, profiles
from contest.services.entry import errands, stored_bytes, submissions, uploads

LONGEST = 200_000  # characters of a text


def require_open(
    session: Session, submission: Submission, *, actor: Actor, at: datetime,
    errand: Errand | None = None,
) -> None:
    """Hold the entry. ``errand``: an organiser does it in the unit's place. Raises ``NotAllowed``,
    ``TooLate`` outside its time, ``Conflict`` where what was handed in is final."""
    require(actor, "entry.deputise" if errand else "entry.upload", submission)
    locks.lock(session, submission.unit)  # before the entry: rows are locked in one order
    submissions.hold(session, submission)
    submissions.require_replaceable(submission)
    profile = profiles.profile_of(submission.contest)
    rule = errands.require_open if errand else submissions.require_open
    rule(profile, at=at, submission=submission)


def hand_in(
    session: Session, submission: Submission, *, sha256: str, size: int, filename: str,
    actor: Actor, at: datetime, errand: Errand | None = None,
) -> ClipVersion:
    """Make what is in the store already the entry's newest version, and request its check.

    Raises as ``require_open``, and beyond the unit's allowance.
    """
    require_open(session, submission, actor=actor, at=at, errand=errand)
    profile = profiles.profile_of(submission.contest)
    stored_bytes.require_allowance(session, submission.unit, size, profile)
    return uploads.adopt(session, submission, sha256=sha256, size=size, filename=filename,
                         actor=actor, at=at, errand_id=errand.id if errand else None)


def require_pictures(session: Session, submission: Submission) -> None:
    """Raises ``Invalid`` for a set without enough pictures: the sentence says how many."""
    rules = profiles.profile_of(submission.contest).entry.pictures
    there = len(parts.of(session, submission))
    if there > rules.most:
        raise Invalid(
            f"Bộ ảnh có {there} ảnh; nhiều nhất {rules.most}. Hãy bỏ bớt rồi nộp.",
            f"The set has {there} pictures; {rules.most} at most are allowed. Take some out, then "
            "hand it in.",
        )
    if there < rules.least:
        raise Invalid(
            f"Bộ ảnh mới có {there} ảnh; cần ít nhất {rules.least}. Hãy thêm ảnh rồi nộp.",
            f"The set has {there} pictures; at least {rules.least} are needed. Add some, then hand "
            "it in.",
        )


def text_of(session: Session, submission: Submission) -> str:
    """What was written so far, by the unit or in its place."""
    query = select(EntryText.body).where(EntryText.submission_id == submission.id)
    return session.scalar(query) or ""


def write(
    session: Session, submission: Submission, body: str, *, actor: Actor, at: datetime,
    errand: Errand | None = None,
) -> None:
    """Keep what is being written. Raises as ``require_open``; ``Invalid`` for more than a page can
    show."""
    require_open(session, submission, actor=actor, at=at, errand=errand)
    if len(body) > LONGEST:
        raise Invalid(
            f"Bài viết có {len(body)} ký tự; trang này nhận tối đa {LONGEST}. Hãy rút ngắn.",
            f"The text has {len(body)} characters; this page takes {LONGEST} at most. Make it "
            "shorter.",
        )
    query = select(EntryText).where(EntryText.submission_id == submission.id)
    row = session.scalars(query).one_or_none()
    if row is None:
        session.add(EntryText(submission_id=submission.id, body=body, saved_at=at))
    else:
        row.body, row.saved_at = body, at
    session.flush()
