"""What was decided about entries, each decision kept: by reviewers, and by a second person."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of, state_check, state_column
from contest.models.people import User
from contest.models.submissions import Submission
from contest.states import DECISION


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


class ReviewVote(Base):
    """What a member of the board thinks of one version, or that they stand aside (``excused``).

    In force until it ended: replaced (``changed``), taken back (``withdrawn``), its member left
    (``removed``), or the board has decided (``decided``, with ``review_id``). ``casting``: the
    chair's word, which decided. Rows stay: they are what the minutes are made of.
    """

    __tablename__ = "review_vote"
    __table_args__ = (
        one_of("outcome", ("approve", "changes", "reject", "excused")),
        one_of("ended", ("", "changed", "withdrawn", "removed", "decided")),
        CheckConstraint("outcome = 'approve' OR reason <> ''", name="reason"),
        CheckConstraint("(outcome = 'changes') = (until IS NOT NULL)", name="until"),
        CheckConstraint("(ended = '') = (ended_at IS NULL)", name="end"),
        CheckConstraint("(ended = 'decided') = (review_id IS NOT NULL)", name="decided"),
        Index("ix_review_vote_submission_id", "submission_id", "version_id"),
        Index("ix_review_vote_given_at", "given_at"),
        Index(
            "uq_review_vote_in_force", "version_id", "member_id", unique=True,
            sqlite_where=text("ended = ''"), postgresql_where=text("ended = ''"),
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    profile_revision_id: Mapped[int] = mapped_column(ForeignKey("profile_revision.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    casting: Mapped[bool] = mapped_column(default=False)
    checklist: Mapped[dict[str, bool]]  # item id -> true | false
    reason: Mapped[str] = mapped_column(Text, default="")  # the unit reads it, once decided
    note: Mapped[str] = mapped_column(Text, default="")  # the staff reads it
    until: Mapped[datetime | None]
    given_at: Mapped[datetime]
    ended: Mapped[str] = mapped_column(String(16), default="")
    ended_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()
    member: Mapped[User] = relationship()


class HeldDecision(Base):
    """What a reviewer has decided (or voted) a moment ago and may still take back: nothing follows
    from it before ``due_at``. ``content``: the decision; emptied once it was given, for then the
    review's or the vote's row has it."""

    __tablename__ = "held_decision"
    __table_args__ = (
        state_check(DECISION),
        # The end first, then the state, in one transaction: `move` writes in between.
        CheckConstraint("state = 'held' OR ended_at IS NOT NULL", name="end"),
        Index("ix_held_decision_user_id_state", "user_id", "state"),
        Index(
            "uq_held_decision_in_force", "submission_id", "user_id", unique=True,
            sqlite_where=text("state = 'held'"), postgresql_where=text("state = 'held'"),
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("clip_version.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = state_column(DECISION)
    casting: Mapped[bool] = mapped_column(default=False)  # the chair's word
    content: Mapped[dict[str, Any]]
    said: Mapped[dict[str, str]] = mapped_column(default=dict)  # why it lapsed, vi and en
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()
    user: Mapped[User] = relationship()


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
