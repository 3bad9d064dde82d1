"""The challenge that this browser was given for its passkey waits in its own signed cookie.

It is good for one purpose, one person (where one is known) and this browser's session; that it is
answered only once is stored (``services/people/passkey_challenges.py``).
"""

from datetime import datetime

from flask import session

from contest.services.people import passkey_challenges
from contest.services.people.passkey_protocol import Site
from contest.tokens import hash_token
from contest.views.shared.support import current, staff_token

KEPT = "passkey"
ADD, ALONE, SECOND = "add", "alone", "second"  # purposes


def site() -> Site | None:
    """For whom passkeys are made at our address; None where browsers make none."""
    settings = current.platform.settings
    return Site(settings.passkey_host, settings.origin) if settings.passkey_host else None


def give(purpose: str, user_id: int = 0) -> bytes:
    """A new challenge; the one that this browser had is no good any more."""
    challenge = passkey_challenges.new()
    session[KEPT] = {
        "challenge": challenge.hex(), "at": current.now.isoformat(),
        "to": _whose(purpose, user_id),
    }
    return challenge


def take(purpose: str, user_id: int = 0) -> bytes:
    """The challenge that was given for this, from now on used. Raises ``Invalid`` where there is
    none, or it is too old, was answered, or was given to another session."""
    kept = session.pop(KEPT, None)
    if not kept or kept["to"] != _whose(purpose, user_id):
        raise passkey_challenges.expired()
    challenge = bytes.fromhex(kept["challenge"])
    given_at = datetime.fromisoformat(kept["at"])
    passkey_challenges.use(current.db, challenge, given_at=given_at, at=current.now)
    return challenge


def _whose(purpose: str, user_id: int) -> str:
    return hash_token(f"{purpose}:{user_id}:{staff_token()}")
