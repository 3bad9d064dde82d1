"""A contest that names another one as the level above it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, state_check, state_column
from contest.models.contests import Contest
from contest.models.units import Unit
from contest.states import LEVEL_LINK


class LevelLink(Base):
    """``contest_id``: the contest above, whose organisers confirm. ``child_id``: the one below, of
    this installation; of another one ``child_key`` (the fingerprint of its signing key) and
    ``child_name``. ``unit_id``: as whose entries the parent counts what comes from it."""

    __tablename__ = "level_link"
    __table_args__ = (
        state_check(LEVEL_LINK),
        UniqueConstraint("contest_id", "child_id"),
        CheckConstraint("(child_id IS NOT NULL) <> (child_key <> '')", name="child"),
        Index("ix_level_link_child_id", "child_id"),
        Index("ix_level_link_contest_id_child_key", "contest_id", "child_key"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    state: Mapped[str] = state_column(LEVEL_LINK)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    child_key: Mapped[str] = mapped_column(String(64), default="")
    child_name: Mapped[str] = mapped_column(String(200), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    contest: Mapped[Contest] = relationship(foreign_keys=[contest_id])
    child: Mapped[Contest | None] = relationship(foreign_keys=[child_id])
    unit: Mapped[Unit | None] = relationship()
