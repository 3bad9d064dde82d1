"""Every contest that the demo plays: its rules stand, and what is expected follows from them."""

from fractions import Fraction

import pytest

import scoring
from contest.demo import script
from contest.demo.kinds import KINDS


@pytest.mark.parametrize("name", list(KINDS))
def test_what_is_expected_follows_from_the_script_and_the_rules(name: str) -> None:
    kind = KINDS[name]
    rules = kind.profile
    assert rules.contest.slug == "quan11-2023"
    entries = [
        entry(rules, f"c{place}", part) for place, part in enumerate(kind.parts) if not part.out
    ]
    decisions = [{"prize": part.chosen, "units": [part.unit], "reason": "01"}
                 for part in kind.parts if part.chosen]
    found = scoring.compute({"rules": rules.scoring_rules(), "jurors": list(script.JURORS),
                             "entries": entries, "chair_decisions": decisions})
    assert tuple((line["unit"], line["total"]["rounded"]) for line in found["ranking"]) == (
        kind.expected)
    awards = {row["prize"]: row["unit"] for row in found.get("awards", [])}
    if name == "anh-dep":
        wards = {prize: int(unit.rpartition(" ")[2]) for prize, unit in awards.items()}
        assert wards == {"action-first": 1, "action-second": 4, "people-first": 4,
                         "people-second": 2, "audience": 3}  # of two second ones the later
    if name == "thi-viet":
        assert (rules.jury.jurors_per_clip, rules.awards.participation) == (2, True)
    if name == "phim-ngan":
        assert awards["audience"] == "Đoàn Trường THPT Nguyễn Hiền"
    if name == "chi-giam-khao":
        assert not rules.on_page
        assert awards["content"] == "Đoàn Phường 3"
        assert Fraction(found["ranking"][0]["total"]["exact"]) == Fraction(280, 3)


def entry(rules, code, part):
    """As a result has it; where each juror marks some alone, of the first who may mark this one."""
    theirs = part.marks
    if rules.jury.assigned:
        mine = [juror for juror, share in part.marks.items() if share is not None]
        theirs = {juror: part.marks[juror] for juror in mine[: rules.jury.jurors_per_clip]}
    return {
        "id": code, "unit": part.unit,
        "marks": {juror: marks(rules, share) for juror, share in theirs.items()},
        "interactions": {"reactions": part.reactions, "shares": part.shares},
        **({"jurors": list(theirs)} if rules.jury.assigned else {}),
        **({"category": part.category} if part.category else {}),
    }


def marks(rules, share):
    """As the demo's jurors give them: whole marks, or none at all."""
    if share is None:
        return "abstained"
    return {one.id: one.max * share // 100 for one in rules.jury.criteria}
