"""Whatever bytes come, reading counts, of the Page's clips or of posts elsewhere, ends in a table
or in a refusal with its sentence."""

import csv
import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from social.imports import CountsFile, FileRefused, read_counts, read_posts

NAMES = [
    "Post ID", "ID bài viết", "Permalink", "Reactions", "Cảm xúc", "Shares", "Lượt chia sẻ", "Date",
    "Ngày", "Mã clip", "Chia sẻ", "Is share", "Page ID", "Publish time", "Fecha", "Tài khoản", "x",
    "Nền tảng", "Lượt xem", "Likes", "Liên kết",
]  # fmt: skip
ODD = [
    "", "—", "N/A", "#REF!", "=1+1", "1,2 N", "1.234", "1.234,5", "9" * 5000, "-1", "12%", "TRUE",
    "2.87E+15", "45089", "Trọn đời", "12/06/2023", "2023-06-01 - 2023-06-12", "#CX1111", "\u200b",
    "https://www.facebook.com/x/videos/123456789/", "https://[bad", "Tổng", "\ud7ff", "a\nb", '"',
    "x" * 33_000, "1e999", "NaN", "١٢", "²",
]  # fmt: skip
CELL = st.one_of(
    st.sampled_from(ODD), st.sampled_from(NAMES), st.integers().map(str), st.text(max_size=20)
)
BOUNDED = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def ends_well(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        for read in (read_counts, read_posts):
            try:
                assert isinstance(read(Path(file.name), max_rows=200), CountsFile)
            except FileRefused as error:
                assert error.kind
                assert 0 < len(error.message_vi) < 1500
                assert 0 < len(error.message_en) < 1500


@BOUNDED
@given(st.binary(max_size=3000))
def test_any_bytes(content: bytes) -> None:
    ends_well(content)


@BOUNDED
@given(
    st.sampled_from([b"PK\x03\x04", b"sep=;\n", b"\xff\xfe", b"\xef\xbb\xbf", b"Post ID,", b'"']),
    st.binary(max_size=2000),
)
def test_any_bytes_after_a_known_beginning(begin: bytes, content: bytes) -> None:
    ends_well(begin + content)


@BOUNDED
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=8),
    st.lists(st.lists(CELL, max_size=9), max_size=8),
    st.fixed_dictionaries({
        "delimiter": st.sampled_from([",", ";", "\t"]),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    }),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_any_table_of_text(
    names: list[str], rows: list[list[str]], how: dict[str, Any], encoding: str
) -> None:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, **how)
    writer.writerow(names)
    writer.writerows(rows)
    ends_well(lines.getvalue().encode(encoding, "replace"))


VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.datetimes(), st.dates(), st.times(),
    st.timedeltas(), st.sampled_from([text for text in ODD if len(text) < 32_000]),
)


@BOUNDED
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=8),
    st.lists(st.lists(VALUE, max_size=9), max_size=6),
    st.sampled_from(["General", "0%", "dd/mm/yyyy", "[h]:mm", "@", "0.0,\"K\""]),
)
def test_any_workbook(names: list[str], rows: list[list[Any]], form: str) -> None:
    book = Workbook()
    for row in [names, *rows]:
        book.worksheets[0].append(row)
    for cells in book.worksheets[0].iter_rows(min_row=2):
        for cell in cells:
            cell.number_format = form
    file = io.BytesIO()
    book.save(file)
    ends_well(file.getvalue())


@BOUNDED
@given(st.data())
def test_any_damage_to_a_workbook(data: st.DataObject) -> None:
    """One member of a good package, with some bytes overwritten, dropped or doubled."""
    good = io.BytesIO()
    book = Workbook()
    for row in (["Mã clip", "Cảm xúc", "Chia sẻ"], ["CX1", 5, 0.5]):
        book.worksheets[0].append(row)
    book.save(good)
    torn = io.BytesIO()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(torn, "w") as new:
        chosen = data.draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            content = old.read(name)
            if name == chosen:
                at = data.draw(st.integers(0, len(content)))
                gone = data.draw(st.integers(0, 40))
                content = content[:at] + data.draw(st.binary(max_size=20)) + content[at + gone:]
            new.writestr(name, content)
    ends_well(torn.getvalue())


@BOUNDED
@given(st.integers(0, 6000), st.binary(max_size=30))
def test_any_damage_to_a_package(at: int, content: bytes) -> None:
    good = io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["Mã clip", "Cảm xúc"])
    book.save(good)
    package = good.getvalue()
    ends_well(package[:at] + content + package[at + len(content):])
