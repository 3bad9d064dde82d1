"""An entry on its way from one contest to another, and what became of it there."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of, state_check, state_column
from contest.models.contests import Contest
from contest.models.submissions import ClipVersion, Submission
from contest.models.units import Unit
from contest.states import HANDOVER

_LIVE = "state IN ('offered', 'accepted')"


class Handover(Base):
    """One entry that a contest offers to another one. ``contest_id``: the contest that it is
    offered to, whose organisers decide.

    ``origin``: what tells one entry from another wherever it was made, ``submission:12`` of this
    installation or ``<key>/<contest>/<code>`` of another one; at most one offer of it to a contest
    is live. ``source_*``: the entry it comes from, and the version of its clip that was offered;
    of another installation none, but ``packet`` (its form, consents and facts, as they came) and
    ``sha256``, ``size``, ``filename`` of its clip, whose file is this row's until it is decided.
    ``root_id``: the entry from which the first handover of all went out; the same clip lies behind
    all entries of one root.
    ``unit_name``: the unit that it is to be an entry of, made where there is none of the name.
    ``with_clip``: else an entry is made that waits for a clip of its own.
    """

    __tablename__ = "handover"
    __table_args__ = (
        state_check(HANDOVER),
        one_of("reason", ("level", "round")),
        CheckConstraint("state <> 'accepted' OR submission_id IS NOT NULL", name="entry"),
        CheckConstraint("(source_id IS NOT NULL) <> (sha256 <> '')", name="source"),
        Index(
            "ix_handover_live", "contest_id", "origin", unique=True,
            sqlite_where=text(_LIVE), postgresql_where=text(_LIVE),
        ),
        Index("ix_handover_contest_id_state_id", "contest_id", "state", "id"),
        Index("ix_handover_source_id", "source_id"),
        Index("ix_handover_source_contest_id_id", "source_contest_id", "id"),
        Index("ix_handover_submission_id", "submission_id"),
        Index("ix_handover_root_id", "root_id"),
        Index("ix_handover_sha256", "sha256"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    state: Mapped[str] = state_column(HANDOVER)
    reason: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(200))
    source_contest_id: Mapped[int | None] = mapped_column(ForeignKey("contest.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("clip_version.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    packet: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    filename: Mapped[str] = mapped_column(String(255), default="")
    let_go_at: Mapped[datetime | None]  # when this row stopped keeping its file
    with_clip: Mapped[bool] = mapped_column(default=True)
    unit_name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    offered_by: Mapped[str] = mapped_column(String(64))
    offered_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    state_reason: Mapped[str] = mapped_column(Text, default="")  # why it was declined
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))  # made of it
    contest: Mapped[Contest] = relationship(foreign_keys=[contest_id])
    source_contest: Mapped[Contest | None] = relationship(foreign_keys=[source_contest_id])
    source: Mapped[Submission | None] = relationship(foreign_keys=[source_id])
    version: Mapped[ClipVersion | None] = relationship(foreign_keys=[version_id])
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    submission: Mapped[Submission | None] = relationship(foreign_keys=[submission_id])
