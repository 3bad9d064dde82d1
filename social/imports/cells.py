"""Parsers of single cells: whole numbers, ids, codes, instants. Unreadable ones raise BadCell."""

import re
import unicodedata
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

NO_VALUE = frozenset({
    "", "-", "--", "---", "–", "—", "―", "−", "…", "...", "?", "n/a", "na", "n.a.", "nan", "none",
    "null", "không có", "không rõ", "chưa rõ", "chưa có",
})
# One separator throughout, and no leading nought: 0,123 and 1.234,5 are no whole numbers.
GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,'’ \u00a0\u202f\u2009])\d{3})(?:\1\d{3})*", re.ASCII)
NO_FRACTION = re.compile(r"(\d+)[.,]0{1,2}", re.ASCII)
LOST_DIGITS = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
POST_ID = re.compile(r"(?:\d+[_:])?(?:\d{1,30}|pfbid[0-9A-Za-z]{1,200})", re.ASCII)
ABBREVIATED = re.compile(  # "1,2 N" on Vietnamese screens, 1.2K, 1,2 Tr, "3 nghìn", 1,2 mil, 1,2 万
    r"~?\d[\d.,\s]*\+?\s*(?:k|m|b|n|t|tr|tỷ|tỉ|triệu|nghìn|ngàn|nghin|ngan|trieu|mil|mln|mill|"
    r"mio|md|mrd|tsd|rb|jt|тыс|млн|tn|ribu|juta|mila|thousand|million|[千万萬億亿천만])\.?\+?",
    re.IGNORECASE,
)
ERROR_CELL = re.compile(r"#(?:[A-Z/0-9_]+[!?]?|#+)")  # #REF!, #N/A, #DIV/0!, #NAME?, ####
BIGGEST_COUNT = 2_000_000_000
LONGEST_NUMBER = 40
SHOWN = 40  # characters of a cell that a message repeats
# Signs without width and marks of direction, which Business Suite strews into its screens.
UNSEEN = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−_", "-"))

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


def tidy(text: str) -> str:
    """Without signs that nobody sees, and trimmed."""
    return (text if text.isascii() else text.translate(UNSEEN)).strip()


def read_count(text: str) -> int | None:
    """A whole number, thousands separated by comma, point or space; None for an empty cell.

    Raises BadCell for anything else; a shortened number (1,2 N, 1.2K) is not exact, hence no count.
    """
    if text.isdecimal() and text.isascii() and len(text) < LONGEST_DIGITS:
        return int(text)
    text = tidy(text)
    if text.casefold() in NO_VALUE:
        return None
    if len(text) <= LONGEST_NUMBER:
        text = unicodedata.normalize("NFKC", text) if _full_width(text) else text
        digits = _digits(text)
        if digits.isascii() and digits.isdecimal() and int(digits) <= BIGGEST_COUNT:
            return int(digits)
    raise _no_count(text)


LONGEST_DIGITS = len(str(BIGGEST_COUNT))  # fewer digits are never too many


def _full_width(text: str) -> bool:
    return any("\uff10" <= sign <= "\uff19" for sign in text)


def _digits(text: str) -> str:
    if grouped := GROUPED.fullmatch(text):
        return text.replace(grouped[1], "")
    return whole[1] if (whole := NO_FRACTION.fullmatch(text)) else text


def _no_count(text: str) -> BadCell:
    shown = text[:SHOWN]
    if text.startswith("="):
        return BadCell(
            "formula",
            "ô chứa công thức; hãy dán lại dưới dạng giá trị",
            "the cell holds a formula; paste it as a value",
        )
    if ERROR_CELL.fullmatch(shown):
        return BadCell(
            "cell_error",
            f"ô báo lỗi {shown}; hãy sửa trong bảng tính rồi ghi số vào",
            f"the cell shows the error {shown}; mend it in the spreadsheet and write the number",
        )
    if ABBREVIATED.fullmatch(shown):
        return BadCell(
            "not_a_count",
            f"«{shown}» là số đã rút gọn, không chính xác; hãy xuất tệp dữ liệu bài viết, hoặc mở "
            "bài và ghi đủ số, ví dụ 1234",
            f"“{shown}” is shortened and not exact; export the posts' file, or open the post and "
            "write the whole number, for example 1234",
        )
    return BadCell(
        "not_a_count",
        f"«{shown}» không phải số đếm; hãy ghi số nguyên từ 0 đến {BIGGEST_COUNT}, ví dụ 1234",
        f"“{shown}” is not a count; write a whole number from 0 to {BIGGEST_COUNT}, for example "
        "1234",
    )


def read_post_id(text: str) -> str | None:
    """An id as text, None when absent. Raises BadCell when Excel has rounded it, or it is none."""
    if text.isdecimal() and text.isascii() and len(text) <= LONGEST_NUMBER:
        return text
    text = tidy(text).removeprefix("=").strip("'’\"")
    if text.casefold() in NO_VALUE:
        return None
    shown = text[:SHOWN]
    if LOST_DIGITS.fullmatch(shown):
        raise BadCell(
            "id_lost_digits",
            f"mã bài viết «{shown}» đã bị Excel làm tròn; dùng liên kết thay thế, hoặc nhập "
            "tệp .csv gốc chưa mở bằng Excel",
            f"post id “{shown}” was rounded by Excel; the link is used instead, or import the "
            "original .csv that was never opened in Excel",
        )
    if not POST_ID.fullmatch(text):
        raise BadCell(
            "not_an_id",
            f"«{shown}» không phải mã bài viết; dùng liên kết thay thế",
            f"“{shown}” is no post id; the link is used instead",
        )
    return text


@lru_cache(maxsize=16_384)  # a ledger repeats a clip's code many times
def read_code(text: str) -> str | None:
    """A clip's code however it was written: #cx-7k3m, ＣＸ－７Ｋ３Ｍ, “CX 7K3M”; None when absent.

    In capitals, without # and spaces; a dash stays, since codes are shown with theirs.
    """
    text = tidy(unicodedata.normalize("NFKC", text[:200])).translate(DASHES)
    if text.casefold() in NO_VALUE:
        return None
    return "".join(text.split()).lstrip("#'").upper() or None


def code_key(code: str) -> str:
    """Equal for two spellings of one code: without dashes."""
    return code.replace("-", "")


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
            year, month, day, hour, minute, second = (int(one or 0) for one in found.group(*PARTS))
            with suppress(ValueError):
                return datetime(year, month, day, hour, minute, second)
    return None
