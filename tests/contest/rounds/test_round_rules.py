"""Rules of rounds: what a rule file may say, what it may not, and what the next round's file is."""

import tomllib

import pytest

from contest import profile as rule_files
from contest.errors import Invalid
from contest.profile import rounds
from contest.services.desk.setup import reference_source
from contest.services.rules import next_rules
from contest.services.rules.changes import changes
from contest.services.rules.starting import PROFILES
from contest.services.rules.toml_editing import edited
from tests.contest.rounds.rules import NEXT

REFERENCE = reference_source()
def load(change: str = "", to: str = "") -> rule_files.Loaded:
    return rule_files.load(REFERENCE + NEXT.replace(change, to) if change else REFERENCE + NEXT)


def test_rules_without_rounds_keep_the_hash_they_had() -> None:
    content = rule_files.load(REFERENCE).content
    assert not {"next_round", "previous_round"} & content.keys()
    assert "live" not in content["jury"]
    assert "promotion" not in rule_files.load(REFERENCE).profile.scoring_rules()


def test_a_rule_file_says_who_goes_on_and_what_the_next_rounds_rules_are() -> None:
    loaded = load()
    assert loaded.profile.scoring_rules()["promotion"] == {
        "by": "best", "count": 6, "ties": "none"}
    stored = rule_files.stored(loaded.content)
    assert stored == loaded.profile and changes(stored, loaded.profile) == []
    source = edited(loaded.source, rounds.changes(tomllib.loads(loaded.source)))
    after = rule_files.load(source).profile
    assert after.contest.slug == "quan11-2023-chung-ket"
    assert after.contest.title.vi.endswith(" – Vòng chung kết")
    assert after.next_round is None and after.previous_round is not None
    assert (after.previous_round.contest, after.previous_round.carried) == ("quan11-2023", 30)
    assert after.jury.live and not loaded.profile.jury.live
    assert after.schedule.counts_close.day == 5 and after.schedule.time_zone == "Asia/Ho_Chi_Minh"
    assert after.scoring == loaded.profile.scoring
    assert rule_files.parse(rounds.following(tomllib.loads(loaded.source))) == after


@pytest.mark.parametrize(("change", "to", "key"), [
    ("count = 6\n", "", "next_round.count"),
    ("count = 6", "count = 0", "next_round.count"),
    ("count = 6", "count = 6\nleast = 50", "next_round.least"),
    ('by = "best"\ncount = 6\nties = "none"', 'by = "above"', "next_round.least"),
    ('by = "best"\ncount = 6\nties = "none"', 'by = "above"\nleast = 101', "next_round.least"),
    ('by = "best"\ncount = 6', 'by = "chair"', "next_round.ties"),
    ('by = "best"', 'by = "category"', "next_round.by"),
    ("count = 6", "count = 5", "next_round.count"),
    ("carried = 30", "carried = 100", "next_round.carried"),
    ("entries_open = 2023-07-01", "entries_open = 2023-06-19",
     "next_round.rules.schedule.entries_open"),
    ("jury_closes = 2023-07-05T20:30:00+07:00\n", "", "next_round.rules.schedule.jury_closes"),
    ("live = true", "blind = true\nlive = true", "next_round → jury.live"),
    ("live = true", "livve = true", "next_round → jury.livve"),
    ("[next_round.rules.jury]", '[next_round.rules.contest]\nslug = "x"\n[next_round.rules.jury]',
     "next_round.rules.contest"),
], ids=["no-count", "zero", "both", "no-least", "above-all", "no-last-place", "no-categories",
        "more-prizes", "all-carried", "too-early", "old-deadline", "blind-and-live", "misspelt",
        "not-its-own"])
def test_rules_that_contradict_themselves_are_refused_by_key(change: str, to: str, key: str):
    with pytest.raises(Invalid) as refused:
        load(change, to)
    faults = {one["key"]: one for one in refused.value.data["faults"]}
    assert key in faults
    assert faults[key]["vi"] and faults[key]["en"] != faults[key]["vi"]


def test_a_sum_of_clips_is_not_carried_and_no_round_follows_itself() -> None:
    summed = (REFERENCE + NEXT).replace('unit_score = "best"', 'unit_score = "sum"')
    with pytest.raises(Invalid) as refused:
        rule_files.load(summed)
    assert "next_round.carried" in {one["key"] for one in refused.value.data["faults"]}
    own = REFERENCE + '\n[previous_round]\ncontest = "quan11-2023"\n'
    with pytest.raises(Invalid) as refused:
        rule_files.load(own)
    assert [one["key"] for one in refused.value.data["faults"]] == ["previous_round.contest"]


def test_a_tie_is_left_to_a_chair_who_decides_ties() -> None:
    without = (REFERENCE + NEXT).replace(', "chair"]', "]")
    assert without != REFERENCE + NEXT
    with pytest.raises(Invalid) as refused:
        rule_files.load(without)
    assert "next_round.ties" in {one["key"] for one in refused.value.data["faults"]}


@pytest.mark.parametrize("name", ["hai-vong", "cai-cach"])
def test_the_shipped_templates_of_two_rounds_hold_for_both(name: str) -> None:
    source = (PROFILES / f"templates/{name}.toml").read_text("utf-8")
    first = rule_files.load(source).profile
    after = rule_files.load(next_rules.next_source(source)).profile
    assert first.next_round is not None
    assert after.previous_round is not None
    assert (after.entry.kind, after.jury.live, after.filings) == (first.entry.kind, True, [])
