"""What was decided about entries, each decision kept: by reviewers, and by a second person."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of
from contest.models.people import User
from contest.models.submissions import Submission


class Review(Base):
    """A decision on one version: approve, ask for changes until a deadline, or reject."""

    __tablename__ = "review"
    __table_args__ = (
        one_of("outcome", ("approve", "changes", "reject")),
        CheckConstraint("outcome = 'approve' OR reason <> ''", name="reason"),
        CheckConstraint("(outcome = 'changes') = (until IS NOT NULL)", name="until"),
        Index("ix_review_submission_id", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    profile_revision_id: Mapped[int] = mapped_column(ForeignKey("profile_revision.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    checklist: Mapped[dict[str, bool]]  # item id -> true | false
    reason: Mapped[str] = mapped_column(Text, default="")  # the unit reads it
    note: Mapped[str] = mapped_column(Text, default="")  # the staff reads it
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship()
    reviewer: Mapped[User] = relationship()


class EntryRequest(Base):
    """``reinstate``: an organiser proposes that an entry which has left comes back; another agrees.
    ``withdraw``: after publication a unit asks that its entry be taken out; an organiser decides.

    At most one of an entry waits (a partial unique index). ``agreed`` is None until then.
    """

    __tablename__ = "entry_request"
    __table_args__ = (
        one_of("kind", ("reinstate", "withdraw")),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> created_by", name="two_people"),
        CheckConstraint(
            "(agreed IS NULL) = (decided_by IS NULL) AND (agreed IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        Index(
            "uq_entry_request_waiting", "submission_id", unique=True,
            sqlite_where=text("agreed IS NULL"), postgresql_where=text("agreed IS NULL"),
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    agreed: Mapped[bool | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()
