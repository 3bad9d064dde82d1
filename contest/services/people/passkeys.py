"""A person's passkeys: made, named, listed, removed, and judged when one answers.

A passkey is a second factor after the password, and both factors at once without it: then its
device must have made sure who holds it (``passkey_protocol``).
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import PUBLIC, Actor
from contest.errors import Conflict, Gone, Invalid
from contest.models import Passkey, User
from contest.services.core import audit, locks
from contest.services.people import passkey_protocol, second_factor
from contest.services.people.passkey_protocol import Site
from contest.tokens import new_token

MOST = 10  # of one person
NAME_LENGTH = 60  # characters


class Copied(Invalid):
    """The device counted backwards: there may be two of what should be one."""


def of(session: Session, user: User) -> Sequence[Passkey]:
    """The person's passkeys, in the order in which they were made."""
    query = select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)
    return session.scalars(query).all()


def one(session: Session, user: User, passkey_id: int) -> Passkey:
    """One of the person's own. Raises ``Gone`` for a removed one and for anybody else's."""
    query = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Gone("Khoá truy cập này không còn trong tài khoản của bạn.",
                   "This passkey is not in your account any more.")
    return found


def begin(session: Session, user: User, *, site: Site, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked to make a passkey of. Raises ``Conflict`` where the person has as
    many as are allowed."""
    known = _room_for_one_more(session, user)
    user.passkey_handle = user.passkey_handle or new_token()
    return passkey_protocol.creation_options(user, known, site=site, challenge=challenge)


def add(
    session: Session, user: User, answer: str, *, name: str, site: Site, challenge: bytes,
    actor: Actor, at: datetime,
) -> list[str]:
    """Keep a passkey that was just made; returns recovery codes, shown this once, where it is the
    first second factor. Raises ``Invalid`` for a wrong answer, ``Conflict`` for one too many and
    for a passkey that is kept already, whosever it is."""
    made = passkey_protocol.made(answer, site=site, challenge=challenge)
    _room_for_one_more(session, user)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
        raise Conflict("Khoá truy cập này đã được thêm rồi.", "This passkey was added already.")
    first = not user.second_factor_on
    passkey = Passkey(
        user_id=user.id, name=tidy_name(name), credential_id=made.credential_id, created_at=at,
        public_key=made.public_key, sign_count=made.sign_count, synced=made.synced,
        transports=made.transports,
    )
    session.add(passkey)
    session.flush()
    user.has_passkey = True
    audit.record(session, "person.passkey_added", user, actor=actor, at=at,
                 after={"passkey": passkey.id, "synced": passkey.synced})
    second_factor.tell(session, user, "passkey_added", at=at, passkey=passkey.name)
    return second_factor.renew_recovery_codes(session, user, at=at) if first else []


def rename(
    session: Session, user: User, passkey_id: int, name: str, *, actor: Actor, at: datetime
) -> None:
    """Give it another name. Raises ``Gone`` as ``one`` does, ``Invalid`` without a name."""
    passkey = one(session, user, passkey_id)
    if passkey.name == (wanted := tidy_name(name)):
        return
    passkey.name = wanted
    audit.record(session, "person.passkey_renamed", user, actor=actor, at=at,
                 after={"passkey": passkey.id})


def remove(
    session: Session, user: User, passkey_id: int, *, demanded: bool, actor: Actor, at: datetime
) -> None:
    """Forget one. ``demanded``: the person must have a second factor. Raises ``Gone`` as ``one``
    does, ``Conflict`` for the last second factor of somebody who must have one."""
    locks.lock(session, user)
    passkey = one(session, user, passkey_id)
    last = user.totp_confirmed_at is None and len(of(session, user)) == 1
    if last and demanded:
        raise Conflict(
            "Đây là lớp thứ hai duy nhất của bạn, và vai trò của bạn cần có một lớp. Hãy thêm khoá "
            "truy cập khác hoặc bật mã 6 số trước.",
            "This is your only second factor, and your role needs one. Add another passkey or "
            "switch on codes first.",
        )
    session.delete(passkey)
    session.flush()
    user.has_passkey = bool(of(session, user))
    audit.record(session, "person.passkey_removed", user, actor=actor, at=at,
                 after={"passkey": passkey_id})
    second_factor.tell(session, user, "passkey_removed", at=at, passkey=passkey.name)
    second_factor.after_one_went(session, user)


def check(
    session: Session, answer: str, *, owner: User | None, site: Site, challenge: bytes,
    at: datetime,
) -> User:
    """Whose passkey answered rightly; ``owner``: it must be theirs, the password was right. Without
    one it signs in alone. Raises ``Invalid`` for any other answer, ``Copied`` where the count did
    not go on (stored and told to the person: the caller commits)."""
    passkey = _that_answered(session, answer, owner)
    used = passkey_protocol.used(
        answer, passkey, site=site, challenge=challenge, alone=owner is None
    )
    locks.lock(session, passkey.user)  # whoever removes or counts one holds it, too
    passkey = _that_answered(session, answer, owner)
    if passkey.sign_count >= used.sign_count > 0 or passkey.sign_count > used.sign_count:
        _note_copy(session, passkey, used.sign_count, at)
        raise Copied(passkey_protocol.refused().vi, passkey_protocol.refused().en)
    passkey.sign_count, passkey.synced, passkey.last_used_at = used.sign_count, used.synced, at
    return passkey.user


def tidy_name(name: str) -> str:
    """A name as it is stored. Raises ``Invalid`` for none, or one too long."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(tidy) <= NAME_LENGTH:
        raise Invalid(f"Hãy đặt tên cho khoá, nhiều nhất {NAME_LENGTH} ký tự.",
                      f"Give the passkey a name of at most {NAME_LENGTH} characters.", field="name")
    return tidy


def _room_for_one_more(session: Session, user: User) -> Sequence[Passkey]:
    """The person's passkeys, and nobody else adds one meanwhile."""
    locks.lock(session, user)
    known = of(session, user)
    if len(known) >= MOST:
        raise Conflict(f"Mỗi người có nhiều nhất {MOST} khoá truy cập. Hãy xoá bớt một khoá trước.",
                       f"A person has at most {MOST} passkeys. Remove one first.")
    return known


def _that_answered(session: Session, answer: str, owner: User | None) -> Passkey:
    """The passkey that an answer names, if it and the person it names belong together."""
    credential_id, handle = passkey_protocol.named(answer)
    passkey = session.scalars(
        select(Passkey).where(Passkey.credential_id == credential_id)
        .options(joinedload(Passkey.user, innerjoin=True))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if passkey is None or not passkey.user.active:
        raise passkey_protocol.refused()
    theirs = passkey.user_id == owner.id if owner else bool(handle)
    if not theirs or (handle and handle != passkey.user.passkey_handle):
        raise passkey_protocol.refused()
    return passkey


def _note_copy(session: Session, passkey: Passkey, count: int, at: datetime) -> None:
    audit.record(session, "person.passkey_copied", passkey.user, actor=PUBLIC, at=at,
                 before={"passkey": passkey.id, "count": passkey.sign_count},
                 after={"passkey": passkey.id, "count": count})
    second_factor.tell(session, passkey.user, "passkey_copied", at=at, passkey=passkey.name)
