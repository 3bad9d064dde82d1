"""What each named author says for themselves."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of

SAID = ("asked", "confirmed", "objected")
GUARDED = ("none", "asked", "agreed", "refused")


class AuthorWord(Base):
    """One named author of an entry, asked to confirm by a link of their own.

    ``number``: of the link in force; a new link ends the one before. ``way``: how they answered,
    ``link`` or ``paper``. ``guardian_*``: who agrees for a child; ``none`` where nobody has to.
    Each answer is a ``consent_event`` of the purpose ``author:<id>``.
    """

    __tablename__ = "author_word"
    __table_args__ = (
        one_of("state", SAID), one_of("guardian", GUARDED), one_of("way", ("", "link", "paper")),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered"),
        Index("ix_author_word_submission_id", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    name: Mapped[str] = mapped_column(String(200))  # as it stands among the entry's authors
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(2), default="vi")
    state: Mapped[str] = mapped_column(String(16), default="asked")
    way: Mapped[str] = mapped_column(String(8), default="")
    number: Mapped[int] = mapped_column(default=1)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    objection: Mapped[str] = mapped_column(Text, default="")
    birth_year: Mapped[int | None]
    guardian: Mapped[str] = mapped_column(String(16), default="none")
    guardian_name: Mapped[str] = mapped_column(String(200), default="")
    guardian_relation: Mapped[str] = mapped_column(String(100), default="")
    guardian_contact: Mapped[str] = mapped_column(String(254), default="")
    guardian_at: Mapped[datetime | None]
