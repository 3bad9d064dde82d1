"""The part of the input that says what comes before and after a round (``docs/scoring.md``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from scoring.model import CATEGORY, CHAIR, NEXT_ROUND, Carried, Promotion, Rules
from scoring.nodes import Node

BEST, ABOVE = "best", "above"
ALL, NONE = "all", "none"  # of those who share the last place
SCALE = 100
WANTED = {BEST: "count", CATEGORY: "count", ABOVE: "least", CHAIR: ""}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def promotion(node: Node, categories: Sequence[str]) -> Promotion:
    """The rule of who goes on; of the chair's list only that there is one, the list itself being a
    decision. Raises ``InputError`` like all of these."""
    by = by_what(node, ("count", "least", "ties"), categories)
    wanted = WANTED[by]
    allowed = ("by", wanted, "ties") if wanted == "count" else ("by", wanted) if wanted else ("by",)
    fields = node.fields(allowed, ("by", wanted) if wanted else ("by",))
    return Promotion(
        by,
        fields["count"].integer(1, 10_000) if wanted == "count" else 0,
        least(fields["least"]) if wanted == "least" else Fraction(0),
        ties=fields["ties"].choice(ALL, NONE) if "ties" in fields else ALL,
    )


def by_what(node: Node, others: Sequence[str], categories: Sequence[str]) -> str:
    """What a rule goes by; ``others``: the keys that may stand beside it."""
    fields = node.fields(("by", *others), ("by",))
    by = fields["by"].choice(*WANTED)
    if by == CATEGORY and not categories:
        fields["by"].refuse("Vòng này không có mảng nào.", "This round has no categories.")
    return by


def least(node: Node) -> Fraction:
    """A mark out of 100."""
    value = node.ratio()
    if value > SCALE:
        node.refuse(f"Mức điểm phải từ 0 đến {SCALE}.", f"The mark must be from 0 to {SCALE}.")
    return value


def carried(node: Node | None, unit_score: str) -> Carried | None:
    """What the round before gives. Only one clip of a unit has it, so that sums know none."""
    if node is None:
        return None
    names = ("percent", "bundle_sha256")
    fields = node.fields(names, names)
    percent = fields["percent"].ratio()
    if not 0 < percent < SCALE:
        fields["percent"].refuse(
            "Phần điểm vòng trước phải lớn hơn 0 và nhỏ hơn 100.",
            "The part of the round before must be above 0 and below 100.",
        )
    sha256 = fields["bundle_sha256"].text()
    if not _SHA256.fullmatch(sha256):
        fields["bundle_sha256"].refuse("Phải là 64 chữ số hex.", "This must be 64 hex digits.")
    if unit_score == "sum":
        node.refuse(
            "Cộng điểm các clip của đơn vị (“unit_score”: “sum”) thì không cộng điểm vòng trước.",
            'A sum of a unit\'s clips ("unit_score": "sum") carries no points of a round before.',
        )
    return Carried(percent, sha256)


def total_before(entry: Node, node: Node | None, rules: Rules) -> Fraction | None:
    """A clip's total in the round before: given wherever it counts, and nowhere else."""
    if rules.carried is None:
        if node is not None:
            node.refuse("Thể lệ không tính điểm vòng trước.", "The rules carry no points.")
        return None
    if node is None:
        entry.refuse("Thiếu “carried”.", '"carried" is missing.', at="carried")
    return least(node)


def chosen(rules: Rules) -> frozenset[str]:
    """What a decision of the chair may choose for besides prizes: who goes on."""
    by_chair = rules.promotion is not None and rules.promotion.by == CHAIR
    return frozenset((NEXT_ROUND,)) if by_chair else frozenset()


def stated(rules: Rules) -> dict[str, Any]:
    """The rules of rounds as they were applied; nothing where there are none."""
    found: dict[str, Any] = {}
    if rules.promotion is not None:
        rule, wanted = rules.promotion, WANTED[rules.promotion.by]
        found["promotion"] = {"by": rule.by}
        found["promotion"] |= {"count": rule.count, "ties": rule.ties} if wanted == "count" else {}
        found["promotion"] |= {"least": str(rule.least)} if wanted == "least" else {}
    if rules.carried is not None:
        one = rules.carried
        found["carried"] = {"percent": str(one.percent), "bundle_sha256": one.bundle_sha256}
    return found
