"""A clip's post on another platform, and its counts at a moment, with their evidence."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base
from contest.models.interactions import Evidence
from contest.models.submissions import Submission

_STANDS = "withdrawn_at IS NULL"


class PlatformPost(Base):
    """A link that a person gave for a clip. ``platform``: its id in the rules; ``post_key``: equal
    for all spellings of one post's address. One that was taken back stays as a row."""

    __tablename__ = "platform_post"
    __table_args__ = (
        CheckConstraint("post_key <> ''", name="post_key"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index(
            "ix_platform_post_one", "submission_id", "platform", unique=True,
            sqlite_where=text(_STANDS), postgresql_where=text(_STANDS),
        ),
        Index(
            "ix_platform_post_post_key", "contest_id", "post_key", unique=True,
            sqlite_where=text(_STANDS), postgresql_where=text(_STANDS),
        ),
        Index(
            "ix_platform_post_contest_id_platform", "contest_id", "platform",
            sqlite_where=text(_STANDS), postgresql_where=text(_STANDS),
        ),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    platform: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(String(500))
    post_key: Mapped[str] = mapped_column(String(500))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()


class PlatformCount(Base):
    """The counts of a post at one moment; never changed, a later one takes its place. NULL is "not
    known". ``client_id``: what the browser's form calls it, so that it is stored once."""

    __tablename__ = "platform_count"
    __table_args__ = (
        UniqueConstraint("post_id", "client_id"),
        *(CheckConstraint(f"{name} IS NULL OR {name} >= 0", name=name)
          for name in ("likes", "shares", "comments", "views")),
        CheckConstraint("COALESCE(likes, shares, comments, views) IS NOT NULL", name="something"),
        Index("ix_platform_count_post_id_taken_at", "post_id", "taken_at"),
        Index(
            "ix_platform_count_late", "post_id",
            sqlite_where=text("late_reason <> ''"), postgresql_where=text("late_reason <> ''"),
        ),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("platform_post.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    likes: Mapped[int | None]
    shares: Mapped[int | None]
    comments: Mapped[int | None]
    views: Mapped[int | None]
    taken_at: Mapped[datetime]
    late_reason: Mapped[str] = mapped_column(Text, default="")  # taken or entered after the cut-off
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    post: Mapped[PlatformPost] = relationship()
    approval: Mapped["PlatformApproval | None"] = relationship(viewonly=True)


class PlatformApproval(Base):
    """A second organiser agrees that a number counts: a late one, or any where the rules say so."""

    __tablename__ = "platform_approval"
    __table_args__ = (
        UniqueConstraint("count_id"),
        CheckConstraint("entered_by <> approved_by", name="two_people"),
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("platform_count.id"))
    entered_by: Mapped[str] = mapped_column(String(64))  # as the count says
    approved_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class PlatformProof(Base):
    """A file that shows a number: one picture for several, say."""

    __tablename__ = "platform_proof"
    __table_args__ = (UniqueConstraint("count_id", "evidence_id"),)

    count_id: Mapped[int] = mapped_column(ForeignKey("platform_count.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    count: Mapped[PlatformCount] = relationship()
    evidence: Mapped[Evidence] = relationship()
