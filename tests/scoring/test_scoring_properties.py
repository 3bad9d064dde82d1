"""What must hold for every contest there can be."""

import copy
from fractions import Fraction

import naive
from contests import contest, contests, hold
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring

MANY = settings(max_examples=200, deadline=None)
SOME = settings(max_examples=100, deadline=None)


def test_two_implementations_agree_on_thousands_of_contests(drawn):
    hold(drawn(4000), lambda random: assert_both_agree(contest(random)))


@SOME
@given(contests())
def test_two_implementations_agree(data):
    assert_both_agree(data)


def assert_both_agree(data):
    ours = [
        (
            line["rank"],
            line["unit"],
            line["entry"] if data["rules"]["unit_score"] == "best" else None,
            *(Fraction(line[part]["exact"]) for part in ("jury", "interactions", "total")),
            line["points"],
            line["prize"],
        )
        for line in scoring.compute(data)["ranking"]
    ]
    assert ours == naive.ranking(data)


@MANY
@given(contests(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(data, random):
    before = scoring.compute(data)
    shuffled = copy.deepcopy(data)
    random.shuffle(shuffled["jurors"])
    random.shuffle(shuffled["entries"])
    random.shuffle(shuffled["rules"]["criteria"])
    for entry in shuffled["entries"]:
        marks = list(entry["marks"].items())
        random.shuffle(marks)
        entry["marks"] = dict(marks)
        if entry["interactions"] and entry["interactions"]["share_ledger"]:
            random.shuffle(entry["interactions"]["share_ledger"])
    after = scoring.compute(shuffled)
    for result in (before, after):
        result["rules"]["criteria"].sort(key=lambda criterion: criterion["id"])
    assert after == before


@MANY
@given(contests(), st.data())
def test_more_reactions_never_lower_a_rank(data, choose):
    counted = [entry for entry in data["entries"] if entry["interactions"]]
    if not counted:
        return
    entry = choose.draw(st.sampled_from(counted))
    before = _rank(data, entry["unit"])
    before_it = entry["interactions"]["reactions"] or 0
    entry["interactions"]["reactions"] = before_it + choose.draw(st.integers(1, 20))
    after = _rank(data, entry["unit"])
    assert (after is None) == (before is None)
    if before is not None:
        assert after <= before


def _rank(data, unit):
    ranks = {line["unit"]: line["rank"] for line in scoring.compute(data)["ranking"]}
    return ranks.get(unit)


@MANY
@given(contests(unit_score="best"))
def test_scores_lie_between_0_and_100(data):
    for line in scoring.compute(data)["ranking"]:
        jury, counts, total = (
            Fraction(line[part]["exact"]) for part in ("jury", "interactions", "total")
        )
        assert jury >= 0
        assert counts >= 0
        assert jury + counts == total <= 100


@SOME
@given(contests(unit_score="best"), st.integers(1, 50))
def test_the_cap_binds_exactly(data, extra):
    """At the cap a clip has all interaction points; one below it has not; above, no more."""
    cap = data["rules"]["points_cap"]
    data["rules"] |= {"points_per_reaction": 1, "shares_per_account": 2}
    for entry in data["entries"]:
        entry["interactions"] = {"reactions": cap, "shares": 0}
    at_cap = _interactions(data)
    for entry in data["entries"]:
        entry["interactions"]["reactions"] = cap + extra
    above = _interactions(data)
    for entry in data["entries"]:
        entry["interactions"]["reactions"] = cap - 1
    below = _interactions(data)
    assert [score for score, _ in above] == [score for score, _ in at_cap]
    assert [capped for _, capped in at_cap] == [False] * len(at_cap)
    assert [capped for _, capped in above] == [True] * len(above)
    assert all(low < full for (low, _), (full, _) in zip(below, at_cap, strict=True))


def _interactions(data):
    lines = scoring.compute(data)["ranking"]
    return [(Fraction(line["interactions"]["exact"]), line["capped"]) for line in lines]


@SOME
@given(contests())
def test_a_contest_computed_from_its_own_stated_rules_is_the_same(data):
    result = scoring.compute(data)
    assert scoring.compute(data | {"rules": result["rules"]}) == result


@SOME
@given(contests())
def test_the_sensitivity_report_starts_from_the_same_ranking(data):
    report = scoring.sensitivity(data)
    won = [line for line in scoring.compute(data)["ranking"] if line["prize"]]
    assert [(p["unit"], p["prize"], p["decided_by"]) for p in report["prizes"]] == [
        (line["unit"], line["prize"], line["decided_by"]) for line in won
    ]
    for trial in report["what_if"]:
        if trial["what"] == "without_juror":
            without = _without(data, trial["juror"])
            after = {w["unit"]: w["prize"] for w in scoring.compute(without)["ranking"]}
            for change in trial["changes"]:
                assert after.get(change["unit"]) == change["to"]


def _without(data, juror):
    without = copy.deepcopy(data)
    without["jurors"].remove(juror)
    for entry in without["entries"]:
        entry["marks"].pop(juror, None)
    return without
