"""Who is told by mail that a board waits for them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import Mail, Review, Submission, User
from contest.services.core import mail
from contest.services.core.appraisal import Board
from contest.services.fanpage.organisers import organisers_of

TEMPLATE = "board_waits"


def tell(session: Session, submission: Submission, board: Board, *, at: datetime) -> None:
    """The chair, who has the casting word; without one the organisers, who name one, or a member,
    or change the numbers. Once for a version, and once more after each decision about it."""
    chair = board.chair
    people = [session.get_one(User, chair.id)] if chair else organisers_of(
        session, submission.contest
    )
    known = _told(session, submission)
    for user in people:
        if user.id not in known:
            mail.enqueue(
                session, to=user.email, template=TEMPLATE, language=user.language, at=at,
                params={
                    "user_id": user.id, "submission_id": submission.id,
                    "version_id": submission.version_id, "chair": chair is not None,
                    "path": f"/c/{submission.contest.slug}/review/{submission.code}",
                },
                contest_id=submission.contest_id,
            )


def _told(session: Session, submission: Submission) -> set[int]:
    """Who was told about this version since the last decision about it."""
    last = session.scalar(
        select(func.max(Review.created_at)).where(Review.version_id == submission.version_id)
    )
    query = select(Mail).where(
        Mail.contest_id == submission.contest_id, Mail.template == TEMPLATE,
        Mail.params["version_id"].as_integer() == submission.version_id,
    )
    if last is not None:
        query = query.where(Mail.created_at > last)
    return {int(one.params["user_id"]) for one in session.scalars(query)}
