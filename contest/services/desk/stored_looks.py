"""What the slow look through the store has found: files that rows name and that are missing, or
that hold other bytes; and what the daily look at the bundles of published results has found."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contest.models import Result, ResultLook, StoredLook

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


# ---------------------------------------------------------------------------- published results


@dataclass(frozen=True)
class Results:
    """Published revisions by what their bundle said at the last look. ``since``: the longest ago
    that any was looked at, or published and not looked at since; None where none is published."""

    right: int
    wrong: int
    unseen: int
    since: datetime | None


def results(session: Session) -> Results:
    """How the published results of the installation stand."""
    query = (
        select(ResultLook.holds, ResultLook.looked_at, Result.published_at)
        .select_from(Result).outerjoin(ResultLook, ResultLook.result_id == Result.id)
        .where(Result.state == "published")
    )
    rows = session.execute(query).all()
    held = [row.holds for row in rows]
    since = [row.looked_at or row.published_at for row in rows]
    return Results(held.count(True), held.count(False), held.count(None), min(since, default=None))


def published(session: Session) -> list[tuple[int, str]]:
    """Id and stored bundle of each published revision, the longest unseen first. Where texts were
    erased, the bundle is the one without them."""
    query = (
        select(Result.id, Result.bundle_sha256, Result.erased_bundle_sha256)
        .outerjoin(ResultLook, ResultLook.result_id == Result.id)
        .where(Result.state == "published")
        .order_by(ResultLook.looked_at.is_not(None), ResultLook.looked_at, Result.id)
    )
    return [(number, erased or own) for number, own, erased in session.execute(query)]


def result_seen(session: Session, result_id: int, *, holds: bool, at: datetime) -> None:
    """Record a look."""
    row = session.scalars(select(ResultLook).where(ResultLook.result_id == result_id)).first()
    if row is None:
        session.add(ResultLook(result_id=result_id, holds=holds, looked_at=at))
    else:
        row.holds, row.looked_at = holds, at
