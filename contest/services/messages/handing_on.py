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
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Submission, Telling, Unit, UnitLink
from contest.permissions import require
from contest.profile import reminding
from contest.services.core import audit, locks
from contest.services.desk import reminders
from contest.services.desk.reminders import Recipient
from contest.services.units import unit_links, units
from contest.tokens import hash_token

# Reminders of units and what they are about, or how that begins; and units that were granted time
# alone.
KINDS = {"missing": "uploads", "findings": "fixing", "granted": "granted",
         "filings": reminding.FILING}
LABEL = "Zalo"


@dataclass(frozen=True)
class Handed:
    """Somebody to be told; ``token`` of the unit's own link, empty before there is one."""

    one: Recipient
    token: str
    told: Telling | None


def listed(
    session: Session, contest: Contest, kind: str, *, key: str, at: datetime
) -> list[Handed]:
    """Everybody without an address whom this reminder concerns. ``key``: of ``unit_codes``."""
    found = _concerned(session, contest, kind, at=at)
    tokens = _tokens(session, {one.unit_id for one in found}, key=key, at=at)
    query = select(Telling).where(
        Telling.contest_id == contest.id,
        Telling.about.startswith(KINDS[kind], autoescape=True),
    )
    told = {(row.about, row.subject, row.deadline): row for row in session.scalars(query)}
    return [
        Handed(one, tokens.get(one.unit_id, ""),
               told.get((_about(kind, one), one.subject, _until(one))))
        for one in found
    ]


def rows_of(session: Session, shown: Sequence[Handed]) -> list[object]:
    """The units and entries of a page, read at once: to be held while its texts are written."""
    unit_ids = [one.one.unit_id for one in shown]
    entries = [one.one.subject for one in shown if one.one.code]
    submissions = select(Submission).where(Submission.id.in_(entries))
    of_units = select(Unit).where(Unit.id.in_(unit_ids))
    if any(one.one.filing for one in shown):
        of_units = of_units.options(selectinload(Unit.filings))
    return [*session.scalars(of_units),
            *session.scalars(submissions.options(joinedload(Submission.version)))]


def _concerned(
    session: Session, contest: Contest, kind: str, *, at: datetime
) -> list[Recipient]:
    found = reminders.without_address(session, contest, kind, at=at)
    return [one for one in found if at < _until(one)]


def _about(kind: str, one: Recipient) -> str:
    return one.about or KINDS[kind]


def _until(one: Recipient) -> datetime:
    assert one.until is not None  # noqa: S101 - every kind has its deadline
    return one.until


def token_of(link: UnitLink, *, key: str) -> str:
    """The secret part of a link to hand on: 160 bits, as of every link."""
    made = hmac.new(key.encode(), f"link to hand on:{link.id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:unit_links.TOKEN_BYTES]).rstrip(b"=").decode()


def _tokens(
    session: Session, unit_ids: Collection[int], *, key: str, at: datetime
) -> Mapping[int, str]:
    """Unit's id -> the token of its newest live link to hand on."""
    query = select(UnitLink).where(
        UnitLink.unit_id.in_(unit_ids), UnitLink.label == LABEL, UnitLink.revoked_at.is_(None),
        UnitLink.expires_at > at,
    )
    found = {}
    for link in session.scalars(query.order_by(UnitLink.id)):
        token = token_of(link, key=key)
        if hash_token(token) == link.token_hash:
            found[link.unit_id] = token
    return found


def prepare(
    session: Session, contest: Contest, kind: str, *, key: str, actor: Actor, at: datetime
) -> int:
    """A link for every unit of the list that has none to hand on; returns how many were made.
    Other links stay valid. Raises ``NotAllowed`` without ``unit.manage``."""
    require(actor, "unit.manage", contest)
    locks.lock(session, contest)
    lacking = {
        one.one.unit_id for one in listed(session, contest, kind, key=key, at=at) if not one.token
    }
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
    chosen = [one for one in _concerned(session, contest, kind, at=at)
              if one.subject in subjects and one.about == about]
    if not chosen:
        raise Conflict(
            "Đơn vị này không còn trong danh sách: có thể đã gửi rồi. Hãy tải lại trang.",
            "This unit is not on the list any more: it may have sent it. Reload the page.",
        )
    fresh = [one for one in chosen if _telling(session, contest, kind, one) is None]
    for one in fresh:
        session.add(Telling(
            contest_id=contest.id, about=_about(kind, one), subject=one.subject,
            deadline=_until(one), told_by=actor.label, told_at=at,
        ))
        audit.record(session, "reminder.told", _subject(kind, one.subject), actor=actor, at=at,
                     contest_id=contest.id, after={"kind": kind})
    return len(fresh)


def _telling(session: Session, contest: Contest, kind: str, one: Recipient) -> Telling | None:
    return session.scalars(select(Telling).where(
        Telling.contest_id == contest.id, Telling.about == _about(kind, one),
        Telling.subject == one.subject, Telling.deadline == _until(one),
    )).one_or_none()


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
