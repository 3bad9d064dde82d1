"""Files from strangers turned into passages, within bounds. What a file is, its first bytes say."""

from __future__ import annotations

from ..draft import PlanError
from ..passages import Passage
from . import pages, plain, word

MOST_BYTES = 15 * 1024**2  # of the file: it comes by an ordinary form, of 16 MB at most
MOST_TEXT = 6_000_000  # characters that are taken at all
MOST_READ = 400_000  # characters that are read for rules: some 150 pages


def passages_of(data: bytes) -> list[Passage]:
    """The passages of a DOCX, PDF or text file. Raises ``PlanError`` with what to do instead."""
    if len(data) > MOST_BYTES:
        raise PlanError(
            f"Tệp lớn {-(-len(data) // 1024**2)} MB; nhận đến {MOST_BYTES // 1024**2} MB. Hãy bỏ"
            " bớt hình hoặc tách phụ lục rồi gửi lại.",
            f"The file has {-(-len(data) // 1024**2)} MB; {MOST_BYTES // 1024**2} MB are taken. "
            "Leave pictures or annexes out and send it again.",
        )
    found = _opened(data)
    if sum(len(passage.text) for passage in found) > MOST_TEXT:
        raise PlanError(
            "Tệp có quá nhiều chữ cho một kế hoạch (hơn 6 triệu ký tự). Hãy gửi riêng phần kế"
            " hoạch.",
            "The file has too much text for a plan (over 6 million characters). Send the plan"
            " alone.",
        )
    if not any(any(c.isalpha() for c in passage.text) for passage in found):
        raise PlanError(
            "Tệp không có chữ. Hãy gửi kế hoạch dưới dạng DOCX, PDF có chữ hoặc TXT.",
            "The file holds no text. Send the plan as DOCX, PDF with text, or TXT.",
        )
    return found


def _opened(data: bytes) -> list[Passage]:
    if data.startswith(b"PK\x03\x04"):
        return word.passages_of(data)
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return pages.passages_of(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise PlanError(
            "Đây là tệp .doc đời cũ hoặc tệp có mật khẩu. Hãy mở bằng Word, bỏ mật khẩu và lưu dưới"
            " dạng .docx.",
            "This is an old .doc file or one with a password. Open it in Word, take the password"
            " off and save it as .docx.",
        )
    return plain.passages_of(data)


def first_pages(found: list[Passage]) -> tuple[list[Passage], bool]:
    """The passages that are read for rules, and whether there were more."""
    left = MOST_READ
    for number, passage in enumerate(found):
        left -= len(passage.text)
        if left < 0 and number:
            return found[:number], True
    return found, False
