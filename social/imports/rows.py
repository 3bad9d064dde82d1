"""What every container yields: numbered rows of text, by sheet."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from social.imports.problems import FileRefused

MAX_CELL = 32_767  # characters, Excel's own limit
MAX_COLUMNS = 702  # up to column ZZ


class Row(NamedTuple):
    """number: as a spreadsheet program shows it, from 1. cells: text, trimmed."""

    number: int
    cells: tuple[str, ...]


class Sheet(NamedTuple):
    """name: None in a CSV. rows(): the non-empty rows from the top, streamed, each time anew."""

    name: str | None
    rows: Callable[[], Iterator[Row]]


def long_cell(row: int) -> FileRefused:
    """The error (returned, not raised) for a cell that no spreadsheet can hold."""
    return FileRefused(
        "long_cell",
        f"Dòng {row}: có ô dài hơn {MAX_CELL} ký tự. Hãy xem tệp có thiếu dấu ngoặc kép hay không, "
        "hoặc xuất lại tệp.",
        f"Row {row}: a cell is longer than {MAX_CELL} characters. Look for a missing quotation "
        "mark, or export the file again.",
    )
