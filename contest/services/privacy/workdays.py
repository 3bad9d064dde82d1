"""Working days in Viet Nam, and the two clocks of a request.

Years that nobody has announced and no file names hold what the law alone gives (``of_the_law``).

The day after an event is the first (Bộ luật Dân sự 2015, Điều 147); a period whose last day is a
day off ends with the next working day (Điều 148). Saturdays and Sundays are off, as in offices.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tomlkit

from contest.errors import Invalid

DATA = Path(__file__).with_name("holidays.toml")
LUNAR = Path(__file__).with_name("lunar.toml")
LAW = "Bộ luật Lao động 2019, Điều 111, 112; ngày âm lịch tính trước, chưa có thông báo"
CORRECTED = "holidays.toml"  # in the data folder: its years stand in for those of ``DATA``
ANSWER_WORKDAYS = 2  # Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP: an answer
DUE_DAYS = 15  # calendar days until it is done
EXTENSION_DAYS = 15  # once, with a reason
TUESDAY, SATURDAY = 1, 5
KEYS = {"announced", "source", "off", "worked"}


@dataclass
class _Place:
    """Where an installation's corrected days lie, once it is known."""

    folder: Path | None = None


_place = _Place()


def use(folder: Path) -> None:
    """From now on corrected days are read from the installation's data folder."""
    _place.folder = folder


def years() -> dict[str, dict[str, Any]]:
    """The days in force, by year: ``announced``, ``source``, ``off``, ``worked``, ``corrected``."""
    path = _place.folder / CORRECTED if _place.folder else None
    changed = path.stat().st_mtime_ns if path and path.exists() else 0
    return _years(path, changed)


@lru_cache(maxsize=4)
def _years(path: Path | None, changed: int) -> dict[str, dict[str, Any]]:
    found = {year: of_the_law(int(year)) for year in _lunar()}
    found |= {year: {**said, "corrected": False} for year, said in _read(DATA.read_text()).items()}
    if path is not None and changed:
        for year, said in _read(path.read_text()).items():
            found[year] = {**said, "corrected": True}
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def _lunar() -> dict[str, list[str]]:
    return tomllib.loads(LUNAR.read_text())


def of_the_law(year: int) -> dict[str, Any]:
    """A year's days off by the Labour Code alone, in the form of ``years``: one that falls on a
    weekend is made up on the next working day (Điều 111, khoản 3). Of Tết's five days one comes
    before; National Day's second is the one that joins it to a weekend, else the day after. Raises
    ``KeyError`` for a year whose lunar dates are not known."""
    tet, ancestors = map(date.fromisoformat, _lunar()[str(year)])
    national = date(year, 9, 2)
    second = -1 if national.weekday() in (TUESDAY, SATURDAY) else 1
    named = [date(year, 1, 1), *(tet + timedelta(days=n) for n in range(-1, 4)), ancestors,
             date(year, 4, 30), date(year, 5, 1),
             national, national + timedelta(days=second)]
    off = {day for day in named if day.weekday() < SATURDAY}
    for lost in (day for day in named if day.weekday() >= SATURDAY):
        later = (lost + timedelta(days=n) for n in range(1, 15))
        off.add(next(day for day in later if day.weekday() < SATURDAY and day not in off))
    return {"announced": False, "source": LAW, "corrected": False, "worked": [],
            "off": [str(day) for day in sorted(off)]}


def correct(text: str, folder: Path) -> list[str]:
    """Check a file of days off and keep its years in the data folder, beside those of earlier
    files; returns its years. Raises ``Invalid`` with the line's year and what is wrong; nothing is
    kept then."""
    found, kept = _read(text), folder / CORRECTED
    whole = tomlkit.parse(kept.read_text() if kept.exists() else "")
    whole.update(tomlkit.parse(text))
    fresh = folder / f".{CORRECTED}.part"
    fresh.write_text(tomlkit.dumps(whole))
    fresh.replace(kept)
    return sorted(found)


def _read(text: str) -> dict[str, dict[str, Any]]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"Tệp không phải TOML hợp lệ: {error}.",
                      f"The file is not valid TOML: {error}.") from None
    for year, said in found.items():
        _check(year, said)
    return found


def _check(year: str, said: object) -> None:
    """A year: ``off`` and ``worked`` list its days; ``source`` names the decree once announced."""
    def wrong(vi: str, en: str) -> Invalid:
        return Invalid(f"Năm {year}: {vi}.", f"Year {year}: {en}.")

    if not isinstance(said, dict) or said.keys() - KEYS or not {"off", "worked"} <= said.keys():
        raise wrong("cần off và worked, có thể thêm announced, source",
                    "needs off and worked, and may have announced and source")
    for day in [*said["off"], *said["worked"]]:
        try:
            good = str(date.fromisoformat(str(day)).year) == year
        except ValueError:
            good = False
        if not good:
            raise wrong(f"ngày “{day}” phải viết như {year}-09-02",
                        f'the day "{day}" is written like {year}-09-02')
    if said.get("announced") and not str(said.get("source", "")).strip():
        raise wrong("đã công bố thì ghi source: văn bản nào", "once announced, source names it")


def _known() -> tuple[frozenset[date], frozenset[date]]:
    return _days(tuple(
        (tuple(year["off"]), tuple(year["worked"])) for year in years().values()
    ))


@lru_cache(maxsize=4)
def _days(
    said: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...],
) -> tuple[frozenset[date], frozenset[date]]:
    return (
        frozenset(date.fromisoformat(day) for off, _ in said for day in off),
        frozenset(date.fromisoformat(day) for _, worked in said for day in worked),
    )


def is_workday(day: date) -> bool:
    """Whether offices work on a day. Years without data have weekends alone."""
    off, worked = _known()
    return day in worked or (day.weekday() < SATURDAY and day not in off)


def after_workdays(start: date, count: int) -> date:
    """The ``count``-th working day after ``start``."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def after_days(start: date, count: int) -> date:
    """So many calendar days after ``start``; a day off makes it the next working day."""
    day = start + timedelta(days=count)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def answer_by(received: datetime, zone: ZoneInfo) -> datetime:
    """Until when an answer is given: the end of the second working day, at the contest's place."""
    return _end(after_workdays(received.astimezone(zone).date(), ANSWER_WORKDAYS), zone)


def due_by(received: datetime, zone: ZoneInfo, *, extended: bool = False) -> datetime:
    """Until when it is done."""
    days = DUE_DAYS + EXTENSION_DAYS * extended
    return _end(after_days(received.astimezone(zone).date(), days), zone)


def days_left(due: datetime, at: datetime, zone: ZoneInfo) -> int:
    """Whole days until a deadline's day: 0 on it, negative after it."""
    last = due.astimezone(zone) - timedelta(microseconds=1)
    return (last.date() - at.astimezone(zone).date()).days


def _end(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)
