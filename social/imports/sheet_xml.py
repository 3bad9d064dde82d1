"""The cells of one sheet of a workbook, row by row, in flat memory.

openpyxl's own way is not taken for them: it takes many times as long, fills every gap (a cell in
the last column makes 16,384 of each row), drops rows that are out of order, translates formulas.
workbooks.py has measured the package and refused definitions of entities before any is parsed.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, iterparse
from zipfile import ZipFile

from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import from_excel

from social.imports.problems import FileRefused
from social.imports.rows import MAX_CELL, MAX_COLUMNS, Row, long_cell
from social.imports.signatures import refused

LAST_ROW = 1_048_576  # of a sheet, in Excel
EXACT_BELOW = 10**15  # Excel rounds larger numbers; in E notation, read_post_id refuses them
THREE = 3
DIGITS = "0123456789"


class Book(NamedTuple):
    """What cells refer to. texts: the shared ones. dates, durations, percents: ids of styles."""

    texts: list[str]
    dates: Any
    durations: Any
    percents: frozenset[int]
    epoch: datetime


def shared_texts(package: ZipFile, member: str) -> list[str]:
    """Without the readings that East Asian texts may carry."""
    texts = []
    with package.open(member) as file:
        for _, element in iterparse(file):  # noqa: S314 (measured before)
            if element.tag.endswith("}si"):
                space = element.tag.removesuffix("si")
                parts = [*element.findall(f"{space}t"), *element.findall(f"{space}r/{space}t")]
                texts.append("".join(part.text or "" for part in parts))
                element.clear()
    return texts


def reader(package: ZipFile, member: str, book: Book) -> Callable[[], Iterator[Row]]:
    """Reads the rows of a sheet of an open package, each time anew. Raises FileRefused then."""
    return lambda: _rows(package, member, book)


def _rows(package: ZipFile, member: str, book: Book) -> Iterator[Row]:
    try:
        with package.open(member) as file:
            for number, cells in _cells(file, book):
                if any(cells):
                    yield Row(number, tuple(cells))
    except (FileRefused, GeneratorExit):
        raise
    except Exception:  # whatever the parser trips over means the same to a person
        raise refused("damaged") from None


def _cells(file: Any, book: Book) -> Iterator[tuple[int, list[str]]]:
    columns: dict[str, int] = {}  # letters → index; a sheet repeats the same few
    number, row, end = 0, "", ""
    for _, element in iterparse(file):  # noqa: S314 (measured before)
        tag = element.tag
        if not row and tag.endswith("}row"):
            row, end = tag, f"{tag.removesuffix('row')}sheetData"
        if tag == row:
            number = int(element.get("r") or number + 1)
            if number > LAST_ROW:
                raise refused("damaged")
            yield number, _row(element, number, row.removesuffix("row"), columns, book)
            element.clear()
        elif tag == end:
            return


def _row(
    row: Element, number: int, space: str, columns: dict[str, int], book: Book
) -> list[str]:
    cells: list[str] = []
    for cell in row:
        letters = (cell.get("r") or "").rstrip(DIGITS)
        place = columns.get(letters, -1) if letters else len(cells)
        if place < 0:
            place = columns[letters] = column_index_from_string(letters) - 1
        if place >= MAX_COLUMNS:
            raise refused("too_many_columns")
        text = _text(cell, space, book)
        if len(text) > MAX_CELL:
            raise long_cell(number)
        if place < len(cells):
            cells[place] = text
        else:
            cells += [""] * (place - len(cells))
            cells.append(text)
    return cells


def _text(cell: Element, space: str, book: Book) -> str:
    kind = cell.get("t", "n")
    formula = cell.find(f"{space}f")
    if formula is not None:
        return f"={formula.text or ''}"
    if kind == "inlineStr":
        return "".join(cell.itertext()).strip()
    value = cell.findtext(f"{space}v")
    if not value:
        return ""
    if kind == "s":
        return str(book.texts[int(value)]).strip()
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    return _number(value, int(cell.get("s") or 0), book) if kind == "n" else value.strip()


def _number(value: str, style: int, book: Book) -> str:
    """A number's text. A fraction never looks like thousands: 1.234 comes through as 1.2340."""
    if style in book.dates:
        return _moment(value, style, book)
    if style in book.percents:
        return f"{float(value) * 100:g}%"
    if value.isdecimal() and len(value) < len(str(EXACT_BELOW)):
        return value
    number = float(value)
    if abs(number) >= EXACT_BELOW:
        return f"{number:E}"
    if number.is_integer():
        return str(int(number))
    fraction = repr(number).partition(".")[2]
    return f"{number!r}0" if len(fraction) == THREE and fraction.isdigit() else repr(number)


def _moment(value: str, style: int, book: Book) -> str:
    try:
        moment = from_excel(float(value), book.epoch, timedelta=style in book.durations)
    except (OverflowError, ValueError):
        return value
    if isinstance(moment, datetime):
        return moment.isoformat(sep=" ", timespec="seconds")
    return moment.isoformat() if isinstance(moment, date) else str(moment)
