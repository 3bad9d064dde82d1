"""Tables as files: workbooks and CSV in which no text is run as a formula.

Numbers are numbers, heads are frozen and have filters. A workbook is written as a stream
(openpyxl's write-only mode) of rows as they come, so that a sheet of 200,000 rows costs
no memory of its own. Columns are as wide as the first thousand rows ask.
"""

import codecs
import csv as plain_csv
import io
import re
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import isnan, nan
from textwrap import wrap
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from defusedcsv import csv
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties
from sqlalchemy import Select
from sqlalchemy.orm import Session

Table = tuple[list[str], Iterable[Sequence[object]]]  # titles, rows
Styles = dict[tuple[str, bool], StyleArray]  # by number format and whether it is a text
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_RISKY = frozenset([*_FORMULA, "|", "%"])  # with what defusedcsv looks at besides
# In CSV: what a cell may begin behind, and what is risky there, each as one sign.
_MARKED = bytes.maketrans(b',"\n' + "".join(sorted(_RISKY)).encode(), b",,," + b"=" * len(_RISKY))
CSV_ROWS = 1000  # in a piece
NARROWEST, WIDEST = 8, 60  # characters of a column
SAMPLE = 1000  # rows by which columns are measured
ROW_POINTS, MOST_LINES = 15.0, 20
SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
PART, ROW_END = 1024 * 1024, b"</row>"
NO_VALUE = re.compile(rb"</f><v ?/>|</f><v></v>")
BOLD, HEAD = Font(name="Calibri", size=11, bold=True), PatternFill("solid", fgColor="DCE6F2")
WRAPPED = Alignment(wrap_text=True, vertical="top")
PLAIN = Alignment(vertical="top")


@dataclass(frozen=True)
class Formula:
    """A formula of ours, such as ``=SUM(A2:A9)``, never made of a text from outside. ``value``:
    what it gives, for programs that only look (a phone's preview); ``shown``: its number format."""

    text: str
    value: float | None = None
    shown: str = "0.00"


@dataclass(frozen=True)
class Number:
    """A number with its number format."""

    value: float | int
    shown: str


def workbook(tables: Mapping[str, Table]) -> bytes:
    """An XLSX file with a sheet for each table, by name."""
    with workbook_file(tables) as file:
        return file.read()


def workbook_file(tables: Mapping[str, Table]) -> io.BufferedRandom:
    """The same as a scratch file without a name, at its beginning; it is gone when it is closed.
    Tables are gone through once, one after another."""
    book = Workbook(write_only=True)
    book.calculation.fullCalcOnLoad = True
    values = [_sheet(book, title, *table) for title, table in tables.items()]
    out = tempfile.TemporaryFile()  # noqa: SIM115 - is handed on
    book.save(out)
    if any(values):
        with out as plain:
            out = _with_values(plain, values)
    out.seek(0)
    return out


def _with_values(book: io.BufferedRandom, values: list["array[float]"]) -> io.BufferedRandom:
    """The same file with each formula's value beside it, which openpyxl cannot write."""
    fresh = tempfile.TemporaryFile()  # noqa: SIM115 - is handed on
    with ZipFile(book) as old, ZipFile(fresh, "w", ZIP_DEFLATED) as new:
        for info in old.infolist():
            match = SHEET.fullmatch(info.filename)
            known = values[int(match[1]) - 1] if match else ()
            with old.open(info) as source, new.open(info.filename, "w") as target:
                for part in _filled(source, iter(known)):
                    target.write(part)
    return fresh


def _filled(source: IO[bytes], waiting: Iterator[float]) -> Iterator[bytes]:
    """A sheet with its values, some rows at a time: of a large one the XML is a hundred MB."""
    rest = b""
    while part := source.read(PART):
        rest += part
        end = rest.rfind(ROW_END) + len(ROW_END)
        if end >= len(ROW_END):
            yield NO_VALUE.sub(lambda _: _value(next(waiting)), rest[:end])
            rest = rest[end:]
    yield NO_VALUE.sub(lambda _: _value(next(waiting)), rest)


def _value(number: float) -> bytes:
    if isnan(number):
        return b"</f>"
    return f"</f><v>{int(number) if number.is_integer() else repr(number)}</v>".encode()


def csv_file(table: Table) -> bytes:
    """CSV in UTF-8 with a byte-order mark, which Excel needs; line ends as in RFC 4180."""
    return b"".join(csv_parts(*table))


def csv_parts(titles: list[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same piece by piece, as the rows come."""
    yield codecs.BOM_UTF8
    yield from _written(chain([titles], rows))


def csv_of_query(session: Session, titles: list[str], query: Select[Any]) -> Iterator[bytes]:
    """As ``csv_parts`` for the rows of a query of texts, on PostgreSQL: it writes them itself, in a
    third of the time. ``query`` names numbers and texts of ours alone."""
    yield from csv_parts(titles, [])
    raw: Any = session.connection().connection.driver_connection
    written = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    with raw.cursor() as cursor, cursor.copy(f"COPY ({written}) TO STDOUT (FORMAT csv)") as copy:
        while lines := list(islice(copy, CSV_ROWS)):
            block = b"".join([b"\n", *lines])
            if b",=" in block.translate(_MARKED):
                yield from _written(plain_csv.reader(io.StringIO(block[1:].decode(), newline="")))
            elif block.count(b"\n") == 1 + len(lines):  # none within a cell
                yield block[1:].replace(b"\n", b"\r\n")
            else:
                yield b"\r\n".join([*(line[:-1] for line in lines), b""])


def _written(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Rows without a risky text go the short way."""
    out, source = io.StringIO(newline=""), iter(rows)
    guarded, plain = csv.writer(out), plain_csv.writer(out)
    while batch := list(islice(source, CSV_ROWS)):
        if _plain(batch):
            plain.writerows(batch)
        else:
            for row in batch:
                writer, cells = (plain, row) if _plain([row]) else (guarded, map(_safe, row))
                writer.writerow(list(cells))
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _plain(rows: Sequence[Sequence[object]]) -> bool:
    begun = {value[:1] for row in rows for value in row if value.__class__ is str}
    return _RISKY.isdisjoint(begun)


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    name = sheet.replace("'", "''")
    return f"'{name}'"


def _sheet(
    book: Workbook, title: str, head: list[str], rows: Iterable[Sequence[object]]
) -> "array[float]":
    """Write a sheet; returns its formulas' values in their order, NaN where there is none."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)  # to the width
    coming = iter(rows)
    first = list(islice(coming, SAMPLE))
    widths = _widths(head, first)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.row_dimensions[1].height = ROW_POINTS * _head_lines(head, widths)
    sheet.append([_head(sheet, text) for text in head])
    last, values, styles = 1, array("d"), Styles()
    for last, row in enumerate(chain(first, coming), start=2):
        _row(sheet, last, row, widths, styles)
        values.extend(_known(cell) for cell in row if isinstance(cell, Formula))
    if head and last > 1:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{last}"
    return values


def _row(
    sheet: WriteOnlyWorksheet, number: int, row: Sequence[object], widths: list[int],
    styles: Styles,
) -> None:
    """Write a row. Its height is forgotten at once: of all rows that would be gigabytes."""
    heights = sheet.row_dimensions  # type: ignore[attr-defined]
    if (lines := _lines(row, widths)) > 1:
        heights[number].height = ROW_POINTS * lines
    sheet.append([_cell(sheet, value, styles) for value in row])
    heights.pop(number, None)


def _known(cell: Formula) -> float:
    return nan if cell.value is None else cell.value


def _head(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, _safe(text))
    cell.font, cell.fill, cell.alignment = BOLD, HEAD, WRAPPED
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: object, styles: Styles) -> Cell:
    """``styles``: what the sheet's cells before look like; openpyxl looks that up, cell by cell, by
    hashing all that a style says."""
    shown, content = "", _safe(value)
    if isinstance(value, Formula | Number):
        shown, content = value.shown, value.text if isinstance(value, Formula) else value.value
    cell = WriteOnlyCell(sheet, content)
    if cell.has_style:  # a date, of which openpyxl knows how it is shown
        cell.alignment = PLAIN
        return cell
    looks = (shown, isinstance(value, str))
    if looks in styles:
        cell._style = styles[looks]  # type: ignore[attr-defined]
        return cell
    if shown:
        cell.number_format = shown
    cell.alignment = WRAPPED if isinstance(value, str) else PLAIN
    styles[looks] = cell._style  # type: ignore[attr-defined]
    return cell


def _safe(value: object) -> Any:
    """The value; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _widths(head: list[str], rows: list[Sequence[object]]) -> list[int]:
    """Characters of each column: its longest line, within bounds."""
    longest = [max(len(word) for word in f"{title} ".split(" ")) + 2 for title in head]
    for row in rows:
        for place, value in enumerate(row[:len(longest)]):
            if not isinstance(value, Formula):
                shown = value.value if isinstance(value, Number) else value
                lines = ("" if shown is None else str(shown)).split("\n")
                longest[place] = max(longest[place], *map(len, lines))
    return [min(max(length + 3, NARROWEST), WIDEST) for length in longest]


def _head_lines(head: list[str], widths: list[int]) -> int:
    """The lines of the head, beside the filters' arrows."""
    pairs = zip(head, widths, strict=True)
    return max((len(wrap(text, max(width - 4, 4))) for text, width in pairs), default=1)


def _lines(row: Sequence[object], widths: list[int]) -> int:
    """How many lines the row's longest text takes at these widths."""
    most = max((
        sum(-(-max(len(line), 1) // width) for line in value.split("\n"))
        for value, width in zip(row, widths, strict=False) if isinstance(value, str)
    ), default=1)
    return min(most, MOST_LINES)
