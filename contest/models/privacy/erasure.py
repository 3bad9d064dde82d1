"""What was erased."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base


class Tombstone(Base):
    """One value of one row that was erased; append-only. Guards of append-only tables let a change
    through only where a tombstone of the row stands (migration 0021).

    ``subject``: ``review:12``, or ``file:<SHA-256>`` of a stored file. ``field``: the column, or
    ``file``. ``digest``: of what stood there, HMAC-SHA-256 under a key of the installation's, so
    that nobody can try names and numbers; of a file its SHA-256. ``ground``: ``request:12``,
    ``retention:<kind>``.
    """

    __tablename__ = "tombstone"
    __table_args__ = (Index("ix_tombstone_subject", "subject", "field"),)

    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    subject: Mapped[str] = mapped_column(String(80))
    field: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    ground: Mapped[str] = mapped_column(String(64))
    erased_by: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[datetime]
