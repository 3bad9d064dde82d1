"""Invitations: one-use links to set a password, or to sign in once (a juror's QR code).

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
from contest.errors import Gone
from contest.models import Invitation, User
from contest.services.core import audit, locks
from contest.tokens import hash_token, new_token

LIFE = {"password": timedelta(days=7), "sign_in": timedelta(days=7)}


def token_of(invitation: Invitation, *, key: str) -> str:
    """The secret part of the invitation's link: 256 bits, safe in addresses."""
    return _token(invitation.nonce, key)


def _token(nonce: str, key: str) -> str:
    digest = hmac.new(key.encode(), f"invitation:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


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
    if invitation is None or not is_open(invitation, at=at) or not invitation.user.active:
        raise _gone()
    return invitation


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
        "Hãy xin Ban tổ chức gửi liên kết mới.",
        "This link was used, has expired or was replaced. Please ask the organisers for a new one.",
    )
