"""Who goes on to the next round, against a naive tally; what is refused."""

from random import Random

import naive
import pytest
from contests import assigned

import scoring
from scoring import promote


def test_promotions_of_random_contests_are_those_of_a_naive_tally():
    for seed in range(300):
        assert_same(Random(seed))


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


@pytest.mark.parametrize(("rule", "path", "en"), [
    ({"by": "best"}, "$.count", '"count" is missing.'),
    ({"by": "best", "count": 0}, "$.count", "Found 0; it must be a whole number from 1 to 10000."),
    ({"by": "above", "least": 101}, "$.least", "The mark must be from 0 to 100."),
    ({"by": "above", "least": 50, "ties": "all"}, "$.ties",
     'There is no field "ties". Known: by, least.'),
    ({"by": "category", "count": 1}, "$.by", "This round has no categories."),
    ({"by": "chair", "units": ["P9"]}, "$.units[0]", '"P9" has no clip left in this round.'),
    ({"by": "chair", "units": ["P1", "P1"]}, "$.units[1]", '"P1" stands twice.'),
    ({"by": "luck"}, "$.by", 'Found "luck"; it must be one of: best, category, above, chair.'),
], ids=["count", "zero", "least", "ties", "category", "unit", "twice", "by"])
def test_a_rule_that_cannot_be_is_refused_with_its_place(rule, path, en):
    with pytest.raises(scoring.InputError) as refused:
        promote(round_(5), rule)
    assert (refused.value.path, refused.value.en) == (path, en)
