"""Units: who takes part, who is behind a unit's cookie, and who still owes a clip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, func, select
from sqlalchemy.orm import Session, joinedload

from contest import folding
from contest.actors import Actor, unit_actor
from contest.errors import not_found
from contest.folding import fold
from contest.models import Contest, Submission, Unit, UnitLink, UnitSession
from contest.services.core import pagination
from contest.services.core.pagination import Pagination
from contest.services.core.search import folded, matching, sortable
from contest.states import IN_CONTEST
from contest.tokens import hash_token

IN_ORDER = (sortable(Unit.group), sortable(Unit.name))


def session_of_token(session: Session, token: str, *, at: datetime) -> UnitSession | None:
    """The live session behind a unit's cookie; a revoked link ends its sessions at once."""
    row = any_session_of_token(session, token)
    return row if row is not None and is_live(row, at=at) else None


def any_session_of_token(session: Session, token: str) -> UnitSession | None:
    """The session behind a cookie, live or not: the caller answers an ended one with 410."""
    return session.scalars(
        select(UnitSession).where(UnitSession.token_hash == hash_token(token))
        .options(joinedload(UnitSession.link, innerjoin=True),
                 joinedload(UnitSession.unit, innerjoin=True))
    ).one_or_none()


def is_live(row: UnitSession, *, at: datetime) -> bool:
    """Neither revoked nor expired, and its link not revoked."""
    return not row.revoked_at and row.expires_at > at and not row.link.revoked_at


def actor_of(unit: Unit) -> Actor:
    return unit_actor(unit.id, unit.contest_id, unit.name)


def actor_of_token(session: Session, token: str, *, at: datetime) -> Actor | None:
    """The unit behind a cookie as an actor; None without a live session."""
    row = session_of_token(session, token, at=at)
    return replace(actor_of(row.unit), session=f"unit_session:{row.id}") if row else None


def find(session: Session, contest: Contest, unit_id: int) -> Unit:
    """A unit of this contest. Raises ``NotFound`` otherwise."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.contest_id != contest.id:
        raise not_found()
    return unit


def of_contest(session: Session, contest: Contest) -> list[Unit]:
    """All units that take part, by group and name."""
    query = select(Unit).where(*_live(contest)).order_by(*IN_ORDER)
    return list(session.scalars(query))


def _live(contest: Contest) -> tuple[ColumnElement[bool], ...]:
    """Units that take part: not retired."""
    return Unit.contest_id == contest.id, Unit.retired_at.is_(None)


def retired(session: Session, contest: Contest) -> list[Unit]:
    """Units that take part no more, by name."""
    query = select(Unit).where(Unit.contest_id == contest.id, Unit.retired_at.is_not(None))
    return list(session.scalars(query.order_by(sortable(Unit.name))))


def names(session: Session, contest: Contest, *, most: int) -> dict[int, str] | None:
    """Every unit's name by its id, by group and name; None where there are more than ``most``,
    which are not ordered in vain."""
    rows = session.execute(_names(contest).limit(most + 1)).all()
    return None if len(rows) > most else _in_order(rows)


def named(
    session: Session, contest: Contest, words: str, *, but: int, most: int
) -> dict[int, str]:
    """As ``names``, those units in whose names each of these words is, ``but`` excepted: at most
    one more than ``most``, and one that has exactly this name among them."""
    query = matching(_names(contest).where(Unit.id != but), words, Unit.name)
    exact = case((folded(Unit.name) == fold(words), 0), else_=1)
    return _in_order(session.execute(query.order_by(exact, Unit.id).limit(most + 1)).all())


def _names(contest: Contest) -> Select[int, str, str]:
    return select(Unit.id, Unit.name, Unit.group).where(*_live(contest))


def _in_order(rows: Iterable[Row[int, str, str]]) -> dict[int, str]:
    ordered = sorted(rows, key=lambda row: (folding.sortable(row[2]), folding.sortable(row[1])))
    return {row[0]: row[1] for row in ordered}


def counted(session: Session, *unit_ids: int, category: str | None = None) -> int:
    """How many clips of these units are in the contest, and so count for the quota; of one
    ``category``, for its own."""
    query = select(func.count()).where(
        Submission.unit_id.in_(unit_ids), Submission.state.in_(IN_CONTEST)
    )
    if category is not None:
        query = query.where(Submission.category == category)
    return session.scalar(query) or 0


def counted_each(session: Session, unit_ids: Iterable[int]) -> dict[int, int]:
    """As ``counted``, for each of these units that has any."""
    query = (
        select(Submission.unit_id, func.count())
        .where(Submission.unit_id.in_(unit_ids), Submission.state.in_(IN_CONTEST))
        .group_by(Submission.unit_id)
    )
    return {unit_id: count for unit_id, count in session.execute(query)}


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
    rows = session.execute(_standings(contest, at).order_by(*IN_ORDER))
    return [_standing(row, quota) for row in rows]


def listed(
    session: Session, contest: Contest, *, quota: int, at: datetime, short: bool = False,
    search: str = "", number: int = 1,
) -> Pagination[Standing]:
    """A page of ``standings``; ``short``: only units that owe clips; ``search``: part of a name,
    with or without its accents. Names are sorted here, where each one's key is remembered: the
    database would work out all of them anew."""
    query = _names(contest)
    if search:
        query = query.where(folded(Unit.name).contains(fold(search), autoescape=True))
    if short:
        clips = _clips(contest)
        query = query.outerjoin(clips, clips.c.unit_id == Unit.id).where(
            func.coalesce(clips.c.clips, 0) < quota)
    found = pagination.part(list(_in_order(session.execute(query))), number)
    rows = {row[0].id: row for row in session.execute(_standings(contest, at, found.rows))}
    shown = [_standing(rows[unit_id], quota) for unit_id in found.rows if unit_id in rows]
    return Pagination(shown, found.number, found.count, found.total)


def totals(session: Session, contest: Contest, *, quota: int) -> tuple[int, int]:
    """How many units there are, and how many of them still owe a clip."""
    clips = _clips(contest)
    owing = case((func.coalesce(clips.c.clips, 0) < quota, 1), else_=0)
    query = (
        select(func.count(), func.sum(owing)).select_from(Unit)
        .outerjoin(clips, clips.c.unit_id == Unit.id)
        .where(*_live(contest))
    )
    count, missing = session.execute(query).one()
    return count, int(missing or 0)


def without_link(session: Session, contest: Contest, *, at: datetime) -> list[int]:
    """The ids of units without a live link, by group and name."""
    links = _links(contest, at)
    query = (
        select(Unit.id).outerjoin(links, links.c.unit_id == Unit.id)
        .where(*_live(contest), links.c.links.is_(None))
    )
    return list(session.scalars(query.order_by(*IN_ORDER)))


def _standing(row: Row[*tuple[Any, ...]], quota: int) -> Standing:
    unit, clips, links, uses, last_used_at = row
    return Standing(unit, clips, links, uses, last_used_at, max(quota - clips, 0))


def _standings(
    contest: Contest, at: datetime, of: Sequence[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Unit, clips, live links, their uses and the last one; ``of``: of these units alone, so that
    nobody else's clips and links are added up."""
    clips, links = _clips(contest, of), _links(contest, at, of)
    query = (
        select(
            Unit, func.coalesce(clips.c.clips, 0), func.coalesce(links.c.links, 0),
            func.coalesce(links.c.uses, 0), links.c.last_used_at,
        )
        .outerjoin(clips, clips.c.unit_id == Unit.id)
        .outerjoin(links, links.c.unit_id == Unit.id)
        .where(*_live(contest))
    )
    return query if of is None else query.where(Unit.id.in_(of))


def _clips(contest: Contest, of: Sequence[int] | None = None) -> Subquery:
    """Clips that count towards the quota, by unit; of all units, or of these."""
    return (
        select(Submission.unit_id, func.count().label("clips"))
        .where(
            Submission.contest_id == contest.id,
            Submission.state.in_(IN_CONTEST),
            Submission.version_id.is_not(None),
            *(() if of is None else (Submission.unit_id.in_(of),)),
        )
        .group_by(Submission.unit_id)
        .subquery()
    )


def _links(contest: Contest, at: datetime, of: Sequence[int] | None = None) -> Subquery:
    """Live links with their uses, by unit; of all units, or of these."""
    return (
        select(
            UnitLink.unit_id, func.count().label("links"), func.sum(UnitLink.uses).label("uses"),
            func.max(UnitLink.last_used_at).label("last_used_at"),
        )
        .join(Unit)
        .where(
            Unit.contest_id == contest.id, UnitLink.revoked_at.is_(None), UnitLink.expires_at > at,
            *(() if of is None else (UnitLink.unit_id.in_(of),)),
        )
        .group_by(UnitLink.unit_id)
        .subquery()
    )
