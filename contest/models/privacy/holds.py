"""What is kept longer than the rules say, and why."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base


class RetentionHold(Base):
    """An exception from retention: one entry, file or request, or a whole kind, until a date.

    ``subject``: ``kind:originals``, ``submission:12``, ``evidence:5``, ``privacy_request:3``.
    ``until``: None is for good. Lifted, it stays for whoever asks why something was kept.
    """

    __tablename__ = "retention_hold"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("ix_retention_hold_contest_id", "contest_id"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    subject: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None]
