"""Posting clips on the Page: the intention is stored before the act, what was seen after it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of, state_check, state_column
from contest.models.submissions import ClipVersion, Submission
from contest.states import PUBLICATION


class Publication(Base):
    """One clip on one Page, at most once (UNIQUE). ``video_id`` is stored before bytes are sent."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("submission_id", "page_id"),
        UniqueConstraint("post_id"),
        Index("ix_publication_position_id", "position", "id"),
        Index(
            "ix_publication_error", "submission_id",
            sqlite_where=text("error <> ''"), postgresql_where=text("error <> ''"),
        ),
        state_check(PUBLICATION),
        one_of("mode", ("api", "manual")),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    page_id: Mapped[str] = mapped_column(String(200))  # the Page's address, as the profile says
    mode: Mapped[str] = mapped_column(String(8), default="api")
    state: Mapped[str] = state_column(PUBLICATION)
    caption: Mapped[str] = mapped_column(Text)
    release_at: Mapped[datetime]
    position: Mapped[int | None]  # place in the random order of the release, recorded
    session_id: Mapped[str | None] = mapped_column(String(128))
    video_id: Mapped[str | None] = mapped_column(String(64))
    offset: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes that the Page has …
    offset_end: Mapped[int] = mapped_column(BigInteger, default=0)  # … end of the next chunk
    uploads: Mapped[int] = mapped_column(default=0)  # upload sessions begun
    armed_at: Mapped[datetime | None]  # set before the one `finish` call
    post_id: Mapped[str | None] = mapped_column(String(128))
    permalink: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None]  # as seen on the Page
    error: Mapped[str] = mapped_column(Text, default="")
    error_data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[str] = mapped_column(String(64), default="system")
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()
    version: Mapped[ClipVersion] = relationship()


class PageConnection(Base):
    """A contest's own Fanpage, as an organiser connected it. Secrets are sealed, never shown.

    The instants of expiry are as Meta gave them at ``checked_at``; None: it names none.
    """

    __tablename__ = "page_connection"
    __table_args__ = (UniqueConstraint("contest_id"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    page_id: Mapped[str] = mapped_column(String(20))
    page_name: Mapped[str] = mapped_column(Text)
    username: Mapped[str] = mapped_column(Text, default="")  # in the Page's address, if it has one
    token: Mapped[str] = mapped_column(Text)  # sealed
    app_secret: Mapped[str] = mapped_column(Text, default="")  # sealed; empty: none was given
    expires_at: Mapped[datetime | None]
    data_access_expires_at: Mapped[datetime | None]
    warned_days: Mapped[int | None]  # the last warning: so many days before the expiry
    checked_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class SharedPage(Base):
    """The installation's own Fanpage, as its settings name it: until when its token holds, as Meta
    said at ``checked_at``. No secret is stored. ``warned_days``: as a connection's."""

    __tablename__ = "shared_page"
    __table_args__ = (UniqueConstraint("page_id"),)

    page_id: Mapped[str] = mapped_column(String(64))
    page_name: Mapped[str] = mapped_column(Text, default="")
    username: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime | None]
    data_access_expires_at: Mapped[datetime | None]
    warned_days: Mapped[int | None]
    checked_at: Mapped[datetime]


class PageInspection(Base):
    """One onboarding check of the Page, as Meta answered. Findings: name, outcome, vi, en."""

    __tablename__ = "page_inspection"
    __table_args__ = (Index("ix_page_inspection_contest_id", "contest_id"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    page_id: Mapped[str] = mapped_column(String(200))
    page_name: Mapped[str] = mapped_column(Text)
    passed: Mapped[bool]
    findings: Mapped[list[Any]]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class PagePause(Base):
    """Nothing is posted on the Page until it is lifted; says what a person must do."""

    __tablename__ = "page_pause"
    __table_args__ = (
        one_of("kind", ("credential", "policy", "no_page", "wrong_page", "manual")),
        Index("ix_page_pause_contest_id_lifted_at", "contest_id", "lifted_at"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)  # the Page's own words, or the organiser's
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None]
