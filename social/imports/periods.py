"""What a file's columns of dates say: totals over all time, or a day or span; when a post appeared.

A figure of one day taken for a total would cost a clip its points, so that only what is known to
mean "over all time" does.
"""

import re
from datetime import datetime
from functools import lru_cache

from social.imports.cells import NO_VALUE, tidy
from social.imports.headings import plain
from social.imports.languages import LIFETIME, SUMMARY

TOTAL, SPAN, UNSAID, UNCLEAR = "total", "span", "unsaid", "unclear"
_LIFETIME = frozenset(map(plain, LIFETIME))
_SUMMARY = frozenset(map(plain, SUMMARY))
CLOCK = r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::\d{2})?\s*([ap])?\.?m?\.?)?"
FLAGS = re.ASCII | re.IGNORECASE
NUMBERS = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){CLOCK}", FLAGS)
YEAR_FIRST = re.compile(rf"(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}}){CLOCK}.*", FLAGS)
NOON = 12


@lru_cache(maxsize=1024)
def period_of(text: str) -> str:
    """TOTAL, SPAN (a day or a range of days), UNSAID (blank) or UNCLEAR (another word)."""
    text = plain(text)
    if text in NO_VALUE:
        return UNSAID
    if text in _LIFETIME:
        return TOTAL
    return SPAN if any(sign.isdigit() for sign in text) else UNCLEAR


def is_summary(text: str) -> bool:
    """Whether a cell that should name a post or clip says that its row adds up the others."""
    return plain(text) in _SUMMARY


@lru_cache(maxsize=16_384)
def readings(text: str) -> tuple[datetime, ...]:
    """Every instant that the text may mean, without a zone: 6/12/2023 is read both ways.

    Empty for what cannot be read.
    """
    text = tidy(text)
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day, *clock = found.groups()
        orders = {(year, month, day)}
    elif found := NUMBERS.fullmatch(text):
        first, second, year, *clock = found.groups()
        orders = {(year, first, second), (year, second, first)}
    else:
        return ()
    return tuple(sorted(moment for order in orders if (moment := _moment(order, clock))))


def _moment(order: tuple[str, ...], clock: list[str | None]) -> datetime | None:
    year, month, day = map(int, order)
    hour, minute, half = int(clock[0] or 0), int(clock[1] or 0), (clock[2] or "").lower()
    if half:
        hour = hour % NOON + (NOON if half == "p" else 0)
    try:
        return datetime(year, month, day, hour, minute)
    except ValueError:
        return None
