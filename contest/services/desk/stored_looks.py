"""What the slow look through the store has found: files that rows name and that are missing, or
that hold other bytes."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contest.models import StoredLook

REACHED, MISSING, DAMAGED = "reached", "missing", "damaged"


def reached(session: Session) -> str:
    """The file after which the look goes on; empty: from the first."""
    query = select(StoredLook.sha256).where(StoredLook.what == REACHED)
    return session.scalar(query) or ""


def faults(session: Session) -> Counter[str]:
    """How many files are missing and how many damaged."""
    query = select(StoredLook.what, func.count()).where(StoredLook.what != REACHED)
    return Counter({what: many for what, many in session.execute(query.group_by(StoredLook.what))})


def faulty(session: Session) -> set[str]:
    """Their hashes."""
    return set(session.scalars(select(StoredLook.sha256).where(StoredLook.what != REACHED)))


def go_on(session: Session, sha256: str, *, at: datetime) -> None:
    """Remember after which file to go on."""
    session.execute(delete(StoredLook).where(StoredLook.what == REACHED))
    session.add(StoredLook(what=REACHED, sha256=sha256, found_at=at))


def found(
    session: Session, what: str, looked_at: Collection[str], faulty: Iterable[str], *, at: datetime
) -> None:
    """Record a look at some files: which of them have this fault now, and which no longer."""
    known = set(session.scalars(select(StoredLook.sha256).where(StoredLook.what == what)))
    faulty = set(faulty)
    for sha256 in known & set(looked_at) - faulty:
        session.execute(
            delete(StoredLook).where(StoredLook.what == what, StoredLook.sha256 == sha256)
        )
    session.add_all(
        StoredLook(what=what, sha256=sha256, found_at=at) for sha256 in sorted(faulty - known)
    )


def forget(session: Session, named: Collection[str]) -> None:
    """Files that no row names any more are nobody's loss."""
    query = select(StoredLook).where(StoredLook.what != REACHED)
    for one in session.scalars(query):
        if one.sha256 not in named:
            session.delete(one)
