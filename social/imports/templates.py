"""Our own simple template as XLSX, with the clip codes already in place."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.styles import Font

HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "counts": {
        "vi": ("Mã clip", "Cảm xúc", "Chia sẻ", "Bình luận", "Liên kết"),
        "en": ("Clip code", "Reactions", "Shares", "Comments", "Link"),
    },
    "posts": {
        "vi": ("Mã clip", "Nền tảng", "Lượt thích", "Chia sẻ", "Bình luận", "Lượt xem", "Liên kết"),
        "en": ("Clip code", "Platform", "Likes", "Shares", "Comments", "Views", "Link"),
    },
    "ledger": {
        "vi": ("Mã clip", "Tài khoản", "Trang cá nhân", "Liên kết chia sẻ", "Thời điểm thấy"),
        "en": ("Clip code", "Account", "Profile", "Share link", "Seen at"),
    },
}


def write_counts_template(
    file: BinaryIO, clips: Iterable[tuple[str, str | None]], *, language: str = "vi"
) -> None:
    """One row per clip: (code, permalink or None), with empty counts."""
    _write(file, HEADINGS["counts"][language], [(code, *[None] * 3, link) for code, link in clips])


def write_posts_template(
    file: BinaryIO, posts: Iterable[tuple[str, str, str]], *, language: str = "vi"
) -> None:
    """One row per post on another platform: (clip's code, platform, link), with empty counts."""
    _write(file, HEADINGS["posts"][language],
           [(code, platform, *[None] * 4, link) for code, platform, link in posts])


def write_ledger_template(
    file: BinaryIO, codes: Iterable[str] = (), *, language: str = "vi"
) -> None:
    """One row per clip code, the other cells empty."""
    _write(file, HEADINGS["ledger"][language], [(code,) for code in codes])


def _write(file: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(headings))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append(list(row))
    for column in "ABCDEFG"[: len(headings)]:
        sheet.column_dimensions[column].width = 24
    sheet.freeze_panes = "A2"
    book.save(file)
    book.close()
