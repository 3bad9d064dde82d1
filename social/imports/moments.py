"""Dates in a file: 6/12/2023 is a day in December or in June. A file's own rows may settle it.

A row whose first number is above twelve settles the order for the whole file, and a row that does
not fit it is refused. Nothing is guessed where no row settles it: both readings are shown.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from social.imports.cells import BadCell, read_moment

Order = Literal["day", "month"]  # which of the two comes first

SLASHED = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)", re.ASCII)
MONTHS = 12
REMEMBERED = 16_384  # a ledger repeats the same minutes many times
UNREAD = datetime.max  # no cell is this moment


@dataclass(frozen=True)
class Settled:
    """The order of a file's dates, and the row that shows it; None: chosen by a person."""

    order: Order
    row: int | None = None
    text: str = ""


class Dates:
    """Reads the dates of one file. ``cells``: all of them again, from the top; ``order``: the one
    that a person has chosen, where no row may settle it."""

    def __init__(
        self, cells: Callable[[], Iterable[tuple[int, str]]], order: Order | None = None
    ) -> None:
        self._cells = cells
        self._known: dict[str, datetime | None] = {}
        self._looked = order is not None
        self.settled = Settled(order) if order else None

    def read(self, row: int, text: str) -> datetime | None:
        """As ``read``. The file is looked through only where a date has two readings."""
        known = self._known.get(text, UNREAD)
        if known is UNREAD:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._read(row, text)
        return known

    def _read(self, row: int, text: str) -> datetime | None:
        if self.settled is None and text:
            if order := _order(text):
                self.settled = Settled(order, row, text)
            elif not self._looked and _two_readings(text):
                self._looked, self.settled = True, settle(self._cells())
        return read(text, self.settled)


def _two_readings(text: str) -> bool:
    found = SLASHED.search(text)
    return found is not None and int(found[1]) != int(found[3])


def settle(cells: Iterable[tuple[int, str]]) -> Settled | None:
    """The order that a file's cells (row, text) show by the first date of only one reading."""
    for row, text in cells:
        order = _order(text)
        if order is not None:
            return Settled(order, row, text)
    return None


def _order(text: str) -> Order | None:
    found = SLASHED.search(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if first > MONTHS >= second > 0:
        return "day"
    return "month" if second > MONTHS >= first > 0 else None


def read(text: str, settled: Settled | None) -> datetime | None:
    """The instant of a cell, as ``read_moment``; None for an empty one.

    Raises ``BadCell`` for a text that is no date and time, that has two readings while nothing
    settles which one, or that does not fit the file's order.
    """
    found = SLASHED.search(text)
    if found is None:
        return read_moment(text)
    if settled and (chosen := _in_order(text, found, settled.order)):
        return chosen
    day_first, month_first = _reading(text), _reading(_swapped(text, found))
    if day_first == month_first:
        return day_first or read_moment(text)  # the latter says what is wrong
    if settled is None:
        return _only(text, day_first, month_first)
    raise _contradicts(text, settled)


def _in_order(text: str, found: re.Match[str], order: Order) -> datetime | None:
    return _reading(text if order == "day" else _swapped(text, found))


def _reading(text: str) -> datetime | None:
    try:
        return read_moment(text)
    except BadCell:
        return None


def _swapped(text: str, found: re.Match[str]) -> str:
    first, sign, second, year = found.groups()
    return f"{text[:found.start()]}{second}{sign}{first}{sign}{year}{text[found.end():]}"


def _only(
    text: str, day_first: datetime | None, month_first: datetime | None
) -> datetime | None:
    if day_first is None or month_first is None:
        return day_first or month_first
    one, two = (_written(moment) for moment in (day_first, month_first))
    raise BadCell(
        "two_readings",
        f"«{text[:40]}» có thể là {one[0]} (ngày trước) hoặc {two[0]} (tháng trước), và không dòng "
        f"nào trong tệp cho biết; hãy chọn thứ tự ngày tháng khi nhập, hoặc ghi như "
        f"{day_first:%Y-%m-%d %H:%M}",
        f"“{text[:40]}” can be {one[1]} (day first) or {two[1]} (month first), and no row of the "
        f"file shows which; choose the order of day and month when importing, or write it like "
        f"{day_first:%Y-%m-%d %H:%M}",
    )


def _written(moment: datetime) -> tuple[str, str]:
    clock = f"{moment:%H:%M}"
    return (
        f"{clock} ngày {moment.day} tháng {moment.month} năm {moment.year}",
        f"{clock} on {moment.day} {moment:%B} {moment.year}",
    )


def _contradicts(text: str, settled: Settled) -> BadCell:
    vi = {"day": "ngày trước tháng sau", "month": "tháng trước ngày sau"}[settled.order]
    en = {"day": "day first", "month": "month first"}[settled.order]
    why_vi = f"như dòng {settled.row} («{settled.text[:40]}»)" if settled.row else "như đã chọn"
    why_en = f"as row {settled.row} shows (“{settled.text[:40]}”)" if settled.row else "as chosen"
    return BadCell(
        "other_order",
        f"«{text[:40]}» không đọc được theo thứ tự {vi} {why_vi}; hãy ghi mọi dòng theo một thứ "
        "tự, ví dụ 2023-06-19 15:30",
        f"“{text[:40]}” cannot be read {en} {why_en}; write all rows in one order, for example "
        "2023-06-19 15:30",
    )
