"""``documents.pdf``: makes a document's PDF from the filled DOCX that is also downloaded."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from contest.db import retried
from contest.models import Contest, DocumentPdf, Result
from contest.ports import PdfFailed, PdfUnavailable
from contest.services.results import documents
from contest.services.results.documents import Document, DocumentContext
from contest.wiring import Platform

MISSING = (
    "Máy chủ chưa cài LibreOffice (gói libreoffice-writer-nogui) nên chưa tạo được PDF. "
    "Hãy tải DOCX, hoặc nhờ người quản trị cài rồi bấm lại.",
    "LibreOffice (package libreoffice-writer-nogui) is not installed on the server, so there is "
    "no PDF. Download the DOCX, or have it installed and try again.",
)
CHANGED = (
    "Số liệu hoặc mẫu đã thay đổi trong lúc tạo PDF. Hãy bấm tạo lại.",
    "The figures or the template changed while the PDF was being made. Please ask for it again.",
)


def make_pdf(platform: Platform, pdf_id: int, beat: Callable[[], None]) -> None:
    """Fill the template, make the PDF, store it. Errors go into the row, for the organiser."""
    made = _paper(platform, pdf_id)
    if made is None:
        return
    paper, press = made
    try:
        content = platform.office.pdf(paper.docx())
    except PdfUnavailable:
        _fail(platform, pdf_id, *MISSING)
    except PdfFailed as error:
        vi = f"LibreOffice không tạo được PDF ({error}). Hãy bấm tạo lại."
        en = f"LibreOffice could not make the PDF ({error}). Please ask for it again."
        _fail(platform, pdf_id, vi, en)
    else:
        beat()
        _keep(platform, pdf_id, content, press)


@retried
def _keep(platform: Platform, pdf_id: int, content: bytes, press: DocumentContext) -> None:
    with platform.db.write() as session:
        row = session.get_one(DocumentPdf, pdf_id)
        documents.keep_pdf(session, row, content, press=press, at=platform.clock.now())


def _paper(platform: Platform, pdf_id: int) -> tuple[Document, DocumentContext] | None:
    """The document to convert; None where its PDF exists, or its values have changed."""
    with platform.db.read() as session:
        row = session.get_one(DocumentPdf, pdf_id)
        result = session.get_one(Result, row.result_id)
        press = press_of(platform, session, result.contest)
        paper = documents.paper(session, result, row.kind, press=press)
    if row.state == "ready":
        return None
    if paper.source != row.source:
        _fail(platform, pdf_id, *CHANGED)
        return None
    return paper, press


def press_of(platform: Platform, session: Session, contest: Contest) -> DocumentContext:
    """What filling a contest's documents needs from this platform."""
    settings = platform.settings
    return DocumentContext.of(
        contest, blobs=platform.blobs, data_dir=settings.data_dir, base_url=settings.base_url,
        seed=platform.keys.signature(session),
    )


def _fail(platform: Platform, pdf_id: int, vi: str, en: str) -> None:
    with platform.db.write() as session:
        row = session.get_one(DocumentPdf, pdf_id)
        documents.fail_pdf(row, vi, en, at=platform.clock.now())


HANDLERS = {"documents.pdf": make_pdf}
