"""Challenges that passkeys sign: random, good for five minutes, answered once.

One that was given out waits in the browser's own signed cookie (``views/account/challenges.py``),
so that whoever asks for a thousand stores nothing; what is stored is that one was answered.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contest.errors import Invalid
from contest.models import UsedChallenge
from contest.services.core import sweep

LIFE = timedelta(minutes=5)
LENGTH = 32  # bytes


def new() -> bytes:
    """A challenge that nobody can guess."""
    return secrets.token_bytes(LENGTH)


def use(session: Session, challenge: bytes, *, given_at: datetime, at: datetime) -> None:
    """From now on it is answered, rightly or not. Raises ``Invalid`` where it is too old or was
    answered before, at the same moment too."""
    if not given_at <= at < given_at + LIFE:
        raise expired()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(UsedChallenge).values(
        challenge_hash=hashlib.sha256(challenge).hexdigest(), expires_at=given_at + LIFE
    )
    once = row.on_conflict_do_nothing().returning(UsedChallenge.id)
    if session.scalar(once) is None:
        raise expired()
    sweep.schedule(session, at=at)


def expired() -> Invalid:
    """The refusal of an answer that comes late, twice, or to no question, to be raised."""
    return Invalid(
        "Lượt xác nhận này đã hết hạn hoặc đã dùng. Hãy bấm nút và xác nhận lại.",
        "This confirmation has expired or was used. Press the button and confirm again.",
    )
