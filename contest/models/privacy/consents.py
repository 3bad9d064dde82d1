"""What a person agreed to, step by step."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of
from contest.models.submissions import Submission


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


class Withdrawal(Base):
    """A consent that was withdrawn and what somebody has to do about it.

    ``follows``: what it led to (``services/privacy/consents.py``). ``due_by``: by when it is done,
    as a request of the law. ``how``: what was done, in the words of whoever did it.
    """

    __tablename__ = "withdrawal"
    __table_args__ = (
        one_of("follows", ("leaves", "two_people", "stays")),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done"),
        Index("ix_withdrawal_contest_id_done_at", "contest_id", "done_at"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    purpose: Mapped[str] = mapped_column(String(64))
    follows: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    due_by: Mapped[datetime]
    done_by: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(Text, default="")
    submission: Mapped[Submission] = relationship()
