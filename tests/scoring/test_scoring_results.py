"""What comes out: numbers as written, explanations, gaps, the second scale, sensitivity."""

from fractions import Fraction

import example
import pytest

import scoring
from scoring.numbers import finite, rounded, shown, written


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(539, 15), 2, "35.93"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(4999, 1000000), 2, "0.00"),
        (Fraction(100), 2, "100.00"),
        (Fraction(-1, 8), 2, "-0.12"),
        (7, 0, "7"),
    ],
)
def test_rounding_is_half_up(value, places, text):
    assert rounded(value, places) == text


def test_numbers_are_written_as_people_write_them():
    assert written("1234567.50", "vi") == "1.234.567,50"
    assert written("1234567.50", "en") == "1,234,567.50"
    assert shown(Fraction(1, 3), "vi") == "0,33"
    assert [finite(Fraction(7, 8)), finite(Fraction(1, 3)), finite(Fraction(90))] == [
        "0.875",
        None,
        "90",
    ]


def line(data, unit):
    lines = {line["unit"]: line for line in scoring.compute(data)["ranking"]}
    return lines[unit]


def test_the_explanation_can_be_followed_with_a_calculator():
    assert line(example.contest(), "Phường 1")["explanation"]["vi"].splitlines() == [
        "Clip clip1.",
        "Giám khảo: (87 + 92 + 90) / 3 / 100 × 40 = 35,87.",
        "Tương tác: 120 cảm xúc × 1 + 15 lượt chia sẻ × 2 = 150 điểm; 150 / 300 × 60 = 30,00.",
        "Số lượt chia sẻ chưa được đối chiếu theo từng tài khoản.",
        "Tổng: 35,87 + 30,00 = 65,87.",
        "Trên thang 500: 179,33 + 150,00 = 329,33.",
        "Hạng 2 theo tổng điểm.",
    ]


def test_the_explanation_names_who_was_left_out_and_which_cap_applied():
    assert line(example.contest(), "Phường 2")["explanation"]["en"].splitlines() == [
        "Clip clip2.",
        "Jury: 78 / 1 / 100 × 40 = 31.20.",
        "Recused: GK1.",
        "Abstained: GK3.",
        "Interactions: 310 reactions × 1 + 3 shares × 2 = 316 points, at most 300 count; "
        "300 / 300 × 60 = 60.00.",
        "Checked per account (at most 2 shares each): 3 of 6 shares count.",
        "Total: 31.20 + 60.00 = 91.20.",
        "On the scale of 500: 156.00 + 300.00 = 456.00.",
        "Rank 1 by total.",
    ]


def test_marks_whose_percentage_runs_on_are_shown_as_fractions():
    data = example.contest()
    data["rules"]["criteria"] = [{"id": "noi_dung", "max": 30}, {"id": "hinh_anh", "max": 30}]
    marks = {"GK1": example.marks(20, 30), "GK2": example.marks(25, 30), "GK3": "recused"}
    data["entries"] = [data["entries"][0] | {"marks": marks}]
    text = line(data, "Phường 1")["explanation"]["vi"]
    assert "Giám khảo: (50/60 + 55/60) / 2 × 40 = 35,00." in text


def test_parts_that_do_not_add_up_after_rounding_say_why():
    data = example.contest()
    data["rules"] |= {"jury_weight": 1, "interaction_weight": 2, "points_cap": 3}
    data["entries"] = data["entries"][:1]
    data["entries"][0]["marks"] = {"GK1": example.marks(60, 40)}
    data["entries"][0]["interactions"] = {"reactions": 1, "shares": 0}
    assert (
        "Tổng: 33,33 + 22,22 = 55,56 (cộng số chính xác rồi mới làm tròn)."
        in (line(data, "Phường 1")["explanation"]["vi"])
    )


def test_ties_are_explained():
    data = example.contest()
    first = data["entries"][0]
    data["entries"] = [first, first | {"id": "clip9", "unit": "Phường 9"}]
    shared = line(data, "Phường 9")
    assert (shared["rank"], shared["prize"], shared["decided_by"]) == (1, "first", "shared")
    assert shared["explanation"]["vi"].splitlines()[-1] == (
        "Đồng hạng 1 với Phường 1: mọi tiêu chí phụ đều bằng nhau."
    )
    data["chair_decisions"] = [{"units": ["Phường 9", "Phường 1"]}]
    assert line(data, "Phường 1")["explanation"]["en"].splitlines()[-1] == (
        "Rank 2: equal total with Phường 9; decided by the chair's recorded decision."
    )


def test_the_second_scale_is_the_plans_500():
    assert line(example.contest(), "Phường 1")["second_scale"] == {
        "of": "500",
        "jury": {"exact": "538/3", "rounded": "179.33"},
        "interactions": {"exact": "150", "rounded": "150.00"},
        "total": {"exact": "988/3", "rounded": "329.33"},
    }


def test_gaps_are_listed():
    data = example.contest()
    data["entries"][0]["marks"] = {"GK1": {"noi_dung": 5}, "GK2": "recused"}
    data["entries"][0]["interactions"]["shares"] = None
    found = scoring.compute(data)["missing"]
    assert [(g["what"], g["entry"], g["juror"], g["criteria"]) for g in found] == [
        ("marks", "clip1", "GK1", ["hinh_anh"]),
        ("ballot", "clip1", "GK3", ["hinh_anh", "noi_dung"]),
        ("shares", "clip1", None, []),
        ("interactions", "clip4", None, []),
    ]


def test_without_a_ledger_a_total_is_not_verified():
    assert [line(example.contest(), f"Phường {n}")["verified"] for n in (1, 2, 4)] == [
        False,
        True,
        False,
    ]


def test_a_disqualified_clip_is_listed_with_its_reason():
    assert scoring.compute(example.contest())["disqualified"] == [
        {"unit": "Phường 3", "entry": "clip3", "reason": "Sao chép một clip đã đăng năm 2021."}
    ]


def test_sensitivity_names_the_margin_and_what_would_change_a_prize():
    data = example.contest()
    data["entries"][0]["interactions"] = {"reactions": 297, "shares": 0}
    report = scoring.sensitivity(data)
    assert [(p["unit"], p["decided_by"], p["margin"]["rounded"]) for p in report["prizes"]] == [
        ("Phường 1", "total", "4.07"),
        ("Phường 2", "total", "75.07"),
    ]
    assert report["prizes"][0]["says"]["vi"] == "Phường 1 (hạng 1) hơn Phường 2 4,07 điểm."
    changed = {(t["what"], t["juror"]) for t in report["what_if"] if t["changes"]}
    assert changed == {("without_juror", "GK2")}
    assert report["stable"] is False


def test_sensitivity_to_the_caps():
    data = example.contest()
    data["jurors"] = []
    data["rules"] |= {"jury_weight": 0, "prizes": [{"id": "first", "count": 1}]}
    data["entries"] = [
        data["entries"][0] | {"marks": {}, "interactions": {"reactions": 400, "shares": 0}},
        data["entries"][1] | {"marks": {}, "unit": "A"},
    ]
    data["entries"][1]["interactions"]["share_ledger"][0]["count"] = 60
    report = scoring.sensitivity(data)
    changed = {t["what"]: t["changes"] for t in report["what_if"]}
    assert [(p["unit"], p["decided_by"]) for p in report["prizes"]] == [
        ("Phường 1", "uncapped_points")
    ]
    assert changed["without_cap"] == []
    assert changed["without_share_cap"] == [
        {"unit": "A", "from": None, "to": "first"},
        {"unit": "Phường 1", "from": "first", "to": None},
    ]
