"""What the stage screen shows while a round is marked: stored ballots that were handed in, and the
standing of the clips of which no ballot is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

import scoring
from contest.models import Contest
from contest.services.core import profiles
from contest.services.core.keys import Keys
from contest.services.live import running, table
from contest.services.live.table import Place
from contest.services.results import scoring_input
from scoring.numbers import shown

OUT = ("recused", "abstained")


@dataclass(frozen=True)
class Fallen:
    """A clip on the screen. ``ballots``: by the juror's code the points of a ballot that was handed
    in, a dash for one who does not mark it, None while it is awaited; ``total``, ``rank``: once
    nothing is awaited."""

    code: str
    unit: str
    title: str
    ballots: tuple[tuple[str, int | str | None], ...]
    total: str = ""
    rank: int = 0


def screen(session: Session, contest: Contest, *, keys: Keys, language: str) -> list[Fallen]:
    """Every clip in the running order, as the tables say it now. Raises ``NotFound`` where the
    round is not live, ``Conflict`` where the round before is not known."""
    running.require_live(contest)
    submissions = running.entries(session, contest)
    places = table.of_all(session, contest, submissions)
    standing = _standing(session, contest, keys)
    weights = {one.id: one.weight for one in profiles.profile_of(contest).jury.criteria}
    return [
        Fallen(
            one.code, one.unit.name, one.title,
            tuple((place.seat.code, _points(place, weights)) for place in places[one.id]),
            **_placed(standing.get(one.code), language),
        )
        for one in submissions
    ]


def most(contest: Contest) -> int:
    """The points that one ballot can give."""
    criteria = profiles.profile_of(contest).jury.criteria
    return sum(one.weight * one.max for one in criteria)


def _placed(line: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    if line is None:
        return {}
    return {"total": shown(Fraction(line["total"]["exact"]), language), "rank": line["rank"]}


def _points(place: Place, weights: Mapping[str, int]) -> int | str | None:
    """Only what was handed in: a mark that is still being typed is nobody's yet."""
    if place.bar:
        return "–"
    if place.state in OUT:
        return "–"
    if place.state not in ("submitted", "locked"):
        return None
    return sum(weights.get(name, 0) * value for name, value in place.marks.items())


def _standing(session: Session, contest: Contest, keys: Keys) -> dict[str, Any]:
    """By code the line of each clip of which no ballot is missing, ranked among these alone."""
    data = scoring_input.prepare(session, contest, keys=keys).data
    missing = {gap["entry"] for gap in scoring.compute(data)["missing"] if gap["juror"]}
    complete = [one for one in data["entries"] if one["id"] not in missing]
    units = {one["unit"] for one in complete}
    decided = [one for one in data["chair_decisions"] if set(one["units"]) <= units]
    found = scoring.compute(data | {"entries": complete, "chair_decisions": decided})
    return {line["entry"]: line for line in found["ranking"]}
