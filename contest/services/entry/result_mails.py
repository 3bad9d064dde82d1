"""The organisers are told when a final result no longer holds: a counted clip left or came back."""

from datetime import datetime

from sqlalchemy.orm import Session

from contest.models import Submission
from contest.services.core import deadlines, mail
from contest.services.fanpage.organisers import organisers_of

TEMPLATE = "result_moved"
FINAL = ("frozen", "published")


def tell(session: Session, submission: Submission, *, at: datetime) -> None:
    """Nothing before a result is final. The page Results shows the new ranking beside the old one
    and makes the new revision in one step (``services/results/replacement.py``)."""
    if deadlines.newest_result(session, submission.contest_id) not in FINAL:
        return
    for user in organisers_of(session, submission.contest):
        mail.enqueue(
            session, to=user.email, template=TEMPLATE, language=user.language, at=at,
            params={
                "user_id": user.id, "submission_id": submission.id,
                "path": f"/c/{submission.contest.slug}/organiser/results",
            },
            contest_id=submission.contest_id,
        )
