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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 16), "0.0625"),
        (Fraction(1, 32), None),  # 0.03125 has five places
        (Fraction(1, 40), "0.025"),
        (Fraction(1, 3), None),
        (Fraction(100), "100"),
    ],
)
def test_a_decimal_is_written_out_where_it_ends_within_four_places(value, text):
    assert finite(value) == text


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


def two_criteria(*marks, rule="best"):
    """Clips c1, c2, … of unit A with (content, picture, reactions), content weighing twice."""
    entries = [
        {
            "id": f"c{place}",
            "unit": "A",
            "marks": {juror: example.marks(content, picture) for juror in ("GK1", "GK2")},
            "interactions": {"reactions": reactions, "shares": 0},
        }
        for place, (content, picture, reactions) in enumerate(marks, 1)
    ]
    criteria = [
        {"id": "noi_dung", "max": 40, "weight": 2},
        {"id": "hinh_anh", "max": 20, "weight": 1},
    ]
    return {
        "rules": {"criteria": criteria, "unit_score": rule},
        "jurors": ["GK1", "GK2"],
        "entries": entries,
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param((20, 10, 0), (16, 8, 100), id="a higher total though a lower jury mean"),
        pytest.param((40, 0, 16), (34, 20, 0), id="equal totals and a higher jury mean"),
        pytest.param((30, 20, 0), (40, 0, 0), id="equal means and more in the heaviest criterion"),
        pytest.param((30, 20, 300), (30, 20, 301), id="all equal and more points before the cap"),
    ],
)
def test_a_unit_stands_with_its_stronger_clip(first, second):
    found = line(two_criteria(first, second), "A")
    assert (found["entry"], found["entries"]) == ("c2", ["c2"])
    assert found["explanation"]["vi"].startswith(
        "Đơn vị có 2 clip, tính clip cao điểm nhất: c2.\nGiám khảo: "
    )
    assert found["explanation"]["en"].startswith(
        "The unit has 2 clips and stands with its best: c2.\nJury: "
    )
    assert line(two_criteria(second, first), "A")["entry"] == "c1"
    assert line(two_criteria(second, second), "A")["entry"] == "c1"


def test_the_clips_of_a_unit_are_added_and_each_is_explained():
    found = line(two_criteria((40, 20, 0), (20, 10, 30), rule="sum"), "A")
    assert found["jury_mean"] == {"exact": "75", "rounded": "75.00"}
    assert (found["total"]["rounded"], found["points"]) == ("66.00", 30)
    assert "second_scale" not in found
    assert found["explanation"]["vi"].splitlines() == [
        "Cộng điểm 2 clip của đơn vị: c1, c2.",
        "Clip c1.",
        "Giám khảo: (100 + 100) / 2 / 100 × 40 = 40,00.",
        "Tương tác: 0 cảm xúc × 1 + 0 lượt chia sẻ × 2 = 0 điểm; 0 / 300 × 60 = 0,00.",
        "Số lượt chia sẻ chưa được đối chiếu theo từng tài khoản.",
        "Clip c2.",
        "Giám khảo: (50 + 50) / 2 / 100 × 40 = 20,00.",
        "Tương tác: 30 cảm xúc × 1 + 0 lượt chia sẻ × 2 = 30 điểm; 30 / 300 × 60 = 6,00.",
        "Số lượt chia sẻ chưa được đối chiếu theo từng tài khoản.",
        "Tổng: 60,00 + 6,00 = 66,00.",
        "Hạng 1 theo tổng điểm.",
    ]
    assert found["explanation"]["en"].splitlines()[:2] == [
        "The scores of the unit's 2 clips are added: c1, c2.", "Clip c1.",
    ]


def test_the_step_that_decided_is_explained_with_its_figure():
    data = two_criteria((30, 20, 300), (40, 0, 300), (40, 0, 301))
    for place, unit in enumerate("ABC"):
        data["entries"][place]["unit"] = unit
    last = [line(data, unit)["explanation"]["vi"].splitlines()[-1] for unit in "CBA"]
    assert last == [
        "Hạng 1: bằng tổng điểm với B, A; xét điểm tương tác khi chưa giới hạn (301).",
        "Hạng 2: bằng tổng điểm với C, A; xét điểm tương tác khi chưa giới hạn (300).",
        "Hạng 3: bằng tổng điểm với C, B; xét điểm tiêu chí có trọng số lớn nhất (75).",
    ]
    assert line(data, "A")["explanation"]["en"].splitlines()[-1] == (
        "Rank 3: equal total with C, B; "
        "decided by the mark in the criterion of most weight (75)."
    )


def test_the_explanation_names_the_missing_and_the_trimmed():
    data = two_criteria((40, 20, 0))
    data["rules"]["trim"] = 1
    data["jurors"] = [f"GK{number}" for number in range(6)]
    data["entries"][0]["marks"] = {
        "GK4": example.marks(40, 20), "GK2": example.marks(0, 0), "GK3": example.marks(20, 10),
        "GK1": example.marks(20, 10), "GK5": {"noi_dung": 1},
    }
    for language, lines in {
        "vi": [
            "Giám khảo: (50 + 50) / 2 / 100 × 40 = 20,00.",
            "Không tính điểm cao nhất và thấp nhất của: GK2, GK4.",
            "Chưa chấm đủ, không tính là 0: GK0, GK5.",
        ],
        "en": [
            "Jury: (50 + 50) / 2 / 100 × 40 = 20.00.",
            "Highest and lowest left out: GK2, GK4.",
            "Not fully marked, not counted as zero: GK0, GK5.",
        ],
    }.items():
        assert line(data, "A")["explanation"][language].splitlines()[1:4] == lines


def explained(language, **changed):
    """The example's first clip, with other counts or other rules, sentence by sentence."""
    data = example.contest()
    data["entries"] = data["entries"][:1]
    if "interactions" in changed:
        data["entries"][0]["interactions"] = changed.pop("interactions")
    data["rules"] |= changed
    return line(data, "Phường 1")["explanation"][language].splitlines()


def test_numbers_in_a_sentence_are_written_in_its_language():
    """20.5 to 60 is 25.4658… to 74.5341… of 100."""
    given = {"interactions": {"reactions": 1200, "shares": 3456}}
    rules = {"jury_weight": "20.5", "points_cap": 12_000}
    assert explained("vi", **given, **rules)[1:3] == [
        "Giám khảo: (87 + 92 + 90) / 3 / 100 × 25,47 = 22,83.",
        "Tương tác: 1.200 cảm xúc × 1 + 3.456 lượt chia sẻ × 2 = 8.112 điểm; "
        "8.112 / 12.000 × 74,53 = 50,39.",
    ]
    assert explained("en", **given, **rules)[1:3] == [
        "Jury: (87 + 92 + 90) / 3 / 100 × 25.47 = 22.83.",
        "Interactions: 1,200 reactions × 1 + 3,456 shares × 2 = 8,112 points; "
        "8,112 / 12,000 × 74.53 = 50.39.",
    ]
    assert explained("en", **given, **rules)[5] == (
        "On the scale of 16,100: 3,676.33 + 8,112.00 = 11,788.33."
    )


def test_what_is_said_of_counts_that_are_not_there_or_were_checked():
    none = "Tương tác: chưa có số đếm; 0 / 300 × 60 = 0,00."
    assert explained("vi", interactions=None)[2:4] == [none, "Tổng: 35,87 + 0,00 = 35,87."]
    assert explained("en", interactions=None)[2] == (
        "Interactions: no count yet; 0 / 300 × 60 = 0.00."
    )
    unshared = {"reactions": 30}
    assert explained("vi", interactions=unshared)[2:4] == [
        "Tương tác: 30 cảm xúc × 1 = 30 điểm; 30 / 300 × 60 = 6,00.",
        "Chưa có số lượt chia sẻ.",
    ]
    assert explained("en", interactions=unshared)[3] == "No count of shares yet."
    ledger = {"reactions": 0, "share_ledger": [{"account": "a", "count": 1200}]}
    assert explained("vi", interactions=ledger, shares_per_account=None)[3] == (
        "Đã đối chiếu từng tài khoản: 1.200 lượt."
    )
    assert explained("en", interactions=ledger, shares_per_account=None)[3] == (
        "Checked per account: 1,200 shares."
    )


def test_shares_that_earn_nothing_are_not_spoken_of():
    lines = explained("vi", interactions={"reactions": 30, "shares": 9}, points_per_share=0)
    assert lines[2:4] == [
        "Tương tác: 30 cảm xúc × 1 + 9 lượt chia sẻ × 0 = 30 điểm; 30 / 300 × 60 = 6,00.",
        "Tổng: 35,87 + 6,00 = 41,87.",
    ]


def test_a_jury_that_does_not_count_is_not_explained():
    words = {"vi": "không tính vào điểm của hội thi này", "en": "does not count in this contest"}
    assert explained("vi", jury_weight=0)[1] == f"Giám khảo: {words['vi']}."
    assert explained("en", jury_weight=0)[1] == f"Jury: {words['en']}."


def test_standardised_marks_are_said_to_be_rounded():
    lines = explained("vi", standardise=True)
    assert lines[1:3] == [
        "Giám khảo: (89,67 + 89,67 + 89,67) / 3 / 100 × 40 = 35,87.",
        "Điểm đã quy về cùng mức trung bình và cùng độ chênh; số ghi ở đây đã làm tròn, khi tính "
        "dùng phân số chính xác.",
    ]
    assert explained("en", standardise=True)[2] == (
        "Marks were moved to a common mean and a common spread; the numbers here are rounded, "
        "the sums use exact fractions."
    )


def test_three_that_share_a_rank_name_each_other():
    data = two_criteria(*[(40, 20, 0)] * 3)
    for place, unit in enumerate("ABC"):
        data["entries"][place]["unit"] = unit
    assert line(data, "B")["explanation"]["vi"].splitlines()[-1] == (
        "Đồng hạng 1 với A, C: mọi tiêu chí phụ đều bằng nhau."
    )
    assert line(data, "B")["explanation"]["en"].splitlines()[-1] == (
        "Rank 1 shared with A, C: every tie-break is equal."
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
