"""How a unit comes in: links for a QR code, short codes to type, and sessions.

Links and codes are known by their hashes. To be printed again they are kept sealed as well, with a
key that the database does not hold. A unit may have several; making a new one leaves the others
valid, rotating revokes them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager

from contest.actors import Actor
from contest.errors import Conflict, Gone, Invalid, not_found
from contest.models import Contest, Unit, UnitLink, UnitSession
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.core.sealing import UNIT_LINKS, Keyring, sealed_by_another
from contest.services.units import units
from contest.tokens import hash_code, hash_token, new_code, new_token, tidy_code

CODE_LENGTH = 8  # of 30 letters: 39 bits, tried at most some thousand times a day (rate limit)
TOKEN_BYTES = 20  # 160 random bits, and a QR code that prints well
SESSION_LIFE = timedelta(days=30)
AFTER_AWARDS = timedelta(days=30)  # units read their results until then


@dataclass(frozen=True)
class Issued:
    """A link with its ``token`` and ``code``: as it was made, or opened to be printed again."""

    link: UnitLink
    unit: Unit
    token: str
    code: str

    @property
    def spaced_code(self) -> str:
        """As people read it: ``ABCD-EFGH``."""
        return f"{self.code[:4]}-{self.code[4:]}"


def issue(
    session: Session, unit: Unit, *, key: str, actor: Actor, at: datetime, label: str = "",
    keys: Keyring | None = None,
) -> Issued:
    """Make one more link and code for a unit. ``key``: what codes are hashed with; ``keys``: what
    seals both, without which they are never printed again. Raises ``NotAllowed`` without
    ``unit.manage``."""
    require(actor, "unit.manage", unit)
    token, code = secrets.token_urlsafe(TOKEN_BYTES), new_code(CODE_LENGTH)
    awards = profiles.profile_of(unit.contest).schedule.awards
    link = UnitLink(
        unit_id=unit.id, token_hash=hash_token(token), code_hash=hash_code(code, key),
        label=label[:100], created_at=at, expires_at=max(awards, at) + AFTER_AWARDS,
        sealed=keys.seal(UNIT_LINKS, f"{token} {code}") if keys else "",
    )
    session.add(link)
    session.flush()
    audit.record(
        session, "unit_link.issued", link, actor=actor, at=at, contest_id=unit.contest_id,
        after={"unit": unit.id, "expires_at": link.expires_at.isoformat()},
    )
    return Issued(link, unit, token, code)


def issue_all(
    session: Session, contest: Contest, unit_ids: list[int], *, key: str, actor: Actor,
    at: datetime, rotate: bool = False, label: str = "", keys: Keyring | None = None,
) -> list[Issued]:
    """A link and code for each of these units; ``rotate`` revokes the earlier ones first. Raises
    ``NotAllowed`` without ``unit.manage``, ``NotFound`` for a unit of another contest."""
    require(actor, "unit.manage", contest)
    wanted = [units.find(session, contest, unit_id) for unit_id in unit_ids]
    if rotate:
        for unit in wanted:
            for link in live_links(session, unit, at=at):
                revoke(session, link, actor=actor, at=at)
    return [issue(session, unit, key=key, actor=actor, at=at, label=label, keys=keys)
            for unit in wanted]


def printed_again(
    session: Session, link: UnitLink, *, keys: Keyring, actor: Actor, at: datetime
) -> Issued:
    """The same link and code once more, for a sheet that was lost; the trail names who printed it.

    Raises ``NotAllowed`` without ``unit.manage``; ``Gone`` for a revoked or expired link;
    ``Conflict`` for one from before links were kept sealed: then a new code is the way.
    """
    require(actor, "unit.manage", link.unit)
    _live(link, at=at)
    again = opened(link, keys)
    if not again.token:
        raise Conflict(
            "Mã này được tạo trước khi hệ thống giữ được bản để in lại. Hãy tạo mã mới; mã cũ vẫn "
            "dùng được đến khi thu hồi.",
            "This code was made before codes could be printed again. Make a new one; the old one "
            "goes on working until it is revoked.",
        )
    audit.record(
        session, "unit_link.printed_again", link, actor=actor, at=at,
        contest_id=link.unit.contest_id, after={"unit": link.unit_id},
    )
    return again


def opened(link: UnitLink, keys: Keyring) -> Issued:
    """The link with the token and the code that were sealed with it; both empty where nothing was.
    Raises ``ConfigError`` where no key opens them."""
    try:
        token, code = keys.unseal(UNIT_LINKS, link.sealed).split(" ") if link.sealed else ("", "")
    except InvalidToken:
        raise sealed_by_another() from None
    return Issued(link, link.unit, token, code)


def opened_all(
    session: Session, contest: Contest, link_ids: Sequence[int], *, keys: Keyring
) -> list[Issued]:
    """These links of the contest in their order, opened; those revoked since are left out."""
    query = (
        select(UnitLink).join(UnitLink.unit).options(contains_eager(UnitLink.unit))
        .where(UnitLink.id.in_(link_ids), Unit.contest_id == contest.id,
               UnitLink.revoked_at.is_(None))
    )
    return [opened(link, keys)
            for link in sorted(session.scalars(query), key=lambda link: link_ids.index(link.id))]


def links_of(session: Session, unit: Unit) -> list[UnitLink]:
    """All links, the newest first."""
    query = select(UnitLink).where(UnitLink.unit_id == unit.id).order_by(UnitLink.id.desc())
    return list(session.scalars(query))


def live_links(session: Session, unit: Unit, *, at: datetime) -> list[UnitLink]:
    """Links that are neither revoked nor expired, the newest first."""
    return [k for k in links_of(session, unit) if not k.revoked_at and k.expires_at > at]


def find(session: Session, contest: Contest, link_id: int) -> UnitLink:
    """A link of a unit of this contest. Raises ``NotFound`` otherwise."""
    link = session.get(UnitLink, link_id)
    if link is None or link.unit.contest_id != contest.id:
        raise not_found()
    return link


def revoke(session: Session, link: UnitLink, *, actor: Actor, at: datetime) -> None:
    """Revoke a link and every session that it was exchanged for. A second time changes nothing.
    Raises ``NotAllowed`` without ``unit.manage``."""
    require(actor, "unit.manage", link.unit)
    if link.revoked_at:
        return
    link.revoked_at = at
    session.execute(
        update(UnitSession)
        .where(UnitSession.link_id == link.id, UnitSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    audit.record(
        session, "unit_link.revoked", link, actor=actor, at=at, contest_id=link.unit.contest_id
    )


@dataclass(frozen=True)
class Entered:
    """A unit that came in: ``token`` is its cookie, live until ``expires_at``."""

    unit: Unit
    token: str
    expires_at: datetime


def by_token(session: Session, token: str, *, at: datetime) -> UnitLink:
    """The live link of this token. Raises ``Gone`` for a revoked or expired link, ``Invalid`` for
    an unknown one."""
    query = select(UnitLink).where(UnitLink.token_hash == hash_token(token))
    return _live(session.scalars(query).one_or_none(), at=at)


def by_code(session: Session, code: str, *, key: str, at: datetime) -> UnitLink:
    """The live link of a typed code; case, spaces and dashes do not matter. Raises ``Gone`` for a
    revoked or expired code, ``Invalid`` for an unknown one."""
    query = select(UnitLink).where(UnitLink.code_hash == hash_code(tidy_code(code), key))
    return _live(session.scalars(query).one_or_none(), at=at)


def _live(link: UnitLink | None, *, at: datetime) -> UnitLink:
    if link is None:
        raise Invalid(
            "Mã hoặc đường dẫn không đúng. Hãy xem lại mã in cạnh mã QR của đơn vị rồi nhập lại.",
            "This code or link is not known. Check the code beside your unit's QR code, try again.",
        )
    if link.revoked_at or link.expires_at <= at:
        raise Gone(
            "Đường dẫn của đơn vị đã hết hạn hoặc đã được thay. Hãy xin Ban Tổ chức mã mới.",
            "Your unit's link has expired or was replaced. Ask the organisers for a new one.",
        )
    return link


def enter(session: Session, link: UnitLink, *, at: datetime, agent: str = "") -> Entered:
    """Exchange a live link for a session."""
    link.uses, link.last_used_at = UnitLink.uses + 1, at  # in SQL: many may come in at once
    token = new_token()
    row = UnitSession(
        token_hash=hash_token(token), unit_id=link.unit_id, link_id=link.id, created_at=at,
        expires_at=min(at + SESSION_LIFE, link.expires_at), agent=agent[:200],
    )
    session.add(row)
    session.flush()
    return Entered(link.unit, token, row.expires_at)


def leave(session: Session, token: str, *, at: datetime) -> None:
    """End the session behind a cookie."""
    row = units.any_session_of_token(session, token)
    if row is not None and row.revoked_at is None:
        row.revoked_at = at
