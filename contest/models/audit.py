"""The audit trail: append-only, each row sealed with the hash of the one before."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base


class AuditRow(Base):
    """Who did what to what, when; before and after. People appear by reference only."""

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
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last link of the chain; the row that all writers lock in turn."""

    __tablename__ = "audit_head"

    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="0" * 64)
