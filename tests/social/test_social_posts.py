"""Counts of posts on other platforms from files: which columns, which rows, what else a file is."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from social.imports import FileRefused, read_counts, read_posts, write_posts_template
from tests.social.test_social_counts import ENGLISH, codes_of, meta_file

WATCH = "https://youtu.be/00000000001"
VI = "Mã clip,Nền tảng,Lượt thích,Chia sẻ,Bình luận,Lượt xem,Liên kết"
EN = "Clip code,Platform,Likes,Shares,Comments,Views,Link"


def table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), "utf-8-sig")
    return path


@pytest.mark.parametrize("headings", [VI, EN, VI.upper()])
def test_it_reads_a_row_for_each_post(tmp_path: Path, headings: str) -> None:
    lines = ("#cx-1111,YouTube,1.234,,0,5 678,", f",,,2,,,{WATCH}")
    file = read_posts(table(tmp_path / "t.csv", "Số liệu tháng 6", headings, *lines))
    first, second = file.rows
    assert (first.clip_code, first.platform, first.permalink) == ("CX-1111", "YouTube", None)
    assert (first.likes, first.shares, first.comments, first.views) == (1234, None, 0, 5678)
    assert (second.clip_code, second.permalink, second.shares) == (None, WATCH, 2)
    assert file.usable and file.unread == ()


def test_a_clip_has_a_row_for_each_platform(tmp_path: Path) -> None:
    lines = ("CX1,YouTube,1,,,,", "CX1,TikTok,2,,,,", "CX1,YouTube,3,,,,")
    file = read_posts(table(tmp_path / "t.csv", VI, *lines))
    assert [row.likes for row in file.rows] == [1, 2, 3] and file.problems == ()


def test_a_post_on_instagram_is_one_like_any(tmp_path: Path) -> None:
    link = "https://www.instagram.com/reel/AbCdEf123/"
    assert read_posts(table(tmp_path / "t.csv", VI, f"CX1,,5,,,,{link}")).rows[0].likes == 5


@pytest.mark.parametrize("text", ["1.2K", "1,2 N", "-1", "=1+1", "nhiều", "12%", "#REF!", "1,5"])
def test_what_is_no_count_is_an_error_of_its_row(tmp_path: Path, text: str) -> None:
    file = read_posts(table(tmp_path / "t.csv", VI, f'CX1,YouTube,"{text}",1,,,'))
    [problem] = file.problems
    assert (problem.row, problem.level, problem.column) == (2, "error", "likes")


def test_totals_and_rows_of_no_post_are_told(tmp_path: Path) -> None:
    lines = ("Tổng cộng,,9,,,,", ",YouTube,9,,,,", "CX1,,,,,,")
    file = read_posts(table(tmp_path / "t.csv", VI, *lines))
    assert codes_of(file) == [(2, "summary", "skipped"), (3, "no_post", "error")]
    assert [row.clip_code for row in file.rows] == ["CX1"]


def test_columns_that_nobody_reads_are_named(tmp_path: Path) -> None:
    file = read_posts(table(tmp_path / "t.csv", "Mã clip,Số tim,Lượt xem", "CX1,5,9"))
    assert file.unread == ("Số tim",)


def test_two_columns_that_differ_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="Two columns"):
        read_posts(table(tmp_path / "t.csv", "Mã clip,Lượt xem,Views", "CX1,5,9"))


def test_figures_of_days_are_no_totals(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_posts(table(tmp_path / "t.csv", "Mã clip,Lượt xem,Ngày", "CX1,5,12/06/2023"))
    assert refused.value.kind == "daily" and "tệp mẫu" in refused.value.message_vi


@pytest.mark.parametrize(("lines", "kind"), [
    (("Mã clip,Cảm xúc,Chia sẻ", "CX1,5,2"), "page_counts"),
    (("Mã clip,Tài khoản,Liên kết", "CX1,Lan,"), "ledger"),
    (("Tên,Tuổi", "Lan,5"), "foreign"), (("Nền tảng,Lượt xem", "YouTube,5"), "foreign"),
    ((VI,), "no_rows"),
], ids=["page", "ledger", "foreign", "nameless", "empty"])
def test_wrong_kinds_of_file_are_named(tmp_path: Path, lines: tuple[str, ...], kind: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_posts(table(tmp_path / "t.csv", *lines))
    assert refused.value.kind == kind


def test_metas_export_is_sent_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="Interactions"):
        read_posts(meta_file(tmp_path / "e.csv", ENGLISH, {"reactions": "5"}))


@pytest.mark.parametrize("headings", [VI, EN, "Mã clip,Nền tảng,Lượt xem,Chia sẻ"])
def test_the_pages_import_takes_no_file_of_posts(tmp_path: Path, headings: str) -> None:
    """Its shares would be taken for the Page's."""
    with pytest.raises(FileRefused, match="Other platforms") as refused:
        read_counts(table(tmp_path / "t.csv", headings, "CX1,TikTok,5,6"))
    assert refused.value.kind == "posts"


def test_the_one_visible_sheet_with_counts_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["Ghi chú"])
    for name in ("Số", "Cũ"):
        sheet = book.create_sheet(name)
        sheet.append(VI.split(","))
        sheet.append(["CX1", "YouTube", 7 if name == "Số" else 8])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(FileRefused, match="Several sheets"):
        read_posts(tmp_path / "t.xlsx")
    book["Cũ"].sheet_state = "hidden"
    book.save(tmp_path / "t.xlsx")
    assert [row.likes for row in read_posts(tmp_path / "t.xlsx").rows] == [7]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_we_write_can_be_read_back(tmp_path: Path, language: str) -> None:
    with (tmp_path / "t.xlsx").open("wb") as file:
        write_posts_template(file, [("CX1", "YouTube", WATCH)], language=language)
    read = read_posts(tmp_path / "t.xlsx")
    [row] = read.rows
    assert (row.clip_code, row.platform, row.permalink) == ("CX1", "YouTube", WATCH)
    assert (row.likes, row.shares, row.comments, row.views) == (None,) * 4
    assert read.unread == () and read.problems == ()


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_posts(table(tmp_path / "t.csv", VI, *["CX1,,5,,,,"] * 4), max_rows=3)
    assert refused.value.kind == "too_many_rows"
