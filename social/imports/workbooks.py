"""Sheets of a workbook (.xlsx) as rows of text, streamed, within bounds that are set beforehand.

A workbook is a zip of XML: a few megabytes may unfold to gigabytes, and openpyxl keeps every shared
text and fills up gaps. So the package is measured first, without being parsed: sizes (zipfile never
yields more than a member declares), elements, columns. Hidden sheets are not read; hidden rows and
columns are, since a filter hides what a file still says. Formulas come through as their text.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from social.imports.problems import FileRefused
from social.imports.rows import MAX_CELL, Row, Sheet, long_cell
from social.imports.signatures import refused

MOST_MEMBERS = 5_000
LAST_ROW = 1_048_576  # of a sheet, in Excel
CHUNK = 1 << 20
OVERLAP = 64  # bytes, so that nothing hides between two chunks
EXACT_BELOW = 10**15  # Excel rounds larger numbers; in E notation, read_post_id refuses them
THREE = 3
# A cell beyond column ZZ, or one whose place is written in a roundabout way.
FAR = re.compile(rb"""\sr\s*=\s*["'](?:\s*[A-Za-z]{3}|[^"'<>]{0,40}&)""")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]+)["']""")
ENCODINGS = {b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1"}
DEFINITIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Bounds(NamedTuple):
    """unpacked: bytes of everything in the package. elements: tags of its XML, closing ones too."""

    unpacked: int
    elements: int


COMMON = Bounds(400_000_000, 20_000_000)


@contextmanager
def open_workbook(path: Path, bounds: Bounds = COMMON) -> Iterator[tuple[list[Sheet], list[str]]]:
    """The visible sheets, and the hidden ones' names. Raises FileRefused (damaged, unfolds, …)."""
    try:
        measure(path, bounds)
        file = path.open("rb")  # openpyxl checks a path's extension, and stored files have none
    except FileRefused:
        raise
    except Exception:
        raise refused("damaged") from None
    with file, closing(_load(file)) as book:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if book.worksheets and not visible:
            raise refused("hidden")
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        yield [Sheet(sheet.title, _reader(sheet)) for sheet in visible], hidden


def measure(path: Path, bounds: Bounds) -> None:
    """Raises FileRefused for a package that would unfold beyond `bounds`, or is none of Excel's."""
    elements = 0
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
        if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > bounds.unpacked:
            raise refused("unfolds")
        for member in members:
            _check_kind(member)
            for number in _elements(package, member):
                elements += number
                if elements > bounds.elements:
                    raise refused("unfolds")


def _check_kind(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise refused("password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused("damaged")


def _elements(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[int]:
    """Tags in one member, chunk by chunk. Raises FileRefused for XML that openpyxl must not see."""
    tail = b""
    with package.open(member) as file:
        while chunk := file.read(CHUNK):
            if not tail and not _is_markup(chunk):
                return
            seen = tail + chunk
            if DEFINITIONS.search(seen):
                raise refused("damaged")
            if FAR.search(seen):
                raise refused("too_many_columns")
            yield chunk.count(b"<")
            tail = seen[-OVERLAP:]


def _is_markup(head: bytes) -> bool:
    """Whether it is XML in a superset of ASCII. Raises FileRefused for XML in anything else."""
    start = head[:400].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
        raise refused("damaged")
    declared = DECLARED.match(start)
    if declared and declared[1].lower() not in ENCODINGS:
        raise refused("damaged")
    return start.startswith(b"<")


def _load(file: Any) -> Any:
    try:
        return load_workbook(file, read_only=True)
    except Exception:  # whatever openpyxl trips over means the same to a person
        raise refused("damaged") from None


def _reader(sheet: Any) -> Any:
    return lambda: _rows(sheet)


def _rows(sheet: Any) -> Iterator[Row]:
    try:
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > LAST_ROW:
                raise refused("damaged")
            row = Row(number, tuple(_text(cell, number) for cell in cells))
            if any(row.cells):
                yield row
    except (FileRefused, GeneratorExit):
        raise
    except Exception:
        raise refused("damaged") from None


def _text(cell: Any, row: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if len(value) > MAX_CELL:
            raise long_cell(row)
        return value.strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (int, float)):
        return _number(value, percent="%" in (cell.number_format or ""))
    return str(value)[:MAX_CELL].strip()


def _number(value: float, *, percent: bool) -> str:
    """A number's text. A fraction never looks like thousands: 1.234 comes through as 1.2340."""
    if percent:
        return f"{value * 100:g}%"
    if abs(value) >= EXACT_BELOW:
        return f"{value:E}"
    if float(value).is_integer():
        return str(int(value))
    text = repr(value)
    fraction = text.partition(".")[2]
    return f"{text}0" if len(fraction) == THREE and fraction.isdigit() else text
