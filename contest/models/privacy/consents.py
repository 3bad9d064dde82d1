"""What a person agreed to, step by step."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of


class ConsentEvent(Base):
    """A consent given or withdrawn; append-only. ``consent`` holds what is in force.

    ``given_by``: the actor; ``session``: the row of the browser's session, ``unit_session:7``, or
    "" where it is not known (rows from before migration 0020, organisers, requests).
    """

    __tablename__ = "consent_event"
    __table_args__ = (
        one_of("act", ("given", "withdrawn")),
        Index("ix_consent_event_submission_id", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    purpose: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(16))
    given_by: Mapped[str] = mapped_column(String(64))
    session: Mapped[str] = mapped_column(String(64), default="")
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
