"""The audit trail: append-only, each row sealed with the hash of the one before.

Free text never stands in a row: it is a note beside it, which can be erased, and the row keeps the
note's salted hash. So the chain holds whatever is erased.
"""

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SQLColumnExpression, String, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from contest import canonical
from contest.models.base import Base, Json

NOTE = "$note"  # what stands in a row instead of a text: {"$note": "<hash>"}
# What people type, or what names them. Of other keys only what is plainly a code stays in the row.
FREE = frozenset({
    "account", "accounts_out", "changes", "comment", "device", "email", "link", "name", "names",
    "note", "numbers", "page_name", "permalink", "phone", "reason", "late_reason", "title", "error",
})
CODE = re.compile(r"[A-Za-z0-9_.:+/-]{0,200}")  # states, hashes, instants, codes


class AuditNote(Base):
    """A text of one audit row. ``sha256`` is that of ``salt`` and the text's canonical JSON; once
    erased the salt is gone, so that the hash tells nothing, and ``value`` is what is left."""

    __tablename__ = "audit_note"
    __table_args__ = (Index("ix_audit_note_audit_seq", "audit_seq"),)

    audit_seq: Mapped[int]  # no foreign key: whoever removes a row is found by the chain
    sha256: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any] = mapped_column(Json)
    erased_at: Mapped[datetime | None]

    @classmethod
    def of(cls, value: object) -> "AuditNote":
        salt = secrets.token_hex(16)
        return cls(salt=salt, value=value, sha256=note_hash(salt, value))

    def holds(self) -> bool:
        """Whether this is what was written; of an erased one nothing can be said."""
        return self.erased_at is not None or note_hash(self.salt, self.value) == self.sha256


class FormerSeal(Base):
    """The hash of a row before texts were moved out of the trail (migration 0021), so that one that
    was written down then is still found."""

    __tablename__ = "audit_former"
    __table_args__ = (UniqueConstraint("seq"),)

    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


def note_hash(salt: str, value: object) -> str:
    """The hash that a row keeps of a note."""
    return hashlib.sha256((salt + canonical.text(value)).encode()).hexdigest()


class AuditRow(Base):
    """Who did what to what, when; before and after. People appear by reference only.

    ``before`` and ``after`` read as they were recorded; ``sealed_before`` and ``sealed_after`` are
    what the chain is made of: the same with hashes for texts.
    """

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("seq"),
        Index("ix_audit_contest_id_seq", "contest_id", "seq"),
        Index("ix_audit_subject", "subject"),
        Index("ix_audit_contest_id_action_seq", "contest_id", "action", "seq"),
        Index("ix_audit_contest_id_actor_seq", "contest_id", "actor", "seq"),
    )

    seq: Mapped[int]
    at: Mapped[datetime]
    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))  # "submission:12"
    sealed_before: Mapped[dict[str, Any]] = mapped_column("before")
    sealed_after: Mapped[dict[str, Any]] = mapped_column("after")
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    notes: Mapped[list[AuditNote]] = relationship(
        primaryjoin=lambda: AuditRow.seq == foreign(AuditNote.audit_seq), lazy="selectin",
        order_by=AuditNote.id,
    )

    @hybrid_property
    def before(self) -> dict[str, Any]:
        return self._told(self.sealed_before)

    @before.inplace.setter
    def _set_before(self, value: dict[str, Any]) -> None:
        self.sealed_before = self._sealed(value)

    @before.inplace.expression
    @classmethod
    def _before_column(cls) -> SQLColumnExpression[dict[str, Any]]:
        return cls.sealed_before

    @hybrid_property
    def after(self) -> dict[str, Any]:
        return self._told(self.sealed_after)

    @after.inplace.setter
    def _set_after(self, value: dict[str, Any]) -> None:
        self.sealed_after = self._sealed(value)

    @after.inplace.expression
    @classmethod
    def _after_column(cls) -> SQLColumnExpression[dict[str, Any]]:
        return cls.sealed_after

    def _sealed(self, value: dict[str, Any]) -> dict[str, Any]:
        """``value`` with hashes for its texts, which become notes of this row."""
        return {key: self._kept(key, one) for key, one in value.items()}

    def _kept(self, key: str, value: object) -> object:
        if not _is_text(key, value):
            return value
        note = AuditNote.of(value)
        self.notes.append(note)
        return {NOTE: note.sha256}

    def _told(self, sealed: dict[str, Any]) -> dict[str, Any]:
        known = {note.sha256: note.value for note in self.notes}
        return {
            key: known.get(value[NOTE], "") if is_note(value) else value
            for key, value in sealed.items()
        }


def is_note(value: object) -> bool:
    """Whether this stands in a row for a text."""
    return isinstance(value, dict) and value.keys() == {NOTE}


def _is_text(key: str, value: object) -> bool:
    """Whether a value may name a person: typed, or no mere code."""
    if not _words(value):
        return False
    return key in FREE or not all(CODE.fullmatch(word) for word in _words(value))


def _words(value: object) -> list[str]:
    """Every text in a value, keys of dictionaries among them."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [word for pair in value.items() for one in pair for word in _words(one)]
    if isinstance(value, list | tuple):
        return [word for one in value for word in _words(one)]
    return []


class AuditHead(Base):
    """The last link of the chain; the row that all writers lock in turn."""

    __tablename__ = "audit_head"

    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="0" * 64)
