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
from social.accounts import name_identity
from social.links import share_key


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
    erased_at: Mapped[datetime | None]  # its file is gone, its hash stays


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


def _of_name(context: Any) -> str:
    return name_identity(context.get_current_parameters()["account"])


def _of_link(context: Any) -> str:
    return share_key(context.get_current_parameters().get("link") or "")


class ShareRecord(Base):
    """One line of the share ledger: an account's shares of a clip, with proof; never added up here.

    Each source (a file, a person) keeps its own lines, so that one of them can be voided; where
    several tell of the same share, it counts once (``ledger_accounts``). ``identity``: by which
    lines are one account: its profile, or its name where nothing better is known. ``link_key``:
    equal for the spellings of one link; "" without one. ``day``: of ``seen_at`` in the contest's
    zone. ``voided``: the proposal ``void_id`` was agreed to.
    """

    __tablename__ = "share_record"
    __table_args__ = (
        CheckConstraint("count > 0", name="count"),
        CheckConstraint("account <> ''", name="account"),
        CheckConstraint("identity <> ''", name="identity"),
        CheckConstraint("agreed_by IS NULL OR agreed_by <> created_by", name="two_people"),
        Index("ix_share_record_submission_id", "submission_id"),
        Index("ix_share_record_evidence_id", "evidence_id"),
        Index(
            "ix_share_record_late", "submission_id",
            sqlite_where=text("late_reason <> ''"), postgresql_where=text("late_reason <> ''"),
        ),
        Index(
            "ix_share_record_void_id", "void_id",
            sqlite_where=text("void_id IS NOT NULL"), postgresql_where=text("void_id IS NOT NULL"),
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    account: Mapped[str] = mapped_column(String(200))
    identity: Mapped[str] = mapped_column(String(255), default=_of_name)
    profile: Mapped[str] = mapped_column(String(500), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    link_key: Mapped[str] = mapped_column(String(500), default=_of_link)
    count: Mapped[int] = mapped_column(default=1)
    seen_at: Mapped[datetime]
    day: Mapped[str] = mapped_column(String(10), default="")
    late_reason: Mapped[str] = mapped_column(Text, default="")  # seen or told after the cut-off
    agreed_by: Mapped[str | None] = mapped_column(String(64))  # to a late line
    agreed_at: Mapped[datetime | None]
    void_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_void.id"))
    voided: Mapped[bool] = mapped_column(default=False)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()
    evidence: Mapped[Evidence | None] = relationship()


class LedgerVoid(Base):
    """A proposal that lines of the ledger do not count; it holds once another organiser agrees.

    ``withdrawn``: somebody took back a line of their own at once. ``evidence_id``: all of a file.
    """

    __tablename__ = "ledger_void"
    __table_args__ = (
        one_of("state", ("proposed", "agreed", "refused", "withdrawn")),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> created_by", name="two_people"),
        CheckConstraint(
            "(decided_by IS NOT NULL) = (state IN ('agreed', 'refused'))", name="decided"
        ),
        Index("ix_ledger_void_contest_id", "contest_id", "state"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    state: Mapped[str] = mapped_column(String(16), default="proposed")
    lines: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    evidence: Mapped[Evidence | None] = relationship()


class LedgerStatement(Base):
    """A person says how much of a clip's shares its ledger holds; the last one that counts holds.

    Said too long after the cut-off it needs a reason and a second organiser, as a count does.
    """

    __tablename__ = "ledger_statement"
    __table_args__ = (
        one_of("state", ("complete", "partial", "none")),
        CheckConstraint("agreed_by IS NULL OR agreed_by <> created_by", name="two_people"),
        Index("ix_ledger_statement_submission_id", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    state: Mapped[str] = mapped_column(String(16))
    late_reason: Mapped[str] = mapped_column(Text, default="")
    agreed_by: Mapped[str | None] = mapped_column(String(64))
    agreed_at: Mapped[datetime | None]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()


class Correction(Base):
    """Adjusted counts beside a snapshot's raw ones; NULL leaves the snapshot's value.

    ``shares_snapshot_id``: the snapshot that the shares were read from, where it is another one.
    ``accounts_out``: names in the share ledger that do not count for this clip;
    ``identities_out``: the same accounts as the ledger identifies them.
    """

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint("reactions IS NULL OR reactions >= 0", name="reactions"),
        CheckConstraint("shares IS NULL OR shares >= 0", name="shares"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_correction_snapshot_id", "snapshot_id"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    shares_snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    reactions: Mapped[int | None]
    shares: Mapped[int | None]
    accounts_out: Mapped[list[str]] = mapped_column(default=list)
    identities_out: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    snapshot: Mapped[Snapshot] = relationship(foreign_keys=[snapshot_id])
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
