"""The score of every clip on the scale of 100, jury and interactions apart and together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring import interactions, jury
from scoring.interactions import Interactions
from scoring.jury import JuryScore
from scoring.model import Contest, Entry, Rules


@dataclass(frozen=True, slots=True)
class Scored:
    """One clip with its scores on the scale of 100; None where nobody has marked it.

    ``carried_points``: what it has from the round before.
    """

    entry: Entry
    jury: JuryScore
    interactions: Interactions
    jury_points: Fraction | None
    interaction_points: Fraction
    total: Fraction | None
    carried_points: Fraction = Fraction(0)


def score(contest: Contest) -> list[Scored]:
    """Every clip still in the contest: 40 × jury + 60 × interactions (plan III.3)."""
    by_entry = jury.score(contest)
    return [_scored(entry, by_entry[entry.id], contest.rules) for entry in contest.running]


def _scored(entry: Entry, marked: JuryScore, rules: Rules) -> Scored:
    counted = interactions.score(entry, rules)
    jury_points = Fraction(0) if not rules.jury_share else None
    if marked.mean is not None:
        jury_points = rules.jury_share * marked.mean
    interaction_points = rules.interaction_share * counted.score
    carried = rules.carried_share * (entry.carried or 0) / 100
    total = None if jury_points is None else jury_points + interaction_points + carried
    return Scored(entry, marked, counted, jury_points, interaction_points, total, carried)
