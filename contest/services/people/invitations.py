"""Invitations: one-use links to set a password, or to sign in once.

A link goes to the person's mail and nowhere else, for whoever holds it acts as that person. An
organiser's screen shows a QR code for a juror who stands beside it; it asks for the code that
stands in the juror's mail, and so is of no use to the organiser.

The token stands in the fragment of the address, which browsers keep to themselves; the page
behind it exchanges it by POST. It is an HMAC of a random nonce under the installation's key: the
database alone opens nothing, and a mail can be written after the transaction.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Gone, Invalid
from contest.models import Invitation, User
from contest.services.core import audit, locks
from contest.tokens import digits_of, hash_token, new_token

LIFE = {"password": timedelta(days=7), "sign_in": timedelta(days=7)}
WRONG_CODES = 5  # of a million


def token_of(invitation: Invitation, *, key: str) -> str:
    """The secret part of the invitation's link: 256 bits, safe in addresses."""
    return _token(invitation.nonce, key)


def _token(nonce: str, key: str) -> str:
    return base64.urlsafe_b64encode(_digest("invitation", nonce, key)).rstrip(b"=").decode()


def _digest(what: str, nonce: str, key: str) -> bytes:
    return hmac.new(key.encode(), f"{what}:{nonce}".encode(), hashlib.sha256).digest()


def screen_token_of(invitation: Invitation, *, key: str) -> str:
    """What the QR code on an organiser's screen holds: it opens nothing without ``code_of``."""
    digest = _digest("screen", invitation.nonce, key)
    return f"{invitation.id}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


def code_of(invitation: Invitation, *, key: str) -> str:
    """Six digits, in the person's mail only: who types them beside the QR code is that person."""
    return digits_of(token_of(invitation, key=key))


def create(
    session: Session, user: User, *, purpose: str, actor: Actor, at: datetime, key: str,
    contest_id: int | None = None,
) -> Invitation:
    """A new invitation; earlier open ones of this person and purpose are revoked."""
    locks.lock(session, user)  # else two make one each
    revoke(session, user, purpose=purpose, at=at)
    nonce = new_token()
    invitation = Invitation(
        token_hash=hash_token(_token(nonce, key)), nonce=nonce, user_id=user.id, purpose=purpose,
        created_by=actor.label, created_at=at, expires_at=at + LIFE[purpose],
    )
    session.add(invitation)
    audit.record(
        session, "person.invited", user, actor=actor, at=at, contest_id=contest_id,
        after={"purpose": purpose},
    )
    return invitation


def revoke(session: Session, user: User, *, at: datetime, purpose: str | None = None) -> None:
    """Revoke the person's open invitations; only those of ``purpose`` where it is given."""
    query = update(Invitation).where(
        Invitation.user_id == user.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
    )
    if purpose:
        query = query.where(Invitation.purpose == purpose)
    session.execute(query.values(revoked_at=at))


def is_open(invitation: Invitation, *, at: datetime) -> bool:
    """Not used, revoked or expired."""
    return not (invitation.used_at or invitation.revoked_at) and invitation.expires_at > at


def open_of(
    session: Session, user_ids: Collection[int], *, at: datetime
) -> dict[int, Invitation]:
    """The newest open invitation of each of these persons who has one."""
    query = select(Invitation).where(
        Invitation.user_id.in_(user_ids), Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None), Invitation.expires_at > at,
    )
    return {row.user_id: row for row in session.scalars(query.order_by(Invitation.id))}


def find(session: Session, token: str, *, purpose: str, at: datetime) -> Invitation:
    """The open invitation of this token. Raises ``Gone`` for an unknown, used, revoked or expired
    one alike, and for one of a locked account."""
    invitation = session.scalars(
        select(Invitation).where(
            Invitation.token_hash == hash_token(token.strip()), Invitation.purpose == purpose
        )
    ).one_or_none()
    if invitation is None or not _serves(invitation, purpose, at):
        raise _gone()
    return invitation


def _serves(invitation: Invitation, purpose: str, at: datetime) -> bool:
    open_now = is_open(invitation, at=at) and invitation.user.active
    return open_now and invitation.purpose == purpose


def find_on_screen(
    session: Session, token: str, code: str, *, at: datetime, key: str
) -> Invitation:
    """The open invitation to sign in that a screen shows as a QR code, for the code of the mail.

    Raises ``Gone`` as ``find`` does, ``Invalid`` for a wrong code, which is counted in any case:
    after ``WRONG_CODES`` the invitation is revoked.
    """
    number, _, _rest = token.strip().partition(".")
    known = number.isascii() and number.isdecimal() and len(number) < 10  # noqa: PLR2004 - a column's
    invitation = session.get(Invitation, int(number)) if known else None
    if invitation is None or not hmac.compare_digest(
        screen_token_of(invitation, key=key).encode(), token.strip().encode()
    ):
        raise _gone()
    locks.lock(session, invitation)  # guesses at once are counted one by one
    if not _serves(invitation, "sign_in", at):
        raise _gone()
    if not hmac.compare_digest(code_of(invitation, key=key).encode(), tidy(code).encode()):
        invitation.wrong_codes += 1
        if invitation.wrong_codes >= WRONG_CODES:
            invitation.revoked_at = at
        raise wrong_code()
    return invitation


def tidy(code: str) -> str:
    """A typed code without spaces."""
    return "".join(code.split())


def wrong_code() -> Invalid:
    return Invalid(
        "Mã chưa đúng. Hãy xem lại mã 6 số trong thư mới nhất; sai 5 lần thì cần thư mới.",
        "The code is wrong. Look at the 6 digits in the newest mail; after 5 wrong ones a new mail "
        "is needed.",
    )


def use(session: Session, invitation: Invitation, *, at: datetime) -> None:
    """Mark it used. Raises ``Gone`` where it was used or revoked in the meantime."""
    taken = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None),
               Invitation.revoked_at.is_(None))
        .values(used_at=at)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise _gone()


def _gone() -> Gone:
    return Gone(
        "Liên kết này đã được dùng, đã hết hạn hoặc đã được thay. "
        "Hãy xin Ban Tổ chức gửi liên kết mới.",
        "This link was used, has expired or was replaced. Please ask the organisers for a new one.",
    )
