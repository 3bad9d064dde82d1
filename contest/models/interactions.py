"""Counts on the Page at a moment, with their evidence; and who shared."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of
from contest.models.submissions import Submission


class Evidence(Base):
    """A file that counts or shares were read from: kept whole, addressed by its SHA-256."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("contest_id", "sha256"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))  # counts, ledger, screenshot, recording
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Snapshot(Base):
    """The counts of one clip at one moment; never changed. NULL is "not known", 0 is none.

    A slip may be mended within the same minute with the same evidence: the last one entered counts.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        one_of("source", ("graph", "export", "template", "manual")),
        CheckConstraint("reactions IS NULL OR reactions >= 0", name="reactions"),
        CheckConstraint("shares IS NULL OR shares >= 0", name="shares"),
        CheckConstraint("comments IS NULL OR comments >= 0", name="comments"),
        CheckConstraint(
            "reactions IS NOT NULL OR shares IS NOT NULL OR comments IS NOT NULL", name="something"
        ),
        Index("ix_snapshot_submission_id_taken_at", "submission_id", "taken_at"),
        Index(
            "ix_snapshot_late", "submission_id",
            sqlite_where=text("late_reason <> ''"), postgresql_where=text("late_reason <> ''"),
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    taken_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))
    reactions: Mapped[int | None]
    reactions_by_kind: Mapped[dict[str, int]] = mapped_column(default=dict)
    shares: Mapped[int | None]
    comments: Mapped[int | None]
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    late_reason: Mapped[str] = mapped_column(Text, default="")  # taken or entered after the cut-off
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()
    evidence: Mapped[Evidence | None] = relationship()
    approval: Mapped["LateApproval | None"] = relationship(viewonly=True)


class ToldNumber(Base):
    """A number typed on the screen of the cut-off. ``client_id``: what the browser calls it, so
    that a number that is sent again is stored once."""

    __tablename__ = "told_number"
    __table_args__ = (
        UniqueConstraint("contest_id", "client_id"),
        UniqueConstraint("snapshot_id"),
        CheckConstraint("client_id <> ''", name="client_id"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    snapshot: Mapped[Snapshot] = relationship()


class SnapshotProof(Base):
    """A file that shows a number and came after it: one screenshot for many clips, say. The
    snapshot itself never changes."""

    __tablename__ = "snapshot_proof"
    __table_args__ = (UniqueConstraint("snapshot_id", "evidence_id"),)

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class LateApproval(Base):
    """A second organiser agrees that a late snapshot counts. The snapshot itself never changes."""

    __tablename__ = "late_approval"
    __table_args__ = (
        UniqueConstraint("snapshot_id"),
        CheckConstraint("entered_by <> approved_by", name="two_people"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    entered_by: Mapped[str] = mapped_column(String(64))  # as the snapshot says
    approved_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class ShareRecord(Base):
    """One line of the share ledger: an account's shares of a clip, with proof."""

    __tablename__ = "share_record"
    __table_args__ = (
        UniqueConstraint("submission_id", "account", "link"),
        CheckConstraint("count > 0", name="count"),
        CheckConstraint("account <> ''", name="account"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    account: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(500), default="")
    count: Mapped[int] = mapped_column(default=1)
    seen_at: Mapped[datetime]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()


class Correction(Base):
    """Adjusted counts beside a snapshot's raw ones; NULL leaves the snapshot's value.

    ``accounts_out``: names in the share ledger that do not count for this clip.
    """

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint("reactions IS NULL OR reactions >= 0", name="reactions"),
        CheckConstraint("shares IS NULL OR shares >= 0", name="shares"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_correction_snapshot_id", "snapshot_id"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    reactions: Mapped[int | None]
    shares: Mapped[int | None]
    accounts_out: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    snapshot: Mapped[Snapshot] = relationship()
    verdict: Mapped["CorrectionVerdict | None"] = relationship(viewonly=True)


class CorrectionVerdict(Base):
    """A second organiser agrees to a correction, or turns it down."""

    __tablename__ = "correction_verdict"
    __table_args__ = (
        UniqueConstraint("correction_id"),
        CheckConstraint("entered_by <> decided_by", name="two_people"),
    )

    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id"))
    agreed: Mapped[bool]
    entered_by: Mapped[str] = mapped_column(String(64))  # as the correction says
    decided_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class FlagDecision(Base):
    """What a person decided about an anomaly flag, with the numbers that they saw."""

    __tablename__ = "flag_decision"
    __table_args__ = (
        UniqueConstraint("submission_id", "key"),
        one_of("decision", ("fine", "corrected")),
        CheckConstraint("reason <> ''", name="reason"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    key: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(32))
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decision: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()
