"""Uploads and links whose bytes are still expected, and how they end. Below every verb that ends
one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import LinkFetch, Submission, Upload
from contest.models.base import LOCK
from contest.services.core import audit, outbox


def of_submission(session: Session, submission: Submission) -> list[Upload]:
    """The open uploads of an entry."""
    query = select(Upload).where(Upload.submission_id == submission.id, Upload.state == "open")
    return list(session.scalars(query))


def close(session: Session, upload: Upload, state: str, *, actor: Actor, at: datetime) -> bool:
    """Close an open upload as ``terminated`` or ``expired``; False where it was closed already.

    Its bytes go at once: the upload process looks for such rows, and so does the outbox task.
    """
    session.refresh(upload, with_for_update=LOCK)
    if upload.state != "open":
        return False
    upload.state, upload.finished_at = state, at
    outbox.hasten(session, f"upload.expire:{upload.id}", at=at)
    audit.record(session, f"upload.{state}", upload, actor=actor, at=at)
    return True


def close_all(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> None:
    """The entry takes no clip any more, or another one: whatever is on its way to it has ended,
    from a link as well."""
    for upload in of_submission(session, submission):
        close(session, upload, "terminated", actor=actor, at=at)
    waiting = select(LinkFetch).where(
        LinkFetch.submission_id == submission.id, LinkFetch.state == "waiting"
    )
    for fetch in session.scalars(waiting.with_for_update(of=LinkFetch, **LOCK)):
        fetch.state, fetch.finished_at = "cancelled", at
        audit.record(session, "link_fetch.cancelled", fetch, actor=actor, at=at,
                     contest_id=submission.contest_id)
