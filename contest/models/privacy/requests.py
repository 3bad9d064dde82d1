"""What somebody asks about data that concern them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of, state_check, state_column
from contest.states import PRIVACY_REQUEST

KINDS = ("see", "correct", "withdraw", "erase", "object")
ROLES = ("author", "contact", "staff", "sharer")
PROOFS = ("none", "unit", "mail", "vouched")  # how it was shown who asks


class PrivacyRequest(Base):
    """One request, its clock and its decision.

    ``person_*`` and ``account``: by what the person is found. ``proof``: how identity was shown;
    ``none`` until then, while the request is ``unconfirmed``. ``spared``: places that name somebody
    else of the same name. ``confirm_until``: of the mailed link; ``archive_until``: of the copy of
    what is held and the link to it.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        UniqueConstraint("code"),
        state_check(PRIVACY_REQUEST),
        one_of("kind", KINDS), one_of("role", ROLES), one_of("proof", PROOFS),
        CheckConstraint("extended_at IS NULL OR extension_reason <> ''", name="extension"),
        CheckConstraint("second_by IS NULL OR second_by <> decided_by", name="two_people"),
        Index("ix_privacy_request_contest_id_state", "contest_id", "state"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    code: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = state_column(PRIVACY_REQUEST)
    kind: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    person_name: Mapped[str] = mapped_column(String(200))
    person_phone: Mapped[str] = mapped_column(String(32), default="")
    person_email: Mapped[str] = mapped_column(String(254), default="")
    account: Mapped[str] = mapped_column(String(500), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2), default="vi")
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    with_clip: Mapped[bool] = mapped_column(default=False)
    proof: Mapped[str] = mapped_column(String(16), default="none")
    vouched_by: Mapped[str | None] = mapped_column(String(64))
    vouched_how: Mapped[str] = mapped_column(Text, default="")
    confirm_until: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    received_at: Mapped[datetime | None]  # identity shown: the clock runs
    answer_by: Mapped[datetime | None]
    due_by: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")  # what the person is told
    extended_at: Mapped[datetime | None]
    extension_reason: Mapped[str] = mapped_column(Text, default="")
    spared: Mapped[list[str]] = mapped_column(default=list)
    also: Mapped[list[str]] = mapped_column(default=list)  # "evidence:5": files that show them
    decided_by: Mapped[str | None] = mapped_column(String(64))
    second_by: Mapped[str | None] = mapped_column(String(64))
    finished_at: Mapped[datetime | None]
    archive_sha256: Mapped[str] = mapped_column(String(64), default="")
    archive_until: Mapped[datetime | None]
