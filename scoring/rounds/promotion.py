"""Who goes on to the next round: the best, the best of each category, all above a mark, a list."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scoring import schema
from scoring.model import CATEGORY, CHAIR, NEXT_ROUND, Contest, Promotion
from scoring.nodes import Node, distinct
from scoring.numbers import both
from scoring.ranking import Line, ranked
from scoring.rounds import rules
from scoring.rounds.rules import ABOVE, NONE
from scoring.winning.scored import Scored, score


def promote(data: object, rule: object) -> dict[str, Any]:
    """Who goes on from the round in ``data`` (as ``compute`` takes it), and who does not.

    As ``report``, by a rule of its own: with the chair's list as ``units``. Raises ``InputError``
    with the path of a fault in either, ``$.by`` and so on in the rule.
    """
    contest = schema.read(data)
    return {"format": "hoithi-promotion/1", **_report(contest, _rule(Node(rule), contest))}


def report(contest: Contest, rule: Promotion) -> dict[str, Any]:
    """Who goes on by a rule, the contest's own; of the chair's by the last list that was decided.

    ``promoted``: a line for each, best first, by category where the rule goes by it. ``undecided``:
    units that share the last place and would be too many together (``"ties": "none"``); the chair
    orders them by a decision as for any tie. ``out``: all other units.
    """
    if rule.by == CHAIR:
        lists = [one.units for one in contest.decisions if one.prize == NEXT_ROUND]
        rule = replace(rule, units=lists[-1] if lists else ())
    return _report(contest, rule)


def _report(contest: Contest, rule: Promotion) -> dict[str, Any]:
    scored = score(contest)
    lines = ranked(scored, contest)
    chosen, open_ = _chosen(rule, scored, lines, contest)
    on = {line.unit for _, line in chosen}
    undecided = sorted({line.unit for line in open_} - on)
    return {
        "promoted": [_promoted(category, line) for category, line in chosen],
        "undecided": undecided,
        "out": [line.unit for line in lines if line.unit not in on and line.unit not in undecided],
    }


def _rule(node: Node, contest: Contest) -> Promotion:
    """A rule that stands alone: the chair's names its units."""
    categories = contest.rules.categories
    others = ("count", "least", "units", "ties")
    if rules.by_what(node, others, categories) != CHAIR:
        return rules.promotion(node, categories)
    fields = node.fields(("by", "units"), ("by", "units"))
    return Promotion(CHAIR, units=_units(fields["units"], contest))


def _units(node: Node, contest: Contest) -> tuple[str, ...]:
    nodes = node.items()
    names = tuple(item.text() for item in nodes)
    distinct(nodes, names)
    there = {entry.unit for entry in contest.running}
    for item in nodes:
        if (name := item.text()) not in there:
            item.refuse(f"“{name}” không còn clip nào trong vòng này.",
                        f'"{name}" has no clip left in this round.')
    return names


def _chosen(
    rule: Promotion, scored: Sequence[Scored], lines: list[Line], contest: Contest
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


def _best(lines: list[Line], rule: Promotion) -> tuple[list[Line], list[Line]]:
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
