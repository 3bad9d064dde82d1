"""Who goes on to the next round: the best, the best of each category, all above a mark, a list."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring import schema
from scoring.model import CATEGORY, Contest
from scoring.nodes import Node, distinct
from scoring.numbers import both
from scoring.ranking import Line, ranked
from scoring.winning.scored import Scored, score

BEST, ABOVE, CHAIR = "best", "above", "chair"
ALL, NONE = "all", "none"  # of those who share the last place
SCALE = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """How a round promotes. ``count`` go on (``best``; of each category, ``category``), those with
    at least ``least`` of 100 (``above``), or the chair's ``units``. ``ties``: whether all who share
    the last place go on, or none of them."""

    by: str
    count: int = 0
    least: Fraction = Fraction(0)
    units: tuple[str, ...] = ()
    ties: str = ALL


def promote(data: object, rule: object) -> dict[str, Any]:
    """Who goes on from the round in ``data`` (as ``compute`` takes it), and who does not.

    ``promoted``: a line for each, best first, by category where the rule goes by it. ``undecided``:
    units that share the last place and would be too many together (``"ties": "none"``); the chair
    orders them by a decision as for any tie. ``out``: all other units. Raises ``InputError`` with
    the path of a fault in either, ``$.by`` and so on in the rule.
    """
    contest = schema.read(data)
    known = _rule(Node(rule), contest)
    scored = score(contest)
    lines = ranked(scored, contest)
    chosen, open_ = _chosen(known, scored, lines, contest)
    on = {line.unit for _, line in chosen}
    undecided = sorted({line.unit for line in open_} - on)
    return {
        "format": "hoithi-promotion/1",
        "promoted": [_promoted(category, line) for category, line in chosen],
        "undecided": undecided,
        "out": [line.unit for line in lines if line.unit not in on and line.unit not in undecided],
    }


def _rule(node: Node, contest: Contest) -> Rule:
    fields = node.fields(("by", "count", "least", "units", "ties"), ("by",))
    by = fields["by"].choice(BEST, CATEGORY, ABOVE, CHAIR)
    wanted = {BEST: "count", CATEGORY: "count", ABOVE: "least", CHAIR: "units"}[by]
    allowed = ("by", wanted, "ties") if wanted == "count" else ("by", wanted)
    fields = node.fields(allowed, ("by", wanted))
    if by == CATEGORY and not contest.rules.categories:
        fields["by"].refuse("Vòng này không có mảng nào.", "This round has no categories.")
    return Rule(
        by,
        fields["count"].integer(1, 10_000) if wanted == "count" else 0,
        _least(fields["least"]) if wanted == "least" else Fraction(0),
        _units(fields["units"], contest) if wanted == "units" else (),
        fields["ties"].choice(ALL, NONE) if "ties" in fields else ALL,
    )


def _least(node: Node) -> Fraction:
    value = node.ratio()
    if value > SCALE:
        node.refuse(f"Mức điểm phải từ 0 đến {SCALE}.", f"The mark must be from 0 to {SCALE}.")
    return value


def _units(node: Node, contest: Contest) -> tuple[str, ...]:
    nodes = node.items()
    names = tuple(item.text() for item in nodes)
    distinct(nodes, names)
    there = {entry.unit for entry in contest.running}
    for item, name in zip(nodes, names, strict=True):
        if name not in there:
            item.refuse(f"“{name}” không còn clip nào trong vòng này.",
                        f'"{name}" has no clip left in this round.')
    return names


def _chosen(
    rule: Rule, scored: Sequence[Scored], lines: list[Line], contest: Contest
) -> tuple[list[tuple[str | None, Line]], list[Line]]:
    """(Category or None, line) of those who go on; and those between whom nobody has decided."""
    if rule.by == ABOVE:
        return [(None, line) for line in lines if line.total >= rule.least], []
    if rule.by == CHAIR:
        known = {line.unit: line for line in lines}
        return [(None, known[unit]) for unit in rule.units if unit in known], []
    rankings: list[tuple[str | None, list[Line]]] = [(None, lines)]
    if rule.by == CATEGORY:
        rankings = [
            (one, ranked(scored, contest, f"{CATEGORY}:{one}")) for one in contest.rules.categories
        ]
    chosen, undecided = [], []
    for category, found in rankings:
        on, tied = _best(found, rule)
        chosen += [(category, line) for line in on]
        undecided += tied
    return chosen, undecided


def _best(lines: list[Line], rule: Rule) -> tuple[list[Line], list[Line]]:
    """The first ``count``, and those who share the last place and are too many together."""
    on: list[Line] = []
    for _, equal in itertools.groupby(lines, key=lambda line: line.rank):
        group = list(equal)
        if len(on) >= rule.count:
            break
        if len(on) + len(group) > rule.count and rule.ties == NONE:
            return on, group
        on += group
    return on, []


def _promoted(category: str | None, line: Line) -> dict[str, Any]:
    return {
        "unit": line.unit, "entry": line.clips[0].entry.id,
        "entries": [clip.entry.id for clip in line.clips],
        "rank": line.rank, "total": both(line.total), "decided_by": line.decided_by,
        **({} if category is None else {"category": category}),
    }
