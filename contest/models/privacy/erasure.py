"""What was erased."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
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


class PostRemoval(Base):
    """The proof that a clip's post left the Page: a picture, drawn anew, or a PDF, in the store."""

    __tablename__ = "post_removal"
    __table_args__ = (UniqueConstraint("submission_id", "sha256"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(32))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
