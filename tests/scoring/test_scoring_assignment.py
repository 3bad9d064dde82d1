"""Clips given to some jurors, a quorum, strictness: against a naive tally, in the browser, in a
bundle."""

import copy
import json
from fractions import Fraction
from random import Random

import example
import naive
import pytest
from contests import assigned, contest, hold
from second import computed
from test_scoring_awards import assert_agree
from test_scoring_second import JUNK, leaves, ours, theirs

import scoring
from scoring import archive, bundle, evidence
from scoring.verification import check


def test_random_contests_with_assigned_clips_are_those_of_a_naive_tally(drawn):
    hold(drawn(300), lambda random: assert_same(assigned(random)))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))  # each well within the time of one test
def test_ten_thousand_random_contests_with_assigned_clips_are_those_of_a_naive_tally(part):
    for seed in range(1_000 * part, 1_000 * (part + 1)):
        assert_same(assigned(Random(10_000 + seed)))


def assert_same(data):
    assert_agree(data)
    found, best = scoring.compute(data), data["rules"]["unit_score"] == "best"
    assert [
        (line["rank"], line["unit"], line["entry"] if best else None,
         *(Fraction(line[part]["exact"]) for part in ("jury", "interactions", "total")),
         line["points"])
        for line in found["ranking"]
    ] == [line[:-1] for line in naive.ranking(data)]
    assert [
        (one["entry"], one["juror"], one["criteria"]) for one in found["missing"] if one["juror"]
    ] == naive.unmarked(data)
    short = [(one["entry"], one["ballots"]) for one in found.get("below_quorum", [])]
    assert short == naive.too_few(data)
    assert_strictness(data)


def assert_strictness(data):
    def exact(value):
        return None if value is None else Fraction(value["exact"])

    lines = scoring.strictness(data)["jurors"]
    assert {
        one["juror"]: (one["clips"], one["compared"], exact(one["mean"]),
                       exact(one["difference"]), exact(one["spread"]))
        for one in lines
    } == naive.strict(data)
    assert [one["juror"] for one in lines] == sorted(data["jurors"])


def test_the_browser_says_every_figure_and_sentence_and_refuses_the_same(drawn):
    inputs = [json.dumps(assigned(Random(seed))) for seed in drawn(250)]
    for seed in drawn(250):
        data = assigned(Random(seed))
        holder, key = Random(seed).choice(list(leaves(data)))
        holder[key] = copy.deepcopy(Random(seed + 1).choice((*JUNK, "GK1", ["GK1"], ["GK1"] * 2)))
        inputs.append(json.dumps(data))
    for text, answer in zip(inputs, theirs(computed(inputs)), strict=True):
        assert answer == ours(text), text


def small(**more):
    """Three clips, three jurors; each clip is given to two of them."""
    def clip(name, unit, marks):
        return {"id": name, "unit": unit, "interactions": None, "jurors": sorted(marks),
                "marks": {j: {"nd": m} for j, m in marks.items() if m is not None}}

    return {
        "rules": {"criteria": [{"id": "nd", "max": 10}], "jury_weight": 100,
                  "interaction_weight": 0, "quorum": 2, **more},
        "jurors": ["GK1", "GK2", "GK3"],
        "entries": [clip("c1", "P1", {"GK1": 9, "GK2": 7}), clip("c2", "P2", {"GK2": 6, "GK3": 8}),
                    clip("c3", "P3", {"GK3": 10, "GK1": None})],
    }


def test_only_who_was_given_a_clip_owes_a_ballot_and_a_clip_below_the_quorum_is_named():
    found = scoring.compute(small())
    assert found["format"] == "hoithi-ranking/2"
    assert [(one["entry"], one["juror"], one["what"]) for one in found["missing"]] == [
        ("c3", "GK1", "ballot")]
    assert found["below_quorum"] == [{"entry": "c3", "unit": "P3", "ballots": 1}]
    assert found["rules"]["quorum"] == 2
    assert [(one["entry"], one["total"]["rounded"]) for one in found["ranking"]] == [
        ("c3", "100.00"), ("c1", "80.00"), ("c2", "70.00")]
    said = found["ranking"][1]["explanation"]
    assert said["vi"].splitlines()[1:3] == [
        "Giám khảo: (90 + 70) / 2 / 100 × 100 = 80,00.", "Được giao chấm: GK1, GK2."]
    assert "Given to: GK1, GK2." in said["en"].splitlines()
    assert "below_quorum" not in scoring.compute(small(quorum=0))


def test_a_quorum_of_ballots_is_no_matter_where_the_jury_does_not_count():
    found = scoring.compute(small(jury_weight=0, interaction_weight=1))
    assert found["below_quorum"] == []


@pytest.mark.parametrize(("jurors", "path", "en"), [
    (["GK1"], "$.entries[0].jurors",
     'There is a ballot of "GK2", who was not given this clip.'),
    (["GK1", "GK2", "GK9"], "$.entries[0].jurors[2]", '"GK9" is not in the list of jurors.'),
    (["GK1", "GK2", "GK1"], "$.entries[0].jurors[2]", '"GK1" stands twice.'),
    ("GK1", "$.entries[0].jurors", "This must be a list […]."),
], ids=["ballot", "stranger", "twice", "text"])
def test_an_assignment_that_cannot_be_is_refused_with_its_place(jurors, path, en):
    data = small()
    data["entries"][0]["jurors"] = jurors
    with pytest.raises(scoring.InputError) as refused:
        scoring.compute(data)
    assert (refused.value.path, refused.value.en) == (path, en)


def test_missing_refused_asks_for_no_ballot_of_whom_the_clip_was_not_given():
    data = small(missing="refuse")
    with pytest.raises(scoring.InputError, match="GK1"):
        scoring.compute(data)
    data["entries"][2]["jurors"] = ["GK3"]
    assert scoring.compute(data)["missing"] == []


def test_how_strict_each_juror_was():
    found = {one.pop("juror"): one for one in scoring.strictness(small())["jurors"]}
    assert found["GK2"] == {
        "clips": 2, "compared": 2, "mean": {"exact": "65", "rounded": "65.00"},
        "difference": {"exact": "-20", "rounded": "-20.00"},
        "spread": {"exact": "5", "rounded": "5.00"},
    }
    assert found["GK1"]["difference"]["exact"] == "20"
    assert (found["GK3"]["clips"], found["GK3"]["compared"]) == (2, 1)
    alone = small()
    alone["entries"] = alone["entries"][2:]
    assert scoring.strictness(alone)["jurors"][0] == {
        "juror": "GK1", "clips": 0, "compared": 0, "mean": None, "difference": None,
        "spread": None}


def test_a_bundle_carries_who_was_given_what_and_is_recomputed():
    data = small()
    about = {"cut_off": example.CUT_OFF}
    whole = bundle.build(data, about=about, profile=b"{}", snapshots={})
    files, _ = archive.read(whole)
    ballots = json.loads(files["ballots.json"])
    assert [one["jurors"] for one in ballots["entries"]] == [
        ["GK1", "GK2"], ["GK2", "GK3"], ["GK1", "GK3"]]
    assert json.loads(files["about.json"])["format"] == "hoithi-evidence/2"
    assert all(one.holds for one in check(whole) if one.holds is not None)
    changed = ballots | {"entries": [one | {"jurors": None} for one in ballots["entries"]]}
    with pytest.raises(scoring.InputError):
        scoring.compute(evidence.join(files | {"ballots.json": evidence.text(changed)}))


def test_contests_that_name_no_jurors_are_written_as_ever():
    for seed in range(100):
        data = contest(Random(seed))
        found = scoring.compute(data)
        assert found["format"] == "hoithi-ranking/1"
        assert "quorum" not in found["rules"]
        assert "below_quorum" not in found
