"""12/6/2023 is in June or in December: the file settles it, a person chooses, or it is refused."""

from datetime import datetime
from pathlib import Path

import pytest

from social.imports import LedgerRow, Problem, iterate_ledger
from social.imports.moments import Order


def rows(tmp_path: Path, *moments: str, order: Order | None = None) -> list[LedgerRow | Problem]:
    path = tmp_path / "l.csv"
    lines = [f"CX1,Lan,https://a.vn/{n},{text}" for n, text in enumerate(moments)]
    path.write_text("\n".join(("Mã clip,Tài khoản,Liên kết,Thời điểm thấy", *lines)), "utf-8")
    return list(iterate_ledger(path, order=order))


def seen(found: list[LedgerRow | Problem]) -> list[object]:
    return [row.seen_at if isinstance(row, LedgerRow) else row.code for row in found]


def test_a_date_of_two_readings_is_refused_with_both_and_what_to_do(tmp_path: Path) -> None:
    good, bad = rows(tmp_path, "6/6/2023 8:00", "12/6/2023 16:00")
    assert isinstance(good, LedgerRow) and good.seen_at == datetime(2023, 6, 6, 8)
    assert isinstance(bad, Problem)
    assert (bad.row, bad.code) == (3, "two_readings")
    for part in ("«12/6/2023 16:00»", "16:00 ngày 12 tháng 6 năm 2023",
                 "16:00 ngày 6 tháng 12 năm 2023", "2023-06-12 16:00", "chọn thứ tự"):
        assert part in bad.message_vi
    for part in ("16:00 on 12 June 2023", "16:00 on 6 December 2023", "choose the order"):
        assert part in bad.message_en


@pytest.mark.parametrize(("moments", "expected"), [
    (("12/6/2023 16:00", "13/6/2023 9:00"), [datetime(2023, 6, 12, 16), datetime(2023, 6, 13, 9)]),
    (("6/12/2023 16:00", "6/13/2023 9:00"), [datetime(2023, 6, 12, 16), datetime(2023, 6, 13, 9)]),
    (("16g00 ngày 12-6-2023", "", "30/6/2023 0:00"),
     [datetime(2023, 6, 12, 16), None, datetime(2023, 6, 30)]),
    (("13/6/2023 9:00", "12/6/2023 16:00", "6/14/2023 9:00"),
     [datetime(2023, 6, 13, 9), datetime(2023, 6, 12, 16), "other_order"]),
    (("12/6/2023 16:00", "6/14/2023 9:00", "14/6/2023 9:00"),
     [datetime(2023, 12, 6, 16), datetime(2023, 6, 14, 9), "other_order"]),
    (("2023-06-12 16:00", "12/6/2023 16:00", "2023-06-13 16:00"),
     [datetime(2023, 6, 12, 16), "two_readings", datetime(2023, 6, 13, 16)]),
])  # fmt: skip
def test_the_file_itself_settles_the_order_for_all_its_rows(
    tmp_path: Path, moments: tuple[str, ...], expected: list[object]
) -> None:
    assert seen(rows(tmp_path, *moments)) == expected


def test_a_chosen_order_is_believed_and_what_does_not_fit_it_is_refused(tmp_path: Path) -> None:
    moments = ("12/6/2023 16:00", "13/6/2023 9:00")
    assert seen(rows(tmp_path, *moments, order="day")) == [
        datetime(2023, 6, 12, 16), datetime(2023, 6, 13, 9)
    ]
    found = rows(tmp_path, *moments, order="month")
    assert seen(found) == [datetime(2023, 12, 6, 16), "other_order"]
    assert isinstance(found[1], Problem) and "as chosen" in found[1].message_en


def test_a_contradicting_row_names_the_row_that_settled_it(tmp_path: Path) -> None:
    [_, bad] = rows(tmp_path, "13/6/2023 9:00", "6/14/2023 9:00")
    assert isinstance(bad, Problem)
    assert "row 2 shows (“13/6/2023 9:00”)" in bad.message_en
