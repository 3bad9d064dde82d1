"""Exports as people have them: languages, dates, columns twice, numbers that are none."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from social.imports import CountsFile, FileRefused, read_counts
from social.imports.cells import read_code
from social.imports.languages import META

LINK = "https://www.facebook.com/QuanDoan11/videos/987654321098765/"
VIETNAMESE = (
    "ID bài viết,ID Trang,Tên Trang,Tiêu đề,Mô tả,Thời lượng (giây),Thời gian đăng,Loại chú thích,"
    "Liên kết vĩnh viễn,Là nội dung đăng chéo,Là bài viết chia sẻ,Loại bài viết,Ngôn ngữ,"
    "Nhãn tùy chỉnh,Trạng thái nội dung được tài trợ,Bình luận về dữ liệu,Ngày,Lượt xem,"
    "Số người tiếp cận,\"Cảm xúc, bình luận và lượt chia sẻ\",Cảm xúc,Bình luận,Lượt chia sẻ,"
    "Tổng lượt click"
)  # fmt: skip
POST = {"ID bài viết": "122123456789", "Liên kết vĩnh viễn": LINK, "Cảm xúc": "12",
        "Lượt chia sẻ": "3", "Ngày": "Trọn đời"}  # fmt: skip


def written(path: Path, headings: Sequence[str], *rows: Mapping[str, str]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([row.get(name, "") for name in headings] for row in rows)
    return path


def vietnamese(path: Path, *rows: Mapping[str, str]) -> Path:
    return written(path, next(csv.reader([VIETNAMESE])), *(POST | row for row in rows))


def counts(file: CountsFile) -> list[tuple[int | None, int | None]]:
    return [(row.reactions, row.shares) for row in file.rows]


def codes(file: CountsFile) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.code, problem.level) for problem in file.problems]


def refusal(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read_counts(path)
    assert caught.value.message_vi
    assert caught.value.message_en
    return caught.value


# ------------------------------------------------------------------------------------ languages


@pytest.mark.parametrize("names", META, ids=lambda names: names["reactions"][0])
def test_an_export_is_read_in_every_known_language(
    tmp_path: Path, names: Mapping[str, Sequence[str]]
) -> None:
    first = {field: heading[0] for field, heading in names.items()}
    row = {first["post_id"]: "122", first["permalink"]: LINK, first["reactions"]: "12",
           first["comments"]: "4", first["shares"]: "3", first["total"]: "19",
           first["period"]: "Lifetime", first["page_name"]: "Quận Đoàn 11"}  # fmt: skip
    file = read_counts(written(tmp_path / "e.csv", list(first.values()), row))
    assert (counts(file), file.problems) == ([(12, 3)], ())
    assert (file.rows[0].post_id, file.rows[0].page_name) == ("122", "Quận Đoàn 11")


def test_the_vietnamese_export_is_read_whole(tmp_path: Path) -> None:
    file = read_counts(vietnamese(tmp_path / "e.csv", {"Thời gian đăng": "06/12/2023 08:00"}))
    assert (counts(file), file.problems) == ([(12, 3)], ())
    assert file.rows[0].published == "06/12/2023 08:00"


@pytest.mark.parametrize(
    ("headings", "language"),
    [
        ("Beitrags-ID,Seiten-ID,Titel,Beschreibung,Veröffentlichungszeit,Permalink-Adresse,"
         "Beitragsart,Reaktionen,Kommentare,Geteilte Inhalte,Reichweite", "German"),
        ("ID Postingan,ID Halaman,Judul,Deskripsi,Waktu terbit,Tautan permanen,Jangkauan,"
         "Tanggapan,Komentar,Dibagikan", "Indonesian"),
        ("投稿ID,ページID,タイトル,説明,公開日時,リンク,リアクション,コメント", "Japanese"),
        ("帖子编号,公共主页编号,标题,说明,发布时间,固定链接,心情,评论,分享次数", "Chinese"),
        ("게시물 ID,페이지 ID,제목,설명,게시 시간,고유 링크,공감,댓글,공유", "Korean"),
        ("รหัสโพสต์,รหัสเพจ,ชื่อ,คำอธิบาย,เวลาที่เผยแพร่,ลิงก์ถาวร,ความรู้สึก,ความคิดเห็น", "Thai"),
        ("Julkaisun,Sivun,Otsikko,Kuvaus,Aika,Pysyvä,Laji,Kattavuus,Kaikki", "another language"),
    ],
)
def test_an_export_in_another_language_is_named_with_the_way_out(
    tmp_path: Path, headings: str, language: str
) -> None:
    names = headings.split(",")
    error = refusal(written(tmp_path / "e.csv", names, {names[5]: LINK}))
    assert error.kind == "language"
    assert f"export in {language}," in error.message_en
    assert "Switch Facebook's language" in error.message_en
    assert "Cài đặt → Ngôn ngữ" in error.message_vi


# --------------------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    "day",
    ["06/12/2023", "12/06/2023", "2023-06-12", "2023-06-12 00:00:00", "45089", "Tháng 6 2023",
     "2023-06-01 - 2023-06-12", "1/6/2023 – 12/6/2023", "Jun 12, 2023", "12 giugno 2023"],
)
def test_figures_of_days_are_no_totals(tmp_path: Path, day: str) -> None:
    error = refusal(vietnamese(tmp_path / "e.csv", {"Ngày": day}))
    assert error.kind == "daily"
    assert f"Row 2, column Q “Ngày” says “{day}”" in error.message_en
    assert "“Lifetime”" in error.message_en
    assert "«Trọn đời»" in error.message_vi


@pytest.mark.parametrize("text", ["Lifetime", "TRỌN ĐỜI", " trọn  đời ", "Total", "\u200bTrọn đời"])
def test_totals_are_totals_however_they_are_called(tmp_path: Path, text: str) -> None:
    assert counts(read_counts(vietnamese(tmp_path / "e.csv", {"Ngày": text}))) == [(12, 3)]


@pytest.mark.parametrize("text", ["Hôm qua", "Yesterday", "Juni"])
def test_a_period_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    error = refusal(vietnamese(tmp_path / "e.csv", {}, {"Ngày": text, "ID bài viết": "2"}))
    assert error.kind == "period_unclear"
    assert f"Row 3, column Q “Ngày” says “{text}”" in error.message_en


def test_of_a_file_of_days_only_the_total_rows_count(tmp_path: Path) -> None:
    path = vietnamese(
        tmp_path / "e.csv", {"Ngày": "06/12/2023", "Cảm xúc": "4"},
        {"Ngày": "06/13/2023", "Cảm xúc": "8"}, {"Ngày": "Trọn đời", "Cảm xúc": "12"},
        {"Ngày": "06/13/2023", "ID bài viết": "2", "Cảm xúc": "9"},
        {"Ngày": "", "ID bài viết": "3"},
    )
    file = read_counts(path)
    assert counts(file) == [(12, 3)]
    assert codes(file) == [(number, "not_lifetime", "skipped") for number in (2, 3, 5, 6)]


@pytest.mark.parametrize("total", [{"ID bài viết": "Tổng cộng"}, {"ID bài viết": ""}])
def test_a_sum_below_days_makes_them_no_totals(tmp_path: Path, total: dict[str, str]) -> None:
    last = {"Ngày": "Tổng", "Liên kết vĩnh viễn": "", **total}
    path = vietnamese(tmp_path / "e.csv", {"Ngày": "06/12/2023"}, last)
    assert refusal(path).kind == "daily"


def test_a_sum_below_totals_is_left_out(tmp_path: Path) -> None:
    path = vietnamese(tmp_path / "e.csv", {}, {"ID bài viết": "Tổng", "Cảm xúc": "99"})
    file = read_counts(path)
    assert (counts(file), codes(file)) == ([(12, 3)], [(3, "summary", "skipped")])


def test_a_template_with_a_day_is_asked_about_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Mã clip,Ngày,Cảm xúc\nCX1,12/6/2023,5\n", "utf-8")
    assert "the template takes totals since the post appeared" in refusal(path).message_en


# -------------------------------------------------------------------------- one column, one thing


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("Post ID,Reactions,Shares,Reactions", "122,5,1,6"),
        ("Post ID,Shares,Reactions,Shares", "122,5,1,6"),
        ("ID bài viết,Cảm xúc,Bình luận,Lượt thích và cảm xúc", "122,5,1,6"),
        ("Mã clip,Cảm xúc,Chia sẻ,Lượt chia sẻ", "CX1,5,1,6"),
        ("Post ID,Reactions,Shares,ID bài viết", "122,5,1,133"),
    ],
)
def test_two_columns_that_differ_are_named(tmp_path: Path, headings: str, cells: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(f"{headings}\n{cells}\n", "utf-8")
    error = refusal(path)
    names = headings.split(",")
    assert error.kind == "two_columns"
    assert f"D “{names[3]}”" in error.message_en
    assert f"D «{names[3]}»" in error.message_vi
    assert "row 2" in error.message_en


def test_two_columns_that_say_the_same_are_one(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("Post ID,Reactions,Shares,Reactions\n122,5,1,5\n", "utf-8")
    assert counts(read_counts(path)) == [(5, 1)]


def test_the_delimiter_is_the_one_under_which_headings_make_sense(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("Post ID\tDescription\tReactions\n122\ta, b, c, d, e, f\t5\n", "utf-8")
    assert counts(read_counts(path)) == [(5, None)]


# ------------------------------------------------------------------- what the screen of Meta shows

SCREEN = ["Tiêu đề", "Lượt xem", "Số người tiếp cận", "Lượt thích và cảm xúc", "Bình luận",
          "Lượt chia sẻ", "Lượt lưu"]  # fmt: skip


def test_the_table_on_the_screen_is_not_instagram(tmp_path: Path) -> None:
    names = [f"\u200b{name}\u200e" for name in SCREEN]
    error = refusal(written(tmp_path / "e.csv", names, {names[0]: "Clip", names[3]: "1,2 N"}))
    assert error.kind == "no_posts"
    assert "Export data" in error.message_en


@pytest.mark.parametrize(
    "text", ["1,2 N", "1.2K", "1,2\u00a0N\u200e", "1,2 Tr", "3 nghìn", "1.2k+", "1,2 mil", "1.2 万"]
)
def test_a_shortened_number_is_not_exact(tmp_path: Path, text: str) -> None:
    row = {"Liên kết vĩnh viễn": LINK, "Lượt thích và cảm xúc": text, "Lượt chia sẻ": "3"}
    file = read_counts(written(tmp_path / "e.csv", [*SCREEN, "Liên kết vĩnh viễn"], row))
    assert codes(file) == [(2, "not_a_count", "error")]
    assert "shortened and not exact" in file.problems[0].message_en
    assert "đã rút gọn" in file.problems[0].message_vi


def test_instagram_rows_among_facebooks_are_left_out(tmp_path: Path) -> None:
    other = {"ID bài viết": "2", "Liên kết vĩnh viễn": "https://www.instagram.com/p/abc/"}
    file = read_counts(vietnamese(tmp_path / "e.csv", other, {}))
    assert (counts(file), codes(file)) == ([(12, 3)], [(2, "instagram_post", "skipped")])
    assert refusal(vietnamese(tmp_path / "i.csv", other)).kind == "instagram"


# ----------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize("text", ["", "-", "—", "N/A", "n/a", " ", "–", "không rõ", "\u200b"])
def test_a_blank_is_not_known(tmp_path: Path, text: str) -> None:
    file = read_counts(vietnamese(tmp_path / "e.csv", {"Cảm xúc": text}))
    assert (counts(file), file.problems) == ([(None, 3)], ())


@pytest.mark.parametrize(
    "text",
    ["9" * 5000, "9" * 11, "2000000001", str(2**31), str(2**63), "-5", "1.5", "12%", "1,23", "TRUE",
     "0x1F", "1e3", "1.234,5", "1,234.5", "0,123", "1 2", "²", "١٢", "12/6/2023"],
    ids=lambda text: text[:20],
)
def test_what_is_no_whole_number_is_refused_at_its_cell(tmp_path: Path, text: str) -> None:
    file = read_counts(vietnamese(tmp_path / "e.csv", {"Cảm xúc": text}))
    assert codes(file) == [(2, "not_a_count", "error")]
    assert file.problems[0].column == "reactions"
    assert len(file.problems[0].message_en) < 200


@pytest.mark.parametrize(("text", "code"), [("#REF!", "cell_error"), ("#N/A", "cell_error"),
                                            ("#####", "cell_error"), ("=A1+1", "formula")])
def test_errors_and_formulas_are_named(tmp_path: Path, text: str, code: str) -> None:
    file = read_counts(vietnamese(tmp_path / "e.csv", {"Lượt chia sẻ": text}))
    assert codes(file) == [(2, code, "error")]


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("1,234,567", 1234567), ("1.234.567", 1234567), ("1’234", 1234), ("１２３", 123),
     ("1234.00", 1234), ("2000000000", 2_000_000_000), ("\u200e12", 12)],
)
def test_whole_numbers_are_read(tmp_path: Path, text: str, count: int) -> None:
    assert counts(read_counts(vietnamese(tmp_path / "e.csv", {"Cảm xúc": text}))) == [(count, 3)]


@pytest.mark.parametrize("text", ["2.87E+15", "2,87E+15", "#REF!", "không biết"])
def test_an_id_that_is_none_gives_way_to_the_link(tmp_path: Path, text: str) -> None:
    file = read_counts(vietnamese(tmp_path / "e.csv", {"ID bài viết": text}))
    assert [problem.level for problem in file.problems] == ["warning"]
    assert (file.rows[0].post_id, file.rows[0].permalink) == (None, LINK)


@pytest.mark.parametrize(
    ("text", "code"),
    [("#CX1111", "CX1111"), (" cx 1111", "CX1111"), ("＃ＣＸ－７ｋ３ｍ", "CX-7K3M"),
     ("CX–7K3M", "CX-7K3M"), ("\u200bCX1\u200b", "CX1"), ("", None), ("—", None), ("#", None)],
)
def test_a_code_is_read_however_it_is_written(text: str, code: str | None) -> None:
    assert read_code(text) == code
