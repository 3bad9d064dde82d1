"""Who goes on to the next round, against a naive tally; what is refused."""

from random import Random

import naive
import pytest
from contests import assigned, hold

import scoring
from scoring import promote


def test_promotions_of_random_contests_are_those_of_a_naive_tally(drawn):
    hold(drawn(300), assert_same)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))  # each well within the time of one test
def test_promotions_of_ten_thousand_random_contests_are_those_of_a_naive_tally(part):
    for seed in range(1_000 * part, 1_000 * (part + 1)):
        assert_same(Random(10_000 + seed))


def assert_same(random):
    data = assigned(random)
    rule = any_rule(random, data)
    found = promote(data, rule)
    assert ([(one.get("category"), one["unit"], one["rank"]) for one in found["promoted"]],
            found["undecided"]) == naive.promoted(data, rule)
    everybody = {line["unit"] for line in scoring.compute(data)["ranking"]}
    on = {one["unit"] for one in found["promoted"]}
    assert on | {*found["undecided"], *found["out"]} == everybody
    assert len(on) + len(found["undecided"]) + len(found["out"]) == len(everybody)


def any_rule(random, data):
    units = sorted({one["unit"] for one in data["entries"] if not one["disqualified"]})
    rules = [
        {"by": "best", "count": random.randint(1, 4)},
        {"by": "best", "count": random.randint(1, 4), "ties": random.choice(["all", "none"])},
        {"by": "above", "least": random.choice([0, 40, "101/2", 99.5])},
        {"by": "chair", "units": random.sample(units, random.randint(0, len(units)))},
    ]
    if data["rules"]["categories"]:
        rules.append({"by": "category", "count": random.randint(1, 2),
                      "ties": random.choice(["all", "none"])})
    return random.choice(rules)


def round_(*marks, **rules):
    """A clip for each mark, of a unit each; the jury alone counts."""
    return {
        "rules": {"criteria": [{"id": "nd", "max": 10}], "jury_weight": 1,
                  "interaction_weight": 0, **rules},
        "jurors": ["GK1"],
        "entries": [{"id": f"c{n}", "unit": f"P{n}", "interactions": None,
                     "marks": {"GK1": {"nd": mark}}} for n, mark in enumerate(marks, start=1)],
    }


def units(data, **rule):
    return [one["unit"] for one in promote(data, rule)["promoted"]]


def test_at_the_cut_all_who_share_the_last_place_go_on_or_none():
    data = round_(9, 7, 7, 5)
    assert units(data, by="best", count=2) == ["P1", "P2", "P3"]
    found = promote(data, {"by": "best", "count": 2, "ties": "none"})
    assert [one["unit"] for one in found["promoted"]] == ["P1"]
    assert (found["undecided"], found["out"]) == (["P2", "P3"], ["P4"])
    data["chair_decisions"] = [{"units": ["P3", "P2"]}]
    assert units(data, by="best", count=2, ties="none") == ["P1", "P3"]


def test_a_mark_is_reached_by_reaching_it_and_an_empty_round_promotes_nobody():
    assert units(round_(9, 7, 5), by="above", least=70) == ["P1", "P2"]
    assert promote(round_(), {"by": "best", "count": 3}) == {
        "format": "hoithi-promotion/1", "promoted": [], "undecided": [], "out": []}


def test_with_as_many_as_go_on_nobody_is_asked_whoever_ties_behind_them():
    data = round_(9, 8, 7, 7)
    for ties in ("all", "none"):
        found = promote(data, {"by": "best", "count": 2, "ties": ties})
        assert [one["unit"] for one in found["promoted"]] == ["P1", "P2"]
        assert (found["undecided"], found["out"]) == ([], ["P3", "P4"])


def test_each_category_sends_its_best_and_leaves_its_own_ties_open():
    data = round_(9, 8, 8, 8, 7, 7, categories=["hoc", "lam"])
    for entry, category in zip(data["entries"], ["hoc"] * 3 + ["lam"] * 3, strict=True):
        entry["category"] = category
    found = promote(data, {"by": "category", "count": 2, "ties": "none"})
    assert found["promoted"] == [
        {"unit": "P1", "entry": "c1", "entries": ["c1"], "rank": 1, "decided_by": "value",
         "total": {"exact": "90", "rounded": "90.00"}, "category": "hoc"},
        {"unit": "P4", "entry": "c4", "entries": ["c4"], "rank": 1, "decided_by": "value",
         "total": {"exact": "80", "rounded": "80.00"}, "category": "lam"},
    ]
    assert (found["undecided"], found["out"]) == (["P2", "P3", "P5", "P6"], [])


def test_a_line_names_the_clips_and_no_category_where_there_is_none():
    data = round_(9, 5, unit_score="sum")
    data["entries"][1]["unit"] = "P1"
    assert promote(data, {"by": "best", "count": 1})["promoted"] == [
        {"unit": "P1", "entry": "c1", "entries": ["c1", "c2"], "rank": 1,
         "total": {"exact": "140", "rounded": "140.00"}, "decided_by": "total"}]


def test_the_chairs_list_goes_on_in_its_order_and_the_last_one_counts():
    data = round_(5, 9, 7)
    found = promote(data, {"by": "chair", "units": ["P3", "P1"]})
    assert [(one["unit"], one["rank"]) for one in found["promoted"]] == [("P3", 2), ("P1", 3)]
    assert found["out"] == ["P2"]
    data["rules"] |= {"promotion": {"by": "chair"}, "prizes": [
        {"id": "loved", "count": 1, "by": "chair"}]}
    none_yet = scoring.compute(data)["promotion"]
    assert (none_yet["promoted"], none_yet["out"]) == ([], ["P2", "P3", "P1"])
    data["chair_decisions"] = [
        {"units": units, "prize": prize, "reason": "BB"} for units, prize in (
            (["P2"], "round:next"), (["P1"], "round:next"), (["P3", "P1"], "round:next"),
            (["P2"], "loved"))]
    decided = scoring.compute(data)["promotion"]
    assert [one["unit"] for one in decided["promoted"]] == ["P3", "P1"]


def test_a_unit_that_is_not_there_is_refused_in_both_languages():
    with pytest.raises(scoring.InputError) as refused:
        promote(round_(5), {"by": "chair", "units": ["P9"]})
    assert refused.value.vi == "“P9” không còn clip nào trong vòng này."


@pytest.mark.parametrize(("rule", "path", "en"), [
    ({"by": "chair"}, "$.units", '"units" is missing.'),
    ({"by": "chair", "units": [], "ties": "all"}, "$.ties",
     'There is no field "ties". Known: by, units.'),
    ({"by": "best"}, "$.count", '"count" is missing.'),
    ({"by": "best", "count": 0}, "$.count", "Found 0; it must be a whole number from 1 to 10000."),
    ({"by": "above", "least": 101}, "$.least", "The mark must be from 0 to 100."),
    ({"by": "above", "least": 50, "ties": "all"}, "$.ties",
     'There is no field "ties". Known: by, least.'),
    ({"by": "category", "count": 1}, "$.by", "This round has no categories."),
    ({"by": "chair", "units": ["P9"]}, "$.units[0]", '"P9" has no clip left in this round.'),
    ({"by": "chair", "units": ["P1", "P1"]}, "$.units[1]", '"P1" stands twice.'),
    ({"by": "luck"}, "$.by", 'Found "luck"; it must be one of: best, category, above, chair.'),
], ids=["no list", "ties of a list", "count", "zero", "least", "ties", "category", "unit", "twice",
        "by"])
def test_a_rule_that_cannot_be_is_refused_with_its_place(rule, path, en):
    with pytest.raises(scoring.InputError) as refused:
        promote(round_(5), rule)
    assert (refused.value.path, refused.value.en) == (path, en)
