"""A round before and a round after: what is carried, who goes on; in both implementations, in the
bundle, and against a naive tally."""

import copy
import json
from fractions import Fraction
from random import Random

import naive
import pytest
from contests import contest, hold, rounds
from example import CONTEST, PARTS, SIGNED
from second import computed, examined
from test_scoring_second import sentences

import scoring
from scoring import archive, bundle, evidence
from scoring.nodes import parse
from scoring.verification import check

SHA256 = "5c" * 32


def test_contests_with_rounds_are_counted_as_a_naive_tally_counts_them(drawn):
    hold(drawn(1500), lambda random: assert_same(rounds(random)))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))  # each well within the time of one test
def test_ten_thousand_contests_with_rounds_are_counted_as_a_naive_tally_counts_them(part):
    for seed in range(1_000 * part, 1_000 * (part + 1)):
        assert_same(rounds(Random(20_000 + seed)))


def assert_same(data):
    found, rules = scoring.compute(data), data["rules"]
    best = rules["unit_score"] == "best"
    ours = [(one["rank"], one["unit"], one["entry"] if best else None,
             *(Fraction(one[part]["exact"]) for part in ("jury", "interactions", "total")),
             one["points"]) for one in found["ranking"]]
    assert ours == [line[:7] for line in naive.ranking(data)]
    won = [(one["prize"], one["unit"], Fraction(one["value"]["exact"]))
           for one in found.get("awards", [])]
    assert won in ([], [(prize, unit, worth) for prize, unit, _, worth, _ in naive.awards(data)])
    if "promotion" in rules:
        told = found["promotion"]
        assert ([(one.get("category"), one["unit"], one["rank"]) for one in told["promoted"]],
                told["undecided"]) == naive.promoted(data, rules["promotion"])
    if "carried" in rules:
        for line in found["ranking"]:
            parts = [Fraction(line[part]["exact"]) for part in ("jury", "interactions", "carried")]
            assert sum(parts) == Fraction(line["total"]["exact"]) <= 100


def test_every_figure_and_sentence_is_the_same_in_the_browser(drawn):
    inputs = [rounds(Random(seed)) for seed in drawn(1200)]
    inputs += [spoiled(Random(seed)) for seed in drawn(800)]
    wanted = [ours(json.dumps(one)) for one in inputs]
    found = [one if "text" in one else told(**one["fault"]) for one in computed(inputs)]
    assert found == wanted
    assert sum("path" in one for one in wanted) > len(wanted) / 10


def ours(text):
    try:
        return {"text": evidence.text(scoring.compute(parse(text))).decode().rstrip("\n")}
    except scoring.InputError as fault:
        return told(fault.path, fault.vi, fault.en)


def told(path, vi, en):
    """A fault; which field may have been meant is only guessed by one of the two."""
    vi, en = sentences(vi, en)
    return {"path": path, "vi": vi, "en": en}


def spoiled(random):
    """A contest with rounds in which one value of what is said of them is another."""
    data = rounds(random)
    rules = data["rules"]
    junk = random.choice([None, 0, 100, -1, "x", "1/3", 101, [], True, "chair", "best", SHA256])
    holders = [rules[key] for key in ("carried", "promotion") if key in rules] or [rules]
    holder = random.choice([*holders, *data["entries"][:1]])
    known = sorted({"carried", "percent", "by", "count", "least", "ties"} & holder.keys())
    key = random.choice([*known, "carried"])
    if random.random() < 0.3:
        holder.pop(key, None)
    else:
        holder[key] = copy.deepcopy(junk)
    return data


def final(**rules):
    """Two finalists, of whom one was better before and the other is now."""
    return {
        "rules": {"criteria": [{"id": "nd", "max": 10}], "jury_weight": 1, "interaction_weight": 0,
                  "carried": {"percent": 30, "bundle_sha256": SHA256}, **rules},
        "jurors": ["GK1"],
        "entries": [
            {"id": "c1", "unit": "P1", "marks": {"GK1": {"nd": 7}}, "interactions": None,
             "carried": "200/3"},
            {"id": "c2", "unit": "P2", "marks": {"GK1": {"nd": 8}}, "interactions": None,
             "carried": 40},
        ],
    }


def test_a_carried_part_is_added_exactly_and_explained():
    first, second = scoring.compute(final())["ranking"]
    assert (first["unit"], first["total"]) == ("P1", {"exact": "69", "rounded": "69.00"})
    assert (first["jury"]["exact"], first["carried"]["exact"]) == ("49", "20")
    assert second["total"]["exact"] == "68"
    assert first["explanation"]["en"].splitlines() == [
        "Clip c1.", "Jury: 70 / 1 / 100 × 70 = 49.00.", "Interactions: no count yet; 0 / 300 × 0 "
        "= 0.00.", "Round before: 66.67 out of 100 × 30 / 100 = 20.00.",
        "Total: 49.00 + 0.00 + 20.00 = 69.00.", "Rank 1 by total."]
    assert "Vòng trước: 66,67 trên 100 × 30 / 100 = 20,00." in first["explanation"]["vi"]


def test_the_chairs_list_is_a_decision_like_any_other():
    data = final(promotion={"by": "chair"})
    assert scoring.compute(data)["promotion"] == {
        "promoted": [], "undecided": [], "out": ["P1", "P2"]}
    data["chair_decisions"] = [{"units": ["P2"], "prize": "round:next", "reason": "BB 7"}]
    found = scoring.compute(data)["promotion"]
    assert ([one["unit"] for one in found["promoted"]], found["out"]) == (["P2"], ["P1"])


@pytest.mark.parametrize(("change", "path", "en"), [
    ({"carried": {"percent": 0, "bundle_sha256": SHA256}}, "$.rules.carried.percent",
     "The part of the round before must be above 0 and below 100."),
    ({"carried": {"percent": 100, "bundle_sha256": SHA256}}, "$.rules.carried.percent",
     "The part of the round before must be above 0 and below 100."),
    ({"carried": {"percent": 30, "bundle_sha256": "5c"}}, "$.rules.carried.bundle_sha256",
     "This must be 64 hex digits."),
    ({"unit_score": "sum"}, "$.rules.carried",
     'A sum of a unit\'s clips ("unit_score": "sum") carries no points of a round before.'),
    ({"promotion": {"by": "best"}}, "$.rules.promotion.count", '"count" is missing.'),
    ({"promotion": {"by": "category", "count": 1}}, "$.rules.promotion.by",
     "This round has no categories."),
], ids=["none", "all", "hash", "sum", "count", "category"])
def test_rules_of_rounds_that_cannot_be_are_refused_with_their_place(change, path, en):
    with pytest.raises(scoring.InputError) as refused:
        scoring.compute(final(**change))
    assert (refused.value.path, refused.value.en) == (path, en)


def test_a_clip_has_its_total_of_the_round_before_exactly_where_that_counts():
    without, alone = final(), final()
    del without["entries"][1]["carried"], alone["rules"]["carried"]
    found = []
    more = final() | {"entries": [{**final()["entries"][0], "carried": 101}]}
    for data in (without, alone, more):
        with pytest.raises(scoring.InputError) as refused:
            scoring.compute(data)
        found.append((refused.value.path, refused.value.en))
    assert found == [("$.entries[1].carried", '"carried" is missing.'),
                     ("$.entries[0].carried", "The rules carry no points."),
                     ("$.entries[0].carried", "The mark must be from 0 to 100.")]


def test_a_bundle_holds_who_goes_on_and_what_was_carried_and_both_are_recomputed():
    data = copy.deepcopy(CONTEST)
    data["rules"] |= {"promotion": {"by": "best", "count": 1, "ties": "none"},
                      "carried": {"percent": "25/2", "bundle_sha256": SHA256}}
    for place, entry in enumerate(data["entries"]):
        entry["carried"] = f"{50 + place}/3"
    whole = bundle.build(data, **PARTS, **SIGNED)
    files = archive.read(whole)[0]
    assert json.loads(files["about.json"])["format"] == "hoithi-evidence/3"
    stated = json.loads(files["ranking.json"])
    assert stated["format"] == "hoithi-ranking/3"
    assert [one["unit"] for one in stated["promotion"]["promoted"]] == ["Phường 2"]
    assert json.loads(files["rules.json"])["carried"]["bundle_sha256"] == SHA256
    assert {one.holds for one in check(whole)} == {True}
    stated["promotion"]["promoted"] = []
    meddled = bundle.archive.write((files | {"ranking.json": evidence.text(stated)}).items())
    for one in (whole, meddled):
        said = {c.what: c.holds for c in check(one)}
        assert said["ranking"] is False if one is meddled else "ranking" not in said
        [again] = examined([one])
        told = {c["what"]: c["holds"] for c in again["checks"]}
        assert told == said


def test_contests_without_rounds_keep_the_form_they_had():
    for seed in range(200):
        assert scoring.compute(contest(Random(seed)))["format"] == "hoithi-ranking/1"
