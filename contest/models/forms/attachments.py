"""Files that answer a question of a contest's own."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of
from contest.models.submissions import Submission
from contest.models.units import Filing


class Attachment(Base):
    """A file that came with an entry's form or with a filing. Private: the unit's, organisers', and
    of those whom the question names. ``kind``: what it is by its content."""

    __tablename__ = "attachment"
    __table_args__ = (
        one_of("kind", ("pdf", "docx", "xlsx", "picture")),
        CheckConstraint("size > 0", name="size"),
        Index("ix_attachment_submission_id", "submission_id"),
        Index("ix_attachment_contest_id", "contest_id"),
        Index("ix_attachment_filing_id", "filing_id"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    filing_id: Mapped[int | None]  # one of the two
    question: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(255))
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    submission: Mapped[Submission | None] = relationship()
    filing: Mapped[Filing | None] = relationship(
        primaryjoin="foreign(Attachment.filing_id) == Filing.id", viewonly=True
    )
