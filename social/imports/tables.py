"""Spreadsheet files, CSV or XLSX, as rows of text; refusals name what else a file is.

CSV: UTF-8 (with or without BOM) or UTF-16, with comma, semicolon or tab. XLSX: the first sheet,
read row by row; formulas are never evaluated and come through as their text.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook

from social.imports.problems import FileRefused

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 200  # a spreadsheet is compressed 10 to 30 times; a zip bomb, thousands of times
MAX_CELL = 32_768  # Excel's own limit
HEAD = 4096
EXACT_BELOW = 10**15  # Excel rounds larger numbers; in E notation, read_post_id refuses them

SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "old_xls"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
)
EXPLAINED = {
    "empty": ("Tệp rỗng. Hãy xuất lại tệp.", "The file is empty. Export it again."),
    "old_xls": (
        "Đây là tệp Excel đời cũ (.xls). Hãy mở bằng Excel, lưu lại dạng .xlsx rồi nhập lại.",
        "This is an old Excel file (.xls). Open it in Excel, save it as .xlsx and import that.",
    ),
    "html": (
        "Tệp mang đuôi bảng tính nhưng bên trong là trang web (HTML). Hãy mở bằng Excel, lưu lại "
        "dạng .xlsx rồi nhập lại.",
        "The file is named as a spreadsheet but holds a web page (HTML). Open it in Excel, save it "
        "as .xlsx and import that.",
    ),
    "pdf": (
        "Đây là tệp PDF. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is a PDF. Import a .csv or .xlsx file.",
    ),
    "picture": (
        "Đây là tệp ảnh. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is a picture. Import a .csv or .xlsx file.",
    ),
    "archive": (
        "Đây là tệp nén, không phải bảng tính. Hãy giải nén rồi nhập tệp .csv, .xlsx trong đó.",
        "This is an archive, not a spreadsheet. Unpack it and import the .csv or .xlsx inside.",
    ),
    "damaged": (
        "Tệp .xlsx bị hỏng hoặc tải về chưa xong. Hãy tải lại tệp.",
        "The .xlsx file is damaged or incomplete. Download it again.",
    ),
    "encoding": (
        "Không đọc được chữ trong tệp. Hãy lưu lại dạng «CSV UTF-8» hoặc .xlsx rồi nhập lại.",
        "The file's text cannot be read. Save it as “CSV UTF-8” or .xlsx and import that.",
    ),
    "foreign": (
        "Đây không phải bảng tính. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is not a spreadsheet. Import a .csv or .xlsx file.",
    ),
}


class Row(NamedTuple):
    """number: as a spreadsheet program shows it, from 1. cells: text, trimmed."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file's container and format. `utf16` and `sep_line` distinguish Page-level exports."""

    path: Path
    container: str
    encoding: str = ""
    delimiter: str = ","
    sep_line: bool = False

    @property
    def utf16(self) -> bool:
        return self.encoding == "utf-16"

    def rows(self) -> Iterator[Row]:
        """Non-empty rows from the top, streamed. Raises FileRefused for unreadable content."""
        rows = _xlsx_rows(self.path) if self.container == "xlsx" else _csv_rows(self)
        return (row for row in rows if any(row.cells))


def open_table(path: Path, *, max_bytes: int) -> Table:
    """Recognise the file's format. Raises FileRefused when it is no table or too large."""
    size = path.stat().st_size
    if size > max_bytes:
        raise FileRefused(
            "too_large",
            f"Tệp nặng {size / 1e6:.0f} MB; cho phép tối đa {max_bytes / 1e6:.0f} MB. "
            "Hãy chia nhỏ tệp.",
            f"The file has {size / 1e6:.0f} MB; at most {max_bytes / 1e6:.0f} MB are allowed. "
            "Split it.",
        )
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise refused("empty")
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            raise refused(kind)
    if head.startswith(b"PK"):
        _check_package(path)
        return Table(path, "xlsx")
    return _text_table(path, head)


def refused(kind: str) -> FileRefused:
    """The error (returned, not raised) for a kind in EXPLAINED."""
    return FileRefused(kind, *EXPLAINED[kind])


def _check_package(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
    except zipfile.BadZipFile:
        raise refused("damaged") from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise refused("archive")
    unpacked = sum(member.file_size for member in members)
    if unpacked > min(MAX_UNPACKED, max(path.stat().st_size * MAX_RATIO, 10_000_000)):
        raise refused("damaged")


def _text_table(path: Path, head: bytes) -> Table:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\x00" in head:
        raise refused("foreign")
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = [file.readline(HEAD) for _ in range(10)]
    except UnicodeError:
        raise refused("encoding") from None
    first = lines[0].strip()
    if first.startswith("<"):
        raise refused("html")
    sep_line = first.lower().startswith("sep=")
    delimiter = first[4:5] if sep_line and first[4:5] else _delimiter(lines)
    return Table(path, "csv", encoding, delimiter, sep_line)


def _delimiter(lines: list[str]) -> str:
    """The delimiter that splits one of the first lines into the most cells (in doubt, comma)."""
    return max(",;\t", key=lambda sign: max(line.count(sign) for line in lines))


def _csv_rows(table: Table) -> Iterator[Row]:
    try:
        with table.path.open(encoding=table.encoding, newline="") as file:
            reader = csv.reader(_text_lines(file), delimiter=table.delimiter)
            for number, cells in enumerate(reader, start=1):
                if not (number == 1 and table.sep_line):
                    yield Row(number, tuple(cell.strip() for cell in cells))
    except UnicodeError:
        raise refused("encoding") from None
    except csv.Error:
        raise refused("foreign") from None


def _text_lines(file: Iterable[str]) -> Iterator[str]:
    """The lines. Raises FileRefused for a NUL: such a file is no text and cannot be stored."""
    for line in file:
        if "\x00" in line:
            raise refused("foreign")
        yield line


def _xlsx_rows(path: Path) -> Iterator[Row]:
    try:
        # An open file, because openpyxl checks a path's extension, and stored files have none.
        with path.open("rb") as file, closing(load_workbook(file, read_only=True)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield Row(number, tuple(_text(value) for value in values))
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, ParseError, OSError):
        raise refused("damaged") from None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)) and abs(value) >= EXACT_BELOW:
        return f"{value:E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:MAX_CELL].strip()
