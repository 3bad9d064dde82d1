"""Malformed input: refused with the JSON path of the fault, in both languages."""

from fractions import Fraction

import example
import pytest

import scoring
from scoring.nodes import parse

DELETE = object()

FAULTS = [
    ((), [], "$"),
    (("rules",), DELETE, "$.rules"),
    (("rules", "criteria"), DELETE, "$.rules.criteria"),
    (("rules", "criteria"), [], "$.rules.criteria"),
    (("rules", "criteria", 0, "max"), DELETE, "$.rules.criteria[0].max"),
    (("rules", "criteria", 0, "id"), DELETE, "$.rules.criteria[0].id"),
    (("rules", "criteria", 0, "max"), 0, "$.rules.criteria[0].max"),
    (("rules", "criteria", 0, "max"), 10.0, "$.rules.criteria[0].max"),
    (("rules", "criteria", 0, "weight"), -1, "$.rules.criteria[0].weight"),
    (("rules", "criteria", 0, "weight"), "1/0", "$.rules.criteria[0].weight"),
    (("rules", "criteria", 0, "weight"), float("nan"), "$.rules.criteria[0].weight"),
    (("rules", "criteria", 1, "id"), "noi_dung", "$.rules.criteria[1]"),
    (("rules", "point_cap"), 300, "$.rules.point_cap"),
    (("rules", "points_cap"), 0, "$.rules.points_cap"),
    (("rules", "points_cap"), True, "$.rules.points_cap"),
    (("rules", "points_cap"), 10**13, "$.rules.points_cap"),
    (("rules", "jury_weight"), "forty", "$.rules.jury_weight"),
    (("rules", "shares_per_account_per"), "week", "$.rules.shares_per_account_per"),
    (("entries", 0, "interactions", "ledger_state"), "none",
     "$.entries[0].interactions.ledger_state"),
    (("entries", 1, "interactions", "share_ledger", 0, "day"), "19/6/2023",
     "$.entries[1].interactions.share_ledger[0].day"),
    (("rules", "jury_weight"), None, "$.rules.jury_weight"),
    (("rules", "points_per_share"), -2, "$.rules.points_per_share"),
    (("rules", "shares_per_account"), 1.5, "$.rules.shares_per_account"),
    (("rules", "prizes", 0, "count"), -1, "$.rules.prizes[0].count"),
    (("rules", "prizes", 1, "id"), "first", "$.rules.prizes[1]"),
    (("rules", "prizes", 0, "id"), " ", "$.rules.prizes[0].id"),
    (("rules", "missing"), "ignore", "$.rules.missing"),
    (("rules", "trim"), -1, "$.rules.trim"),
    (("rules", "standardise"), 1, "$.rules.standardise"),
    (("rules", "unit_score"), "mean", "$.rules.unit_score"),
    (("rules", "tie_breaks"), ["coin"], "$.rules.tie_breaks[0]"),
    (("rules", "tie_breaks"), ["chair", "chair"], "$.rules.tie_breaks[1]"),
    (("rules", "second_scale"), 0, "$.rules.second_scale"),
    (("jurors",), "GK1", "$.jurors"),
    (("jurors",), ["GK1", "GK2", "GK3", "GK1"], "$.jurors[3]"),
    (("jurors", 0), 7, "$.jurors[0]"),
    (("entries", 1, "id"), "clip1", "$.entries[1]"),
    (("entries", 0, "unit"), "", "$.entries[0].unit"),
    (("entries", 0, "unit"), "x" * 2001, "$.entries[0].unit"),
    (("entries", 0, "marks"), DELETE, "$.entries[0].marks"),
    (("entries", 0, "marks"), [], "$.entries[0].marks"),
    (("entries", 0, "marks", "GK9"), {}, "$.entries[0].marks.GK9"),
    (("entries", 0, "marks", "GK 1"), {}, '$.entries[0].marks["GK 1"]'),
    (("entries", 0, "marks", "GK1"), "absent", "$.entries[0].marks.GK1"),
    (("entries", 0, "marks", "GK1"), None, "$.entries[0].marks.GK1"),
    (("entries", 0, "marks", "GK1", "noi_dung"), 61, "$.entries[0].marks.GK1.noi_dung"),
    (("entries", 1, "marks", "GK2", "noi_dung"), 61, "$.entries[1].marks.GK2.noi_dung"),
    (("entries", 0, "marks", "GK1", "noi_dung"), -1, "$.entries[0].marks.GK1.noi_dung"),
    (("entries", 0, "marks", "GK1", "noi_dung"), 50.5, "$.entries[0].marks.GK1.noi_dung"),
    (("entries", 0, "marks", "GK1", "noi_dung"), True, "$.entries[0].marks.GK1.noi_dung"),
    (("entries", 0, "marks", "GK1", "nhac"), 1, "$.entries[0].marks.GK1.nhac"),
    (("entries", 0, "interactions"), DELETE, "$.entries[0].interactions"),
    (("entries", 0, "interactions", "reactions"), DELETE, "$.entries[0].interactions.reactions"),
    (("entries", 0, "interactions", "reactions"), "12", "$.entries[0].interactions.reactions"),
    (("entries", 0, "interactions", "reactions"), -1, "$.entries[0].interactions.reactions"),
    (("entries", 0, "interactions", "shares"), "9", "$.entries[0].interactions.shares"),
    (("entries", 0, "interactions", "likes"), 9, "$.entries[0].interactions.likes"),
    (
        ("entries", 1, "interactions", "share_ledger"),
        {},
        "$.entries[1].interactions.share_ledger",
    ),
    (
        ("entries", 1, "interactions", "share_ledger", 1),
        ["lan", 2],
        "$.entries[1].interactions.share_ledger[1]",
    ),
    (
        ("entries", 1, "interactions", "share_ledger", 1, "count"),
        -1,
        "$.entries[1].interactions.share_ledger[1].count",
    ),
    (
        ("entries", 1, "interactions", "share_ledger", 1, "account"),
        "",
        "$.entries[1].interactions.share_ledger[1].account",
    ),
    (
        ("entries", 1, "interactions", "share_ledger", 1, "phone"),
        "09",
        "$.entries[1].interactions.share_ledger[1].phone",
    ),
    (("entries", 0, "disqualified"), "no", "$.entries[0].disqualified"),
    (("entries", 0, "disqualfied"), True, "$.entries[0].disqualfied"),
    (("chair_decisions",), {}, "$.chair_decisions"),
    (("chair_decisions",), [{"units": ["Phường 9"]}], "$.chair_decisions[0].units[0]"),
    (("chair_decisions",), [{"reason": "?"}], "$.chair_decisions[0].units"),
    (("seed",), 1, "$.seed"),
]


def put(data, path, value):
    if not path:
        return value
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is DELETE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "named"), FAULTS, ids=[f"{n}-{f[2]}" for n, f in enumerate(FAULTS)]
)
def test_a_fault_is_named_by_its_path(path, value, named):
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(put(example.contest(), path, value))
    assert refusal.value.path == named
    assert refusal.value.vi.endswith((".", "?"))
    assert refusal.value.en.endswith((".", "?"))
    assert refusal.value.vi != refusal.value.en


def test_a_sentence_says_what_was_found_and_what_is_allowed():
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(put(example.contest(), ("entries", 0, "marks", "GK1", "noi_dung"), 61))
    assert refusal.value.vi == "Ở đây là 61; phải là số nguyên từ 0 đến 60."
    assert refusal.value.en == "Found 61; it must be a whole number from 0 to 60."


def test_every_rule_that_is_given_is_the_rule_that_counts():
    given = {
        "criteria": [{"id": "noi_dung", "max": 60, "weight": "1/3"}, {"id": "hinh_anh", "max": 40}],
        "jury_weight": "1/2", "interaction_weight": "3/2", "points_per_share": 5,
        "points_per_reaction": 3, "shares_per_account": 0, "points_cap": 7,
        "prizes": [{"id": "a", "count": 2}, {"id": "b", "count": 0}], "missing": "report",
        "trim": 3, "trim_from": 9, "standardise": True, "unit_score": "sum",
        "tie_breaks": ["chair", "top_criterion"], "second_scale": "7/2",
    }
    stated = scoring.compute(put(example.contest(), ("rules",), given))["rules"]
    given["criteria"][1]["weight"] = "1"
    assert stated == given


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        (("rules", "points_cap"), 1, 10**12),
        (("rules", "points_per_share"), 0, 10**12),
        (("rules", "points_per_reaction"), 0, 10**12),
        (("rules", "shares_per_account"), 0, 10**12),
        (("rules", "trim"), 0, 1000),
        (("rules", "trim_from"), 1, 100_000),
        (("rules", "prizes", 0, "count"), 0, 100_000),
        (("rules", "criteria", 0, "max"), 60, 1_000_000),
        (("entries", 0, "marks", "GK1", "hinh_anh"), 0, 40),
        (("entries", 0, "interactions", "reactions"), 0, 10**12),
        (("entries", 0, "interactions", "shares"), 0, 10**12),
        (("entries", 1, "interactions", "share_ledger", 0, "count"), 0, 10**12),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else value,
)
def test_the_limits_of_a_number(path, least, most):
    for value in (least, most):
        scoring.compute(put(example.contest(), path, value))
    for value in (least - 1, most + 1):
        with pytest.raises(scoring.InputError):
            scoring.compute(put(example.contest(), path, value))


def test_trimming_needs_one_more_juror_than_it_leaves_out():
    data = put(example.contest(), ("rules", "trim"), 2)
    assert scoring.compute(data)["rules"]["trim_from"] == 6
    data["rules"]["trim_from"] = 5
    assert scoring.compute(data)["rules"]["trim_from"] == 5
    data["rules"]["trim_from"] = 4
    with pytest.raises(scoring.InputError):
        scoring.compute(data)


def test_a_jury_that_counts_however_little_needs_a_criterion():
    data = put(example.contest(), ("rules", "criteria"), [])
    data["rules"]["jury_weight"] = "1/100"
    with pytest.raises(scoring.InputError, match="above zero is needed"):
        scoring.compute(data)


def test_weights_may_be_equal():
    data = put(example.contest(), ("rules", "jury_weight"), 60)
    assert scoring.compute(data)["rules"]["jury_weight"] == "60"


def test_the_second_scale_by_default():
    """Where interactions reach just their cap; none where interactions do not count."""
    rules = {"jury_weight": 1, "interaction_weight": 3, "points_cap": 60}
    data = example.contest()
    data["rules"] |= rules
    assert scoring.compute(data)["rules"]["second_scale"] == "80"
    data["rules"]["interaction_weight"] = 0
    assert scoring.compute(data)["rules"]["second_scale"] is None


@pytest.mark.parametrize("weight", [37.5, "75/2", "37.5", Fraction(75, 2)], ids=range(4))
def test_a_weight_is_taken_as_written(weight):
    data = put(example.contest(), ("rules", "jury_weight"), weight)
    assert scoring.compute(data)["rules"]["jury_weight"] == "75/2"


def test_what_may_be_left_out_or_null():
    data = example.contest()
    del data["chair_decisions"]
    for entry in data["entries"][:2]:
        del entry["disqualified"]
    data["entries"][1]["reason"] = None
    data["entries"][2]["interactions"] = {"reactions": 5}
    del data["entries"][2]["reason"]
    data["rules"]["shares_per_account"] = None
    data["rules"]["second_scale"] = None
    result = scoring.compute(data)
    assert [line["unit"] for line in result["ranking"]] == ["Phường 2", "Phường 1", "Phường 4"]
    assert result["disqualified"] == [{"unit": "Phường 3", "entry": "clip3", "reason": None}]
    assert result["rules"]["shares_per_account"] is None
    assert "second_scale" not in result["ranking"][0]


def test_reasons_must_be_text():
    data = put(example.contest(), ("entries", 2, "reason"), 7)
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(data)
    assert refusal.value.path == "$.entries[2].reason"
    data = put(example.contest(), ("chair_decisions",), [{"units": ["Phường 1"], "reason": " "}])
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(data)
    assert refusal.value.path == "$.chair_decisions[0].reason"


@pytest.mark.parametrize(
    "row",
    [
        {"account": "a", "count": 1.0},
        {"account": "a", "count": True},
        {"account": 7, "count": 1},
        {"account": "a"},
        {"count": 1},
        {"account": "a", "count": 1, "more": 1},
        {"account": "", "count": 1},
        {"account": "a", "count": -1},
        None,
    ],
    ids=range(9),
)
def test_a_row_of_the_ledger_is_refused(row):
    rows = [{"account": "b", "count": 1}, row]
    path = ("entries", 1, "interactions", "share_ledger")
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(put(example.contest(), path, rows))
    assert refusal.value.path.startswith("$.entries[1].interactions.share_ledger[1]")


def test_a_misspelt_rule_is_not_ignored():
    with pytest.raises(scoring.InputError, match='Did you mean "points_cap"'):
        scoring.compute(put(example.contest(), ("rules", "point_cap"), 300))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "line 1, column 1"),
        (b'{"rules": }', "line 1, column 11"),
        (b'{"a": NaN}', "no use"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "no use"),
        (b"\xff\xfe{}", "UTF-8|line 1"),
        (b"[" * 100_000, "too deeply"),
    ],
)
def test_a_broken_text_is_refused(text, says):
    with pytest.raises(scoring.InputError, match=says) as refusal:
        parse(text)
    assert refusal.value.path == "$"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"rules": {}, "rules": {}}', "$.rules"),
        ('{"rules": {"criteria": [{"id": "a", "max": 1, "max": 2}]}}', "$.rules.criteria[0].max"),
    ],
)
def test_a_key_that_stands_twice_is_refused(text, path):
    data = parse(text)
    for key, value in {"jurors": [], "entries": []}.items():
        data.setdefault(key, value)
    with pytest.raises(scoring.InputError, match="twice") as refusal:
        scoring.compute(data)
    assert refusal.value.path == path


def test_a_juror_with_two_ballots_on_one_clip_is_refused():
    text = '{"GK1": {"noi_dung": 1, "noi_dung": 2, "hinh_anh": 1}}'
    data = put(example.contest(), ("entries", 0, "marks"), parse(text))
    with pytest.raises(scoring.InputError, match="twice") as refusal:
        scoring.compute(data)
    assert refusal.value.path == "$.entries[0].marks.GK1.noi_dung"


def test_gaps_are_refused_where_the_rules_say_so():
    data = put(example.contest(), ("rules", "missing"), "refuse")
    with pytest.raises(scoring.InputError) as refusal:
        scoring.compute(data)
    assert refusal.value.path == "$.entries[3].interactions"
    del data["entries"][0]["marks"]["GK2"]
    with pytest.raises(scoring.InputError, match="GK2") as refusal:
        scoring.compute(data)
    assert refusal.value.path == "$.entries[0].marks"
