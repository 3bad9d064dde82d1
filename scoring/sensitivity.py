"""Before unveiling: what each prize hangs on, and what would change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scoring import schema
from scoring.model import CHAIR, OVERALL, Contest
from scoring.numbers import both, shown
from scoring.ranking import SHARED
from scoring.winning.awarding import Award, Ranking, rank


def sensitivity(data: object) -> dict[str, Any]:
    """Which rule decided each prize, its margin, and which single change would move a prize.

    ``prizes``: a line for each prize won; ``what_if``: the ranking again without each juror,
    without the cap on points and without the cap per account, with the prizes that would change;
    ``stable``: none of them changes any. Raises ``InputError`` like ``compute``.
    """
    contest = schema.read(data)
    ranking = rank(contest)
    what_if = [_trial(ranking, kind, juror, other) for kind, juror, other in _trials(contest)]
    return {
        "format": "hoithi-sensitivity/1",
        "prizes": [_prize(award) for award in _in_order(ranking)],
        "what_if": what_if,
        "stable": not any(trial["changes"] for trial in what_if),
    }


def _in_order(ranking: Ranking) -> list[Award]:
    """Prizes that go by the ranking in its order, the others after them."""
    return sorted(ranking.awards, key=lambda one: one.prize.by != OVERALL)


def _prize(award: Award) -> dict[str, Any]:
    """``next_units``: the units of the following rank; ``margin`` to them, None for the last."""
    line, lines = award.line, award.lines
    after = [other for other in lines if other.rank > line.rank]
    following = [other for other in after if other.rank == after[0].rank]
    measured = following and award.prize.by != CHAIR
    margin = line.value - following[0].value if measured else None
    units = [other.unit for other in following]
    return {
        "prize": award.prize.id,
        "rank": line.rank,
        "unit": line.unit,
        "decided_by": line.decided_by,
        "margin": None if margin is None else both(margin),
        "next_units": units,
        "says": {"vi": _says(award, units, "vi"), "en": _says(award, units, "en")},
    }


_SAYS: dict[str, dict[str, Callable[..., str]]] = {
    "vi": {
        "last": lambda unit, rank: f"{unit} (hạng {rank}) là đơn vị cuối bảng.",
        "shared": lambda unit, rank: f"{unit} đồng hạng {rank}; các tiêu chí phụ đều bằng nhau.",
        "tie": lambda unit, rank, after: (
            f"{unit} (hạng {rank}) bằng tổng điểm với {after}; thứ hạng do tiêu chí phụ quyết định."
        ),
        "chair": lambda unit: f"{unit} do Trưởng ban chọn.",
        "margin": lambda unit, rank, after, by: f"{unit} (hạng {rank}) hơn {after} {by} điểm.",
    },
    "en": {
        "last": lambda unit, rank: f"{unit} (rank {rank}) is the last in the ranking.",
        "shared": lambda unit, rank: f"{unit} shares rank {rank}; every tie-break is equal.",
        "tie": lambda unit, rank, after: (
            f"{unit} (rank {rank}) has the same total as {after}; a tie-break decided."
        ),
        "chair": lambda unit: f"{unit} is the chair's choice.",
        "margin": lambda unit, rank, after, by: f"{unit} (rank {rank}) leads {after} by {by}.",
    },
}


def _says(award: Award, after: list[str], language: str) -> str:
    line, says = award.line, _SAYS[language]
    if award.prize.by == CHAIR:
        return says["chair"](line.unit)
    if line.decided_by == SHARED:
        return says["shared"](line.unit, line.rank)
    if not after:
        return says["last"](line.unit, line.rank)
    margin = line.value - next(other.value for other in award.lines if other.unit == after[0])
    if not margin:
        return says["tie"](line.unit, line.rank, ", ".join(after))
    return says["margin"](line.unit, line.rank, ", ".join(after), shown(margin, language))


def _trials(contest: Contest) -> list[tuple[str, str | None, Contest]]:
    rules = contest.rules
    trials: list[tuple[str, str | None, Contest]] = [
        ("without_juror", juror, replace(contest, jurors=_without(contest.jurors, juror)))
        for juror in sorted(contest.jurors)
    ]
    uncapped = replace(contest, rules=replace(rules, cap_applies=False))
    unlimited = replace(contest, rules=replace(rules, shares_per_account=None))
    return [*trials, ("without_cap", None, uncapped), ("without_share_cap", None, unlimited)]


def _without(jurors: tuple[str, ...], juror: str) -> tuple[str, ...]:
    return tuple(other for other in jurors if other != juror)


def _trial(
    ranking: Ranking, kind: str, juror: str | None, other: Contest
) -> dict[str, Any]:
    before, after = _won(ranking), _won(rank(other))
    changes = [
        {"unit": unit, "from": before.get(unit), "to": after.get(unit)}
        for unit in sorted(before.keys() | after.keys())
        if before.get(unit) != after.get(unit)
    ]
    return {"what": kind, "juror": juror, "changes": changes}


def _won(ranking: Ranking) -> dict[str, str]:
    """By unit its prize; several are written one after the other."""
    won: dict[str, str] = {}
    for award in ranking.awards:
        before = won.get(award.line.unit)
        won[award.line.unit] = f"{before}, {award.prize.id}" if before else award.prize.id
    return won
