"""For those without an address: a text to hand on by chat with the unit's own link, and who was
told.

The link is one of the unit's links whose token is an HMAC of the row's id under the installation's
key, so that the page can show it again, as an invitation's mail can be written after its
transaction; the database alone opens nothing. Other links are known by their hash only.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Submission, Telling, Unit, UnitLink
from contest.permissions import require
from contest.services.core import audit, locks, pagination, search
from contest.services.core.pagination import Pagination
from contest.services.desk.reminders import Recipient
from contest.services.messages import unreached
from contest.services.messages.unreached import KINDS
from contest.services.units import unit_links, units
from contest.tokens import hash_token

ON_A_PAGE = 20  # each with its letter
LABEL = "Zalo"


@dataclass(frozen=True)
class Handed:
    """Somebody to be told; ``token`` of the unit's own link, empty before there is one."""

    one: Recipient
    token: str
    told: Telling | None


@dataclass(frozen=True)
class Listed:
    """A page of those to be told. ``total``, ``untold``, ``without_link``: of the whole list.
    ``held``: rows that the texts find in the session as long as somebody holds them."""

    page: Pagination[Handed]
    total: int
    untold: int
    without_link: int
    held: Sequence[object]


def listed(
    session: Session, contest: Contest, kind: str, *, key: str, at: datetime,
    everybody: bool = False, words: str = "", number: int = 1,
) -> Listed:
    """Page ``number`` of those without an address whom this reminder concerns and whom nobody has
    told; ``everybody``: those who were told, too. ``words``: of the unit's name, of the entry.
    ``key``: of ``unit_codes``."""
    places = unreached.places(contest, kind, at=at)
    total, untold, without_link = _counts(session, contest, places, at)
    query = select(places, Telling).outerjoin(Telling, _told(contest, places))
    if not everybody:
        query = query.where(Telling.id.is_(None))
    query = _matching(query, places, words).order_by(
        places.c.first, places.c.second, places.c.third, places.c.subject)
    found = pagination.take(
        session, query, number, whole=True, size=ON_A_PAGE,
        total=None if words else total if everybody else untold)
    people, held = unreached.people(session, contest, kind, found.rows)
    tokens = _tokens(session, {one.unit_id for one in people}, key=key, at=at)
    rows = [Handed(one, tokens.get(one.unit_id, ""), row.Telling)
            for one, row in zip(people, found.rows, strict=True)]
    lacking = len({row.one.unit_id for row in rows if not row.token})
    return Listed(replace(found, rows=rows), total, untold, max(without_link, lacking), held)


def _told(contest: Contest, places: Subquery) -> ColumnElement[bool]:
    """The tick of a place, for this very deadline."""
    return and_(
        Telling.contest_id == contest.id, Telling.about == places.c.about,
        Telling.subject == places.c.subject, Telling.deadline == places.c.until,
    )


def _counts(
    session: Session, contest: Contest, places: Subquery, at: datetime
) -> tuple[int, int, int]:
    """How many there are, how many of them nobody has told, and how many units have no link to hand
    on; a link that somebody else has called so is only seen where it is shown."""
    told = select(Telling.id).where(_told(contest, places)).correlate(places).exists()
    has_link = select(UnitLink.id).where(
        UnitLink.unit_id == places.c.unit_id, *_to_hand_on(at)).correlate(places).exists()
    lacking = case((~has_link, places.c.unit_id))
    row = session.execute(select(
        func.count(), func.sum(case((told, 0), else_=1)), func.count(lacking.distinct())
    ).select_from(places)).one()
    return row[0], row[1] or 0, row[2]


def _matching(query: search.Rows, places: Subquery, words: str) -> search.Rows:
    if not words:
        return query
    entry = and_(Submission.id == places.c.subject, places.c.about == KINDS["findings"])
    query = query.join(Unit, Unit.id == places.c.unit_id).outerjoin(Submission, entry)
    return search.matching(query, words, Unit.name, *(
        func.coalesce(column, "") for column in (Submission.code, Submission.title)))


def token_of(link: UnitLink, *, key: str) -> str:
    """The secret part of a link to hand on: 160 bits, as of every link."""
    made = hmac.new(key.encode(), f"link to hand on:{link.id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:unit_links.TOKEN_BYTES]).rstrip(b"=").decode()


def _tokens(
    session: Session, unit_ids: Collection[int], *, key: str, at: datetime
) -> Mapping[int, str]:
    """Unit's id -> the token of its newest live link to hand on."""
    query = select(UnitLink).where(UnitLink.unit_id.in_(unit_ids), *_to_hand_on(at))
    found = {}
    for link in session.scalars(query.order_by(UnitLink.id)):
        token = token_of(link, key=key)
        if hash_token(token) == link.token_hash:
            found[link.unit_id] = token
    return found


def _to_hand_on(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Live links that are called so."""
    return UnitLink.label == LABEL, UnitLink.revoked_at.is_(None), UnitLink.expires_at > at


def prepare(
    session: Session, contest: Contest, kind: str, *, key: str, actor: Actor, at: datetime
) -> int:
    """A link for every unit of the list that has none to hand on; returns how many were made.
    Other links stay valid. Raises ``NotAllowed`` without ``unit.manage``."""
    require(actor, "unit.manage", contest)
    locks.lock(session, contest)
    places = unreached.places(contest, kind, at=at)
    concerned = set(session.scalars(select(places.c.unit_id).distinct()))
    lacking = concerned - _tokens(session, concerned, key=key, at=at).keys()
    for unit_id in sorted(lacking):
        unit = units.find(session, contest, unit_id)
        issued = unit_links.issue(session, unit, key=key, actor=actor, at=at, label=LABEL)
        issued.link.token_hash = hash_token(token_of(issued.link, key=key))
    return len(lacking)


def tell(
    session: Session, contest: Contest, kind: str, subjects: Sequence[int], *, actor: Actor,
    at: datetime, about: str = "",
) -> int:
    """Tick off those who were told, ``about`` one of their filings where the list is of filings;
    returns how many were not before. Raises ``NotAllowed``
    without ``reminder.send``, ``Conflict`` where nobody of them is on the list any more."""
    require(actor, "reminder.send", contest)
    locks.lock(session, contest)
    places = unreached.places(contest, kind, at=at)
    chosen = session.execute(
        select(places, Telling.id.label("told")).outerjoin(Telling, _told(contest, places)).where(
            places.c.subject.in_(subjects), places.c.about == (about or KINDS[kind]))
    ).all()
    if not chosen:
        raise Conflict(
            "Đơn vị này không còn trong danh sách: có thể đã gửi rồi. Hãy tải lại trang.",
            "This unit is not on the list any more: it may have sent it. Reload the page.",
        )
    fresh = [one for one in chosen if one.told is None]
    for one in fresh:
        session.add(Telling(
            contest_id=contest.id, about=one.about, subject=one.subject, deadline=one.until,
            told_by=actor.label, told_at=at,
        ))
        audit.record(session, "reminder.told", _subject(kind, one.subject), actor=actor, at=at,
                     contest_id=contest.id, after={"kind": kind})
    return len(fresh)


def take_back(
    session: Session, contest: Contest, telling_id: int, *, actor: Actor, at: datetime
) -> None:
    """Take a tick back. Raises ``NotAllowed`` without ``reminder.send``, ``NotFound`` where it is
    another contest's or not there."""
    require(actor, "reminder.send", contest)
    row = session.get(Telling, telling_id)
    if row is None or row.contest_id != contest.id:
        raise not_found()
    kind = next(kind for kind, about in KINDS.items() if row.about.startswith(about))
    audit.record(session, "reminder.untold", _subject(kind, row.subject), actor=actor, at=at,
                 contest_id=contest.id, after={"kind": kind})
    session.delete(row)


def _subject(kind: str, row_id: int) -> str:
    return f"{'submission' if kind == 'findings' else 'unit'}:{row_id}"
