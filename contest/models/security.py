"""What was refused: sign-ins, codes, pages, attempts too many."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base


class SecurityEvent(Base):
    """Refusals of one kind, from one place, by one actor at one view within an hour, and how many.

    ``contest_id`` is empty where no contest stands in the address, or whose people were tried is
    not known. ``path`` is the last address asked for, without its query.
    """

    __tablename__ = "security_event"
    __table_args__ = (
        Index("ix_security_event_last_at", "last_at"),
        Index("ix_security_event_contest_id", "contest_id", "last_at"),
    )

    kind: Mapped[str] = mapped_column(String(16))
    contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    actor: Mapped[str] = mapped_column(String(64))  # "user:3", "unit:12", "public"
    place: Mapped[str] = mapped_column(String(64))  # the address; of IPv6 the network
    endpoint: Mapped[str] = mapped_column(String(80))
    path: Mapped[str] = mapped_column(String(200))
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
