"""Reads a contest's plan: what a Vietnamese administrative paper says, as a draft of the rules.

Stand-alone: a file's bytes in, a ``Draft`` out. Rules of thumb only, the same file gives the same
draft, and nothing is asked of anybody outside.
"""

from dataclasses import replace

from .draft import Doubt, Draft, Place, PlanError, Reading, Value, Words
from .gathering import draft_of
from .keys import LABELS
from .opening import MOST_BYTES, first_pages, passages_of
from .passages import sentences
from .wording import said, table

__all__ = [
    "LABELS",
    "MOST_BYTES",
    "Doubt",
    "Draft",
    "Place",
    "PlanError",
    "Reading",
    "Value",
    "Words",
    "read_plan",
    "said",
    "table",
]


def read_plan(data: bytes) -> Draft:
    """The draft of the rules that the plan in ``data`` (DOCX, PDF or text) states.

    Raises ``PlanError`` for a file that cannot be read.
    """
    found, cut = first_pages(passages_of(data))
    draft = draft_of(sentences(found))
    return replace(draft, doubts=(*draft.doubts, NOT_ALL_READ)) if cut else draft


NOT_ALL_READ = Doubt(
    "",
    "Tệp rất dài: chỉ đọc phần đầu (khoảng 150 trang). Nếu kế hoạch ở sau, hãy gửi riêng phần ấy.",
    "The file is very long: only its beginning (some 150 pages) was read. If the plan stands behind"
    " that, send it alone.",
)
