"""What is of no use any more and tells where people were: old sessions and spent invitations."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from contest.models import Invitation, StaffSession, UnitSession
from contest.services.core import outbox

KEPT = timedelta(days=30)  # "last seen" and "this link was used" are told so long
KIND = "sessions.sweep"


def schedule(session: Session, *, at: datetime) -> None:
    """Have it swept every day from now on; asked for a second time it is the same wish."""
    outbox.add(session, KIND, 0, at=at, key=KIND)


def sweep(session: Session, *, at: datetime) -> int:
    """Remove what ended more than ``KEPT`` ago; returns how many rows."""
    return sum(
        _remove(session, table, *ends, before=at - KEPT)
        for table, *ends in (
            (StaffSession, StaffSession.expires_at, StaffSession.revoked_at),
            (UnitSession, UnitSession.expires_at, UnitSession.revoked_at),
            (Invitation, Invitation.expires_at, Invitation.revoked_at, Invitation.used_at),
        )
    )


def _remove(session: Session, table: Any, *ends: Any, before: datetime) -> int:
    gone = session.execute(delete(table).where(or_(*(end < before for end in ends))))
    return int(gone.rowcount)  # type: ignore[attr-defined]
