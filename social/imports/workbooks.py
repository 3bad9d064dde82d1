"""Sheets of a workbook (.xlsx) as rows of text, streamed, within bounds that are set beforehand.

A workbook is a zip of XML: a few megabytes may unfold to gigabytes. So it is measured first,
without being parsed: its sizes (zipfile never yields more than a member declares) and its elements.
Hidden sheets are not read; hidden rows and columns are, for a filter hides what a file still says.
openpyxl reads what is around the cells: sheets, formats, dates (sheet_xml.py says why no more).
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from social.imports.problems import FileRefused
from social.imports.rows import Sheet
from social.imports.sheet_xml import Book, reader, shared_texts
from social.imports.signatures import refused

MOST_MEMBERS = 5_000
CHUNK = 1 << 20
OWN_FORMATS = 164  # number formats of a workbook's own are counted from here
PERCENT = {9, 10}  # the built-in formats with a percent sign
OVERLAP = 64  # bytes, so that nothing hides between two chunks
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]+)["']""")
ENCODINGS = {b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1"}
DEFINITIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Bounds(NamedTuple):
    """unpacked: bytes of everything in the package. elements: tags of its XML, closing ones too."""

    unpacked: int
    elements: int


COMMON = Bounds(250_000_000, 12_000_000)


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
    with file:
        package, sheets = _load(file)
        visible = [sheet for sheet in sheets if sheet.state == "visible"]
        if not visible:
            raise refused("hidden" if sheets else "damaged")
        book = _book(package)
        yield (
            [Sheet(sheet.name, reader(package.archive, sheet.target, book)) for sheet in visible],
            [sheet.name for sheet in sheets if sheet.state != "visible"],
        )


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
            number = chunk.count(b"<")
            if not number and len(chunk) == CHUNK:  # a cell's text is never that long
                raise refused("unfolds")
            yield number
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


class _Sheet(NamedTuple):
    """target: its member of the package."""

    name: str
    state: str
    target: str


def _load(file: Any) -> tuple[Any, list[_Sheet]]:
    """What openpyxl knows of the package, and its sheets of cells (no charts)."""
    try:
        package = ExcelReader(file, read_only=True, keep_links=False)
        with warnings.catch_warnings():  # of what it would lose if it wrote the file again
            warnings.simplefilter("ignore")
            package.read_manifest()
            package.read_workbook()
            apply_stylesheet(package.archive, package.wb)
        return package, [
            _Sheet(str(sheet.name), str(sheet.state), str(rel.target))
            for sheet, rel in package.parser.find_sheets()
            if rel.target in package.valid_files and "chartsheet" not in rel.Type
        ]
    except Exception:  # whatever openpyxl trips over means the same to a person
        raise refused("damaged") from None


def _book(package: Any) -> Book:
    try:
        part = package.package.find(SHARED_STRINGS)
        texts = shared_texts(package.archive, part.PartName[1:]) if part else []
        book = package.wb
        formats = book._number_formats
        percents = frozenset(
            number for number, style in enumerate(book._cell_styles)
            if style.numFmtId in PERCENT
            or (style.numFmtId >= OWN_FORMATS and "%" in formats[style.numFmtId - OWN_FORMATS])
        )
        return Book(texts, book._date_formats, book._timedelta_formats, percents, book.epoch)
    except Exception:
        raise refused("damaged") from None
