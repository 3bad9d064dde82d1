"""The part of ``permissions.toml`` that says what answers show, read into sets."""

import re
from dataclasses import dataclass

from tests.contest.seen.phases import OWNER, TIMES
from tests.contest.seen.planted import Fact
from tests.contest.test_permissions import LINES, TABLE, allowed

PHASES = (*TIMES, "releasedblind", "lockedblind")
ELSEWHERE = "elsewhere"  # the contest of the foreign_… roles
# Who is behind a role; what is theirs is ``own``.
WHO = {
    "unit": "home", "other_unit": "away", "reviewer": "reviewer", "juror": "jurorfirst",
    "unit_juror": "jurorhome", "former_juror": "jurorgone", "organiser": "organiser",
}
# Roles that `permissions.toml` does not name, because they are let in like these.
ALIKE = {"unit_juror": "juror", "former_juror": "foreign_juror"}
ALWAYS = {"own.person", "own.login", "own.unit"}  # who one is stands above each page
STATUS = re.compile(r"(?:(\w+)=)?(\d{3})(?::(\w+))?(?:@([\w+]+))?")


def phases_of(words: str) -> set[str]:
    """``"page+before"`` -> the phases; no words: all."""
    found: set[str] = set()
    for word in (words or "always").split("+"):
        found |= set(TABLE["phases"].get(word, word).split())
    return found


@dataclass(frozen=True)
class Visit:
    """One request of the walk; ``variant``: what its address names, such as ``held``."""

    endpoint: str
    role: str
    phase: str
    variant: tuple[str, ...] = ()

    @property
    def let_in(self) -> bool:
        return ALIKE.get(self.role, self.role) in allowed(LINES[self.endpoint])


def status_of(visit: Visit) -> int:
    """The answer that the table wants."""
    blueprint, _, name = visit.endpoint.partition(".")
    if not visit.let_in:
        lines = TABLE["refused"].get(visit.endpoint) or TABLE["refused"].get(blueprint)
        return _matching(lines or TABLE["refused"]["others"], visit)
    if "code" in visit.variant and visit.phase == "before":
        return 404  # there is no clip yet
    return _matching(f"200 {TABLE['answers'].get(blueprint, {}).get(name, '')}", visit)


def _matching(lines: str, visit: Visit) -> int:
    """The last status whose role, variant and phases fit."""
    found = 0
    for line in lines.split():
        match = STATUS.fullmatch(line)
        assert match, line
        role, status, variant, phases = match.groups()
        if ((not role or visit.role in allowed(role)) and visit.phase in phases_of(phases)
                and (not variant or variant in visit.variant)):
            found = int(status)
    return found


def shown_by(endpoint: str) -> dict[str, set[str]]:
    """What a route may show: the fact's name -> the phases. Raises ``KeyError`` without a line."""
    blueprint, _, name = endpoint.partition(".")
    found: dict[str, set[str]] = {}
    for word in TABLE["shows"][blueprint][name].split():
        fact, _, phases = word.partition("@")
        for one in _unfolded(fact):
            found[one] = found.get(one, set()) | phases_of(phases)
    return found


def _unfolded(fact: str) -> list[str]:
    """``chosen.clip`` -> ``chosen.title``, ``chosen.code``."""
    whose, dot, group = fact.rpartition(".")
    return [f"{whose}{dot}{kind}" for kind in TABLE["facts"].get(group, group).split()]


def names_of(fact: Fact, visit: Visit) -> set[str]:
    """How the table may name a fact, as this role in this phase sees it."""
    phase, whose, kind = fact
    foreign = visit.role.startswith("foreign_")
    behind = WHO.get(visit.role.removeprefix("foreign_"), "")
    own = OWNER.get(whose, whose) == behind and phase == (ELSEWHERE if foreign else visit.phase)
    if phase != visit.phase:
        return {f"own.{kind}"} if own else {f"foreign.{kind}"}
    chosen = whose in ("shown", "rival") or kind == "unit"
    return {kind} | ({f"own.{kind}"} if own else set()) | (
        {f"chosen.{kind}"} if chosen else set())


def excess(told: set[Fact], visit: Visit) -> set[str]:
    """What an answer told that the table does not allow."""
    may = ALWAYS if not visit.let_in else ALWAYS | {
        name for name, phases in shown_by(visit.endpoint).items() if visit.phase in phases
    }
    return {".".join(fact) for fact in told if not names_of(fact, visit) & may}


def horizon(role: str, phase: str) -> set[str]:
    """All that a role may be shown in a phase, on whatever page."""
    found = set(ALWAYS)
    for blueprint, lines in TABLE["shows"].items():
        for name in lines:
            if Visit(f"{blueprint}.{name}", role, phase).let_in:
                told = shown_by(f"{blueprint}.{name}").items()
                found |= {fact for fact, phases in told if phase in phases}
    return found


def every_word() -> set[tuple[str, str]]:
    """Each endpoint with each fact that its line names."""
    return {
        (f"{blueprint}.{name}", fact)
        for blueprint, lines in TABLE["shows"].items() for name in lines
        for fact in shown_by(f"{blueprint}.{name}")
    }


