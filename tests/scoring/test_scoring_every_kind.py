"""Contests of all kinds at once: ``scoring``, a naive tally and the browser's say the same."""

from collections import Counter
from fractions import Fraction
from random import Random

import every_kind
import example
import naive
import naive_next
import pytest
from meddling import PRINT
from second import computed, examined
from test_scoring_assignment import assert_strictness
from test_scoring_second import expected, without_program
from test_scoring_second import told as checks

import scoring
from scoring import bundle, evidence


def test_a_few_contests_of_every_kind():
    """What the mutants meet (``docs/mutants.md``)."""
    counted_alike(range(25))


def test_contests_of_every_kind_are_counted_alike_three_times(drawn):
    met, thrice = Counter(), drawn(300)
    for part in range(3):  # never many of the browser's answers at once
        met += counted_alike(range(100 * part, 100 * (part + 1)), thrice)
    assert met.keys() == every_kind.ALL


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))  # each well within the time of one test
def test_ten_thousand_contests_of_every_kind_are_counted_alike_three_times(part):
    assert counted_alike(range(10_000 + 250 * part, 10_250 + 250 * part)).keys() <= every_kind.ALL


def counted_alike(seeds, thrice=None):
    """Two contests of each seed; how often each kind was met. The browser is asked about those of
    ``thrice``, about all where none are named."""
    met, asked = Counter(), []
    for seed in seeds:
        for what, data in every_kind.season(Random(seed)):
            found = scoring.compute(data)
            assert told(data, found) == tallied(data), f"seed {seed}, {what}"
            assert_strictness(data)
            met.update(set(every_kind.kinds(what, data, found)))
            if thrice is None or seed in thrice:
                asked.append((seed, data, evidence.text(found).decode().rstrip("\n")))
    for (seed, _, ours), theirs in zip(asked, computed(one for _, one, _ in asked), strict=True):
        assert theirs == {"text": ours}, f"seed {seed}"
    return met


def told(data, found):
    """What ``scoring`` says, as the naive tally says it."""
    best, gaps = data["rules"]["unit_score"] == "best", found["missing"]
    exact = ("jury", "interactions", "total")
    return {
        "ranking": [(one["rank"], one["unit"], one["entry"] if best else None,
                     *(Fraction(one[part]["exact"]) for part in exact), one["points"])
                    for one in found["ranking"]],
        "awards": [(one["prize"], one["unit"], one["entry"] if best else None,
                    Fraction(one["value"]["exact"]), one["shared"])
                   for one in found.get("awards", [])],
        "next_by": found.get("next_by"),
        "next_in_line": found["next_in_line"],
        "unranked": [(one["entry"], one["unit"]) for one in found["unranked"]],
        "unmarked": [(one["entry"], one["juror"], one["criteria"])
                     for one in gaps if one["juror"]],
        "uncounted": [(one["entry"], one["platforms"]) for one in gaps if one["what"] == "posts"],
        "unread": [(one["entry"], one["what"]) for one in gaps
                   if one["what"] in ("interactions", "reactions", "shares")],
        "too_few": [(one["entry"], one["ballots"]) for one in found.get("below_quorum", [])],
        "promotion": _promotion(found.get("promotion")),
    }


def _promotion(said):
    return said and ([(one.get("category"), one["unit"], one["rank"]) for one in said["promoted"]],
                     said["undecided"], said["out"])


def tallied(data):
    rules = data["rules"]
    measured = any(prize.get("by", "overall") != "overall" for prize in rules["prizes"])
    rule = rules.get("promotion")
    return {
        "ranking": [line[:7] for line in naive.ranking(data)],
        "awards": naive.awards(data) if measured else [],
        "next_by": naive_next.following(data) if measured else None,
        "next_in_line": naive_next.next_in_line(data),
        "unranked": naive_next.unranked(data),
        "unmarked": naive.unmarked(data),
        "uncounted": naive.uncounted(data),
        "unread": naive_next.unread(data),
        "too_few": naive.too_few(data),
        "promotion": rule and (*naive.promoted(data, rule), naive_next.stopped(data, rule)),
    }


def test_bundles_of_contests_of_every_kind_hold_here_and_in_the_browser():
    bundles = [bundled(data) for seed in range(40) for _, data in every_kind.season(Random(seed))]
    for one, answer in zip(bundles, examined(bundles, key=PRINT), strict=True):
        found = without_program(checks(answer["checks"]))
        assert found == without_program(expected(one, key=PRINT))
        assert all(holds for _, holds, *_ in found)


def bundled(data):
    """The signed bundle of a contest, its accounts hashed, each number with its source."""
    source = {"taken_at": example.CUT_OFF, "source": "import", "source_sha256": example.SOURCE}
    for one in data["entries"]:
        for row in (one["interactions"] or {}).get("share_ledger") or []:
            row["account"] = bundle.hash_account(example.SALT, row["account"])
    return bundle.build(
        data, about=example.PARTS["about"], profile=example.PARTS["profile"],
        snapshots={one["id"]: source for one in data["entries"] if one["interactions"]},
        posts={one["id"]: {post["platform"]: source for post in one.get("posts", [])}
               for one in data["entries"]}, **example.SIGNED)
