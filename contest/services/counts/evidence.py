"""Files that counts or shares were read from: kept whole, one row for each content."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence
from social.imports import FileRefused


def find(session: Session, contest: Contest, sha256: str) -> Evidence | None:
    """The contest's evidence of this content, or None."""
    query = select(Evidence).where(Evidence.contest_id == contest.id, Evidence.sha256 == sha256)
    return session.scalars(query).one_or_none()


def keep(
    session: Session, contest: Contest, sha256: str, *, kind: str, filename: str, size: int,
    actor: Actor, at: datetime,
) -> Evidence:
    """Record a file whose bytes are in the store already; the same content is one row.

    ``kind``: counts, ledger or screenshot. ``size``: bytes.
    """
    if (known := find(session, contest, sha256)) is not None:
        return known
    evidence = Evidence(
        contest_id=contest.id, sha256=sha256, filename=filename[:255], size=size, kind=kind,
        created_by=actor.label, created_at=at,
    )
    session.add(evidence)
    session.flush()
    return evidence


def refused(error: FileRefused) -> Invalid:
    """The reader's refusal of a file as an ``Invalid``, for the caller to raise."""
    return Invalid(error.message_vi, error.message_en, kind=error.kind)
