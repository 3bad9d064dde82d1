"""Who goes on is part of a result: computed, told by the second tally, stored, bundled."""

import copy
import json

import pytest

from contest.clock import FixedClock
from contest.errors import Conflict
from contest.models import Contest
from contest.services.awards import choosing
from contest.services.results import ranking_rows, results, tally
from scoring import archive
from scoring.verification import check
from tests.contest.factory import Factory
from tests.contest.rounds.rules import NEXT
from tests.contest.stage import AFTER, Build, Stage, staged

PRIZES = '''
[[next_round.rules.prizes]]
id = "first"
count = 1
name = { vi = "Giải nhất", en = "First prize" }
'''


def round_by(rule: str) -> str:
    return NEXT.replace('by = "best"\ncount = 6\nties = "none"', rule) + PRIZES


@pytest.fixture
def hall(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    """A is ranked first, then C, then B."""
    made = staged(built, make, contest)
    clock.moment = AFTER
    return made


def rules(hall: Stage, rule: str) -> None:
    last = "\n[documents]"
    hall.newer_rules(last, round_by(rule) + last)


def test_the_best_go_on_and_the_bundle_says_so(hall: Stage) -> None:
    rules(hall, 'by = "best"\ncount = 2')
    result = hall.freeze(hall.compute())
    said = result.output["promotion"]
    totals = [(row["unit"], row["total"]) for row in result.output["ranking"]]
    assert [(one["unit"], one["total"]) for one in said["promoted"]] == totals[:2]
    assert (said["undecided"], said["out"]) == ([], [totals[2][0]])
    bundle = hall.platform.blobs.path(result.bundle_sha256).read_bytes()
    files = archive.read(bundle)[0]
    assert json.loads(files["about.json"])["format"] == "hoithi-evidence/3"
    assert json.loads(files["ranking.json"])["promotion"] == said
    assert {one.holds for one in check(bundle)} <= {True, None}
    published = hall.publish(result)
    with hall.platform.db.read() as session:
        assert ranking_rows.promotion(session, published) == said


@pytest.mark.parametrize(("rule", "on"), [
    ('by = "above"\nleast = 70', None), ('by = "best"\ncount = 2\nties = "none"', 2),
    ('by = "chair"', 0),
], ids=["above", "best", "chair"])
def test_the_second_tally_agrees_and_sees_what_was_meddled_with(
    hall: Stage, rule: str, on: int | None
) -> None:
    rules(hall, rule)
    result = hall.compute()
    said = result.output["promotion"]
    if on is not None:
        assert len(said["promoted"]) == on
    wrong = copy.deepcopy(result.output)
    first = wrong["ranking"][-1]
    wrong["promotion"] = {
        "promoted": [first | {"total": first["total"]}], "undecided": [],
        "out": [row["unit"] for row in wrong["ranking"][:-1]],
    }
    with hall.platform.db.read() as session:
        contest = hall.contest_now(session)
        assert tally.differences(session, contest, result.output) == []
        assert tally.differences(session, contest, wrong)
        wrong["promotion"]["out"] = []
        assert tally.differences(session, contest, wrong)


def test_the_chairs_list_is_recorded_and_goes_on(hall: Stage) -> None:
    rules(hall, 'by = "chair"')
    code = hall.clips[1].code
    with hall.platform.db.write() as session:
        choosing.choose(session, hall.contest_now(session), "round:next", [code], reason="BB 7",
                        actor=hall.organiser, at=AFTER)
    said = hall.compute().output["promotion"]
    assert [one["unit"] for one in said["promoted"]] == ["Đoàn B"]


def test_a_part_that_is_carried_waits_for_the_round_before(hall: Stage) -> None:
    before = '\n[previous_round]\ncontest = "so-khao"\ncarried = 30\n\n[documents]'
    hall.newer_rules("\n[documents]", before)
    with pytest.raises(Conflict, match="was not begun from its result"):
        hall.compute()
    with hall.platform.db.read() as session:
        assert results.current(session, hall.contest_now(session)) is None
