"""A unit's entry (submission): consents, uploads, the versions of its clip and their checks."""

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
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of, state_check, state_column
from contest.models.contests import Contest
from contest.models.units import Unit
from contest.states import CHECK, SUBMISSION


class Submission(Base):
    """One clip in the contest, with the form that came before its first byte."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("code"),
        state_check(SUBMISSION),
        one_of("kind", ("individual", "team")),
        Index("ix_submission_contest_id_state_updated_at", "contest_id", "state", "updated_at"),
        Index(
            "ix_submission_contest_id_unit_id_state_version_id",
            "contest_id", "unit_id", "state", "version_id",
        ),
        Index("ix_submission_unit_id", "unit_id"),
        Index("ix_submission_contest_id_updated_at", "contest_id", "updated_at"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(16))  # public: in the caption and on the receipt
    state: Mapped[str] = state_column(SUBMISSION)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    authors: Mapped[list[str]]  # names, as they are to be shown
    description: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(32))
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(2), default="vi")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("clip_version.id", use_alter=True))
    changes_until: Mapped[datetime | None]  # the deadline that a reviewer gave
    state_reason: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(64), server_default="")  # of the rules; "": none
    # By the id of the question: a text, of several choices a list.
    answers: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    held_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # the reviewer at work on it
    held_until: Mapped[datetime | None]
    contest: Mapped[Contest] = relationship()
    unit: Mapped[Unit] = relationship()
    version: Mapped["ClipVersion | None"] = relationship(foreign_keys=[version_id])
    versions: Mapped[list["ClipVersion"]] = relationship(
        foreign_keys="ClipVersion.submission_id",
        back_populates="submission",
        order_by="ClipVersion.number",
    )
    consents: Mapped[list["Consent"]] = relationship(order_by="Consent.id")


class Consent(Base):
    """A consent as it was given: which purpose, which wording, when."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("submission_id", "purpose"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    purpose: Mapped[str] = mapped_column(String(64))
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_sha256: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Upload(Base):
    """A resumable upload. Its offset is the size of the file on disk, never a column here."""

    __tablename__ = "upload"
    __table_args__ = (
        UniqueConstraint("public_id"),
        one_of("state", ("open", "complete", "expired", "terminated")),
        CheckConstraint("length > 0", name="length"),
        Index("ix_upload_unit_id_state", "unit_id", "state"),
        Index("ix_upload_submission_id", "submission_id"),
    )

    public_id: Mapped[str] = mapped_column(String(43))
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    state: Mapped[str] = mapped_column(String(16), default="open")
    length: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")  # client's content samples
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64))
    mend: Mapped[bool] = mapped_column(default=False, server_default=false())  # if it fails
    errand_id: Mapped[int | None]  # in whose course an organiser sends it for the unit
    arrived_at: Mapped[datetime | None]  # whole on its machine's disk, on the way to the bucket
    submission: Mapped[Submission] = relationship()
    errand: Mapped["Errand | None"] = relationship(
        primaryjoin="foreign(Upload.errand_id) == Errand.id", viewonly=True
    )


class Errand(Base):
    """What an organiser does in a unit's place, and why; the unit reads the reason."""

    __tablename__ = "errand"
    __table_args__ = (
        UniqueConstraint("public_id"),
        one_of("kind", ("upload", "link", "paper")),
        Index("ix_errand_submission_id", "submission_id"),
    )

    public_id: Mapped[str] = mapped_column(String(43))  # an upload names it
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()


class SignedForm(Base):
    """A picture of the form that was signed on paper: the proof of its consents. Private."""

    __tablename__ = "signed_form"
    __table_args__ = (UniqueConstraint("submission_id", "sha256"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class LinkFetch(Base):
    """A clip that the worker fetches from a link. How far it has come is the size of its file."""

    __tablename__ = "link_fetch"
    __table_args__ = (
        UniqueConstraint("public_id"),
        one_of("state", ("waiting", "done", "failed", "cancelled")),
        Index("ix_link_fetch_submission_id", "submission_id"),
    )

    public_id: Mapped[str] = mapped_column(String(43))  # names its file
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    errand_id: Mapped[int | None] = mapped_column(ForeignKey("errand.id"))  # none: the unit's own
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    address: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(String(255), default="")
    length: Mapped[int | None] = mapped_column(BigInteger)  # bytes, where the server told them
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    validator: Mapped[str] = mapped_column(String(300), default="")  # for If-Range
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the last trouble, vi and en
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()
    errand: Mapped[Errand | None] = relationship()


class ClipVersion(Base):
    """A completely uploaded clip, addressed by its content; its report is kept for good, its bytes
    until it has been replaced for a while (``services/entry/stored_bytes.py``)."""

    __tablename__ = "clip_version"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        UniqueConstraint("upload_id"),
        CheckConstraint("size > 0", name="size"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(255))
    begun_at: Mapped[datetime]
    received_at: Mapped[datetime]
    bytes_gone_at: Mapped[datetime | None]
    upload: Mapped[Upload] = relationship()
    submission: Mapped[Submission] = relationship(
        foreign_keys=[submission_id], back_populates="versions"
    )
    checks: Mapped[list["Check"]] = relationship(back_populates="version", order_by="Check.id")


class Check(Base):
    """One check of one version: quick (the unit waits for it) or deep (before publication)."""

    __tablename__ = "check"
    __table_args__ = (
        UniqueConstraint("version_id", "kind", "profile_revision_id"),
        Index("ix_check_version_id_kind_state", "version_id", "kind", "state"),  # the desk's counts
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
    version: Mapped[ClipVersion] = relationship(back_populates="checks")
