"""Queued tasks, stored in the transaction that needs them; and mails."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of


class Task(Base):
    """An outbox row: a queued task. A worker claims it by a conditional update with a lease."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("state", ("pending", "leased", "done", "failed", "cancelled")),
        Index("ix_outbox_state_due_at", "state", "due_at"),
        Index("ix_outbox_contest_id_state", "contest_id", "state"),
        Index("ix_outbox_kind_row_id", "kind", "row_id"),
    )

    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    kind: Mapped[str] = mapped_column(String(64))  # names the handler
    row_id: Mapped[int]  # the one argument
    key: Mapped[str] = mapped_column(String(160))  # the same task enqueued twice is one row
    priority: Mapped[str] = mapped_column(String(8), default="default")
    state: Mapped[str] = mapped_column(String(16), default="pending")
    due_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]  # when the relay last put it into the queue
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Mail(Base):
    """A mail to be sent, rendered when it is sent."""

    __tablename__ = "mail"
    __table_args__ = (
        one_of("state", ("waiting", "sent", "failed")),
        Index("ix_mail_contest_id_template", "contest_id", "template"),
    )

    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    to: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2), default="vi")
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
