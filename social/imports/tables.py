"""Spreadsheet files, CSV or XLSX, as rows of text; refusals name what else a file is.

CSV: UTF-8 (with or without BOM) or UTF-16, with comma, semicolon or tab, any line ends. XLSX:
workbooks.py.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from social.imports import signatures
from social.imports.problems import FileRefused
from social.imports.rows import MAX_CELL, MAX_COLUMNS, Row, Sheet, long_cell
from social.imports.signatures import refused
from social.imports.workbooks import COMMON, Bounds, open_workbook

HEAD = 4096
FIRST_LINES = 10
DELIMITERS = ",;\t"
PART_OF_NULS = 0.3  # UTF-16 of a table of mostly Latin letters has a NUL in every second byte

__all__ = ["Row", "Sheet", "Table", "open_table"]


@dataclass(frozen=True)
class Table:
    """A file's container and format. `utf16` and `sep_line` distinguish Page-level exports.

    delimiters: of a CSV, the likeliest first.
    """

    path: Path
    container: str
    encoding: str = ""
    delimiters: str = ","
    sep_line: bool = False
    bounds: Bounds = COMMON

    @property
    def utf16(self) -> bool:
        return self.encoding.startswith("utf-16")

    def rows(self) -> Iterator[Row]:
        """Non-empty rows of the first visible sheet, streamed. Raises FileRefused."""
        with self.sheets() as (sheets, _):
            yield from sheets[0].rows()

    @contextmanager
    def sheets(self) -> Iterator[tuple[list[Sheet], list[str]]]:
        """What may be meant: visible sheets, or one CSV by each delimiter; and hidden names."""
        if self.container == "xlsx":
            with open_workbook(self.path, self.bounds) as both:
                yield both
        else:
            yield [Sheet(None, self._reader(sign)) for sign in self.delimiters], []

    def _reader(self, delimiter: str) -> Callable[[], Iterator[Row]]:
        return lambda: _csv_rows(self, delimiter)


def open_table(path: Path, *, max_bytes: int, bounds: Bounds = COMMON) -> Table:
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
    if signatures.container(path) == "xlsx":
        return Table(path, "xlsx", bounds=bounds)
    return _text_table(path)


def _text_table(path: Path) -> Table:
    with path.open("rb") as file:
        encoding = _encoding(file.read(HEAD))
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = [file.readline(HEAD) for _ in range(FIRST_LINES)]
    except UnicodeError:
        raise refused("encoding") from None
    first = lines[0].strip()
    if kind := signatures.markup(first):
        raise refused(kind)
    sep_line = first.lower().startswith("sep=")
    given = first[4:5] if sep_line and first[4:5] in (*DELIMITERS, "|") else ""
    return Table(path, "csv", encoding, given or _delimiters(lines), sep_line)


def _encoding(head: bytes) -> str:
    """Raises FileRefused for bytes that are no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" not in head:
        return "utf-8-sig"
    even, odd = head[0::2].count(0) * 2 / len(head), head[1::2].count(0) * 2 / len(head)
    if even == 0 and odd > PART_OF_NULS:
        return "utf-16-le"
    if odd == 0 and even > PART_OF_NULS:
        return "utf-16-be"
    raise refused("foreign")


def _delimiters(lines: list[str]) -> str:
    """Those that are there; first the one that splits one of the first lines into most cells."""
    most = {sign: max(line.count(sign) for line in lines) for sign in DELIMITERS}
    found = [sign for sign in DELIMITERS if most[sign]] or [","]
    return "".join(sorted(found, key=lambda sign: -most[sign]))


def _csv_rows(table: Table, delimiter: str) -> Iterator[Row]:
    number = 0
    try:
        with table.path.open(encoding=table.encoding, newline="") as file:
            reader = csv.reader(_text_lines(file), delimiter=delimiter, strict=True)
            for number, cells in enumerate(reader, start=1):
                row = Row(number, tuple(map(str.strip, cells)))
                if any(row.cells) and not (number == 1 and table.sep_line):
                    yield _within_bounds(row)
    except UnicodeError:
        raise refused("encoding") from None
    except csv.Error as error:
        raise _torn(number + 1, error) from None


def _within_bounds(row: Row) -> Row:
    if len(row.cells) > MAX_COLUMNS:
        raise refused("too_many_columns")
    if max(map(len, row.cells)) > MAX_CELL:
        raise long_cell(row.number)
    return row


def _torn(row: int, error: csv.Error) -> FileRefused:
    if "field limit" in str(error):
        return long_cell(row)
    return FileRefused(
        "quotes",
        f"Dòng {row}: dấu ngoặc kép (\") mở mà không đóng, nên không rõ ô kết thúc ở đâu. Hãy xuất "
        "lại tệp, hoặc lưu lại từ Excel dạng .xlsx.",
        f"Row {row}: a quotation mark (\") is opened and not closed, so that it is not clear where "
        "the cell ends. Export the file again, or save it from Excel as .xlsx.",
    )


def _text_lines(file: Iterable[str]) -> Iterator[str]:
    """The lines. Raises FileRefused for a NUL: such a file is no text and cannot be stored."""
    for line in file:
        if "\x00" in line:
            raise refused("foreign")
        yield line
