"""A juror's marks of a clip; who was given which; the trial clip, whose marks never count."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, Json, state_check, state_column
from contest.models.people import User
from contest.models.submissions import Submission
from contest.states import BALLOT


class Ballot(Base):
    """One juror, one clip. ``version`` grows with each saved change (optimistic locking).

    ``given``: how many marks there are, kept by the database (migration 0007). ``points``: their
    weighted sum by the weights that ``rubric`` names, where every criterion has a mark; emptied by
    the database when a mark changes, so it is never old. ``typed_by``: who typed it at the table in
    the juror's place; empty where the juror did.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("submission_id", "juror_id"),
        state_check(BALLOT),
        CheckConstraint(
            "state NOT IN ('recused', 'abstained') OR reason <> ''", name="reason"
        ),
        CheckConstraint("outcome IN ('marked', 'recused', 'abstained', 'missing')", name="outcome"),
        # A juror's work is told from these, without looking at thousands of ballots.
        Index("ix_ballot_juror_id_state_submission_id", "juror_id", "state", "submission_id"),
        Index(
            "ix_ballot_juror_id_rubric_points",
            "juror_id", "rubric", "points", "submission_id", "state",
        ),
        Index("ix_ballot_juror_id_updated_at", "juror_id", "updated_at"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = state_column(BALLOT)
    outcome: Mapped[str | None] = mapped_column(String(16))  # what a locked ballot counts as
    reason: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    skipped: Mapped[bool] = mapped_column(default=False)  # "later" is a state of the screen
    version: Mapped[int] = mapped_column(default=0)
    given: Mapped[int] = mapped_column(default=0, server_default="0")
    points: Mapped[int | None]
    rubric: Mapped[str] = mapped_column(String(16), default="", server_default="")
    typed_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    profile_revision_id: Mapped[int] = mapped_column(ForeignKey("profile_revision.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()
    juror: Mapped[User] = relationship()
    marks: Mapped[list["Mark"]] = relationship(back_populates="ballot", order_by="Mark.criterion")


class Assignment(Base):
    """A clip that was given to a juror to mark. Only contests whose rules share clips out have
    these rows; in the others every clip is every juror's."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("juror_id", "submission_id"),
        Index("ix_assignment_submission_id", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    given_at: Mapped[datetime]


class LiveRound(Base):
    """In which order clips are marked before everybody; those that it does not name come last."""

    __tablename__ = "live_round"
    __table_args__ = (UniqueConstraint("contest_id"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    ordering: Mapped[list[int]] = mapped_column(Json, default=list)  # ids of the clips
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]


class JurorCategory(Base):
    """A category whose clips a juror marks, where the rules share clips out by category."""

    __tablename__ = "juror_category"
    __table_args__ = (UniqueConstraint("contest_id", "juror_id", "category"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    category: Mapped[str] = mapped_column(String(64))


class JurorDeparture(Base):
    """A juror who has left, under the code ``GK<number>`` that stays theirs.

    ``keeps_marks``: whether ballots given before still count. The row has no effect while the same
    person is a juror again.
    """

    __tablename__ = "juror_left"
    __table_args__ = (
        UniqueConstraint("contest_id", "user_id"), UniqueConstraint("contest_id", "number"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    number: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    keeps_marks: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    left_by: Mapped[str] = mapped_column(String(200))
    left_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class Mark(Base):
    """A whole number of points in one criterion of the rubric."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("ballot_id", "criterion"),
        CheckConstraint("value >= 0", name="value"),
    )

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"))
    criterion: Mapped[str] = mapped_column(String(64))
    value: Mapped[int]
    ballot: Mapped[Ballot] = relationship(back_populates="marks")


class JuryCount(Base):
    """How many ballots of a juror, on clips that are being marked, are in a state with so many
    marks ``given``. Written by the database's triggers only (migration 0007)."""

    __tablename__ = "jury_count"
    __table_args__ = (UniqueConstraint("contest_id", "juror_id", "state", "given"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(32))
    given: Mapped[int]
    clips: Mapped[int]


class Calibration(Base):
    """Which clip, from when to when. While ``closed_at`` is None jurors may mark it."""

    __tablename__ = "calibration"
    __table_args__ = (Index("ix_calibration_contest_id", "contest_id"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship()


class CalibrationBallot(Base):
    """One juror's marks of the trial clip: criterion -> points, every criterion."""

    __tablename__ = "calibration_ballot"
    __table_args__ = (UniqueConstraint("calibration_id", "juror_id"),)

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    marks: Mapped[dict[str, int]]
    updated_at: Mapped[datetime]
