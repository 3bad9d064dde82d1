"""Papers of a result for whoever may have them: filled, printed, one certificate by itself."""

from collections.abc import Sequence

from werkzeug.wrappers import Response

from contest.errors import Conflict, not_found
from contest.models import Result
from contest.ports import PdfFailed, PdfUnavailable
from contest.services.results import documents, ranking_rows
from contest.services.results.documents import Document, DocumentContext
from contest.views.shared.support import attachment, current


def press() -> DocumentContext:
    """What filling the contest's documents needs from this installation."""
    settings = current.platform.settings
    return DocumentContext.of(
        current.contest, blobs=current.platform.blobs, data_dir=settings.data_dir,
        base_url=settings.base_url, seed=current.platform.keys.signature(current.db),
    )


def printed(content: bytes) -> bytes:
    """A filled DOCX as PDF, at once. Raises ``Conflict`` with what to do instead."""
    try:
        return current.platform.office.pdf(content)
    except PdfUnavailable:
        raise no_office() from None
    except PdfFailed as error:
        raise Conflict(
            f"LibreOffice không tạo được PDF ({error}). Hãy tải DOCX.",
            f"LibreOffice could not make the PDF ({error}). Download the DOCX.",
        ) from None


def no_office() -> Conflict:
    """The refusal where the server has no LibreOffice."""
    return Conflict(
        "Máy chủ chưa cài LibreOffice nên chưa tạo được PDF: cần gói libreoffice-writer-nogui. "
        "Hãy tải DOCX.",
        "LibreOffice is not installed on the server, so there is no PDF: package "
        "libreoffice-writer-nogui is needed. Download the DOCX.",
    )


def authors(result: Result, codes: Sequence[str]) -> dict[str, list[str]]:
    """The authors of these clips, as the result keeps them."""
    names = ranking_rows.names(current.db, result, codes)
    return {code: list(names.get(code, {}).get("authors", [])) for code in codes}


def certificate(
    result: Result, code: str, place: int | None = None, *, kind: str = "certificates"
) -> Document:
    """A clip's certificate, or with ``kind`` that of participation; ``place``: that of one of its
    authors, from 1. Raises ``NotFound`` where the clip has none or has no such author."""
    people = authors(result, [code])[code]
    if place is not None and not 1 <= place <= len(people):
        raise not_found()
    paper = documents.paper(current.db, result, kind, press=press())
    own = documents.only(paper, code, people[place - 1] if place else "")
    if own is None:
        raise not_found()
    return own


def handed_out(paper: Document, code: str, place: int | None, kind: str) -> Response:
    """A certificate as a file, ``docx`` or ``pdf``."""
    content = paper.docx()
    called = "giay-chung-nhan" if paper.kind == "participation" else "giay-khen"
    name = f"{called}-{code}{f'-{place}' if place else ''}"
    return attachment(printed(content) if kind == "pdf" else content, name, kind)
