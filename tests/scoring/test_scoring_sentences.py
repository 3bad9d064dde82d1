"""Every sentence and every key that leaves the package, word for word: what mutation testing found
that no other test looked at."""

import json

import example
import pytest

import scoring
from scoring.nodes import parse


def refused(data):
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(data)
    return refusal.value.path, refusal.value.vi, refusal.value.en


def rules(**values):
    data = example.contest()
    data["rules"] |= values
    return data


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        (b'"\xff"', "Tệp phải là văn bản UTF-8.", "The text must be UTF-8."),
        (b'{"rules": }', "JSON sai cú pháp ở dòng 1, cột 11.", None),
        (b"[" * 100_000, "JSON lồng quá sâu.", "The JSON is nested too deeply."),
        (
            b'{"a": NaN}',
            "JSON có một số không dùng được.",
            "The JSON holds a number that is no use.",
        ),
    ],
)
def test_a_broken_text(text, vi, en):
    with pytest.raises(scoring.InputError) as refusal:
        parse(text)
    assert (refusal.value.path, refusal.value.vi) == ("$", vi)
    assert en in (None, refusal.value.en)


FIRST = ("entries", 0)
NUMBER = (
    "Ở đây là {}; phải là số nguyên từ {} đến {}.",
    "Found {}; it must be a whole number from {} to {}.",
)
RATIO = (
    "Ở đây là {}; phải là một số không âm.",
    "Found {}; it must be a number that is not negative.",
)
ONE_OF = ("Ở đây là {}; phải là một trong: {}.", "Found {}; it must be one of: {}.")
TWICE = ("“{0}” có hai lần.", '"{0}" stands twice.')


def filled(sentences, *values):
    return tuple(sentence.format(*values) for sentence in sentences)


@pytest.mark.parametrize(
    ("path", "value", "sentences"),
    [
        (("rules",), 7, ("Chỗ này phải là một đối tượng {…}.", "This must be an object {…}.")),
        (("rules",), {7: 7}, ("Khoá phải là chữ.", "Keys must be text.")),
        (("jurors",), 7, ("Chỗ này phải là một danh sách […].", "This must be a list […].")),
        (
            (*FIRST, "unit"), "",
            ("Chỗ này phải là chữ, không để trống.", "This must be text, not empty."),
        ),
        (
            (*FIRST, "unit"), "x" * 2001,
            ("Dài quá 2000 ký tự.", "Longer than 2000 characters."),
        ),
        (
            (*FIRST, "disqualified"), 1,
            ("Chỗ này phải là true hoặc false.", "This must be true or false."),
        ),
        (("rules", "points_cap"), 0, filled(NUMBER, 0, 1, 10**12)),
        (("rules", "points_per_share"), -1, filled(NUMBER, -1, 0, 10**12)),
        (("rules", "jury_weight"), -1, filled(RATIO, -1)),
        (("rules", "unit_score"), "mean", filled(ONE_OF, '"mean"', "best, sum")),
        (("jurors",), ["GK1", "GK1"], filled(TWICE, "GK1")),
        (
            ("rules", "interaction_weight"), 0,
            ("Hai trọng số không thể cùng bằng 0.", "Both weights cannot be zero."),
        ),
        (
            ("rules", "criteria"), [{"id": "a", "max": 1, "weight": 0}],
            (
                "Cần ít nhất một tiêu chí có trọng số lớn hơn 0.",
                "At least one criterion with a weight above zero is needed.",
            ),
        ),
        (
            ("rules", "second_scale"), 0,
            ("Thang điểm phải lớn hơn 0.", "The scale must be above zero."),
        ),
        (
            (*FIRST, "marks", "GK9"), {},
            (
                "“GK9” không có trong danh sách giám khảo.",
                '"GK9" is not in the list of jurors.',
            ),
        ),
        (
            (*FIRST, "marks", "GK1"), "ill",
            (
                "Phải là điểm theo tiêu chí, hoặc “recused”, “abstained”.",
                'This must be marks by criterion, or "recused", or "abstained".',
            ),
        ),
        (
            ("chair_decisions",), [{"units": ["A"]}],
            ("Không có đơn vị “A”.", 'There is no unit "A".'),
        ),
    ],
    ids=range(17),
)
def test_what_a_refusal_says(path, value, sentences):
    data = example.contest()
    if path[-1] == "interaction_weight":
        data["rules"]["jury_weight"] = 0
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert refused(data)[1:] == sentences


def test_the_longest_text():
    data = example.contest()
    data["entries"][0]["unit"] = "x" * 2000
    assert scoring.compute(data)["ranking"][1]["unit"] == "x" * 2000


def test_a_field_that_is_missing_and_a_key_that_stands_twice():
    data = example.contest()
    del data["entries"][0]["unit"]
    assert refused(data) == ("$.entries[0].unit", "Thiếu “unit”.", '"unit" is missing.')
    assert refused(parse('{"rules": 1, "rules": 2}')) == (
        "$.rules", "Khoá này có hai lần.", "This key stands twice.",
    )


def test_a_path_shows_a_name_as_people_write_it():
    data = example.contest()
    data["entries"][0]["marks"]["Giám khảo 1"] = {}
    assert refused(data)[0] == '$.entries[0].marks["Giám khảo 1"]'


def test_gaps_that_are_refused():
    data = rules(missing="refuse")
    assert refused(data) == (
        "$.entries[3].interactions",
        "Chưa có đủ số đếm tương tác của clip clip4.",
        "The interaction counts of clip clip4 are not complete.",
    )
    del data["entries"][0]["marks"]["GK2"]
    assert refused(data) == (
        "$.entries[0].marks",
        "Giám khảo GK2 chưa chấm đủ clip clip1.",
        "Juror GK2 has not fully marked clip clip1.",
    )


def test_an_unknown_field_names_the_nearest_or_all():
    data = example.contest()
    data["rules"]["criteria"][0]["zzz"] = 1
    path, vi, en = refused(data)
    assert path == "$.rules.criteria[0].zzz"
    assert vi.endswith(" Dùng được: id, max, weight.")
    assert en.endswith(" Known: id, max, weight.")
    path, vi, en = refused(rules(point_cap=1))
    assert vi.endswith(" Có phải ý bạn là “points_cap”?")
    assert en.endswith(' Did you mean "points_cap"?')


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ấm", '"ấm"'),
        ({1, 2}, "set"),
        ("x" * 38, '"' + "x" * 38 + '"'),
        ("x" * 39, '"' + "x" * 38 + "…"),
    ],
)
def test_what_was_found_is_shown_in_short(value, shown):
    _, vi, _ = refused(rules(points_cap=value))
    assert vi.startswith(f"Ở đây là {shown}; ")


def test_limits_of_a_prize():
    for count in (0, 100_000):
        scoring.compute(rules(prizes=[{"id": "a", "count": count}]))
    assert refused(rules(prizes=[{"id": "a", "count": 100_001}]))[0] == "$.rules.prizes[0].count"
    assert refused(rules(prizes=[{"id": "a"}]))[0].startswith("$.rules.prizes[0]")
    assert refused(rules(prizes=[{"count": 1}]))[0].startswith("$.rules.prizes[0]")


@pytest.mark.parametrize("row", [{"account": "a" * 32}, {"count": 1}])
def test_a_row_of_the_ledger_lacks_nothing(row):
    data = example.contest()
    data["entries"][0]["interactions"]["share_ledger"] = [row]
    assert refused(data)[0].startswith("$.entries[0].interactions.share_ledger[0]")


def test_a_mark_in_an_unknown_criterion():
    data = example.contest()
    data["entries"][0]["marks"]["GK1"]["nhac"] = 1
    assert refused(data) == (
        "$.entries[0].marks.GK1.nhac", "Không có tiêu chí này.", "There is no such criterion.",
    )


def clip(name, unit, mark, reactions):
    return {
        "id": name, "unit": unit, "marks": {"GK1": {"noi_dung": mark}},
        "interactions": {"reactions": reactions, "shares": 0},
    }


def report(*clips, prizes=3):
    found = scoring.sensitivity({
        "rules": {
            "criteria": [{"id": "noi_dung", "max": 100}],
            "prizes": [{"id": f"p{n}", "count": 1} for n in range(1, prizes + 1)],
        },
        "jurors": ["GK1"],
        "entries": list(clips),
    })
    return json.loads(json.dumps(found))


def test_the_report_on_a_lead_and_on_the_last():
    found = report(clip("c1", "A", 90, 0), clip("c2", "B", 80, 0), clip("c3", "C", 80, 0), prizes=1)
    assert found["format"] == "hoithi-sensitivity/1"
    assert found["prizes"] == [{
        "prize": "p1", "rank": 1, "unit": "A", "decided_by": "total",
        "margin": {"exact": "4", "rounded": "4.00"}, "next_units": ["B", "C"],
        "says": {"vi": "A (hạng 1) hơn B, C 4,00 điểm.", "en": "A (rank 1) leads B, C by 4.00."},
    }]
    [alone] = report(clip("c1", "A", 90, 0))["prizes"]
    assert (alone["margin"], alone["next_units"]) == (None, [])
    assert alone["says"] == {
        "vi": "A (hạng 1) là đơn vị cuối bảng.", "en": "A (rank 1) is the last in the ranking.",
    }


def test_the_report_on_ties():
    shared = report(clip("c1", "A", 90, 0), clip("c2", "B", 90, 0))["prizes"][1]
    assert shared["says"] == {
        "vi": "B đồng hạng 1; các tiêu chí phụ đều bằng nhau.",
        "en": "B shares rank 1; every tie-break is equal.",
    }
    # 40 + 0, and twice 20 + 20: the same total, the jury's mean decides
    tie = report(clip("c1", "A", 100, 0), clip("c2", "B", 50, 100), clip("c3", "C", 50, 100))
    assert tie["prizes"][0]["says"] == {
        "vi": "A (hạng 1) bằng tổng điểm với B, C; thứ hạng do tiêu chí phụ quyết định.",
        "en": "A (rank 1) has the same total as B, C; a tie-break decided.",
    }


def test_the_report_tries_the_contest_without_the_cap():
    found = report(clip("c1", "A", 90, 300), clip("c2", "B", 80, 900), prizes=1)
    trials = {trial["what"]: trial["changes"] for trial in found["what_if"]}
    assert trials["without_cap"] == [
        {"unit": "A", "from": "p1", "to": None}, {"unit": "B", "from": None, "to": "p1"},
    ]
    assert trials["without_share_cap"] == []
    assert not found["stable"]


def test_every_key_of_the_ranking():
    data = example.contest()
    data["entries"][3]["marks"] = {}
    found = scoring.compute(data)
    assert found["format"] == "hoithi-ranking/1"
    assert found["unranked"] == [{"unit": "Phường 4", "entry": "clip4", "why": "no_marks"}]
    assert found["missing"][0] == {
        "what": "ballot", "entry": "clip4", "unit": "Phường 4", "juror": "GK1",
        "criteria": ["hinh_anh", "noi_dung"],
    }
    line = {k: v for k, v in found["ranking"][0].items() if k not in ("explanation", "rounded")}
    assert line == {
        "rank": 1, "unit": "Phường 2", "entry": "clip2", "entries": ["clip2"],
        "jury": {"exact": "156/5", "rounded": "31.20"},
        "interactions": {"exact": "60", "rounded": "60.00"},
        "total": {"exact": "456/5", "rounded": "91.20"},
        "jury_mean": {"exact": "78", "rounded": "78.00"},
        "points": 316, "capped": True, "verified": True, "decided_by": "total", "prize": "first",
        "second_scale": line["second_scale"],
    }


def test_the_rules_are_stated_with_every_default():
    assert scoring.compute(example.contest())["rules"] == {
        "criteria": [
            {"id": "noi_dung", "max": 60, "weight": "1"},
            {"id": "hinh_anh", "max": 40, "weight": "1"},
        ],
        "jury_weight": "40", "interaction_weight": "60", "points_per_share": 2,
        "points_per_reaction": 1, "shares_per_account": 2, "points_cap": 300,
        "prizes": [{"id": "first", "count": 1}, {"id": "consolation", "count": 1}],
        "missing": "report", "trim": 0, "trim_from": 2, "standardise": False,
        "unit_score": "best",
        "tie_breaks": ["jury_mean", "top_criterion", "uncapped_points", "chair"],
        "second_scale": "500",
    }
    assert scoring.compute(rules(second_scale=None))["rules"]["second_scale"] is None


def test_rows_of_one_account_are_added_before_its_limit():
    data = example.contest()
    rows = [{"account": name, "count": 1} for name in ("a", "b", "a", "b", "a", "c")]
    data["entries"][0]["interactions"] = {"reactions": 0, "share_ledger": rows}
    lines = {line["unit"]: line for line in scoring.compute(data)["ranking"]}
    assert lines["Phường 1"]["points"] == 2 * (2 + 2 + 1)


def test_marks_under_half_weights_are_explained_in_percent():
    data = example.contest()
    data["rules"]["criteria"][1]["weight"] = 0.5
    lines = {line["unit"]: line for line in scoring.compute(data)["ranking"]}
    first = lines["Phường 1"]["explanation"]["vi"].splitlines()[1]
    # 68.5, 73.5 and 71 of 80
    assert first == "Giám khảo: (85,625 + 91,875 + 88,75) / 3 / 100 × 40 = 35,50."


def test_without_jurors_weight_nobody_has_to_mark():
    data = rules(jury_weight=0, interaction_weight=100)
    data["entries"] = data["entries"][:1]
    data["entries"][0]["marks"] = {}
    found = scoring.compute(data)
    assert found["missing"] == []
    assert found["ranking"][0]["jury_mean"] is None
