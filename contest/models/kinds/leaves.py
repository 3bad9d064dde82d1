"""What people see of an entry that is no clip, and what a unit is still putting together."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of


class Leaf(Base):
    """One picture or page of a version as it is shown, drawn by us, or its text. Numbered from 1;
    ``data``: ``width`` and ``height`` of a page in pixels. Can be made again."""

    __tablename__ = "leaf"
    __table_args__ = (
        UniqueConstraint("version_id", "kind", "number"), one_of("kind", ("page", "text")),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class EntryPart(Base):
    """One file of a set of pictures as it came. Without a version: still being put together."""

    __tablename__ = "entry_part"
    __table_args__ = (
        Index("ix_entry_part_submission_id_version_id", "submission_id", "version_id"),
        Index("ix_entry_part_version_id", "version_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("clip_version.id"))
    number: Mapped[int]  # its place in the set, from 1
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(255))
    caption: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class EntryText(Base):
    """A text while its unit writes it; what was handed in lies in the store, as a clip does."""

    __tablename__ = "entry_text"
    __table_args__ = (UniqueConstraint("submission_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    body: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
