"""What rules and clips may not say of rounds, prizes, platforms, jurors: the place and both
languages, to the letter; and what no field may lack."""

import copy

import pytest

import scoring
from scoring import promote

SHA256 = "5c" * 32
CARRIED = {"percent": 30, "bundle_sha256": SHA256}
VIEWS = {"id": "youtube", "points_per_view": 1}


def contest(rules=None, decisions=(), **clip):
    """Two clips of two units, of which the first is as told."""
    clips = [{"id": f"c{n}", "unit": f"P{n}", "marks": {"GK1": {"nd": mark}},
              "interactions": {"reactions": 4 - n, "shares": 0}}
             for n, mark in enumerate((7, 5), start=1)]
    clips[0] |= clip
    return {"rules": {"criteria": [{"id": "nd", "max": 10}]} | (rules or {}),
            "jurors": ["GK1", "GK2"], "entries": clips, "chair_decisions": list(decisions)}


def refused(data):
    with pytest.raises(scoring.InputError) as found:
        scoring.compute(data)
    return found.value.path, found.value.vi, found.value.en


IS_MISSING = ("Thiếu “{0}”.", '"{0}" is missing.')
ZERO = ("Hai trọng số không thể cùng bằng 0.", "Both weights cannot be zero.")
MARK = ("Mức điểm phải từ 0 đến 100.", "The mark must be from 0 to 100.")
PART = ("Phần điểm vòng trước phải lớn hơn 0 và nhỏ hơn 100.",
        "The part of the round before must be above 0 and below 100.")
STRANGER = ("“GK9” không có trong danh sách giám khảo.", '"GK9" is not in the list of jurors.')


@pytest.mark.parametrize(("rules", "path", "said"), [
    ({"promotion": {"by": "category", "count": 1}}, "$.rules.promotion.by",
     ("Vòng này không có mảng nào.", "This round has no categories.")),
    ({"promotion": {"by": "above", "least": 101}}, "$.rules.promotion.least", MARK),
    ({"carried": CARRIED | {"percent": 0}}, "$.rules.carried.percent", PART),
    ({"carried": CARRIED | {"percent": 100}}, "$.rules.carried.percent", PART),
    ({"carried": CARRIED | {"bundle_sha256": f"{SHA256}0"}}, "$.rules.carried.bundle_sha256",
     ("Phải là 64 chữ số hex.", "This must be 64 hex digits.")),
    ({"carried": CARRIED, "unit_score": "sum"}, "$.rules.carried",
     ("Cộng điểm các clip của đơn vị (“unit_score”: “sum”) thì không cộng điểm vòng trước.",
      'A sum of a unit\'s clips ("unit_score": "sum") carries no points of a round before.')),
    ({"measures": [{"id": "m", "jury_weight": 0, "interaction_weight": 0}]},
     "$.rules.measures[0]", ZERO),
], ids=["category", "above", "none", "all", "hash", "sum", "measure"])
def test_a_rule_that_cannot_be_is_refused_in_both_languages(rules, path, said):
    assert refused(contest(rules)) == (path, *said)


def without(table, key):
    return {name: value for name, value in table.items() if name != key}


MEASURE = {"id": "m", "jury_weight": 1, "interaction_weight": 1}
PRIZE = {"id": "p", "count": 1}


@pytest.mark.parametrize(("rules", "path", "name"), [
    *(({"promotion": one}, "$.rules.promotion", key) for one, key in (
        ({}, "by"), ({"by": "best"}, "count"), ({"by": "above"}, "least"),
        ({"by": "category"}, "count"))),
    *(({"carried": without(CARRIED, key)}, "$.rules.carried", key) for key in CARRIED),
    *(({"measures": [without(MEASURE, key)]}, "$.rules.measures[0]", key) for key in MEASURE),
    *(({"prizes": [without(PRIZE, key)]}, "$.rules.prizes[0]", key) for key in PRIZE),
    ({"platforms": [{"cap": 3}]}, "$.rules.platforms[0]", "id"),
])
def test_what_a_rule_lacks_is_named(rules, path, name):
    vi, en = (text.format(name) for text in IS_MISSING)
    assert refused(contest({"categories": ["hoc"]} | rules)) == (f"{path}.{name}", vi, en)


@pytest.mark.parametrize("rules", [
    {"promotion": {"by": "chair", "": 1}}, {"promotion": {"by": "chair", "count": 1}},
    {"promotion": {"by": "above", "least": 5, "count": 1}},
    {"promotion": {"by": "best", "count": 1, "least": 5}}, {"carried": CARRIED | {"x": 1}},
    {"measures": [MEASURE | {"x": 1}]}, {"prizes": [PRIZE | {"x": 1}]},
    {"platforms": [VIEWS | {"x": 1}]},
])
def test_what_a_rule_does_not_know_is_refused(rules):
    assert "There is no field" in refused(contest(rules))[2]


@pytest.mark.parametrize(("rules", "path"), [
    ({"promotion": {"by": "best", "count": 0}}, "$.rules.promotion.count"),
    ({"promotion": {"by": "best", "count": 10_001}}, "$.rules.promotion.count"),
    ({"promotion": {"by": "best", "count": 1, "ties": "some"}}, "$.rules.promotion.ties"),
    ({"prizes": [PRIZE | {"count": -1}]}, "$.rules.prizes[0].count"),
    ({"prizes": [PRIZE | {"count": 100_001}]}, "$.rules.prizes[0].count"),
    ({"prizes": [PRIZE | {"by": "measure:m"}]}, "$.rules.prizes[0].by"),
    ({"prizes": [PRIZE, PRIZE]}, "$.rules.prizes[1]"),
    ({"measures": [MEASURE, MEASURE]}, "$.rules.measures[1]"),
    ({"platforms": [VIEWS, VIEWS]}, "$.rules.platforms[1]"),
    ({"platforms": [VIEWS | {"cap": 0}]}, "$.rules.platforms[0].cap"),
    ({"platforms": [VIEWS | {"views_per_step": 0}]}, "$.rules.platforms[0].views_per_step"),
    ({"platforms": [VIEWS | {"points_per_view": -1}]}, "$.rules.platforms[0].points_per_view"),
    ({"quorum": 1001}, "$.rules.quorum"),
])
def test_what_is_out_of_bounds_is_refused_at_its_place(rules, path):
    assert refused(contest(rules))[0] == path


@pytest.mark.parametrize("rules", [
    {"promotion": {"by": "best", "count": 10_000}}, {"promotion": {"by": "best", "count": 1}},
    {"promotion": {"by": "above", "least": 100}}, {"promotion": {"by": "above", "least": 0}},
    {"prizes": [PRIZE | {"count": 100_000}]}, {"prizes": [PRIZE | {"count": 0}]},
    {"platforms": [VIEWS | {"cap": 1, "views_per_step": 1}]},
])
def test_bounds_are_allowed(rules):
    found = scoring.compute(contest(rules))
    assert scoring.compute(contest(found["rules"])) == found


@pytest.mark.parametrize(("clip", "path", "said"), [
    ({"jurors": ["GK1", "GK9"]}, "$.entries[0].jurors[1]", STRANGER),
    ({"jurors": ["GK1", "GK1"]}, "$.entries[0].jurors[1]", ("GK1", "GK1")),
    ({"jurors": ["GK2"]}, "$.entries[0].jurors",
     ("Có phiếu của “GK1”, mà clip không được giao cho người này.",
      'There is a ballot of "GK1", who was not given this clip.')),
    ({"carried": 3}, "$.entries[0].carried",
     ("Thể lệ không tính điểm vòng trước.", "The rules carry no points.")),
    ({"posts": [{"platform": "youtube"}] * 2}, "$.entries[0].posts[1]", ("youtube", "youtube")),
    ({"posts": [{"likes": 1}]}, "$.entries[0].posts[0].platform", ("Thiếu", "is missing")),
    ({"posts": [{"platform": "youtube", "x": 1}]}, "$.entries[0].posts[0].x", ("x", "x")),
    ({"posts": [{"platform": "youtube", "likes": -1}]}, "$.entries[0].posts[0].likes", ("", "")),
], ids=["stranger", "twice", "not-given", "carried", "post-twice", "nowhere", "unknown", "below"])
def test_a_clip_that_cannot_be_is_refused_in_both_languages(clip, path, said):
    found = refused(contest({"platforms": [VIEWS]}, **clip))
    assert found[0] == path
    if said == STRANGER or said[0].endswith("."):
        assert found[1:] == said
    assert said[0] in found[1] and said[1] in found[2]


def test_a_clip_lacks_its_total_of_the_round_before():
    assert refused(contest({"carried": CARRIED})) == (
        "$.entries[0].carried", "Thiếu “carried”.", '"carried" is missing.')
    over = contest({"carried": CARRIED}, carried="201/2")
    assert refused(over) == ("$.entries[0].carried", *MARK)


@pytest.mark.parametrize(("rule", "path", "said"), [
    ({"by": "chair", "units": ["P9"]}, "$.units[0]",
     ("“P9” không còn clip nào trong vòng này.", '"P9" has no clip left in this round.')),
    ({"by": "chair"}, "$.units", tuple(text.format("units") for text in IS_MISSING)),
    ({"by": "chair", "units": ["P1", "P1"]}, "$.units[1]", None),
    ({"by": "chair", "units": ["P1"], "ties": "all"}, "$.ties", None),
    ({"by": "best", "count": 1, "units": []}, "$.units", None),
    ({"by": "category", "count": 1}, "$.by",
     ("Vòng này không có mảng nào.", "This round has no categories.")),
    ({}, "$.by", tuple(text.format("by") for text in IS_MISSING)),
], ids=["out", "none", "twice", "ties", "units", "category", "nothing"])
def test_a_rule_that_stands_alone_is_refused_in_both_languages(rule, path, said):
    with pytest.raises(scoring.InputError) as found:
        promote(contest(), rule)
    assert found.value.path == path
    assert said in (None, (found.value.vi, found.value.en))


def test_a_clip_that_nobody_counted_takes_no_part_in_a_prize_by_interactions():
    rules = {"prizes": [PRIZE | {"by": "interactions", "count": 2}]}
    found = scoring.compute(contest(rules, interactions=None))
    assert [one["unit"] for one in found["awards"]] == ["P2"]


def test_a_refusal_leaves_the_input_as_it_was():
    data = contest({"promotion": {"by": "best"}})
    before = copy.deepcopy(data)
    refused(data)
    assert data == before


def test_jurors_whose_marks_weigh_nothing_are_neither_strict_nor_mild():
    rules = {"criteria": [{"id": "nd", "max": 10, "weight": 0}], "jury_weight": 0,
             "interaction_weight": 1}
    lines = scoring.strictness(contest(rules))["jurors"]
    assert [(one["clips"], one["mean"]) for one in lines] == [(0, None), (0, None)]


def test_a_round_before_may_give_less_than_one_per_cent():
    data = contest({"carried": CARRIED | {"percent": "1/2"}})
    for one in data["entries"]:
        one["carried"] = 40
    assert scoring.compute(data)["ranking"][0]["carried"]["exact"] == "1/5"


def test_a_prize_by_a_measure_without_the_jury_may_go_to_a_clip_that_nobody_marked():
    rules = {"measures": [MEASURE | {"jury_weight": 0}], "prizes": [PRIZE | {"by": "measure:m"}]}
    [award] = scoring.compute(contest(rules, marks={}))["awards"]
    assert award["unit"] == "P1"
    assert "jury 0 and interactions" in award["explanation"]["en"]


@pytest.mark.parametrize("rules", [{}, {"promotion": {"by": "best", "count": 1}}])
def test_the_chair_lists_nobody_for_the_next_round_where_the_rules_leave_it_to_no_chair(rules):
    listed = [{"units": ["P1"], "prize": "round:next"}]
    assert refused(contest(rules, listed))[0] == "$.chair_decisions[0].prize"
    by_chair = contest({"promotion": {"by": "chair"}}, listed)
    assert scoring.compute(by_chair)["promotion"]["out"] == ["P2"]
