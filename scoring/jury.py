"""The jury's half: weighted criteria, and the mean over the jurors who marked a clip.

Recused and abstaining jurors are left out. A ballot that lacks a mark is not counted until it is
complete, and is reported: a mark that is not there is neither zero nor quietly skipped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.judging.assignment import given_to
from scoring.model import ABSTAINED, RECUSED, Contest, Criterion, Entry, Rules

#: A juror's weighted marks on one clip: whole, or a fraction once it has been standardised.
Mark = int | Fraction


@dataclass(frozen=True, slots=True)
class JuryScore:
    """One clip. ``mean`` and ``top`` are in 0..1, None where nobody has marked the clip.

    ``counted`` holds (juror, weighted marks out of ``possible``) by juror id; ``trimmed`` the
    jurors whose results the trimmed mean leaves out.
    """

    mean: Fraction | None
    top: Fraction | None
    possible: Fraction
    counted: tuple[tuple[str, Mark], ...]
    trimmed: tuple[tuple[str, Mark], ...]
    recused: tuple[str, ...]
    abstained: tuple[str, ...]
    missing: tuple[str, ...]


class Rubric:
    """The criteria with their weights made whole numbers: hot loops then add integers only."""

    def __init__(self, criteria: tuple[Criterion, ...]) -> None:
        self.scale = math.lcm(*(criterion.weight.denominator for criterion in criteria))
        self.weights = {c.id: int(c.weight * self.scale) for c in criteria}
        self.possible = sum(self.weights[c.id] * c.max for c in criteria)
        self.top = top_criteria(criteria)
        self.top_possible = sum(c.max for c in criteria if c.id in self.top)

    def weighted(self, ballot: Mapping[str, int]) -> int | None:
        """The weighted sum of a complete ballot, None where a mark is missing."""
        if len(ballot) != len(self.weights):
            return None
        weights = self.weights
        return sum([weights[criterion] * mark for criterion, mark in ballot.items()])

    def unscaled(self, marked: list[tuple[str, Mark]]) -> tuple[tuple[str, Mark], ...]:
        """The same marks under the weights as the rules write them."""
        if self.scale == 1:
            return tuple(marked)
        return tuple((juror, Fraction(mark) / self.scale) for juror, mark in marked)


def top_criteria(criteria: tuple[Criterion, ...]) -> frozenset[str]:
    """The criterion of most weight, the larger maximum deciding between equal weights.

    Several that are equal in both count together, so that their order never matters.
    """
    most = max(((c.weight, c.max) for c in criteria), default=None)
    return frozenset(c.id for c in criteria if (c.weight, c.max) == most)


def score(contest: Contest) -> dict[str, JuryScore]:
    """The jury score of every clip still in the contest, by clip id."""
    rubric = Rubric(contest.rules.criteria)
    entries = contest.running
    results = {entry.id: _weighted(entry, contest.jurors, rubric) for entry in entries}
    if contest.rules.standardise:
        results = standardised(results, rubric.possible)
    jurors = sorted(contest.jurors)
    return {e.id: _score(e, results[e.id], rubric, contest.rules, jurors) for e in entries}


def _weighted(entry: Entry, jurors: tuple[str, ...], rubric: Rubric) -> dict[str, Mark]:
    marked: dict[str, Mark] = {}
    for juror in jurors:
        ballot = entry.marks.get(juror)
        if ballot is not None and not isinstance(ballot, str):
            weighted = rubric.weighted(ballot)
            if weighted is not None:
                marked[juror] = weighted
    return marked


def _score(
    entry: Entry, results: dict[str, Mark], rubric: Rubric, rules: Rules, jurors: list[str]
) -> JuryScore:
    counted, trimmed = _trim([(j, results[j]) for j in jurors if j in results], rules)
    silent = [juror for juror in given_to(entry, jurors) if juror not in results]
    words = {juror: entry.marks.get(juror) for juror in silent}
    return JuryScore(
        mean=_mean([mark for _, mark in counted], rubric.possible),
        top=_top(entry, results, rubric),
        possible=Fraction(rubric.possible, rubric.scale),
        counted=rubric.unscaled(counted),
        trimmed=rubric.unscaled(trimmed),
        recused=tuple(juror for juror in silent if words[juror] == RECUSED),
        abstained=tuple(juror for juror in silent if words[juror] == ABSTAINED),
        missing=tuple(juror for juror in silent if not isinstance(words[juror], str)),
    )


def _mean(marks: list[Mark], possible: int) -> Fraction | None:
    return Fraction(sum(marks), len(marks) * possible) if marks and possible else None


def _top(entry: Entry, results: Mapping[str, Mark], rubric: Rubric) -> Fraction | None:
    """The mean of the marks in the criterion of most weight, over all jurors who marked."""
    if not results or not rubric.top_possible:
        return None
    given = 0
    for juror in results:
        ballot = entry.marks[juror]
        assert not isinstance(ballot, str)  # noqa: S101 - only complete ballots are in results
        given += sum([ballot[criterion] for criterion in rubric.top])
    return Fraction(given, len(results) * rubric.top_possible)


def _trim(
    marked: list[tuple[str, Mark]], rules: Rules
) -> tuple[list[tuple[str, Mark]], list[tuple[str, Mark]]]:
    """Split off the ``trim`` highest and lowest, if at least ``trim_from`` jurors marked."""
    if not rules.trim or len(marked) < rules.trim_from:
        return marked, []
    ordered = sorted(marked, key=lambda pair: pair[1])  # equal marks stay in the jurors' order
    kept = ordered[rules.trim : -rules.trim]
    left_out = ordered[: rules.trim] + ordered[-rules.trim :]
    return sorted(kept), sorted(left_out)


def standardised(
    results: Mapping[str, Mapping[str, Mark]], possible: int
) -> dict[str, dict[str, Mark]]:
    """Every juror's marks moved and stretched to the common mean and the common spread.

    The spread is the mean absolute deviation: a standard deviation would need a square root and
    the result would no longer be a fraction. A mark ``s`` of juror ``j`` becomes
    ``M + (s - M_j) * D / D_j``, held within 0..possible; a juror without spread gives ``M``.
    """
    by_juror: dict[str, list[Mark]] = {}
    for marks in results.values():
        for juror, mark in marks.items():
            by_juror.setdefault(juror, []).append(mark)
    means = {juror: _average(marks) for juror, marks in by_juror.items()}
    spreads = {j: _average([abs(s - means[j]) for s in m]) for j, m in by_juror.items()}
    mean = _average([mark for marks in by_juror.values() for mark in marks])
    spread = _average([own for own in spreads.values() if own])

    def moved(juror: str, mark: Mark) -> Fraction:
        own = spreads[juror]
        raw = mean + (mark - means[juror]) * spread / own if own else mean
        return min(max(raw, Fraction(0)), Fraction(possible))

    return {e: {j: moved(j, mark) for j, mark in marks.items()} for e, marks in results.items()}


def _average(values: Sequence[Mark]) -> Fraction:
    return Fraction(sum(values), len(values)) if values else Fraction(0)
