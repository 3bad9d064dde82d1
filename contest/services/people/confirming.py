"""Asking once more who it is, before a second factor is added, changed or removed.

Asked for is what whoever only found the browser open does not have: the code where an app makes
them, else the password, else a recovery code.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from contest.models import User
from contest.services.core.sealing import Keyring
from contest.services.people import second_factor, sign_in


def asked_of(user: User) -> str:
    """The field to ask for: ``code``, ``old`` (the password), or nothing, of somebody who signs in
    by one-time links and has no second factor."""
    if user.totp_confirmed_at is not None:
        return "code"
    if user.password_hash:
        return "old"
    return "code" if user.second_factor_on else ""


def confirm(
    session: Session, user: User, given: str, *, at: datetime, wall: datetime, keys: Keyring
) -> None:
    """Raises ``Invalid`` (with the field's name) unless ``given`` is what ``asked_of`` asks for; a
    code counts as used."""
    asked = asked_of(user)
    if asked == "old":
        sign_in.confirm_password(user, given, at=at)
    elif asked and not second_factor.check(session, user, given, at=at, wall=wall, keys=keys):
        raise second_factor.wrong_code()
