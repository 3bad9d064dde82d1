"""Dates and hours as Vietnamese papers write them: ``16g00 ngày 19/6/2023 (Thứ Hai)``."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from ..draft import Doubt
from ..passages import Sentence

ZONE = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh has no summer time
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_WORDS = {
    "hai": 0,
    "ba": 1,
    "tu": 2,
    "nam": 3,
    "sau": 4,
    "bay": 5,
    "nhat": 6,
    "2": 0,
    "3": 1,
    "4": 2,
    "5": 3,
    "6": 4,
    "7": 5,
}
WEEKDAY = (
    r"(?:thu (?P<{0}>hai|ba|tu|nam|sau|bay|[2-7])\b|(?P<{0}s>chu nhat|cn)\b|\bt(?P<{0}t>[2-7])\b)"
)
DATE = re.compile(
    r"(?<![\d/.])(?P<d>\d{1,2}) ?(?P<sep>[/.\-]) ?(?P<m>\d{1,2})(?: ?(?P=sep)"
    r" ?(?P<y>\d{4}|\d{2}))?"
    r"(?![\d/%])(?!\.\d)"
    r"|(?<![\d/.\-])(?P<d2>\d{1,2})(?:,| ?/)? ?thang ?(?P<m2>\d{1,2})(?:(?:,| ?/)? ?(?:nam"
    r" )?(?P<y2>\d{4}))?(?!\d)"
)
HOUR = (
    r"(?P<h>\d{1,2}) ?(?:(?:gio|g|h)(?: ?(?P<min>\d{2})(?!\d))?|:(?P<min2>\d{2}))(?: ?(?:phut|')|"
    r" ?p\b)?(?: ?(?P<half>sang|trua|chieu|toi|dem)\b)?"
)
BEFORE_HOUR = re.compile(HOUR + r"[ ,(;-]*(?:cua |trong )?$")
AFTER_HOUR = re.compile(r"[ ,();-]*(?:vao )?(?:luc |tu )?" + HOUR + r"(?! ?(?:,? ?ngay|den))")
BEFORE_DAY = re.compile(r"(?<!lan )" + WEEKDAY.format("w") + r"[ ,(-]*(?:ngay )?$")
AFTER_DAY = re.compile(r"[ ,(-]*(?:la |nham |vao )?(?:ngay )?" + WEEKDAY.format("w"))
BEFORE_NGAY = re.compile(r"(?:trong |cua |vao )?\bngay[: ]*$")
MODIFIER_BEFORE = re.compile(
    r"(?:(?P<dash>-)|(?:^|(?<=[\W_]))(?:(?P<before>(?:den )?truoc)|(?P<until>(?:cho )?den(?: het)?"
    r"|het|cham nhat|muon nhat|toi|han chot|han cuoi(?: cung)?)|(?P<start>tu|bat dau|ke tu|sau)))"
    r"[ :]*(?:la )?(?:vao )?(?:het )?(?:luc |hoi )?(?:het )?$"
)
DAY_ONLY = re.compile(r"(?<![\w/.,\-])(?P<d>\d{1,2})[ ,]*(?:den het|den|-)? *(?:ngay )?$")
CITED = re.compile(r"\bso[: ]+[\w.]*[/\-][\w./\-]*,? ?(?:ngay )?$|\bso[: ]+[\w./\-]+,? ngay $")
CLUE = re.compile(
    r"(?:ngay|tu|den|truoc|het|sang|chieu|toi|nhat|thu \w+|gio|\d[gh]\d{0,2}|luc|-)[ ,:(]*$|^["
    r" (]*$|\| $"
)
# What follows "01/10" in "01/10 đến 31/10/2024": the whole date that it begins.
RANGE_END = re.compile(r" ?(?:den|toi|-)(?: het)?(?: ngay)? ?\d{1,2} ?/ ?\d{1,2} ?/ ?\d{4}")
DAYTIME = {"chieu": 12, "toi": 12, "dem": 12}
MONTH_END = re.compile(r"het thang (?P<m>\d{1,2})(?: ?/ ?| nam )?(?P<y>\d{4})?(?![\d/])")
LAST_MINUTE = 59
MONTHS = 12
LOOK = 40  # characters before and after a date that may belong to it


@dataclass(frozen=True)
class Moment:
    """A day with what is said of its hour. ``start``/``end`` are places in the sentence.

    ``how``: ``start``, ``until``, ``before``, ``dash`` or empty, by the word in front.
    """

    day: date
    start: int
    end: int
    hour: tuple[int, int] | None = None
    no_hour: str = ""  # what stands in its place and is none: 25g00
    how: str = ""
    weekday: int | None = None
    cited: bool = False
    alone: bool = False  # the day of the month only: month and year come from what follows

    def instant(self) -> datetime | None:
        """The stated instant; ``24g00`` is the next day's beginning. None without an hour."""
        if self.hour is None:
            return None
        hours, minutes = self.hour
        return midnight(self.day) + timedelta(hours=hours, minutes=minutes)


def midnight(day: date) -> datetime:
    """The day's beginning in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def moments(sentence: Sentence, year: int | None) -> tuple[list[Moment], list[Doubt]]:
    """Every date of the sentence in order; dates that do not exist and false weekdays as doubts.

    A date without its year takes that of the next one, else the one before, else ``year``.
    """
    found = [m for m in DATE.finditer(sentence.flat) if _is_date(sentence.flat, m)]
    years = _years(found, year)
    made: list[Moment] = []
    doubts: list[Doubt] = []
    for match, its_year in zip(found, years, strict=True):
        day = _day(match, its_year)
        if day is None:
            if its_year is not None:
                doubts.append(_no_such_day(match, its_year, sentence.text))
            continue
        moment = _with_surroundings(sentence.flat, match, day)
        made += [*_day_before(sentence.flat, moment), moment]
        doubts += _weekday_doubt(moment, sentence.text)
        if moment.no_hour:
            doubts.append(_no_such_hour(moment.no_hour, sentence.text))
    made += _month_ends(sentence.flat, year)
    return sorted(made, key=lambda moment: moment.start), doubts


def _month_ends(flat: str, year: int | None) -> Iterator[Moment]:
    """``đến hết tháng 5/2024`` is its last day."""
    for found in MONTH_END.finditer(flat):
        month, its_year = int(found["m"]), int(found["y"] or year or 0)
        if 1 <= month <= MONTHS and its_year:
            last = monthrange(its_year, month)[1]
            yield Moment(date(its_year, month, last), found.start(), found.end(), how="until")


def _is_date(flat: str, match: re.Match[str]) -> bool:
    """Numbers such as ``3-5`` or ``9/16`` are dates only with a year or after a word for a day."""
    if match["y"] and (match["sep"] != "-" or len(match["y"]) > len("23")):
        return True
    before = flat[max(0, match.start() - 20) : match.start()]
    if match["m2"]:
        return bool(match["y2"]) or bool(CLUE.search(before))
    after = flat[match.end() : match.end() + 14]
    if match["sep"] != "/" or re.match(r" ?(?:phut|giay|diem|clip|video|lan|lop)", after):
        return False
    if RANGE_END.match(flat, match.end()):
        return True
    return bool(CLUE.search(before)) and not re.search(r"ti le|ty le", before)


def _years(found: list[re.Match[str]], year: int | None) -> list[int | None]:
    stated = [_year(match) for match in found]
    made: list[int | None] = []
    for place in range(len(stated)):
        following = next((y for y in stated[place:] if y), None)
        made.append(following or next((y for y in reversed(stated[:place]) if y), None) or year)
    return made


def _year(match: re.Match[str]) -> int | None:
    text = match["y"] or match["y2"]
    if not text:
        return None
    return int(text) + (2000 if len(text) == 2 else 0)  # noqa: PLR2004 - "23" is 2023


def _day(match: re.Match[str], year: int | None) -> date | None:
    try:
        return date(year or 0, int(match["m"] or match["m2"]), int(match["d"] or match["d2"]))
    except ValueError:
        return None


def _with_surroundings(flat: str, match: re.Match[str], day: date) -> Moment:
    """The date with its hour, weekday and the word that says from, until or before."""
    before, after = flat[max(0, match.start() - LOOK) : match.start()], flat[match.end() :][:LOOK]
    moment = Moment(day, match.start(), match.end(), cited=bool(CITED.search(before)))
    before, moment = _look_back(before, moment)
    if found := AFTER_DAY.match(after):
        moment = replace(moment, weekday=_weekday(found), end=moment.end + found.end())
        after = after[found.end() :]
    if moment.hour is None and (found := AFTER_HOUR.match(after)):
        moment = replace(_with_hour(moment, found), end=moment.end + found.end())
    if found := MODIFIER_BEFORE.search(before):
        moment = replace(
            moment, how=found.lastgroup or "", start=moment.start - len(before) + found.start()
        )
    return moment


def _look_back(before: str, moment: Moment) -> tuple[str, Moment]:
    """Take weekday and hour, in either order, off the end of what stands before the date."""
    whole = len(before)
    for _ in range(4):
        if found := BEFORE_NGAY.search(before):
            pass
        elif moment.weekday is None and (found := BEFORE_DAY.search(before)):
            moment = replace(moment, weekday=_weekday(found))
        elif moment.hour is None and (found := BEFORE_HOUR.search(before)) and not moment.no_hour:
            moment = _with_hour(moment, found)
        else:
            break
        before = before[: found.start()].rstrip(" ,(") + " "
    return before, replace(moment, start=moment.start - max(0, whole - len(before)))


def _weekday(found: re.Match[str]) -> int:
    if found["ws"]:
        return DAY_WORDS["nhat"]
    return DAY_WORDS[found["w"] or found["wt"]]


def _with_hour(moment: Moment, found: re.Match[str]) -> Moment:
    hour = _hour(found)
    written = f"{found['h']}g{found['min'] or found['min2'] or '00'}"
    return replace(moment, hour=hour, no_hour="" if hour else written)


def _hour(found: re.Match[str]) -> tuple[int, int] | None:
    hours, minutes = int(found["h"]), int(found["min"] or found["min2"] or 0)
    hours += DAYTIME.get(found["half"] or "", 0) if hours < 12 else 0  # noqa: PLR2004 - noon
    real = timedelta(hours=hours, minutes=minutes) <= timedelta(days=1) and minutes <= LAST_MINUTE
    return (hours, minutes) if real else None


def _day_before(flat: str, moment: Moment) -> Iterator[Moment]:
    """``12 đến 19/6/2023``: the first day has neither month nor year."""
    if moment.how not in ("until", "dash"):
        return
    before = flat[max(0, moment.start - 20) : moment.start].rstrip()
    found = DAY_ONLY.search(before + " ")
    if not found or re.search(r"(?:thang|nam|/|\.) ?$", before[: found.start()]):
        return
    try:
        day = moment.day.replace(day=int(found["d"]))
    except ValueError:
        return
    if day <= moment.day:
        start = moment.start - len(before) + found.start()
        yield Moment(day, start, moment.start, how="start", alone=True)


def _weekday_doubt(moment: Moment, source: str) -> Iterator[Doubt]:
    if moment.weekday is None or moment.weekday == moment.day.weekday():
        return
    real, written = moment.day.weekday(), moment.weekday
    shown = shown_day(moment.day)
    yield Doubt(
        source,
        f"{shown} là {WEEKDAYS[real]}, kế hoạch ghi {WEEKDAYS[written]}. Hãy xem lại ngày nào"
        " đúng.",
        f"{shown} is a {ENGLISH_DAYS[real]}, the plan says {ENGLISH_DAYS[written]}. "
        "Please see which is right.",
    )


def _no_such_day(match: re.Match[str], year: int, source: str) -> Doubt:
    shown = f"{match['d'] or match['d2']}/{match['m'] or match['m2']}/{year}"
    return Doubt(
        source,
        f"Không có ngày {shown}. Hãy xem lại.",
        f"There is no day {shown}. Please see to it.",
    )


def _no_such_hour(written: str, source: str) -> Doubt:
    return Doubt(
        source,
        f"Không có giờ {written}. Hãy xem lại.",
        f"There is no hour {written}. Please see to it.",
    )


def shown_day(day: date) -> str:
    """As papers write it: ``06/5/2023``."""
    return f"{day.day:02d}/{day.month if day.month > 2 else f'0{day.month}'}/{day.year}"  # noqa: PLR2004
