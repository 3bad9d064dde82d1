"""Who takes which prize: prizes in the order of the rules, each by its own measure (plan V)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoring.model import CHAIR, OVERALL, Contest, Entry, Prize
from scoring.ranking import Line, ranked
from scoring.winning.scored import Scored, score


@dataclass(frozen=True, slots=True)
class Award:
    """A prize and who takes it. ``line``: its place in the ranking of the prize's measure;
    ``shared``: others on the same place take it as well; ``passed``: units before it that were
    passed over, having a prize; ``lines``: that measure's whole ranking."""

    prize: Prize
    line: Line
    shared: bool
    passed: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Lines by rank, then unit; ``unmarked``: clips that no juror has marked completely.

    ``awards`` in the order of the prizes; ``following``: by measure the units that move up next.
    """

    lines: tuple[Line, ...]
    unmarked: tuple[Entry, ...]
    awards: tuple[Award, ...]
    following: dict[str, list[str]]


class _Queue:
    """The lines of one measure that still wait for a prize, in groups that share a rank."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self.groups = [list(group) for _, group in itertools.groupby(lines, lambda one: one.rank)]
        self.passed: list[str] = []
        self.used_up = 0  # places that a shared rank has filled beyond its first

    def take(self, barred: set[str]) -> list[Line]:
        """The lines that take the next place; none where it is used up, or nobody is left."""
        if self.used_up:
            self.used_up -= 1
            return []
        group = self.following(barred)
        self.used_up = max(len(group) - 1, 0)
        return group

    def following(self, barred: set[str]) -> list[Line]:
        """Who stands first among those not ``barred``; they leave the queue."""
        while self.groups:
            first = self.groups.pop(0)
            self.passed += [line.unit for line in first if line.unit in barred]
            if group := [line for line in first if line.unit not in barred]:
                return group
        return []


def rank(contest: Contest) -> Ranking:
    """The whole ranking with prizes.

    Units that share a rank share its prize; the places they fill are used up. A disqualified clip
    is in no ranking at all, so the next in line has moved up by itself. Where nobody may take
    several prizes, a unit takes the first it comes to in the order of the rules, and the next in
    line by that measure moves up to the others.
    """
    scored = score(contest)
    lines = ranked(scored, contest)
    given, queues, winners = _give(scored, lines, contest)
    barred = set() if contest.rules.several else winners
    won = {award.line.unit: award.prize.id for award in given if award.prize.by == OVERALL}
    unmarked = sorted((c.entry for c in scored if c.total is None), key=lambda entry: entry.id)
    return Ranking(
        tuple(replace(line, prize=won.get(line.unit)) for line in lines),
        tuple(unmarked),
        tuple(given),
        {by: [line.unit for line in queue.following(barred)] for by, queue in queues.items()
         if not by.startswith(CHAIR)},
    )


def _give(
    scored: Sequence[Scored], lines: list[Line], contest: Contest
) -> tuple[list[Award], dict[str, _Queue], set[str]]:
    given: list[Award] = []
    winners: set[str] = set()
    queues = {OVERALL: _Queue(lines)}
    for prize in contest.rules.prizes:
        by = f"{CHAIR}:{prize.id}" if prize.by == CHAIR else prize.by
        if by not in queues:
            queues[by] = _Queue(_order(scored, lines, prize, contest))
        queue = queues[by]
        for _ in range(min(prize.count, len(queue.lines))):
            group = queue.take(set() if contest.rules.several else winners)
            shared, passed = len(group) > 1, tuple(queue.passed)
            given += [Award(prize, line, shared, passed, queue.lines) for line in group]
            winners.update(line.unit for line in group)
    return given, queues, winners


def _order(
    scored: Sequence[Scored], lines: list[Line], prize: Prize, contest: Contest
) -> list[Line]:
    if prize.by != CHAIR:
        return ranked(scored, contest, prize.by)
    chosen = [one.units for one in contest.decisions if one.prize == prize.id]
    known = {line.unit: line for line in lines}
    named = [known[unit] for unit in (chosen[-1] if chosen else ()) if unit in known]
    return [replace(line, rank=place, decided_by=CHAIR) for place, line in enumerate(named, 1)]
