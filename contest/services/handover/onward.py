"""The entries that were made of another one, here and further up: what concerns the person behind
one concerns them all."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Handover, Submission


def made_of(session: Session, submission: Submission) -> list[Submission]:
    """Every entry made of this one by handovers, the nearest first."""
    found: list[Submission] = []
    waiting = [submission.id]
    while waiting:
        made = session.scalars(
            select(Submission).join(Handover, Handover.submission_id == Submission.id)
            .where(Handover.source_id.in_(waiting)).order_by(Submission.id)
        ).all()
        found += made
        waiting = [one.id for one in made]
    return found


def offered(session: Session, submission: Submission) -> list[Handover]:
    """What waits to be accepted of this entry."""
    return list(session.scalars(select(Handover).where(
        Handover.source_id == submission.id, Handover.state == "offered")))
