"""Vietnamese first, English second: choosing a language, and how times and numbers are written."""

from datetime import datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

LANGUAGES = ("vi", "en")
DEFAULT = "vi"
COOKIE = "lang"


def chosen(value: str | None) -> str:
    """``value`` if it is a language of the platform, else Vietnamese."""
    return value if value in LANGUAGES else DEFAULT


def counted(count: int, one: str, more: str) -> str:
    """``1 clip``, ``4 clips``: of English, for Vietnamese says both alike."""
    return f"{count} {one if count == 1 else more}"


def write_time(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """As people write it: ``16g00 ngày 19/6/2023`` (plan II.1), ``16:00 on 19 June 2023``."""
    local = moment.astimezone(zone)
    if language == "vi":
        return f"{local:%H}g{local:%M} ngày {local.day}/{local.month}/{local.year}"
    return f"{local:%H:%M} on {local.day} {local:%B} {local.year}"


def write_date(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """``10/6/2023`` or ``10 June 2023``."""
    local = moment.astimezone(zone)
    if language == "vi":
        return f"{local.day}/{local.month}/{local.year}"
    return f"{local.day} {local:%B} {local.year}"


def write_hour(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The hour alone: ``16g00`` (plan II.1) or ``16:00``."""
    local = moment.astimezone(zone)
    return f"{local:%H}g{local:%M}" if language == "vi" else f"{local:%H:%M}"


def inner_quotes(text: str) -> str:
    """A name that is to stand in quotation marks, its own ones made single: “Hội thi ‘X’”."""
    return text.replace("“", "‘").replace("”", "’")


def write_seconds(moment: datetime, zone: ZoneInfo) -> str:
    """As a clock shows it, ``15:58:41``: of two numbers the later one counts."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def write_deadline(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """A deadline at midnight as plans write it, ``hết ngày 10/6/2023`` (plan II.1); else a time."""
    if moment.astimezone(zone).time() != time.min:
        return write_time(moment, zone, language)
    day = write_date(moment - timedelta(seconds=1), zone, language)
    return f"hết ngày {day}" if language == "vi" else f"the end of {day}"


def write_day(moment: datetime, zone: ZoneInfo) -> str:
    """A day as official papers write it: ``ngày 05 tháng 02 năm 2026``. Days below 10 and the
    months 1 and 2 take a zero (Nghị định 30/2020, phụ lục I)."""
    local = moment.astimezone(zone)
    month = f"{local.month:02}" if local.month < 3 else str(local.month)  # noqa: PLR2004
    return f"ngày {local.day:02} tháng {month} năm {local.year}"


def write_number(value: float | int | Fraction, language: str, digits: int = 0) -> str:
    """``1.234,5`` in Vietnamese, ``1,234.5`` in English."""
    text = f"{float(value):,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def write_size(size: int, language: str) -> str:
    """Bytes in the unit a phone shows: ``700 MB``, ``1,4 GB``, ``3 GB``."""
    if size >= 10**9:
        tenths = round(size / 10**8)
        return f"{write_number(tenths / 10, language, 1 if tenths % 10 else 0)} GB"
    if size >= 10**6:
        return f"{write_number(size / 10**6, language)} MB"
    return f"{write_number(max(size // 1000, 1), language)} kB"


def write_duration(seconds: float, language: str) -> str:
    """``5 phút 42 giây`` or ``5 min 42 s``; from an hour on ``3 giờ 15 phút`` or ``3 hours 15
    minutes``: the form of ``media_checks.words.length``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    counts = [(hours, "giờ", "hour"), (minutes, "phút", "minute"), (rest, "giây", "second")]
    told = [one for one in counts if one[0]] or counts[2:]
    if language == "vi":
        return " ".join(f"{count} {unit}" for count, unit, _ in told)
    if hours:
        return " ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, _, unit in told)
    return " ".join(f"{count} {'s' if unit == 'second' else 'min'}" for count, _, unit in told)


def write_amount(amount: int, language: str = "vi") -> str:
    """``500.000 đồng`` or ``500,000 đồng``."""
    return f"{write_number(amount, language)} đồng"


DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
THOUSANDS = ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn"), (1, ""))


def amount_in_words(amount: int) -> str:
    """``Năm trăm nghìn đồng``: an amount as Vietnamese papers spell it, from 0 on."""
    return f"{_spelt(amount)} đồng".capitalize()


def _spelt(number: int, *, after: bool = False) -> str:
    """``after``: something stands before it, so that hundreds are named even where there are none.
    """
    words: list[str] = []
    for size, name in THOUSANDS:
        part, number = divmod(number, size)
        if part:
            larger = part > 999  # noqa: PLR2004 - thousands of milliards
            spelt = _spelt(part) if larger else _hundreds(part, after=after or bool(words))
            words += [spelt, name]
    return " ".join(word for word in words if word) or DIGITS[0]


def _hundreds(number: int, *, after: bool) -> str:
    """1 to 999: ``năm trăm linh năm``, ``hai mươi mốt``, ``mười lăm``."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [DIGITS[hundreds], "trăm"] if hundreds or after else []
    if tens:
        words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    elif ones and words:
        words.append("linh")
    if ones:
        special = {1: "mốt" if tens > 1 else "một", 5: "lăm" if tens else "năm"}
        words.append(special.get(ones, DIGITS[ones]))
    return " ".join(words)
