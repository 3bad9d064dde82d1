"""Ledgers as people head their columns; two columns that claim to be one are one, or refused."""

from pathlib import Path

import pytest

from social.imports import FileRefused, LedgerRow, iterate_ledger, open_ledger, read_counts

LINK = "https://www.facebook.com/lan/posts/123456789"
MOMENT = "18/6/2023 9:00"


def written(path: Path, headings: str, *rows: str) -> Path:
    path.write_text("\n".join((headings, *rows)), "utf-8-sig")
    return path


@pytest.mark.parametrize("headings", [
    "Mã clip,Tài khoản,Liên kết chia sẻ,Thời điểm thấy", "Mã số clip,Họ và tên,Link chia sẻ,Ngày",
    "Mã dự thi,Tên Facebook,Link bài chia sẻ,Ngày chia sẻ",
    "MÃ CLIP,TÀI KHOẢN FACEBOOK,LINK CHIA SẺ,THỜI ĐIỂM",
    "Mã bài dự thi,Người chia sẻ,Liên kết bài chia sẻ,Thấy lúc",
    "Clip code,Facebook name,Share link,Date",
])
def test_a_ledger_is_read_whole_whatever_its_columns_are_called(
    tmp_path: Path, headings: str
) -> None:
    [row] = iterate_ledger(written(tmp_path / "l.csv", headings, f"CX1111,Lan,{LINK},{MOMENT}"))
    assert isinstance(row, LedgerRow)
    assert (row.clip_code, row.account, row.link) == ("CX1111", "Lan", LINK)
    assert f"{row.seen_at:%Y-%m-%d %H:%M}" == "2023-06-18 09:00"


@pytest.mark.parametrize(("headings", "other", "named"), [
    ("Mã clip,Tài khoản,Liên kết,Liên kết chia sẻ", "https://fb.com/page/videos/99999",
     "C “Liên kết” and D “Liên kết chia sẻ”"),
    ("Mã clip,Tài khoản,Link chia sẻ,Link", "", "C “Link chia sẻ” and D “Link”"),
])
def test_two_columns_that_differ_are_refused_with_both_named(
    tmp_path: Path, headings: str, other: str, named: str
) -> None:
    file = written(tmp_path / "l.csv", headings, f"CX1111,Lan,{LINK},{LINK}",
                   f"CX1111,Minh,{LINK},{other}")
    with pytest.raises(FileRefused) as caught:
        list(iterate_ledger(file))
    assert caught.value.kind == "two_columns"
    assert f"differ in row 3: {named}" in caught.value.message_en
    assert "«" in caught.value.message_vi


def test_two_columns_that_agree_are_one(tmp_path: Path) -> None:
    file = written(tmp_path / "l.csv", "Mã clip,Tài khoản,Thời gian,Thời điểm thấy",
                   f"CX1111,Lan,{MOMENT},{MOMENT}")
    [row] = iterate_ledger(file)
    assert isinstance(row, LedgerRow) and row.seen_at is not None


@pytest.mark.parametrize(("headings", "unread"), [
    ("Mã clip,Tài khoản,Liên kết,Thời điểm thấy", ()),
    ("STT,Mã clip,Họ tên,,Đường dẫn tới bài,Ngày", ("STT", "Đường dẫn tới bài")),
    ("Mã clip,Tài khoản,Link,Link chia sẻ,Ghi chú " + "dài " * 40, (f"Ghi chú {'dài ' * 13}",)),
])
def test_columns_that_nobody_reads_are_named(
    tmp_path: Path, headings: str, unread: tuple[str, ...]
) -> None:
    file = open_ledger(written(tmp_path / "l.csv", headings, "1,CX1111,Lan,,,"))
    assert file.unread == unread


def test_our_own_template_of_counts_may_say_that_they_are_numbers(tmp_path: Path) -> None:
    file = read_counts(written(
        tmp_path / "c.csv", "Mã dự thi,Số cảm xúc,Số lượt chia sẻ,Số bình luận", "CX1111,12,3,0"
    ))
    [row] = file.rows
    assert (row.clip_code, row.reactions, row.shares, row.comments) == ("CX1111", 12, 3, 0)
