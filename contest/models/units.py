"""Units, what they filed, their links and typed codes, and the sessions these are exchanged for."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, Json, one_of
from contest.models.contests import Contest


class Unit(Base):
    """A unit (cơ sở Đoàn) that takes part in one contest."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("contest_id", "name"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    name: Mapped[str] = mapped_column(String(200))
    group: Mapped[str] = mapped_column(String(100), default="")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]  # takes part no more; its clips, if any, are gone
    merged_into_id: Mapped[int | None]  # the unit that it became a part of
    entries_until: Mapped[datetime | None]  # the latest of its live time grants
    contest: Mapped[Contest] = relationship()
    filings: Mapped[list["Filing"]] = relationship(viewonly=True)  # for letters, many at once

    @property
    def unit_id(self) -> int:
        """Its own: permissions ask whatever belongs to a unit whose it is."""
        return self.id


class Filing(Base):
    """What became of one thing that one unit owes; no row: nothing yet. How it stands follows from
    the instants (``services/filings``)."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("unit_id", "filing"),
        Index("ix_filing_contest_id_filing", "contest_id", "filing"),
        Index("ix_filing_source_id", "source_id"),
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
    source_id: Mapped[int | None]  # the filing of a contest below that it was made of
    unit: Mapped[Unit] = relationship()

    @property
    def state(self) -> str:
        """owed, filed; returned: given back after it was last filed."""
        if self.filed_at is None:
            return "owed"
        back = self.returned_at is not None and self.returned_at >= self.filed_at
        return "returned" if back else "filed"


class TimeGrant(Base):
    """More time that an organiser gave to one unit; the reason stands on the rules page."""

    __tablename__ = "time_grant"
    __table_args__ = (Index("ix_time_grant_unit_id", "unit_id"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    unit: Mapped[Unit] = relationship()


class UnitLink(Base):
    """A unit's access: a link and a typed code. They are known by their hashes; what is needed to
    print them again is sealed with a key that the database does not hold."""

    __tablename__ = "unit_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("code_hash"),
        Index("ix_unit_link_unit_id", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    uses: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[str] = mapped_column(Text, default="")  # token and code, to be printed again
    unit: Mapped[Unit] = relationship()


class UnitSession(Base):
    """What a link was exchanged for: the cookie's token, hashed."""

    __tablename__ = "unit_session"
    __table_args__ = (UniqueConstraint("token_hash"),)

    token_hash: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("unit_link.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[Unit] = relationship()
    link: Mapped[UnitLink] = relationship()


_UNDER_WAY = "state IN ('waiting', 'working')"


class UnitSheet(Base):
    """Codes for many units, made and put on sheets by the worker: ``link_ids`` of the units that
    have theirs; ``done``: the share of the whole, 0 to 1. The file is sealed, and gone some hours
    later. Of a contest at most one is under way."""

    __tablename__ = "unit_sheet"
    __table_args__ = (
        one_of("state", ("waiting", "working", "ready", "failed", "cancelled", "gone")),
        CheckConstraint("(state = 'ready') = (sha256 <> '')", name="kept"),
        Index(
            "ix_unit_sheet_under_way", "contest_id", unique=True,
            sqlite_where=text(_UNDER_WAY), postgresql_where=text(_UNDER_WAY),
        ),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), index=True)
    unit_ids: Mapped[list[int]] = mapped_column(Json)  # whose codes are made, in this order
    link_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    rotate: Mapped[bool]  # the units' earlier codes are revoked
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    done: Mapped[float] = mapped_column(default=0.0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
