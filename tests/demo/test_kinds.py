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
        {
            "id": f"c{place}", "unit": part.unit,
            "marks": {juror: marks(rules, share) for juror, share in part.marks.items()},
            "interactions": {"reactions": part.reactions, "shares": part.shares},
        }
        for place, part in enumerate(script.PARTS) if not part.out
    ]
    found = scoring.compute({"rules": rules.scoring_rules(), "jurors": list(script.JURORS),
                             "entries": entries})
    assert tuple((line["unit"], line["total"]["rounded"]) for line in found["ranking"]) == (
        kind.expected)
    awards = {row["prize"]: row["unit"] for row in found.get("awards", [])}
    if name == "phim-ngan":
        assert awards["audience"] == "Đoàn Trường THPT Nguyễn Hiền"
    if name == "chi-giam-khao":
        assert not rules.on_page
        assert awards["content"] == "Đoàn Phường 3"
        assert Fraction(found["ranking"][0]["total"]["exact"]) == Fraction(280, 3)


def marks(rules, share):
    """As the demo's jurors give them: whole marks, or none at all."""
    if share is None:
        return "abstained"
    return {one.id: one.max * share // 100 for one in rules.jury.criteria}
