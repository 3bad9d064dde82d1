"""Repaired clips that the platform proposes, on a unit's request."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, state_check, state_column
from contest.models.submissions import ClipVersion
from contest.states import FIX


class Repair(Base):
    """A repair of ``version`` that is proposed; once accepted it is a version of its own.

    ``wish``: what the unit chose; ``recipe``: what was done (``media_checks.repairs.Recipe``);
    ``report``: the check of the result; ``stills``: one frame before and after.
    """

    __tablename__ = "fix"
    __table_args__ = (
        state_check(FIX),
        Index("ix_fix_version_id", "version_id"),
        CheckConstraint(
            "state NOT IN ('ready', 'accepted') OR sha256 IS NOT NULL", name="ready_has_clip"
        ),
        CheckConstraint("state <> 'accepted' OR made_id IS NOT NULL", name="accepted_is_made"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    made_id: Mapped[int | None] = mapped_column(ForeignKey("clip_version.id"))
    state: Mapped[str] = state_column(FIX)
    wish: Mapped[dict[str, Any]]
    recipe: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    stills: Mapped[dict[str, str]] = mapped_column(default=dict)  # before, after -> SHA-256
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    progress: Mapped[float] = mapped_column(default=0.0)  # 0..1
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[ClipVersion] = relationship(foreign_keys=[version_id])
    made: Mapped[ClipVersion | None] = relationship(foreign_keys=[made_id])
