"""What a unit filed: a plan, a registration, a report of the rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base
from contest.models.units import Unit


class Filing(Base):
    """What became of one thing that one unit owes; no row: nothing yet. How it stands follows from
    the instants (``services/filings``)."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("unit_id", "filing"),
        Index("ix_filing_contest_id_filing", "contest_id", "filing"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    filing: Mapped[str] = mapped_column(String(64))  # of the rules
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    first_at: Mapped[datetime | None]  # what decides whether it was late
    filed_at: Mapped[datetime | None]  # as it is now
    filed_by: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # why an organiser filed it
    returned_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")  # what is to be mended
    until: Mapped[datetime | None]  # more time for this unit
    until_reason: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[Unit] = relationship()

    @property
    def state(self) -> str:
        """owed, filed; returned: given back after it was last filed."""
        if self.filed_at is None:
            return "owed"
        back = self.returned_at is not None and self.returned_at >= self.filed_at
        return "returned" if back else "filed"
