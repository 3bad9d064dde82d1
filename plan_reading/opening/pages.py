"""A PDF with a text layer: its lines joined to paragraphs, its pages counted."""

from __future__ import annotations

import io
import logging
import re

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from ..draft import PlanError
from ..letters.legacy import by_looks
from ..passages import Passage, cleaned, rejoined

MOST_PAGES = 100
PAGE_NUMBER = re.compile(r"\d{1,3}")
LEAST_LETTERS = 40  # a page; below that it is a picture with a stamp


def passages_of(data: bytes) -> list[Passage]:
    """Paragraphs by page. Raises ``PlanError``: damaged, locked, too long, or scanned."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it talks about every odd table
    try:
        pages = _texts(data)
    except PlanError:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OSError,
        RecursionError,
        AssertionError,
        NotImplementedError,
        OverflowError,
    ):
        raise PlanError(
            "Không đọc được tệp PDF này: tệp hỏng hoặc có mật khẩu. Hãy xuất lại PDF từ Word, hoặc"
            " gửi tệp .docx.",
            "This PDF cannot be read: it is damaged or has a password. Export it from Word anew, or"
            " send the .docx.",
        ) from None
    if sum(c.isalpha() for text in pages for c in text) < LEAST_LETTERS:
        raise PlanError(
            "PDF này là ảnh chụp hoặc bản quét, không có chữ để đọc. Hãy gửi tệp Word (.docx), hoặc"
            " PDF xuất từ Word.",
            "This PDF is a scan: pictures without text to read. Send the Word file (.docx), or a"
            " PDF exported from Word.",
        )
    return [
        Passage(line, page) for page, text in enumerate(pages, 1) for line in rejoined(_lines(text))
    ]


def _texts(data: bytes) -> list[str]:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError
    if len(reader.pages) > MOST_PAGES:
        raise PlanError(
            f"Tệp có {len(reader.pages)} trang; nhận đến {MOST_PAGES}. Hãy gửi riêng phần kế"
            " hoạch.",
            f"The file has {len(reader.pages)} pages; {MOST_PAGES} are taken. Send the plan alone.",
        )
    return [by_looks(page.extract_text()) for page in reader.pages]


def _lines(text: str) -> list[str]:
    """Lines without page numbers that stand alone."""
    return [line for line in map(cleaned, text.splitlines()) if not PAGE_NUMBER.fullmatch(line)]
