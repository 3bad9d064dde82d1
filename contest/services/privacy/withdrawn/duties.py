"""A withdrawn consent is somebody's work: the organisers are told, and the person what follows.

Until an organiser says what was done it stands on the desk, with the law's fifteen days.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Invalid, not_found
from contest.models import Contest, Publication, Submission, Withdrawal
from contest.permissions import require
from contest.services.core import audit, locks, mail, profiles
from contest.services.fanpage.organisers import organisers_of
from contest.services.privacy import workdays

TOLD, TO_DO = "consent_withdrawn", "withdrawal_to_do"
WORDS = 3  # of what was done


def begin(
    session: Session, submission: Submission, purpose: str, follows: str, *, actor: Actor,
    at: datetime,
) -> Withdrawal:
    """Remember what is to be done, tell the entry's contact what follows and each organiser that
    it waits."""
    zone = profiles.profile_of(submission.contest).schedule.zone
    made = Withdrawal(
        contest_id=submission.contest_id, submission_id=submission.id, purpose=purpose,
        follows=follows, created_by=actor.label, created_at=at,
        due_by=workdays.due_by(at, zone),
    )
    session.add(made)
    session.flush()
    about = {"submission_id": submission.id, "withdrawal_id": made.id}
    mail.enqueue(
        session, to=submission.contact_email, template=TOLD, language=submission.language,
        params=about, contest_id=submission.contest_id, at=at,
    )
    path = f"/c/{submission.contest.slug}/organiser/privacy"
    mail.enqueue_all(session, TO_DO, [
        (user.email, user.language, {**about, "user_id": user.id, "path": path})
        for user in organisers_of(session, submission.contest)
    ], contest_id=submission.contest_id, at=at)
    return made


def given_again(
    session: Session, submission: Submission, purpose: str, *, actor: Actor, at: datetime
) -> None:
    """Nothing is left to do about a consent that is in force again."""
    query = select(Withdrawal).where(
        Withdrawal.submission_id == submission.id, Withdrawal.purpose == purpose,
        Withdrawal.done_at.is_(None),
    )
    for one in session.scalars(query):
        one.done_by, one.done_at = actor.label, at


def waiting(session: Session, contest: Contest) -> Sequence[Withdrawal]:
    """What nobody has done yet, the most urgent first."""
    query = (
        select(Withdrawal).where(Withdrawal.contest_id == contest.id, Withdrawal.done_at.is_(None))
        .options(joinedload(Withdrawal.submission)).order_by(Withdrawal.due_by, Withdrawal.id)
    )
    return session.scalars(query).all()


def posts(session: Session, found: Sequence[Withdrawal]) -> dict[int, str]:
    """Where on the Page the clips are that have left the contest: entry's id -> address."""
    query = select(Publication.submission_id, Publication.permalink).where(
        Publication.submission_id.in_({one.submission_id for one in found}),
        Publication.permalink != "",
    )
    return {row.submission_id: row.permalink for row in session.execute(query)} if found else {}


def finish(
    session: Session, contest: Contest, withdrawal_id: int, *, how: str, actor: Actor, at: datetime
) -> Withdrawal:
    """Say what was done. Raises ``NotAllowed`` without ``privacy.manage``, ``NotFound``, and
    ``Invalid`` for less than three words; done already, nothing changes."""
    require(actor, "privacy.manage", contest)
    found = session.get(Withdrawal, withdrawal_id)
    if found is None or found.contest_id != contest.id:
        raise not_found()
    locks.lock(session, found)
    if found.done_at is not None:
        return found
    if len(how.split()) < WORDS:
        raise Invalid(
            f"Hãy ghi đã làm gì, bằng ít nhất {WORDS} từ; ví dụ: đã bỏ địa chỉ khỏi danh sách.",
            f"Say what was done in at least {WORDS} words; for example: address taken off the "
            "list.",
        )
    found.done_by, found.done_at, found.how = actor.label, at, how.strip()
    audit.record(session, "consent.acted", found.submission, actor=actor, at=at,
                 after={"purpose": found.purpose, "reason": how.strip()})
    return found
