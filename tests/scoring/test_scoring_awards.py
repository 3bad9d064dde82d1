"""Prizes by every measure: against a naive tally, in the browser's words, in a bundle."""

import copy
import json
from fractions import Fraction
from random import Random

import naive
import pytest
from contests import contest, hold, measured
from second import computed
from test_scoring_second import JUNK, leaves, ours, theirs

import scoring
from scoring import archive, bundle, evidence
from scoring.verification import check


def test_prizes_of_random_contests_are_those_of_a_naive_tally(drawn):
    hold(drawn(300), lambda random: assert_agree(measured(random)))


@pytest.mark.long
def test_prizes_of_ten_thousand_random_contests_are_those_of_a_naive_tally():
    for seed in range(10_000):
        assert_agree(measured(Random(10_000 + seed)))


def assert_agree(data):
    found = scoring.compute(data)
    best = data["rules"]["unit_score"] == "best"
    if "awards" not in found:
        assert all(prize.get("by", "overall") == "overall" for prize in data["rules"]["prizes"])
        return
    assert [
        (one["prize"], one["unit"], one["entry"] if best else None,
         Fraction(one["value"]["exact"]), one["shared"])
        for one in found["awards"]
    ] == naive.awards(data)
    for line in found["ranking"]:
        mine = [one["prize"] for one in found["awards"] if one["unit"] == line["unit"]]
        assert line["prizes"] == mine
        assert line["prize"] in (None, *mine)
        assert len(mine) < 2 or found["rules"].get("several_prizes") is not False
    assert scoring.compute(data | {"rules": found["rules"]}) == found


def test_prizes_by_the_ranking_alone_are_found_the_same_way_and_said_as_ever():
    for seed in range(200):
        found = scoring.compute(contest(Random(seed)))
        assert found["format"] == "hoithi-ranking/1"
        assert not found.keys() & {"awards", "next_by"}
        assert not any(line.keys() & {"prizes", "category"} for line in found["ranking"])


def test_the_browser_says_every_figure_and_sentence_and_refuses_the_same(drawn):
    inputs = [json.dumps(measured(Random(seed))) for seed in drawn(800)]
    for seed in drawn(500):
        data = measured(Random(seed))
        holder, key = Random(seed).choice(list(leaves(data)))
        holder[key] = copy.deepcopy(Random(seed + 1).choice((*JUNK, "chair", "category:hoc")))
        inputs.append(json.dumps(data))
    for text, answer in zip(inputs, theirs(computed(inputs)), strict=True):
        assert answer == ours(text), text


def clip(name, unit, mark, reactions, **more):
    return {"id": name, "unit": unit, "marks": {"GK1": {"nd": mark, "ht": 10 - mark}},
            "interactions": {"reactions": reactions, "shares": 0}, **more}


def film(prizes, **rules):
    """Four units; the public likes what the jury does not."""
    return {
        "rules": {"criteria": [{"id": "nd", "max": 10, "weight": 3}, {"id": "ht", "max": 10}],
                  "prizes": prizes, "categories": ["hoc", "lam"], "jury_weight": 100,
                  "interaction_weight": 0, **rules},
        "jurors": ["GK1"],
        "entries": [
            clip("A1", "An", 9, 20, category="hoc"), clip("B1", "Bình", 8, 30, category="lam"),
            clip("C1", "Chi", 3, 149, category="hoc"), clip("D1", "Dũng", 2, 149, category="lam"),
            clip("A2", "An", 1, 400, category="lam"),
        ],
        "chair_decisions": [{"units": ["Dũng", "Chi"], "prize": "tick", "reason": "BB 02"}]
        if any(prize["id"] == "tick" for prize in prizes) else [],
    }


FIRST = {"id": "first", "count": 1}
LOVED = {"id": "loved", "count": 1, "by": "interactions"}
FRESH = {"id": "fresh", "count": 1, "by": "criterion:ht"}
LEARN = {"id": "learn", "count": 1, "by": "category:hoc"}
CHOSEN = {"id": "tick", "count": 1, "by": "chair"}


def who(data):
    return [(one["prize"], one["entry"], one["rank"]) for one in scoring.compute(data)["awards"]]


def test_the_audience_award_goes_to_the_clip_that_the_public_liked_best():
    """The unit's other clip: by each measure a unit stands with its best by that measure."""
    assert who(film([FIRST, LOVED])) == [("first", "A1", 1), ("loved", "A2", 1)]


def test_who_may_not_take_two_is_passed_over_and_the_next_moves_up():
    data = film([FIRST, LOVED, FRESH, LEARN, CHOSEN], several_prizes=False)
    assert who(data) == [("first", "A1", 1), ("loved", "C1", 2), ("fresh", "D1", 2)]
    found = scoring.compute(data)
    assert "Đã có giải khác nên không nhận giải này: An." in found["awards"][1]["explanation"]["vi"]
    assert found["next_by"] == {"overall": ["Bình"], "interactions": ["Bình"],
                                "criterion:ht": ["Bình"], "category:hoc": []}
    data["entries"][0]["disqualified"] = data["entries"][4]["disqualified"] = True
    assert who(data)[:2] == [("first", "B1", 1), ("loved", "C1", 1)]


def test_each_may_take_several_unless_the_rules_say_otherwise():
    found = scoring.compute(film([FIRST, LOVED, FRESH, LEARN, CHOSEN]))
    assert found["ranking"][0]["prizes"] == ["first", "loved", "fresh", "learn"]
    assert found["ranking"][-1]["prizes"] == ["tick"]
    assert found["next_in_line"] == ["Bình"]
    report = scoring.sensitivity(film([FIRST, LOVED, CHOSEN]))
    assert [one["prize"] for one in report["prizes"]] == ["first", "loved", "tick"]
    assert report["prizes"][1]["margin"]["exact"] == "251"
    assert report["prizes"][2]["says"]["vi"] == "Dũng do Trưởng ban chọn."


def test_a_bundle_of_either_form_verifies_and_a_changed_winner_shows():
    for data, form in ((film([FIRST, LOVED, CHOSEN]), 2), (film([FIRST], categories=[]), 1)):
        if form == 1:
            for one in data["entries"]:
                del one["category"]
        whole = built(data)
        files, _ = archive.read(whole)
        assert json.loads(files["about.json"])["format"] == f"hoithi-evidence/{form}"
        assert evidence.join(files)["chair_decisions"] == data["chair_decisions"]
        assert {one.holds for one in check(whole)} == {True, None}
    files, _ = archive.read(built(film([FIRST, LOVED])))
    ranking = json.loads(files["ranking.json"])
    ranking["awards"][1]["unit"] = "Bình"
    files["ranking.json"] = evidence.text(ranking)
    broken = [one.what for one in check(archive.write(files.items())) if one.holds is False]
    assert "ranking" in broken


def built(data):
    facts = {"taken_at": "2023-06-19T15:00:00+07:00", "source": "read", "source_sha256": None,
             "late_reason": None}
    return bundle.build(
        data, about={"cut_off": "2023-06-19T16:00:00+07:00"}, profile=b"{}",
        snapshots={one["id"]: facts for one in data["entries"]},
    )
