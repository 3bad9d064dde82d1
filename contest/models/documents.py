"""A contest's own document templates, and the PDFs of its documents."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contest.models.base import Base, one_of

DOCUMENTS = ("minutes", "decision", "certificates")  # made of every result
PAPERS = (*DOCUMENTS, "participation")  # and of those whose rules say so
TEMPLATES = (*PAPERS, "qr_sheet")


class DocumentTemplate(Base):
    """A contest's own DOCX template of one kind; without a row the shipped one is in force."""

    __tablename__ = "document_template"
    __table_args__ = (UniqueConstraint("contest_id", "kind"), one_of("kind", TEMPLATES))

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(255))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class DocumentPdf(Base):
    """One requested PDF of a document. ``source`` is the hash of the document's values and its
    template: while both stay the same, a second request is the same row."""

    __tablename__ = "document_pdf"
    __table_args__ = (
        UniqueConstraint("result_id", "kind", "source"),
        one_of("kind", PAPERS),
        one_of("state", ("waiting", "ready", "failed")),
        CheckConstraint("state <> 'ready' OR sha256 <> ''", name="kept"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
