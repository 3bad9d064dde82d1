"""Consents: what is in force, and each step by which it came to be, which nobody can change."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Consent, ConsentEvent, Submission

GIVEN, WITHDRAWN = "given", "withdrawn"


def record(session: Session, consent: Consent, act: str, *, actor: Actor, at: datetime) -> None:
    """Append one step: by whom, from which browser's session, under which notice's words."""
    session.add(ConsentEvent(
        submission_id=consent.submission_id, purpose=consent.purpose, act=act,
        given_by=actor.label, session=actor.session, notice_version=consent.notice_version,
        notice_sha256=consent.notice_sha256, at=at,
    ))


def withdraw(session: Session, consent: Consent, *, actor: Actor, at: datetime) -> None:
    """End a consent that is in force; one that is not stays as it is."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at = at
        record(session, consent, WITHDRAWN, actor=actor, at=at)


def history(session: Session, submission: Submission) -> list[ConsentEvent]:
    """Every step, the first one first."""
    query = select(ConsentEvent).where(ConsentEvent.submission_id == submission.id)
    return list(session.scalars(query.order_by(ConsentEvent.id)))
