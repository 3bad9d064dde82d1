"""A text file: its encoding found, its broken lines joined."""

from __future__ import annotations

import codecs
import re
import unicodedata

from ..draft import PlanError
from ..letters.legacy import SAMPLE, by_looks, common
from ..passages import Passage, rejoined

BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\u2028\u2029]")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def passages_of(data: bytes) -> list[Passage]:
    """Paragraphs of a text file in UTF-8, UTF-16, Windows-1258, TCVN3 or VNI.

    Raises ``PlanError`` for what is no text.
    """
    text = by_looks(_decoded(data))
    if "\0" in text:
        raise PlanError(
            "Tệp không phải DOCX, PDF hay văn bản thuần. Hãy lưu kế hoạch dưới dạng .docx rồi gửi"
            " lại.",
            "The file is no DOCX, PDF or plain text. Save the plan as .docx and send it again.",
        )
    return [Passage(line) for line in rejoined(BREAK.split(text))]


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # One byte a letter: TCVN3 and VNI stand on Latin-1's places, Windows-1258 has its own.
    vietnamese = data.decode("cp1258", "replace")
    latin = data.decode("latin-1")
    return vietnamese if _looks_better(vietnamese, latin) else latin


def _looks_better(vietnamese: str, latin: str) -> bool:
    return common(unicodedata.normalize("NFC", vietnamese[:SAMPLE])) > common(
        by_looks(latin[:SAMPLE])
    )
