"""The second factor: one-time codes of an authenticator app (TOTP, RFC 6238), recovery codes, and
what holds for passkeys too (``passkeys.py``): recovery codes come with the first factor of either
kind and go with the last, and the person is told by mail.

The secret is sealed with a key derived from the installation's; recovery codes are stored as
passwords are (ASVS 5.0, 6.5.2).
One-time codes are checked by the machine's own time (``wall``), because a phone does not know the
simulated one.
"""

from datetime import datetime

import pyotp
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Passkey, RecoveryCode, StaffSession, User
from contest.services.core import audit, locks, mail
from contest.services.core.sealing import SECOND_FACTOR, Keyring
from contest.services.people import passwords
from contest.tokens import hash_token, new_code, tidy_code

STEP_S = 30
RECOVERY_CODES, RECOVERY_LENGTH = 10, 16  # 78 bits each
PAGE = "/account/second-factor/"  # where the mail leads


def begin(session: Session, user: User, *, keys: Keyring) -> None:
    """Make a new secret, to be shown as a QR code and confirmed by a first code. Raises
    ``Conflict`` if the second factor is on."""
    if user.totp_confirmed_at:
        raise Conflict("Mã xác thực thứ hai đã được bật.", "The second factor is on already.")
    user.totp_secret = keys.seal(SECOND_FACTOR, pyotp.random_base32())
    session.flush()


def secret_of(user: User, *, keys: Keyring) -> str:
    """The secret in base 32; empty when there is none, or no secret key opens it."""
    try:
        return keys.unseal(SECOND_FACTOR, user.totp_secret) if user.totp_secret else ""
    except InvalidToken:
        return ""


def address(user: User, *, keys: Keyring, issuer: str) -> str:
    """The ``otpauth://`` address that an app reads from the QR code."""
    totp = pyotp.TOTP(secret_of(user, keys=keys), name=user.email, issuer=issuer)
    return str(totp.provisioning_uri())


def confirm(
    session: Session, user: User, code: str, *, actor: Actor, at: datetime, wall: datetime,
    keys: Keyring,
) -> list[str]:
    """Switch it on with a first right code; returns the recovery codes, shown this once, unless
    they came with a passkey. Raises ``Invalid`` for a wrong code, or if it is on."""
    if user.totp_confirmed_at or not _right_code(session, user, code, wall=wall, keys=keys):
        raise wrong_code()
    user.totp_confirmed_at = at
    audit.record(session, "person.second_factor_on", user, actor=actor, at=at)
    tell(session, user, "codes_on", at=at)
    return [] if user.has_passkey else renew_recovery_codes(session, user, at=at)


def check(
    session: Session, user: User, code: str, *, at: datetime, wall: datetime,
    keys: Keyring,
) -> bool:
    """Whether it is the app's current code or an unused recovery code; either works only once."""
    if not user.second_factor_on:
        return False
    by_app = bool(user.totp_confirmed_at) and _right_code(
        session, user, code, wall=wall, keys=keys
    )
    return by_app or _recovery(session, user, code, at)


def switch_off(session: Session, user: User, *, actor: Actor, at: datetime) -> None:
    """Delete the app's secret; the caller has checked that this is allowed. Without a passkey the
    recovery codes go too, and sessions go on as such without a second factor."""
    user.totp_secret, user.totp_confirmed_at = "", None
    after_one_went(session, user)
    audit.record(session, "person.second_factor_off", user, actor=actor, at=at)
    tell(session, user, "codes_off", at=at)


def reset(session: Session, user: User, *, actor: Actor, at: datetime) -> None:
    """For somebody who has lost everything: no secret, passkey or recovery code stays. The caller
    ends the sessions."""
    locks.lock(session, user)
    user.totp_secret, user.totp_confirmed_at, user.has_passkey = "", None, False
    lost = session.scalars(
        delete(Passkey).where(Passkey.user_id == user.id).returning(Passkey.id)
    ).all()
    after_one_went(session, user)
    audit.record(session, "person.second_factor_off", user, actor=actor, at=at,
                 after={"passkeys": sorted(lost)} if lost else None)
    tell(session, user, "reset", at=at)


def after_one_went(session: Session, user: User) -> None:
    """Where no second factor is left, recovery codes go, and no session has one."""
    if user.second_factor_on:
        return
    session.execute(update(StaffSession).where(StaffSession.user_id == user.id)
                    .values(second_factor_at=None))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def tell(session: Session, user: User, what: str, *, at: datetime, passkey: str = "") -> None:
    """Mail the person what changed (the words: ``templates/email/_second_factor.txt``): who finds a
    change that they did not make can act. ``passkey``: its name."""
    params = {"user_id": user.id, "what": what, "passkey": passkey, "path": PAGE}
    mail.enqueue(session, to=user.email, template="second_factor", language=user.language,
                 params=params, contest_id=None, at=at)


def renew_recovery_codes(session: Session, user: User, *, at: datetime) -> list[str]:
    """New recovery codes in place of the old ones, written in groups of four."""
    locks.lock(session, user)  # else two tabs get ten each
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(user_id=user.id, code_hash=passwords.hash_password(code), created_at=at)
        for code in codes
    )
    session.flush()
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes]


def recovery_codes_left(session: Session, user: User) -> int:
    query = select(func.count()).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def wrong_code() -> Invalid:
    """The refusal of a wrong or used code, for the caller to raise."""
    return Invalid(
        "Mã chưa đúng hoặc đã dùng. Hãy đợi mã mới trong ứng dụng; kiểm tra giờ trên điện thoại.",
        "The code is wrong or was used. Wait for the app's next code; check the phone's clock.",
        field="code",
    )


def _right_code(session: Session, user: User, code: str, *, wall: datetime, keys: Keyring) -> bool:
    """The code of this half minute or a neighbour, later than any used (RFC 6238, 5.2)."""
    secret, typed = secret_of(user, keys=keys), code.replace(" ", "")
    if not secret:
        return False
    totp, now = pyotp.TOTP(secret), int(wall.timestamp()) // STEP_S
    for step in (now, now - 1, now + 1):
        if pyotp.utils.strings_equal(totp.at(step * STEP_S), typed):
            return _use_step(session, user, step)
    return False


def _use_step(session: Session, user: User, step: int) -> bool:
    used = session.execute(
        update(User).where(User.id == user.id, User.totp_last_step < step)
        .values(totp_last_step=step)
    )
    return bool(used.rowcount == 1)  # type: ignore[attr-defined]


def _recovery(session: Session, user: User, code: str, at: datetime) -> bool:
    typed = tidy_code(code)
    if len(typed) != RECOVERY_LENGTH:
        return False  # hashing takes long: not for what is no recovery code
    left = session.execute(select(RecoveryCode.id, RecoveryCode.code_hash).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    ))
    row_id = next((row.id for row in left if _is_code(row.code_hash, typed)), None)
    used = session.execute(
        update(RecoveryCode).where(RecoveryCode.id == row_id, RecoveryCode.used_at.is_(None))
        .values(used_at=at)
    )
    return bool(used.rowcount == 1)  # type: ignore[attr-defined]


def _is_code(stored: str, typed: str) -> bool:
    """Codes made before migration 0010 are stored as SHA-256 until they are renewed."""
    if stored.startswith("$"):
        return passwords.verify(stored, typed)
    return stored == hash_token(typed)
