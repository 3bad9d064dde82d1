"""Units: who takes part, and the links and codes that let them in."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor, unit_actor
from contest.models import UnitSession
from contest.tokens import hash_token


def session_of_token(session: Session, token: str, *, at: datetime) -> UnitSession | None:
    """The live session behind a unit's cookie; a revoked link ends its sessions at once."""
    row = session.scalars(
        select(UnitSession).where(UnitSession.token_hash == hash_token(token))
    ).one_or_none()
    if row is None or row.revoked_at or row.expires_at <= at or row.link.revoked_at:
        return None
    return row


def actor_of_token(session: Session, token: str, *, at: datetime) -> Actor | None:
    row = session_of_token(session, token, at=at)
    return unit_actor(row.unit_id, row.unit.contest_id, row.unit.name) if row else None
