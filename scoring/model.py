"""A contest as the arithmetic sees it: plain checked values, no JSON, no files."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NotRequired, TypedDict

RECUSED = "recused"
ABSTAINED = "abstained"

#: ``{criterion: mark}``, or one of the two words above.
Ballot = dict[str, int] | str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the rubric; ``weight`` multiplies its marks and its maximum alike."""

    id: str
    max: int
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Prize:
    """``count`` places in the order of the ranking, e.g. three consolation prizes."""

    id: str
    count: int


@dataclass(frozen=True, slots=True)
class Rules:
    """How a contest counts; the defaults are in ``schema`` (plan III.3 and V)."""

    criteria: tuple[Criterion, ...]
    jury_weight: Fraction
    interaction_weight: Fraction
    points_per_share: int
    points_per_reaction: int
    shares_per_account: int | None
    shares_per_day: bool  # the cap of an account begins anew each day
    points_cap: int
    prizes: tuple[Prize, ...]
    missing: str
    trim: int
    trim_from: int
    standardise: bool
    unit_score: str
    tie_breaks: tuple[str, ...]
    second_scale: Fraction | None
    #: Off only in the sensitivity report, which asks what the cap on points decides.
    cap_applies: bool = True

    @property
    def jury_share(self) -> Fraction:
        """What the jury gives at most, on the scale of 100."""
        return 100 * self.jury_weight / (self.jury_weight + self.interaction_weight)

    @property
    def interaction_share(self) -> Fraction:
        """What interactions give at most, on the scale of 100."""
        return 100 - self.jury_share


class LedgerRow(TypedDict):
    """How often one account shared one clip; on which ``day`` where the cap is per day."""

    account: str
    count: int
    day: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One clip. ``reactions`` None, ``shares`` None: that number is not known.

    ``ledger`` holds the checked rows ``{"account": str, "count": int}``; a complete one, even an
    empty one, replaces ``shares``. One that is not (``ledger_complete`` False) lowers ``shares`` by
    what it proves to be over the cap.
    """

    id: str
    unit: str
    marks: dict[str, Ballot]
    reactions: int | None
    shares: int | None
    ledger: list[LedgerRow] | None
    disqualified: bool
    reason: str | None
    ledger_complete: bool = True

    @property
    def counted(self) -> bool:
        """Whether any of its numbers is known."""
        known = (self.reactions, self.shares, self.ledger)
        return any(value is not None for value in known)


@dataclass(frozen=True, slots=True)
class Decision:
    """The chair's recorded order of tied units, best first."""

    units: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Contest:
    """All that a ranking depends on."""

    rules: Rules
    jurors: tuple[str, ...]
    entries: tuple[Entry, ...]
    decisions: tuple[Decision, ...]

    @property
    def running(self) -> tuple[Entry, ...]:
        """The clips that are still in the contest."""
        return tuple(entry for entry in self.entries if not entry.disqualified)
