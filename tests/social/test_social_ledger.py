"""Share ledgers: row by row, problems by row, memory flat."""

import tracemalloc
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from social.imports import (
    FileRefused,
    LedgerRow,
    Problem,
    iterate_ledger,
    write_counts_template,
    write_ledger_template,
)

LINK = "https://www.facebook.com/lan/posts/123456789"


def ledger(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("Mã clip,Tài khoản,Liên kết,Thời điểm thấy", *lines)), "utf-8")
    return path


def test_it_reads_a_ledger(tmp_path: Path) -> None:
    path = ledger(
        tmp_path / "l.csv", f"cx123,Nguyễn  Thị Lan,{LINK},19/6/2023 15:30", "CX124,Minh,,"
    )
    assert list(iterate_ledger(path)) == [
        LedgerRow(2, "CX123", "Nguyễn Thị Lan", LINK, datetime(2023, 6, 19, 15, 30)),
        LedgerRow(3, "CX124", "Minh", None, None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "19/6/2023 15:30",
        "15g30 ngày 19/6/2023",
        "15 giờ 30 ngày 19/06/2023",
        "2023-06-19 15:30",
        "2023-06-19T15:30:00",
        "15:30 19/6/2023",
        "15h30 19/6/2023",
        "15:30:00 19/6/2023",
        "19-06-2023 15:30",
    ],
)
def test_moments_are_read_as_people_write_them(tmp_path: Path, text: str) -> None:
    [row] = iterate_ledger(ledger(tmp_path / "l.csv", f"CX1,Lan,,{text}"))
    assert isinstance(row, LedgerRow)
    assert row.seen_at == datetime(2023, 6, 19, 15, 30)


def test_a_moment_with_an_offset_keeps_it(tmp_path: Path) -> None:
    [row] = iterate_ledger(ledger(tmp_path / "l.csv", "CX1,Lan,,2023-06-19T15:30:00+07:00"))
    assert isinstance(row, LedgerRow)
    assert row.seen_at == datetime(2023, 6, 19, 15, 30, tzinfo=timezone(timedelta(hours=7)))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",Lan,,", "no_clip"),
        ("CX1,,,", "no_account"),
        (f"CX1,{'a' * 201},,", "no_account"),
        ("CX1,Lan,đã chia sẻ,", "not_a_link"),
        ("CX1,Lan,,hôm qua", "not_a_moment"),
    ],
)
def test_a_bad_row_is_a_problem_in_its_place(tmp_path: Path, line: str, code: str) -> None:
    good, bad = iterate_ledger(ledger(tmp_path / "l.csv", "CX1,Lan,,", line))
    assert isinstance(good, LedgerRow)
    assert isinstance(bad, Problem)
    assert (bad.row, bad.code) == (3, code)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with path.open("wb") as file:
        write_counts_template(file, [])
    with pytest.raises(FileRefused):
        iterate_ledger(path)


def test_the_template_we_write_has_the_right_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with path.open("wb") as file:
        write_ledger_template(file, ["CX123"], language="en")
    [row] = iterate_ledger(path)
    assert isinstance(row, Problem)
    assert row.code == "no_account"


def test_a_long_ledger_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Clip code,Account,Share link,Seen at\n")
        file.writelines(f"CX{n % 40},Account {n},{LINK},19/6/2023 15:30\n" for n in range(20_000))
    tracemalloc.start()
    assert sum(1 for _ in iterate_ledger(path)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    with pytest.raises(FileRefused, match="more than 100 rows"):
        list(iterate_ledger(path, max_rows=100))
