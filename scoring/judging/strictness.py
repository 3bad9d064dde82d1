"""How strict each juror was, against the others on the same clips; nothing is evened out first."""

from __future__ import annotations

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
    marked = _percents(contest)
    lines = [_line(juror, marked) for juror in sorted(contest.jurors)]
    return {"format": "hoithi-strictness/1", "jurors": lines}


def _percents(contest: Contest) -> list[dict[str, Fraction]]:
    """Of each clip: by juror the complete ballot in percent."""
    rubric = Rubric(contest.rules.criteria)
    if not rubric.possible:
        return []
    found = []
    for entry in contest.running:
        ballots = {j: entry.marks[j] for j in contest.jurors if j in entry.marks}
        weighted = {j: rubric.weighted(b) for j, b in ballots.items() if not isinstance(b, str)}
        found.append({
            juror: Fraction(100 * mark, rubric.possible)
            for juror, mark in weighted.items() if mark is not None
        })
    return found


def _line(juror: str, marked: list[dict[str, Fraction]]) -> dict[str, Any]:
    mine = [clip for clip in marked if juror in clip]
    given = [clip[juror] for clip in mine]
    mean = _average(given)
    apart = [
        clip[juror] - (sum(clip.values()) - clip[juror]) / (len(clip) - 1)
        for clip in mine if len(clip) > 1
    ]
    spread = None if mean is None else _average([abs(one - mean) for one in given])
    return {
        "juror": juror, "clips": len(mine), "compared": len(apart), "mean": _both(mean),
        "difference": _both(_average(apart)), "spread": _both(spread),
    }


def _average(values: list[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def _both(value: Fraction | None) -> dict[str, str] | None:
    return None if value is None else both(value)
