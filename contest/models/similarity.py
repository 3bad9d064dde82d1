"""Fingerprints of clips, and pairs of clips with the same picture or sound."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of
from contest.models.people import User
from contest.models.submissions import ClipVersion


class ClipFingerprint(Base):
    """The fingerprint of one version, as ``media_checks.picture.fingerprint`` writes it.

    ``keys``: what ``media_checks.picture.index`` needs of it; None until it is first wanted.
    """

    __tablename__ = "clip_print"
    __table_args__ = (UniqueConstraint("version_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    data: Mapped[dict[str, Any]]
    keys: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]
    version: Mapped[ClipVersion] = relationship()


class SimilarPair(Base):
    """Two versions that share stretches of picture or sound; a person says whether it is a copy.

    ``version`` is the one that came later.
    ``data``: ``media_checks.picture.similarity.Comparison``, the later one first.
    """

    __tablename__ = "copy_pair"
    __table_args__ = (
        UniqueConstraint("version_id", "other_id"),
        Index("ix_copy_pair_other_id", "other_id"),
        one_of("kind", ("picture", "sound", "both")),
        one_of("verdict", ("copy", "fine")),
        CheckConstraint("version_id > other_id", name="later_first"),
        CheckConstraint(
            "(verdict IS NULL) = (decided_by IS NULL) AND (verdict IS NULL OR reason <> '')",
            name="decided",
        ),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    kind: Mapped[str] = mapped_column(String(8))
    score: Mapped[float]  # 0..1, the share of the shorter clip
    data: Mapped[dict[str, Any]]
    verdict: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[ClipVersion] = relationship(foreign_keys=[version_id])
    other: Mapped[ClipVersion] = relationship(foreign_keys=[other_id])
    decider: Mapped[User | None] = relationship()
