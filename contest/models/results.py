"""Results: immutable revisions, computed from a stored input."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, state_check, state_column
from contest.models.contests import Contest
from contest.states import RESULT


class Result(Base):
    """One revision of a contest's result. From ``frozen`` on nothing but the state changes."""

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        state_check(RESULT),
        CheckConstraint("number = 1 OR reason <> ''", name="reason"),
        CheckConstraint("second_by IS NULL OR second_by <> created_by", name="two_people"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    state: Mapped[str] = state_column(RESULT)
    profile_revision_id: Mapped[int] = mapped_column(ForeignKey("profile_revision.id"))
    input_sha256: Mapped[str] = mapped_column(String(64))
    output_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    second_by: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    bundle_sha256: Mapped[str] = mapped_column(String(64), default="")
    # Where texts were erased: since when, and the file that now stands for the bundle.
    erased_at: Mapped[datetime | None]
    erased_bundle_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    gaps: Mapped[list[Any]] = mapped_column(default=list)  # what was missing at closing
    # Megabytes, hence last: SQLite walks through them to reach what lies behind.
    input: Mapped[dict[str, Any]]  # what scoring.compute was given
    output: Mapped[dict[str, Any]]  # what it returned
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)  # entry -> title, unit, authors
    contest: Mapped[Contest] = relationship()


class ChairDecision(Base):
    """The chair's recorded decision between tied units (tie-break of the profile)."""

    __tablename__ = "chair_decision"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    ordering: Mapped[list[str]]  # entry codes, best first
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
