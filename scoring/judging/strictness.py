"""How strict each juror was, against the others on the same clips; nothing is evened out first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from scoring import schema
from scoring.jury import Rubric
from scoring.model import Contest
from scoring.numbers import both


def strictness(data: object) -> dict[str, Any]:
    """A line for each juror, by code; ``data`` as ``compute`` takes it.

    Of ``clips`` marked completely: their ``mean`` and its ``spread`` (mean absolute deviation), in
    percent. Of those ``compared``, which others have marked as well: ``difference``, the mean of
    the juror's mark less the mean of the others' on the same clip, in points of a hundred; below
    zero the juror was stricter than they. None where there is nothing to take a mean of. Clips out
    of the contest are left out. Raises ``InputError`` like ``compute``.
    """
    contest = schema.read(data)
    rubric, records = Rubric(contest.rules.criteria), {j: _Record() for j in contest.jurors}
    for marks in _weighted(contest, rubric):
        many, total = len(marks), sum(marks.values())
        for juror, mark in marks.items():
            records[juror].add(mark, many, total)
    lines = [_line(juror, records[juror], rubric.possible) for juror in sorted(records)]
    return {"format": "hoithi-strictness/1", "jurors": lines}


@dataclass(slots=True)
class _Record:
    """What a juror gave, in whole numbers of the rubric. ``apart``: by the number of jurors on a
    clip, how far the juror stood from the others on those clips, times one less than it."""

    given: list[int] = field(default_factory=list)
    compared: int = 0
    apart: dict[int, int] = field(default_factory=dict)

    def add(self, mark: int, many: int, total: int) -> None:
        self.given.append(mark)
        if many > 1:
            self.compared += 1
            self.apart[many] = self.apart.get(many, 0) + many * mark - total


def _weighted(contest: Contest, rubric: Rubric) -> Iterator[dict[str, int]]:
    """Of each clip: by juror the complete ballot's weighted sum."""
    for entry in contest.running if rubric.possible else ():
        ballots = {j: entry.marks[j] for j in contest.jurors if j in entry.marks}
        weighted = {j: rubric.weighted(b) for j, b in ballots.items() if not isinstance(b, str)}
        yield {juror: mark for juror, mark in weighted.items() if mark is not None}


def _line(juror: str, found: _Record, possible: int) -> dict[str, Any]:
    clips, total = len(found.given), sum(found.given)
    spread = sum([abs(clips * mark - total) for mark in found.given])
    apart = sum((Fraction(by, many - 1) for many, by in found.apart.items()), Fraction(0))
    return {
        "juror": juror, "clips": clips, "compared": found.compared,
        "mean": _percent(total, clips, possible),
        "difference": _percent(apart, found.compared, possible),
        "spread": _percent(spread, clips**2, possible),
    }


def _percent(value: Fraction | int, many: int, possible: int) -> dict[str, str] | None:
    return both(Fraction(100 * value, many * possible)) if many else None
