"""Parsers of single cells: whole numbers, ids, instants. Unreadable ones raise BadCell."""

import re
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

NO_VALUE = frozenset({"", "-", "--", "–", "—", "n/a", "na", "null", "không có"})
GROUPED = re.compile(r"\d{1,3}(?:[.,\s\u00a0\u202f']\d{3})+")
GROUP_SIGNS = re.compile(r"[.,\s\u00a0\u202f']")
LOST_DIGITS = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
BIGGEST_COUNT = 2_000_000_000

CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
DAY_FIRST = r"(?P<day>\d{1,2})(?P<sign>[/-])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})"
YEAR_FIRST = r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
# Not strptime: trying one form after another took most of the time of a long ledger.
MOMENTS = tuple(
    re.compile(form, re.ASCII)
    for form in (f"{DAY_FIRST} {CLOCK}", f"{YEAR_FIRST} {CLOCK}", f"{CLOCK} {DAY_FIRST}")
)
PARTS = ("year", "month", "day", "hour", "minute", "second")
SPOKEN_HOUR = re.compile(r"(\d{1,2})\s*(?:giờ|g|h)\s*(\d{2})?(?:\s*phút)?", re.IGNORECASE)


class BadCell(ValueError):
    """A cell that cannot be read; `code` and both messages go into the row's problem."""

    def __init__(self, code: str, message_vi: str, message_en: str) -> None:
        self.code, self.message_vi, self.message_en = code, message_vi, message_en
        super().__init__(message_en)


def read_count(text: str) -> int | None:
    """A whole number, thousands separated by comma, point or space; None for an empty cell.

    Raises BadCell for anything else.
    """
    text = text.strip()
    if text.casefold() in NO_VALUE:
        return None
    if text.startswith("="):
        raise BadCell(
            "formula",
            "ô chứa công thức; hãy dán lại dưới dạng giá trị",
            "the cell holds a formula; paste it as a value",
        )
    digits = GROUP_SIGNS.sub("", text) if GROUPED.fullmatch(text) else text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()) or int(digits) > BIGGEST_COUNT:
        raise BadCell(
            "not_a_count",
            f"«{text[:40]}» không phải số đếm; hãy ghi số nguyên từ 0 trở lên, ví dụ 1234",
            f"“{text[:40]}” is not a count; write a whole number from 0 up, for example 1234",
        )
    return int(digits)


def read_post_id(text: str) -> str | None:
    """An id as text, None when absent. Raises BadCell when Excel has rounded it."""
    text = text.strip().strip("'\"")
    if text.casefold() in NO_VALUE:
        return None
    if LOST_DIGITS.fullmatch(text):
        raise BadCell(
            "id_lost_digits",
            f"mã bài viết «{text[:40]}» đã bị Excel làm tròn; dùng liên kết thay thế, hoặc nhập "
            "tệp .csv gốc chưa mở bằng Excel",
            f"post id “{text[:40]}” was rounded by Excel; the link is used instead, or import the "
            "original .csv that was never opened in Excel",
        )
    return text


@lru_cache(maxsize=16_384)  # a ledger repeats the same minutes many times
def read_moment(text: str) -> datetime | None:
    """An instant, time zone aware only when the text has an offset; None for an empty cell.

    Raises BadCell for a text that is no date and time.
    """
    text = " ".join(text.split())
    if text.casefold() in NO_VALUE:
        return None
    try:
        if "T" in text or "+" in text:
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    if moment := _moment(text):
        return moment
    plain = SPOKEN_HOUR.sub(lambda hour: f"{hour[1]}:{hour[2] or '00'}", text, count=1)
    plain = " ".join(plain.replace("ngày", " ").replace(",", " ").split())
    if moment := _moment(plain):
        return moment
    raise BadCell(
        "not_a_moment",
        f"«{text[:40]}» không phải ngày giờ; hãy ghi như 19/6/2023 15:30",
        f"“{text[:40]}” is not a date and time; write it like 19/6/2023 15:30",
    )


def _moment(text: str) -> datetime | None:
    """None when the text has no known form, or names an impossible day or hour."""
    for form in MOMENTS:
        if found := form.fullmatch(text):
            year, month, day, hour, minute, second = (int(found[part] or 0) for part in PARTS)
            with suppress(ValueError):
                return datetime(year, month, day, hour, minute, second)
    return None
