"""What the worker found in a clip, and what it made of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of, state_check, state_column
from contest.states import CHECK


class Check(Base):
    """One check of one version: quick (the unit waits for it) or deep (before publication)."""

    __tablename__ = "check"
    __table_args__ = (
        UniqueConstraint("version_id", "kind", "profile_revision_id"),
        state_check(CHECK),
        one_of("kind", ("quick", "deep")),
        CheckConstraint("verdict IN ('pass', 'look', 'fail', 'unreadable')", name="verdict"),
        # Verdict first, then the state, in one transaction: `move` writes in between.
        CheckConstraint(
            "state = 'running' OR (state = 'done') = (verdict IS NOT NULL)",
            name="done_has_verdict",
        ),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = state_column(CHECK)
    profile_revision_id: Mapped[int] = mapped_column(ForeignKey("profile_revision.id"))
    verdict: Mapped[str | None] = mapped_column(String(16))
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)  # media_checks' JSON
    progress: Mapped[float] = mapped_column(default=0.0)  # 0..1
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    version: Mapped["ClipVersion"] = relationship(back_populates="checks")


class Derivative(Base):
    """A file made from a version: contact sheet, poster, web rendition. Can be made again."""

    __tablename__ = "derivative"
    __table_args__ = (
        UniqueConstraint("version_id", "kind"),
        one_of("kind", ("sheet", "poster", "rendition", "crop", "waveform", "loudness")),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


from contest.models.submissions import ClipVersion  # noqa: E402 - the two tables know each other
