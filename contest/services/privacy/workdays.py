"""Working days in Viet Nam, and the two clocks of a request.

The day after an event is the first (Bộ luật Dân sự 2015, Điều 147); a period whose last day is a
day off ends with the next working day (Điều 148). Saturdays and Sundays are off, as in offices.
"""

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).with_name("holidays.toml")
ANSWER_WORKDAYS = 2  # Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP: an answer
DUE_DAYS = 15  # calendar days until it is done
EXTENSION_DAYS = 15  # once, with a reason
SATURDAY = 5


@cache
def _known() -> tuple[frozenset[date], frozenset[date]]:
    years = tomllib.loads(DATA.read_text()).values()
    return (
        frozenset(date.fromisoformat(day) for year in years for day in year["off"]),
        frozenset(date.fromisoformat(day) for year in years for day in year["worked"]),
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
