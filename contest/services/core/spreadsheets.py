"""Tables as files: workbooks and CSV in which no text is run as a formula."""

import io
from collections.abc import Mapping
from typing import Any

from defusedcsv import csv
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Table = tuple[list[str], list[list[object]]]  # titles, rows
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(tables: Mapping[str, Table]) -> bytes:
    """An XLSX file with a sheet for each table, by name."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, table in tables.items():
        _sheet(book, title, *table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(table: Table) -> bytes:
    """CSV in UTF-8 with a byte-order mark, which Excel needs; line ends as in RFC 4180."""
    titles, rows = table
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _sheet(book: Workbook, title: str, head: list[str], rows: list[list[object]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(head)
    for row in rows:
        sheet.append([_safe(value) for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    _fit(sheet, head, rows)


def _safe(value: object) -> Any:
    """The value; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _fit(sheet: Worksheet, head: list[str], rows: list[list[object]]) -> None:
    for place, title in enumerate(head, start=1):
        texts = [title, *(str(row[place - 1]) for row in rows if len(row) >= place)]
        longest = max(len(line) for text in texts for line in text.split("\n"))
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = min(longest + 2, 80)
        for cell in sheet[letter][1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
