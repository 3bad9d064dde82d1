"""Units: who takes part, who is behind a unit's cookie, and who still owes a clip."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.actors import Actor, unit_actor
from contest.errors import not_found
from contest.models import Contest, Submission, Unit, UnitLink, UnitSession
from contest.states import IN_CONTEST
from contest.tokens import hash_token


def session_of_token(session: Session, token: str, *, at: datetime) -> UnitSession | None:
    """The live session behind a unit's cookie; a revoked link ends its sessions at once."""
    row = any_session_of_token(session, token)
    return row if row is not None and is_live(row, at=at) else None


def any_session_of_token(session: Session, token: str) -> UnitSession | None:
    """The session behind a cookie, dead or alive: the dead are told why (410)."""
    return session.scalars(
        select(UnitSession).where(UnitSession.token_hash == hash_token(token))
    ).one_or_none()


def is_live(row: UnitSession, *, at: datetime) -> bool:
    return not row.revoked_at and row.expires_at > at and not row.link.revoked_at


def actor_of(unit: Unit) -> Actor:
    return unit_actor(unit.id, unit.contest_id, unit.name)


def actor_of_token(session: Session, token: str, *, at: datetime) -> Actor | None:
    row = session_of_token(session, token, at=at)
    return actor_of(row.unit) if row else None


def find(session: Session, contest: Contest, unit_id: int) -> Unit:
    """A unit of this contest; ``NotFound`` otherwise."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.contest_id != contest.id:
        raise not_found()
    return unit


def of_contest(session: Session, contest: Contest) -> list[Unit]:
    """All units, by group and name."""
    query = select(Unit).where(Unit.contest_id == contest.id).order_by(Unit.group, Unit.name)
    return list(session.scalars(query))


@dataclass(frozen=True)
class Standing:
    """A unit as the organiser sees it. ``clips`` count towards the quota (plan II.2, III.3)."""

    unit: Unit
    clips: int
    links: int
    uses: int
    last_used_at: datetime | None
    missing: int


def standings(
    session: Session, contest: Contest, *, quota: int, at: datetime
) -> list[Standing]:
    """Every unit with its clips, its live links and how often these were used."""
    clips = _clips(session, contest)
    links = _links(session, contest, at)
    nothing = (0, 0, None)
    return [
        Standing(
            unit, clips.get(unit.id, 0), *links.get(unit.id, nothing),
            missing=max(quota - clips.get(unit.id, 0), 0),
        )
        for unit in of_contest(session, contest)
    ]


def _clips(session: Session, contest: Contest) -> dict[int, int]:
    query = (
        select(Submission.unit_id, func.count())
        .where(
            Submission.contest_id == contest.id,
            Submission.state.in_(IN_CONTEST),
            Submission.version_id.is_not(None),
        )
        .group_by(Submission.unit_id)
    )
    return {unit_id: count for unit_id, count in session.execute(query)}


Links = dict[int, tuple[int, int, datetime | None]]


def _links(session: Session, contest: Contest, at: datetime) -> Links:
    query = (
        select(UnitLink).join(Unit)
        .where(Unit.contest_id == contest.id, UnitLink.revoked_at.is_(None))
    )
    return _summed(link for link in session.scalars(query) if link.expires_at > at)


def _summed(links: Iterable[UnitLink]) -> Links:
    found: Links = {}
    for link in links:
        count, uses, last = found.get(link.unit_id, (0, 0, None))
        used = max(filter(None, (last, link.last_used_at)), default=None)
        found[link.unit_id] = (count + 1, uses + link.uses, used)
    return found
