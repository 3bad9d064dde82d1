"""The second tally of prizes by measures: what each winner is worth, and that nobody is worth more.

In SQL and Fractions on the tables; shares no code with ``scoring``. Ties are the ranking's matter:
between units of equal worth either may hold the prize.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from contest.models import Contest
from contest.profile import Profile

# The marks of complete ballots in one criterion, by the jurors whose ballots count (``tally``).
CRITERION = """
SELECT b.submission_id, SUM(m.value) AS points, COUNT(*) AS jurors
FROM mark m JOIN ballot b ON b.id = m.ballot_id
WHERE m.criterion = :criterion AND b.id IN (SELECT id FROM given)
GROUP BY b.submission_id
"""


@dataclass(frozen=True)
class Clip:
    """What the second tally knows of a clip."""

    submission_id: int
    unit: str
    category: str | None
    points: int
    counted: bool
    mean: Fraction | None
    total: Fraction | None


def differences(
    clips: Sequence[Clip], awards: Sequence[Mapping[str, Any]], profile: Profile,
    criteria: Mapping[str, Mapping[int, Fraction]],
) -> list[str]:
    """What does not agree, a line each. ``criteria``: by criterion and clip the mean, 0..1."""
    by_measure: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in awards:
        by_measure[row["by"]].append(row)
    found: list[str] = []
    for by, rows in by_measure.items():
        if by != "chair" and not (profile.jury.standardise and by != "interactions"):
            found += _of_measure(by, rows, awards, _units(clips, by, profile, criteria), profile)
    return found


def _of_measure(
    by: str, rows: Sequence[Mapping[str, Any]], awards: Sequence[Mapping[str, Any]],
    units: Mapping[str, Fraction], profile: Profile,
) -> list[str]:
    wrong = [
        f"{row['prize']}, {row['unit']}: {row['value']['exact']} ≠ {units.get(row['unit'], '–')}"
        for row in rows if units.get(row["unit"]) != Fraction(row["value"]["exact"])
    ]
    mine = {row["unit"] for row in rows}
    others = set() if profile.awards.several else {row["unit"] for row in awards} - mine
    best = sorted((worth for unit, worth in units.items() if unit not in others), reverse=True)
    held = [Fraction(row["value"]["exact"]) for row in rows]
    return wrong or ([] if held == best[: len(held)] else [f"{by}: {held[0]} ≠ {best[0]}"])


def _units(
    clips: Sequence[Clip], by: str, profile: Profile,
    criteria: Mapping[str, Mapping[int, Fraction]],
) -> dict[str, Fraction]:
    """By unit its best clip's worth, or the sum of them all."""
    units: dict[str, list[Fraction]] = defaultdict(list)
    for clip in clips:
        value = _worth(clip, by, profile, criteria)
        if value is not None:
            units[clip.unit].append(value)
    add = profile.scoring.unit_score == "sum"
    return {unit: sum(all_, Fraction(0)) if add else max(all_) for unit, all_ in units.items()}


def _worth(
    clip: Clip, by: str, profile: Profile, criteria: Mapping[str, Mapping[int, Fraction]]
) -> Fraction | None:
    kind, _, key = by.partition(":")
    if kind == "jury":
        return None if clip.mean is None else clip.mean * 100
    if kind == "interactions":
        return Fraction(clip.points) if clip.counted else None
    if kind == "criterion":
        mean = criteria[key].get(clip.submission_id)
        return None if mean is None else mean * 100
    if kind == "measure":
        return _weighed(clip, key, profile)
    return clip.total if kind == "overall" or clip.category == key else None


def _weighed(clip: Clip, key: str, profile: Profile) -> Fraction | None:
    measure = next(one for one in profile.measures if one.id == key)
    jury, public = measure.jury_weight, measure.interaction_weight
    if jury and clip.mean is None:
        return None
    share = Fraction(min(clip.points, profile.scoring.points_cap), profile.scoring.points_cap)
    return 100 * (jury * (clip.mean or 0) + public * share) / (jury + public)


def criterion_means(
    session: Session, contest: Contest, profile: Profile, given: str
) -> dict[str, dict[int, Fraction]]:
    """Of each criterion that a prize goes by, by clip, the mean in 0..1. ``given``: the statement
    (WITH …) of the ballots that count, as ``tally`` has it."""
    found: dict[str, dict[int, Fraction]] = {}
    named = {prize.by.partition(":")[2] for prize in profile.prizes if ":" in prize.by
             and prize.by.startswith("criterion")}
    for criterion in (one for one in profile.jury.criteria if one.id in named):
        values = {"contest": contest.id, "criteria": len(profile.jury.criteria),
                  "criterion": criterion.id, "shared_out": int(profile.jury.assigned)}
        found[criterion.id] = {
            entry: Fraction(int(points), int(jurors) * criterion.max)
            for entry, points, jurors in session.execute(text(given + CRITERION), values)
        }
    return found
