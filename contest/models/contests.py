"""A contest and the immutable revisions of its profile."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base


class Contest(Base):
    """One contest. Its rules are those of ``revision``."""

    __tablename__ = "contest"
    __table_args__ = (UniqueConstraint("slug"),)

    slug: Mapped[str] = mapped_column(String(80))
    revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("profile_revision.id", use_alter=True)
    )
    created_at: Mapped[datetime]
    publishing_paused: Mapped[str] = mapped_column(Text, default="")  # why; empty while running
    jury_locked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # A dry run: of which contest, and who began it. Once it has ended it has no revision.
    trial_of: Mapped[int | None]
    trial_by: Mapped[int | None]
    revision: Mapped["ProfileRevision | None"] = relationship(foreign_keys=[revision_id])


class TrialEnd(Base):
    """Stands only within the transaction that removes a dry run's rows: while it does, guards of
    append-only tables let rows go. The audit trail's own guard never does."""

    __tablename__ = "trial_end"

    contest_id: Mapped[int]


class ProfileRevision(Base):
    """A profile as it was at one time; never changed (``sha256`` of its canonical form).

    ``source`` and ``content`` are deferred columns: the parsed rules are usually cached.
    """

    __tablename__ = "profile_revision"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text, deferred=True)
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
