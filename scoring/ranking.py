"""From scores to ranks: a unit stands with its best clip; ties go through the chain (plan V)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.model import OVERALL, Contest, Decision, Rules
from scoring.winning.measures import worth
from scoring.winning.scored import Scored

TOTAL = "total"
VALUE = "value"
SHARED = "shared"
_NOTHING = Fraction(-1)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit in the ranking. ``clips``: those that count, the one it stands with first.

    ``others``: the unit's clips that do not count. ``decided_by``: "total", the step of the
    tie-break that separated this unit from every other of the same total, or "shared".
    ``value``: what the line is ranked by, the total unless the ranking is that of another measure.
    """

    unit: str
    clips: tuple[Scored, ...]
    others: tuple[str, ...]
    jury_points: Fraction
    interaction_points: Fraction
    total: Fraction
    value: Fraction
    carried_points: Fraction = Fraction(0)
    rank: int = 0
    decided_by: str = TOTAL
    prize: str | None = None

    @property
    def points(self) -> int:
        return sum(clip.interactions.points for clip in self.clips)

    @property
    def jury_mean(self) -> Fraction:
        return _average([clip.jury.mean for clip in self.clips])

    @property
    def top(self) -> Fraction:
        return _average([clip.jury.top for clip in self.clips])


def ranked(scored: Sequence[Scored], contest: Contest, by: str = OVERALL) -> list[Line]:
    """The units in the order of a measure, without prizes; the order of the input plays no part.

    A unit stands with its best clip by that measure. A clip that the measure says nothing of is
    not there.
    """
    by_unit: dict[str, list[Scored]] = {}
    for clip in scored:
        if worth(clip, by, contest.rules) is not None:
            by_unit.setdefault(clip.entry.unit, []).append(clip)
    lines = [_line(unit, clips, contest.rules, by) for unit, clips in by_unit.items()]
    return _numbered(_order(lines, contest, TOTAL if by == OVERALL else VALUE))


def _line(unit: str, clips: list[Scored], rules: Rules, by: str) -> Line:
    clips.sort(key=lambda clip: clip.entry.id)
    clips.sort(key=lambda clip: _strength(clip, rules, by), reverse=True)
    counting = clips[:1] if rules.unit_score == "best" else clips
    jury_points = sum((clip.jury_points or Fraction(0) for clip in counting), Fraction(0))
    interaction_points = sum((clip.interaction_points for clip in counting), Fraction(0))
    carried = sum((clip.carried_points for clip in counting), Fraction(0))
    return Line(
        unit=unit,
        clips=tuple(counting),
        others=tuple(clip.entry.id for clip in clips[len(counting) :]),
        jury_points=jury_points,
        interaction_points=interaction_points,
        total=jury_points + interaction_points + carried,
        value=sum((_known(worth(clip, by, rules)) for clip in counting), Fraction(0)),
        carried_points=carried,
    )


def _strength(clip: Scored, rules: Rules, by: str) -> tuple[Fraction, ...]:
    """Which clip a unit stands with: its worth, then the tie-break chain without the chair."""
    values = {
        "jury_mean": _known(clip.jury.mean),
        "top_criterion": _known(clip.jury.top),
        "uncapped_points": Fraction(clip.interactions.points),
    }
    steps = [values[step] for step in rules.tie_breaks if step in values]
    return (_known(worth(clip, by, rules)), *steps)


def _known(value: Fraction | None) -> Fraction:
    return _NOTHING if value is None else value


def _average(values: Sequence[Fraction | None]) -> Fraction:
    return sum((_known(value) for value in values), Fraction(0)) / len(values)


def _order(lines: list[Line], contest: Contest, alone: str) -> list[list[Line]]:
    """Groups of equal lines, best first; a group of more than one shares its rank. ``alone``: what
    decided where nobody else has the same."""
    groups: list[list[Line]] = []
    for group in _split(lines, lambda line: line.value):
        groups.extend(_untie(group, alone, contest.rules.tie_breaks, contest.tie_decisions))
    return groups


def _untie(
    group: list[Line], decided_by: str, steps: tuple[str, ...], decisions: tuple[Decision, ...]
) -> list[list[Line]]:
    if len(group) == 1:
        return [[replace(group[0], decided_by=decided_by)]]
    if not steps:
        return [[replace(line, decided_by=SHARED) for line in group]]
    groups: list[list[Line]] = []
    for part in _split(group, _measure(steps[0], group, decisions)):
        groups.extend(_untie(part, steps[0], steps[1:], decisions))
    return groups


def _split(lines: list[Line], key: Callable[[Line], Fraction]) -> list[list[Line]]:
    """Lines of equal ``key`` together, the highest first; within a group by unit."""
    ordered = sorted(sorted(lines, key=lambda line: line.unit), key=key, reverse=True)
    return [list(group) for _, group in itertools.groupby(ordered, key=key)]


def _measure(
    step: str, group: list[Line], decisions: tuple[Decision, ...]
) -> Callable[[Line], Fraction]:
    if step == "jury_mean":
        return lambda line: line.jury_mean
    if step == "top_criterion":
        return lambda line: line.top
    if step == "uncapped_points":
        return lambda line: Fraction(line.points)
    order = _decided(group, decisions)
    return lambda line: Fraction(-order.get(line.unit, 0))


def _decided(group: list[Line], decisions: tuple[Decision, ...]) -> dict[str, int]:
    """Places by the last decision that names every unit of the group; empty if there is none."""
    units = {line.unit for line in group}
    for decision in reversed(decisions):
        if units <= set(decision.units):
            return {unit: place for place, unit in enumerate(decision.units)}
    return {}


def _numbered(groups: list[list[Line]]) -> list[Line]:
    """Ranks as in sport: 1, 2, 2, 4."""
    lines: list[Line] = []
    for group in groups:
        lines.extend([replace(line, rank=len(lines) + 1) for line in group])
    return lines
