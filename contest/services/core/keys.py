"""Keys that must outlive ``HOITHI_SECRET_KEY``: random, stored, sealed with it (``StoredKey``).

Printed unit codes, mailed invitations, hashed accounts and signed results are made with them, so a
new secret key only seals them anew. A database from before they were stored has empty rows (its
migration left them): there they become what the secret key gave until then.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.actors import SYSTEM
from contest.models import PageConnection, StoredKey, UnitLink, User
from contest.services.core import audit
from contest.services.core.sealing import (
    FANPAGE,
    SECOND_FACTOR,
    STORED,
    UNIT_LINKS,
    Keyring,
    derived,
    sealed_by_another,
)

UNIT_CODES, INVITATIONS, LEDGER, SIGNATURE, PUSH = (
    "unit codes", "invitations", "ledger salt", "result signature", "web push",
)
PURPOSES = (INVITATIONS, LEDGER, PUSH, SIGNATURE, UNIT_CODES)
Column = InstrumentedAttribute[str]
MADE_HERE = "made stored keys"  # in ``Session.info``: nobody may rely on them before the commit


@dataclass(frozen=True)
class Resealed:
    """How many values were sealed anew, and the ids of rows that no secret key opens."""

    changed: int
    unreadable: list[int]


class Keys(Keyring):
    """The installation's keys. ``writing`` opens a session of its own, which commits."""

    def __init__(
        self, secret_keys: Sequence[str], writing: Callable[[], AbstractContextManager[Session]]
    ) -> None:
        super().__init__(secret_keys)
        self._writing = writing
        self._known: dict[str, str] = {}

    def unit_codes(self, session: Session) -> str:
        """The key that short codes are hashed with."""
        return self._stored(session, UNIT_CODES)

    def invitations(self, session: Session) -> str:
        """The key that invitations' tokens are made with."""
        return self._stored(session, INVITATIONS)

    def ledger(self, session: Session) -> bytes:
        """The key that contests' salts for accounts are made with."""
        return self._stored(session, LEDGER).encode()

    def signature(self, session: Session) -> bytes:
        """The Ed25519 seed that results are signed with, 32 bytes."""
        return bytes.fromhex(self._stored(session, SIGNATURE))

    def push(self, session: Session) -> bytes:
        """The seed of the key that web push is signed with, 32 bytes."""
        return bytes.fromhex(self._stored(session, PUSH))

    def check(self, session: Session) -> None:
        """Raises ``ConfigError`` where no secret key opens the stored keys."""
        self._opened(_rows(session))

    def _stored(self, session: Session, purpose: str) -> str:
        if purpose not in self._known:
            found = self._opened(_rows(session)) or self._made(session)
            if MADE_HERE in session.info:
                return found[purpose]
            self._known.update(found)
        return self._known[purpose]

    def _opened(self, rows: dict[str, str]) -> dict[str, str]:
        """All stored keys; empty where some are still to be made."""
        if set(PURPOSES) - {purpose for purpose, sealed in rows.items() if sealed}:
            return {}
        try:
            return {purpose: self.unseal(STORED, sealed) for purpose, sealed in rows.items()}
        except InvalidToken:
            raise sealed_by_another() from None

    def _made(self, session: Session) -> dict[str, str]:
        """Store what is missing: in the caller's transaction if it writes, for SQLite lets only
        one do so, else in one of its own."""
        if session.info.get("writes"):
            session.info[MADE_HERE] = True
            return self._complete(session)
        with self._writing() as own:
            return self._complete(own)

    def _complete(self, session: Session) -> dict[str, str]:
        for purpose in PURPOSES:
            session.execute(
                update(StoredKey).where(StoredKey.purpose == purpose, StoredKey.sealed == "")
                .values(sealed=self.seal(STORED, _first_form(self.secret_keys[-1], purpose)))
            )
            _insert_unless_there(session, purpose, self.seal(STORED, secrets.token_hex(32)))
        return self._opened(_rows(session))


# Everything that is sealed in the database: what it is for, and where it stands.
SEALED: tuple[tuple[str, Column], ...] = (
    (STORED, StoredKey.sealed),
    (SECOND_FACTOR, User.totp_secret),
    (FANPAGE, PageConnection.token),
    (FANPAGE, PageConnection.app_secret),
    (UNIT_LINKS, UnitLink.sealed),
)


def reseal(
    session: Session, purpose: str, column: Column, *, keys: Keyring,
    at: datetime,
) -> Resealed:
    """Seal what a column of ``SEALED`` holds with the newest secret key, row by row; the audit
    trail tells how many.

    A value that a person changes meanwhile is left: it was sealed just now. What no key opens is
    left too, and named by its row's id.
    """
    table: Any = column.class_
    query = select(table.id, column).where(column != "").order_by(table.id)
    changed, unreadable = 0, []
    for row_id, sealed in session.execute(query).all():
        try:
            fresh = keys.resealed(purpose, sealed)
        except InvalidToken:
            unreadable.append(row_id)
            continue
        if fresh:
            same = (table.id == row_id) & (column == sealed)
            changed += session.execute(
                update(table).where(same).values({column.key: fresh})
            ).rowcount  # type: ignore[attr-defined]
    if changed:
        audit.record(
            session, "keys.rotated", "stored_key:1", actor=SYSTEM, at=at,
            after={"what": purpose, "column": column.key, "rows": changed},
        )
    return Resealed(changed, unreadable)


def _rows(session: Session) -> dict[str, str]:
    found = session.execute(select(StoredKey.purpose, StoredKey.sealed).order_by(StoredKey.purpose))
    return {row[0]: row[1] for row in found}


def _first_form(secret_key: str, purpose: str) -> str:
    """What the secret key itself gave for this purpose before keys were stored."""
    return derived(secret_key, purpose).hex() if purpose in (PUSH, SIGNATURE) else secret_key


def _insert_unless_there(session: Session, purpose: str, sealed: str) -> None:
    """Two processes may begin at once: the first one's key stays."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(StoredKey).values(purpose=purpose, sealed=sealed)
    session.execute(row.on_conflict_do_nothing())
