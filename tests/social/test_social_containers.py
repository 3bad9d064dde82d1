"""What a file of counts comes in: sheets, encodings, quotation marks, things that are no table,
and workbooks that would unfold without end."""

import gzip
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from social.imports import CountsFile, FileRefused, read_counts

LINK = "https://www.facebook.com/QuanDoan11/videos/987654321098765/"
HEADINGS = "Post ID,Permalink,Description,Reactions,Comments,Shares"
ROW = f"122,{LINK},Bài dự thi,5,1,2"
MEMORY = 500_000_000  # bytes of address space for a hostile workbook, Python and libraries included


def refusal(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read_counts(path)
    assert caught.value.message_vi
    assert caught.value.message_en
    return caught.value


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def counts(file: CountsFile) -> list[tuple[int | None, int | None]]:
    return [(row.reactions, row.shares) for row in file.rows]


def book(path: Path, *sheets: tuple[str, str, list[list[object]]]) -> Path:
    """Sheets by name, state and rows."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, state, rows in sheets:
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


TABLE: list[list[object]] = [["Mã clip", "Cảm xúc", "Chia sẻ"], ["CX1", 5, 2]]
NOTES: list[list[object]] = [["Ghi chú"], ["Gọi lại chi đoàn 3"]]


# ---------------------------------------------------------------------------------------- sheets


def test_the_visible_sheet_with_the_headings_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", ("Ghi chú", "visible", NOTES), ("Số liệu", "visible", TABLE))
    assert counts(read_counts(path)) == [(5, 2)]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_read(tmp_path: Path, state: str) -> None:
    old: list[list[object]] = [TABLE[0], ["CX1", 900, 900]]
    path = book(tmp_path / "b.xlsx", ("Cũ", state, old), ("Mới", "visible", TABLE))
    assert counts(read_counts(path)) == [(5, 2)]


def test_a_refusal_names_the_sheets_it_looked_at(tmp_path: Path) -> None:
    path = book(
        tmp_path / "b.xlsx", ("Ghi chú", "visible", NOTES), ("Khác", "visible", NOTES),
        ("Số liệu", "hidden", TABLE),
    )
    error = refusal(path)
    looked = "Sheets looked at: “Ghi chú”, “Khác”. Hidden sheets are not read: “Số liệu”."
    assert looked in error.message_en
    assert "Đã xem trang tính: «Ghi chú», «Khác»." in error.message_vi


def test_two_sheets_of_counts_are_named_and_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", ("Tuần 1", "visible", TABLE), ("Tuần 2", "visible", TABLE))
    error = refusal(path)
    assert error.kind == "several_sheets"
    assert "“Tuần 1”, “Tuần 2”" in error.message_en


def test_a_sheet_of_charts_is_passed_over(tmp_path: Path) -> None:
    made = Workbook()
    made.create_chartsheet("Biểu đồ", 0)
    for row in TABLE:
        made.worksheets[0].append(row)
    made.save(tmp_path / "b.xlsx")
    assert counts(read_counts(tmp_path / "b.xlsx")) == [(5, 2)]


def test_rows_that_a_filter_hides_are_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", ("Số liệu", "visible", [*TABLE, ["CX2", 7, 1]]))

    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    assert counts(read_counts(changed(path, hide))) == [(5, 2), (7, 1)]


def changed(path: Path, change: Callable[[Worksheet], None]) -> Path:
    made = Workbook()
    for row in [*TABLE, ["CX2", 7, 1]]:
        made.worksheets[0].append(row)
    change(made.worksheets[0])
    made.save(path)
    return path


# ----------------------------------------------------------------------------- cells of a workbook


@pytest.mark.parametrize(
    ("value", "form", "found"),
    [
        (12, "General", 12), (12.0, "0", 12), ("12", "@", 12), (1234, "#,##0", 1234),
        (1.234, "General", None), (0.5, "0%", None), (1, "0%", None), (1, "0.00%", None),
        (True, "General", None), (-3, "General", None), (2**31, "General", None),
        (1e300, "General", None), (date(2023, 6, 12), "dd/mm/yyyy", None),
        (datetime(2023, 6, 12, 8), "General", None), ("=1+1", "General", None),
        ("#REF!", "General", None),
    ],
)
def test_only_a_whole_number_is_a_count(
    tmp_path: Path, value: Any, form: str, found: int | None
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"] = value
        if form != "General":
            sheet["B2"].number_format = form

    file = read_counts(changed(tmp_path / "b.xlsx", change))
    assert file.rows[0].reactions == found
    assert [problem.row for problem in file.problems] == ([] if found is not None else [2])


def test_a_date_in_a_cell_is_read_as_a_day(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Post ID", "Date", "Reactions"], ["122", date(2023, 6, 12), 5]]
    error = refusal(book(tmp_path / "b.xlsx", ("S", "visible", rows)))
    assert (error.kind, "2023-06-12" in error.message_en) == ("daily", True)


def test_rows_out_of_order_and_far_apart_are_all_read(tmp_path: Path) -> None:
    def cells(number: int, *texts: object) -> str:
        inside = "".join(f'<c r="{"ABC"[n]}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
                         for n, text in enumerate(texts))
        return f'<row r="{number}">{inside}</row>'

    rows = cells(1, "Mã clip", "Cảm xúc", "Chia sẻ") + cells(1_048_576, "CX2", 7, 1)
    path = sheet_of(tmp_path / "b.xlsx", rows + cells(3, "CX1", 5, 2))
    file = read_counts(path)
    assert [(row.row, row.reactions) for row in file.rows] == [(1_048_576, 7), (3, 5)]


# -------------------------------------------------------------------------- encodings and line ends


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_unicode_is_read_with_any_line_ends(tmp_path: Path, encoding: str, ends: str) -> None:
    path = put(tmp_path / "e.csv", ends.join((HEADINGS, ROW, "")).encode(encoding))
    assert counts(read_counts(path)) == [(5, 2)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_line_may_name_the_delimiter(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = (f"sep={delimiter}", HEADINGS.replace(",", delimiter), ROW.replace(",", delimiter))
    path = put(tmp_path / "e.csv", "\n".join(lines).encode(encoding))
    assert counts(read_counts(path)) == [(5, 2)]


@pytest.mark.parametrize("content", [
    "Mã clip,Cảm xúc\nCX1,5\n".encode("cp1258", "replace"),
    "Post ID,Réactions\n1,2\n".encode("cp1252"),
    b"M\xb7 clip,C\xb6m x\xf3c\n",  # TCVN3
    HEADINGS.encode() + b"\n122,\xff\xfe,x,1,2,3\n",
])
def test_text_in_old_encodings_says_how_to_save_it(tmp_path: Path, content: bytes) -> None:
    assert refusal(put(tmp_path / "e.csv", content)).kind == "encoding"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (f'{HEADINGS}\n"122,{LINK},x,5,1,2\n{ROW}\n', "quotes"),
        (f'{HEADINGS}\n122,{LINK},"x" y,5,1,2\n', "quotes"),
        (f"{HEADINGS}\n122,{LINK},{'x' * 200_000},5,1,2\n", "long_cell"),
        (f"{HEADINGS}\r122,{LINK},{'x' * 200_000},5,1,2\r", "long_cell"),
        (f"{HEADINGS}\n122,{LINK},{'x' * 40_000},5,1,2\n", "long_cell"),
        (f"{HEADINGS}\n122,{LINK},\x00,5,1,2\n", "foreign"),
        (",".join(f"c{n}" for n in range(10_001)) + "\n", "too_many_columns"),
        (f"{HEADINGS}\n122{',' * 20_000}\n", "too_many_columns"),
        ("x" * 300_000, "long_cell"),
        ('"', "quotes"),
        (HEADINGS, "no_rows"),
        ("\n\n , ,\n", "foreign"),
    ],
    ids=lambda value: value[-12:],
)
def test_torn_and_swollen_tables_get_a_sentence(tmp_path: Path, content: str, kind: str) -> None:
    error = refusal(put(tmp_path / "e.csv", content.encode()))
    assert error.kind == kind
    assert len(error.message_en) < 500


def test_a_foreign_table_is_answered_with_the_columns_seen(tmp_path: Path) -> None:
    error = refusal(put(tmp_path / "e.csv", b"name,age\nLan,20\n"))
    assert "there are only: “name”, “age”." in error.message_en
    assert "Clip code, Reactions" in error.message_en


# --------------------------------------------------------------------------- what is no such table


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in members.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return path


@pytest.mark.parametrize(
    ("content", "kind", "advice"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_xls", "save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password", "Remove it"),
        (b"<table><tr><td>Post ID</td></tr></table>", "html", "save it as .xlsx"),
        (b"MIME-Version: 1.0\nX: Excel", "html", "save it as .xlsx"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "other_sheet", ".xlsx"),
        (b"ID;PWXL;N;E", "other_sheet", ".xlsx"),
        (b"%PDF-1.7", "pdf", ".csv or .xlsx"),
        (b"GIF89a", "picture", ".csv or .xlsx"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture", ".csv or .xlsx"),
        (b"\x00\x00\x00\x18ftypheic", "picture", ".csv or .xlsx"),
        (gzip.compress(b"Post ID", mtime=0), "archive", "Unpack it"),
        (b"{\\rtf1 x}", "document", ".csv or .xlsx"),
    ],
)
def test_other_files_are_named_with_the_way_out(
    tmp_path: Path, content: bytes, kind: str, advice: str
) -> None:
    error = refusal(put(tmp_path / "e.xlsx", content))
    assert (error.kind, advice in error.message_en) == (kind, True)


@pytest.mark.parametrize(
    ("member", "kind"),
    [("content_dot_xml", "ods"), ("Index__Document_dot_iwa", "numbers"),
     ("xl__workbook_dot_bin", "xlsb"), ("word__document_dot_xml", "archive")],
)
def test_other_packages_are_named(tmp_path: Path, member: str, kind: str) -> None:
    assert refusal(zipped(tmp_path / "e.xlsx", **{member: "<x/>"})).kind == kind


# ------------------------------------------------------------------------------------------ bombs


def sheet_of(path: Path, rows: str, **members: str | bytes) -> Path:
    """A workbook with these rows, as XML, in its only sheet; further members by their names."""
    empty = path.with_suffix(".empty")
    book(empty, ("S", "visible", []))
    with zipfile.ZipFile(empty) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace("<sheetData>", f"<sheetData>{rows}")
                assert rows in text
            new.writestr(name, members.pop(name, text))
        for name, text in members.items():
            new.writestr(name, text)
    return path


BOMBS: dict[str, Callable[[Path], Path]] = {
    "cells": lambda path: sheet_of(path, f"<row>{'<c/>' * 600}</row>" * 12_000),
    "rows": lambda path: sheet_of(path, "<row/>" * 7_000_000),
    "far_row": lambda path: sheet_of(path, '<row r="2000000000"><c><v>1</v></c></row>'),
    "far_column": lambda path: sheet_of(path, '<row><c r="ZZZZ1"><v>1</v></c></row>' * 100_000),
    "hidden_far": lambda path: sheet_of(path, '<row><c r="&#65;AAAAAAA1"><v>1</v></c></row>'),
    "text": lambda path: sheet_of(path, f"<row><c t='str'><v>{'x' * 120_000_000}</v></c></row>"),
    "media": lambda path: sheet_of(path, "", **{"xl/media/a.png": "\x00" * 160_000_000}),
    "members": lambda path: sheet_of(path, "", **{f"xl/x{n}.xml": "" for n in range(6_000)}),
    "laughs": lambda path: sheet_of(path, "", **{"xl/workbook.xml": (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
        ) + "]><x>&j;</x>"
    )}),
    "utf16": lambda path: sheet_of(path, "", **{"xl/styles.xml": "<a/>".encode("utf-16")}),
}
READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from pathlib import Path
from social.imports import FileRefused, read_counts
try:
    print(len(read_counts(Path(sys.argv[1])).rows))
except FileRefused as error:
    print(error.kind)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_unfolds_without_end_is_refused_early(tmp_path: Path, name: str) -> None:
    path = BOMBS[name](tmp_path / "b.xlsx")
    assert path.stat().st_size < 16_000_000
    said, seconds = in_bounds(path)
    assert said in {"unfolds", "damaged", "too_many_columns", "too_large", "long_cell", "foreign"}
    assert seconds < 20


def test_the_largest_workbook_that_is_allowed_stays_within_the_same_bounds(tmp_path: Path) -> None:
    names = [*HEADINGS.split(","), *(f"c{n}" for n in range(28))]

    def row(texts: list[str], numbers: list[int]) -> str:
        inside = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
        return f"<row>{inside}{''.join(f'<c><v>{number}</v></c>' for number in numbers)}</row>"

    rows = (row([f"12{n:015}", LINK, f"Bài số {n} " * 9], [n % 900] * 31) for n in range(20_000))
    said, seconds = in_bounds(sheet_of(tmp_path / "b.xlsx", row(names, []) + "".join(rows)))
    assert (said, seconds < 20) == ("20000", True)


def in_bounds(path: Path) -> tuple[str, float]:
    """What a process of little memory says of the file, and its processor seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", READ.format(memory=MEMORY), str(path)], check=False,
        capture_output=True, text=True,
    )
    assert done.stderr == ""
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout.strip(), after.ru_utime - used.ru_utime + after.ru_stime - used.ru_stime
