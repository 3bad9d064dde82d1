"""Counts from files: header rows as Meta's exports have been seen, and our own template."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from social.imports import CountsFile, FileRefused, read_counts, write_counts_template

ENGLISH = [
    "Post ID", "Page ID", "Page name", "Title", "Description", "Duration (sec)", "Publish time",
    "Caption type", "Permalink", "Post type", "Languages", "Custom labels",
    "Funded content status", "Data comment", "Date", "Views", "Reach",
    "Reactions, Comments and Shares", "Reactions", "Comments", "Shares", "Total clicks",
    "Other Clicks", "Seconds viewed", "Average Seconds viewed",
    "Negative feedback from users: Hide all",
]  # fmt: skip
LATER = [
    name.replace("Reactions, Comments and Shares", "Reactions, comments and shares")
    for name in ENGLISH
    if name not in {"Caption type", "Funded content status", "Views"}
]
VIETNAMESE = [
    "ID bài viết", "Tiêu đề", "Mô tả", "Thời lượng (giây)", "Thời gian đăng", "Liên kết vĩnh viễn",
    "Loại bài viết", "Nhãn tùy chỉnh", "Trạng thái nội dung được tài trợ", "Bình luận về dữ liệu",
    "Lượt xem", "Số người tiếp cận", "Cảm xúc, bình luận và lượt chia sẻ", "Cảm xúc", "Bình luận",
    "Lượt chia sẻ", "Tổng lượt click", "Lượt click khác", "Lượt click vào liên kết", "Số Giây xem",
    "Số Giây xem trung bình",
]  # fmt: skip
INSTAGRAM = [
    "Post ID", "Account ID", "Account username", "Account name", "Description", "Duration (sec)",
    "Publish time", "Permalink", "Post type", "Data comment", "Date", "Views", "Reach", "Likes",
    "Shares", "Follows", "Comments", "Saves",
]  # fmt: skip
POST = {
    "id": "122123456789012345",
    "text": "Clip dự thi #CX123",
    "link": "https://www.facebook.com/QuanDoan11/videos/987654321098765/",
}
FIELDS = {
    "Post ID": "id", "ID bài viết": "id", "Description": "text", "Mô tả": "text",
    "Permalink": "link", "Liên kết vĩnh viễn": "link",
    "Reactions, Comments and Shares": "total", "Reactions, comments and shares": "total",
    "Cảm xúc, bình luận và lượt chia sẻ": "total", "Reactions": "reactions",
    "Cảm xúc": "reactions", "Comments": "comments", "Bình luận": "comments", "Shares": "shares",
    "Lượt chia sẻ": "shares",
}  # fmt: skip


def meta_file(path: Path, headings: Sequence[str], *posts: dict[str, str], **how: str) -> Path:
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=how.get("delimiter", ","))
    writer.writerow(headings)
    for post in posts:
        values = POST | post
        writer.writerow([values.get(FIELDS.get(name, ""), "") for name in headings])
    path.write_text(lines.getvalue(), encoding=how.get("encoding", "utf-8-sig"))
    return path


def counts_of(file: CountsFile) -> list[tuple[int | None, int | None, int | None]]:
    return [(row.reactions, row.shares, row.comments) for row in file.rows]


def codes_of(file: CountsFile) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.code, problem.level) for problem in file.problems]


@pytest.mark.parametrize("headings", [ENGLISH, LATER, VIETNAMESE], ids=["en", "later", "vi"])
def test_it_reads_metas_export(tmp_path: Path, headings: list[str]) -> None:
    counts = {"reactions": "1,234", "comments": "56", "shares": "0", "total": "1,290"}
    path = meta_file(tmp_path / "export.csv", headings, counts)
    file = read_counts(path)
    assert (file.kind, file.problems) == ("meta_export", ())
    assert counts_of(file) == [(1234, 0, 56)]
    [row] = file.rows
    assert (row.row, row.post_id, row.permalink) == (2, POST["id"], POST["link"])
    assert "#CX123" in row.text
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_headings_match_in_any_order_case_and_normal_form(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    decomposed = "Lie\u0302n ke\u0302\u0301t vi\u0303nh vie\u0302\u0303n"
    path.write_text(f"LƯỢT CHIA SẺ,{decomposed},cảm  xúc\n3,{POST['link']},7\n", "utf-8")
    assert counts_of(read_counts(path)) == [(7, 3, None)]


def test_null_is_not_zero(tmp_path: Path) -> None:
    posts = ({"reactions": "5", "shares": ""}, {"reactions": "5", "shares": "0", "id": "2"})
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, *posts))
    assert [row.shares for row in file.rows] == [None, 0]


@pytest.mark.parametrize("text", ["1,234", "1.234", "1 234", "1\u00a0234", "1234", "1234.0"])
def test_thousands_are_read_however_they_are_written(tmp_path: Path, text: str) -> None:
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, {"reactions": text}))
    assert counts_of(file) == [(1234, None, None)]


@pytest.mark.parametrize("text", ["1.5", "-3", "1,2K", "12,34", "abc", "٣", "99999999999"])
def test_what_is_no_count_is_an_error_of_its_row(tmp_path: Path, text: str) -> None:
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, {"reactions": text}))
    assert codes_of(file) == [(2, "not_a_count", "error")]
    assert not file.usable
    assert file.problems[0].message_vi.startswith("Dòng 2: ")


def test_a_sum_that_differs_is_a_warning(tmp_path: Path) -> None:
    counts = {"reactions": "5", "comments": "1", "shares": "2", "total": "9"}
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, counts))
    assert codes_of(file) == [(2, "sum_differs", "warning")]
    assert file.usable


def test_an_id_that_excel_rounded_gives_way_to_the_link(tmp_path: Path) -> None:
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, {"id": "1.22123E+17"}))
    assert codes_of(file) == [(2, "id_lost_digits", "warning")]
    assert (file.rows[0].post_id, file.rows[0].permalink) == (None, POST["link"])


def test_a_rounded_id_without_a_link_is_an_error(tmp_path: Path) -> None:
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, {"id": "1.22E+17", "link": ""}))
    assert [problem.level for problem in file.problems] == ["error", "error"]
    assert file.rows == ()


def test_a_post_that_comes_twice_is_an_error(tmp_path: Path) -> None:
    file = read_counts(meta_file(tmp_path / "e.csv", ENGLISH, {"reactions": "1"}, {}))
    assert codes_of(file) == [(3, "twice", "error")]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_read(tmp_path: Path, delimiter: str) -> None:
    path = meta_file(tmp_path / "e.csv", ENGLISH, {"reactions": "4"}, delimiter=delimiter)
    assert counts_of(read_counts(path)) == [(4, None, None)]


def refusal(path: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        read_counts(path)
    assert caught.value.message_vi
    assert caught.value.message_en
    return caught.value.kind


def test_an_instagram_list_is_named(tmp_path: Path) -> None:
    link = {"link": "https://www.instagram.com/p/abc/"}
    assert refusal(meta_file(tmp_path / "i.csv", INSTAGRAM, link)) == "instagram"


def test_a_vietnamese_instagram_list_is_named_by_its_links(tmp_path: Path) -> None:
    headings = [name for name in VIETNAMESE if name != "Cảm xúc"]
    link = {"link": "https://www.instagram.com/p/abc/"}
    assert refusal(meta_file(tmp_path / "i.csv", headings, link)) == "instagram"


def test_page_level_daily_figures_are_named(tmp_path: Path) -> None:
    path = tmp_path / "Reach.csv"
    text = 'sep=,\n"Facebook reach"\n"Date","Primary"\n"2023-06-12T00:00:00","1500"\n'
    path.write_text(text, encoding="utf-16")
    assert refusal(path) == "page_daily"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old excel", "old_xls"),
        (b"<html><table><tr><td>Post ID</td></tr></table></html>", "html"),
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x00\x00\x00\x18ftypmp42", "foreign"),
        ("Mã clip,Cảm xúc".encode("cp1258", "replace"), "encoding"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"name,age\nLan,20\n", "foreign"),
        ("Mã clip,Tài khoản,Liên kết\nCX1,Lan,https://fb.com/1\n".encode(), "ledger"),
        ("Mã clip,Cảm xúc,Chia sẻ\n".encode(), "no_rows"),
    ],
)
def test_wrong_kinds_of_file_are_named(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "counts.xlsx"
    path.write_bytes(content)
    assert refusal(path) == kind


def test_an_archive_that_is_no_spreadsheet_is_named(tmp_path: Path) -> None:
    path = tmp_path / "counts.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert refusal(path) == "archive"


def test_a_package_that_would_unpack_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "0" * 40_000_000)
    assert refusal(path) == "damaged"


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    posts = [{"id": str(number), "link": ""} for number in range(1, 5)]
    path = meta_file(tmp_path / "e.csv", ENGLISH, *posts)
    with pytest.raises(FileRefused, match="more than 3 rows"):
        read_counts(path, max_rows=3)
    assert len(read_counts(path, max_rows=4).rows) == 4


def template(path: Path, *rows: Sequence[object]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_it_reads_our_own_template(tmp_path: Path) -> None:
    path = template(
        tmp_path / "t.xlsx",
        ("Số liệu lúc 16g00 ngày 19/6/2023",),
        ("Mã clip", "Cảm xúc", "Chia sẻ", "Bình luận", "Liên kết"),
        ("cx123", 1234, 0, None, None),
        (),
        ("CX124", "1.234", "7", 3.0, POST["link"]),
    )
    file = read_counts(path)
    assert (file.kind, file.problems) == ("own_template", ())
    assert [(row.row, row.clip_code) for row in file.rows] == [(3, "CX123"), (5, "CX124")]
    assert counts_of(file) == [(1234, 0, None), (1234, 7, 3)]


def test_the_name_of_a_file_plays_no_part(tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("Clip code", "Reactions"), ("CX1", 5))
    assert counts_of(read_counts(path.rename(tmp_path / "0123abcd"))) == [(5, None, None)]


def test_a_formula_is_never_believed(tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("Clip code", "Reactions"), ("CX1", "=1+1"))
    assert codes_of(read_counts(path)) == [(2, "formula", "error")]


def test_a_long_id_in_a_number_cell_is_not_believed(tmp_path: Path) -> None:
    row = (122123456789012345, POST["link"], 5)
    path = template(tmp_path / "t.xlsx", ("Post ID", "Permalink", "Reactions"), row)
    file = read_counts(path)
    assert codes_of(file) == [(2, "id_lost_digits", "warning")]
    assert counts_of(file) == [(5, None, None)]


def test_the_template_we_write_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with path.open("wb") as file:
        write_counts_template(file, [("CX123", POST["link"]), ("CX124", None)])
    read = read_counts(path)
    assert [(row.clip_code, row.permalink) for row in read.rows] == [
        ("CX123", POST["link"]),
        ("CX124", None),
    ]
    assert counts_of(read) == [(None, None, None)] * 2


def test_a_row_without_a_post_is_an_error(tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("Clip code", "Reactions"), (None, 5))
    assert codes_of(read_counts(path)) == [(2, "no_post", "error")]
