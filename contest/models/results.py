"""Results: immutable revisions, computed from a stored input; and what is made of them for the
day they are told: the hour of publication, the show on the stage, the award reel."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of, state_check, state_column
from contest.models.contests import Contest
from contest.states import RESULT


class Result(Base):
    """One revision of a contest's result. From ``frozen`` on nothing but the state changes."""

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        state_check(RESULT),
        CheckConstraint("number = 1 OR reason <> ''", name="reason"),
        CheckConstraint("second_by IS NULL OR second_by <> created_by", name="two_people"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    number: Mapped[int]
    state: Mapped[str] = state_column(RESULT)
    profile_revision_id: Mapped[int] = mapped_column(ForeignKey("profile_revision.id"))
    input_sha256: Mapped[str] = mapped_column(String(64))
    output_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    second_by: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    bundle_sha256: Mapped[str] = mapped_column(String(64), default="")
    # Where texts were erased: since when, and the file that now stands for the bundle.
    erased_at: Mapped[datetime | None]
    erased_bundle_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    gaps: Mapped[list[Any]] = mapped_column(default=list)  # what was missing at closing
    # Megabytes, hence last: SQLite walks through them to reach what lies behind.
    input: Mapped[dict[str, Any]]  # what scoring.compute was given
    output: Mapped[dict[str, Any]]  # what it returned
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)  # entry -> title, unit, authors
    contest: Mapped[Contest] = relationship()


class ResultLook(Base):
    """When the stored bundle of a published revision was verified last, and whether it held."""

    __tablename__ = "result_look"

    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), unique=True)
    holds: Mapped[bool]
    looked_at: Mapped[datetime]


class ChairDecision(Base):
    """The chair's recorded decision between tied units (tie-break of the profile), or with
    ``prize`` the chair's choice of who takes that prize and who moves up to it."""

    __tablename__ = "chair_decision"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    ordering: Mapped[list[str]]  # entry codes, best first
    prize: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class PlannedRelease(Base):
    """The hour at which the newest frozen revision becomes public. A new hour is a new row, so that
    each has a task of its own; of a contest at most one waits."""

    __tablename__ = "planned_release"
    __table_args__ = (
        one_of("outcome", ("waiting", "moved", "cancelled", "published", "refused")),
        Index(
            "ix_planned_release_waiting", "contest_id", unique=True,
            sqlite_where=text("outcome = 'waiting'"), postgresql_where=text("outcome = 'waiting'"),
        ),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    due_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16), default="waiting")
    why_vi: Mapped[str] = mapped_column(Text, default="")  # what was missing when it was due
    why_en: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class RoundLink(Base):
    """That a contest follows another as its next round, and by which result. Of a round there is
    one next, and of that one round before."""

    __tablename__ = "round_link"
    __table_args__ = (UniqueConstraint("contest_id"), UniqueConstraint("previous_id"))

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    previous_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    begun_by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    contest: Mapped[Contest] = relationship(foreign_keys=[contest_id])
    previous: Mapped[Contest] = relationship(foreign_keys=[previous_id])
    result: Mapped[Result] = relationship()


class Finalist(Base):
    """A unit that went on to a round, by its entry in the round before and that entry's exact total
    there; ``entry_id``: the same clip in this round, once it is there. ``place``: in the order in
    which they were promoted."""

    __tablename__ = "finalist"
    __table_args__ = (
        UniqueConstraint("contest_id", "place"), Index("ix_finalist_unit_id", "unit_id"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    place: Mapped[int]
    rank: Mapped[int]
    total: Mapped[str] = mapped_column(String(200))  # a fraction, such as 539/15
    category: Mapped[str] = mapped_column(String(64), default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))


class StageShow(Base):
    """Where the ceremony stands, or (``live``) the round that is marked before everybody: the
    screen shows it, a paired phone moves it. ``version`` counts the moves. Of the key and the
    phone's token only hashes are kept."""

    __tablename__ = "stage_show"
    __table_args__ = (
        UniqueConstraint("contest_id"), CheckConstraint("position >= 0", name="position"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    position: Mapped[int] = mapped_column(default=0)
    black: Mapped[bool] = mapped_column(default=False)
    playing: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    live: Mapped[bool] = mapped_column(default=False, server_default=false())
    pairing_hash: Mapped[str] = mapped_column(String(64), default="")
    pairing_until: Mapped[datetime | None]
    remote_hash: Mapped[str] = mapped_column(String(64), default="")
    remote_until: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class AwardReel(Base):
    """One award reel: asked for, made by a worker, kept in the store. Lengths in seconds."""

    __tablename__ = "award_reel"
    __table_args__ = (
        one_of("state", ("waiting", "working", "ready", "failed", "cancelled")),
        CheckConstraint("state <> 'ready' OR sha256 <> ''", name="kept"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), index=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    done_s: Mapped[float] = mapped_column(default=0.0)
    length_s: Mapped[float] = mapped_column(default=0.0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


_UNDER_WAY = "state IN ('waiting', 'working', 'ending') AND what <> 'workbook'"


class ResultStep(Base):
    """A step of closing that the worker takes for whoever asked for it; ``done``: the share of it,
    0 to 1. From ``ending`` on it is not cancelled. Of a contest at most one is under way. Workbooks
    are made beside them: in a language, and kept under their hash."""

    __tablename__ = "result_step"
    __table_args__ = (
        one_of("what", ("compute", "replace", "freeze", "publish", "workbook")),
        one_of("state", ("waiting", "working", "ending", "done", "failed", "cancelled")),
        CheckConstraint(
            "(what IN ('freeze', 'publish', 'workbook')) = (result_id IS NOT NULL)", name="of"
        ),
        Index(
            "ix_result_step_under_way", "contest_id", unique=True,
            sqlite_where=text(_UNDER_WAY), postgresql_where=text(_UNDER_WAY),
        ),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), index=True)
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))
    what: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    done: Mapped[float] = mapped_column(default=0.0)
    language: Mapped[str] = mapped_column(String(2), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
