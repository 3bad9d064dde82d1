"""What a clip is worth by each measure that a prize may go by (``docs/scoring.md``, section 6).

``overall`` and ``category:KEY`` are the total, ``jury`` and ``criterion:KEY`` per cent of the marks
possible, ``interactions`` points before the cap on points, ``measure:KEY`` the total under weights
of its own. None: the measure says nothing of the clip, which then takes no part in it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from scoring.model import CATEGORY, CRITERION, INTERACTIONS, JURY, NAMED, OVERALL, Measure, Rules
from scoring.winning.scored import Scored


def worth(clip: Scored, by: str, rules: Rules) -> Fraction | None:
    """The worth of one clip by the measure ``by``, which the rules know."""
    if by == OVERALL:
        return clip.total
    kind, _, key = by.partition(":")
    return _WORTH[kind](clip, key, rules)


def _jury(clip: Scored, key: str, rules: Rules) -> Fraction | None:
    return None if clip.jury.mean is None else 100 * clip.jury.mean


def _interactions(clip: Scored, key: str, rules: Rules) -> Fraction | None:
    return Fraction(clip.interactions.points) if clip.entry.counted else None


def _criterion(clip: Scored, key: str, rules: Rules) -> Fraction | None:
    given = marks(clip, key)
    most = next(criterion.max for criterion in rules.criteria if criterion.id == key)
    return Fraction(100 * sum(given), len(given) * most) if given else None


def marks(clip: Scored, criterion: str) -> list[int]:
    """What the jurors gave in one criterion, as they gave it; nobody is trimmed away."""
    jurors = sorted(juror for juror, _ in (*clip.jury.counted, *clip.jury.trimmed))
    ballots = [clip.entry.marks[juror] for juror in jurors]
    return [ballot[criterion] for ballot in ballots if not isinstance(ballot, str)]


def _category(clip: Scored, key: str, rules: Rules) -> Fraction | None:
    return clip.total if clip.entry.category == key else None


def _named(clip: Scored, key: str, rules: Rules) -> Fraction | None:
    measure = named(key, rules)
    if measure.jury_weight and clip.jury.mean is None:
        return None
    marked = measure.jury_weight * (clip.jury.mean or 0)
    both = marked + measure.interaction_weight * clip.interactions.score
    return 100 * both / (measure.jury_weight + measure.interaction_weight)


def named(key: str, rules: Rules) -> Measure:
    """The measure of the rules with this key."""
    return next(measure for measure in rules.measures if measure.id == key)


_WORTH: dict[str, Callable[[Scored, str, Rules], Fraction | None]] = {
    JURY: _jury, INTERACTIONS: _interactions, CRITERION: _criterion, CATEGORY: _category,
    NAMED: _named,
}
