"""Mails of this room to the staff: a board waits for somebody; a final result no longer holds."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import Mail, Review, Submission, User
from contest.services.core import deadlines, mail
from contest.services.core.appraisal import Board
from contest.services.fanpage.organisers import organisers_of

BOARD_WAITS, RESULT_MOVED = "board_waits", "result_moved"
FINAL = ("frozen", "published")


def tell_result_moved(session: Session, submission: Submission, *, at: datetime) -> None:
    """The organisers, when a counted clip left or came back after a result was final. The page
    Results shows the new ranking beside the old one and makes the new revision in one step
    (``services/results/replacement.py``)."""
    if deadlines.newest_result(session, submission.contest_id) not in FINAL:
        return
    for user in organisers_of(session, submission.contest):
        mail.enqueue(
            session, to=user.email, template=RESULT_MOVED, language=user.language, at=at,
            params={
                "user_id": user.id, "submission_id": submission.id,
                "path": f"/c/{submission.contest.slug}/organiser/results",
            },
            contest_id=submission.contest_id,
        )


def tell_board_waits(
    session: Session, submission: Submission, board: Board, *, at: datetime
) -> None:
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
                session, to=user.email, template=BOARD_WAITS, language=user.language, at=at,
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
        Mail.contest_id == submission.contest_id, Mail.template == BOARD_WAITS,
        Mail.params["version_id"].as_integer() == submission.version_id,
    )
    if last is not None:
        query = query.where(Mail.created_at > last)
    return {int(one.params["user_id"]) for one in session.scalars(query)}
