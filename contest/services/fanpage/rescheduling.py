"""Planned publications when the common release is moved."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.models import Contest, Publication, Submission, Task
from contest.services.core import profiles
from contest.services.fanpage import publications


def unreleased(session: Session, contest: Contest) -> list[Publication]:
    """The planned publications whose release is ahead."""
    query = (
        select(Publication).join(Publication.submission)
        .where(
            Submission.contest_id == contest.id, Publication.position.is_(None),
            Publication.state.in_(publications.BEFORE_ARMED),
        )
        .order_by(Publication.id)
    )
    return list(session.scalars(query))


def replan(session: Session, contest: Contest, *, at: datetime) -> None:
    """Planned publications go to the release of the rules in force, with their upload before it."""
    release_at = profiles.profile_of(contest).release_at
    for publication in unreleased(session, contest):
        if publication.release_at == release_at:
            continue
        publication.release_at = release_at
        session.execute(
            update(Task)
            .where(Task.kind == "publication.upload", Task.row_id == publication.id,
                   Task.state == "pending")
            .values(due_at=max(release_at - publications.UPLOAD_AHEAD, at), queued_at=None)
        )
        publications.wish_release(session, publication, at=at)
