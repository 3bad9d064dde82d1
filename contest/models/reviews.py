"""What reviewers decided, each decision kept."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
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
