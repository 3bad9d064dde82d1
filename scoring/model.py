"""A contest as the arithmetic sees it: plain checked values, no JSON, no files."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NotRequired, TypedDict

RECUSED = "recused"
ABSTAINED = "abstained"

# What a prize can go by; of the last three in front of a key: ``criterion:content``.
OVERALL, JURY, INTERACTIONS, CHAIR = "overall", "jury", "interactions", "chair"
CRITERION, CATEGORY, NAMED = "criterion", "category", "measure"
NEXT_ROUND = "round:next"  # in a decision's ``prize``: the chair's list of who goes on

# What may be counted of a post on another platform.
COUNTS = ("likes", "shares", "comments", "views")

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
    """``count`` places, e.g. three consolation prizes, in the order of the measure ``by``."""

    id: str
    count: int
    by: str = OVERALL


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that the rules name: other weights of jury and interactions than the ranking's."""

    id: str
    jury_weight: Fraction
    interaction_weight: Fraction


@dataclass(frozen=True, slots=True)
class Promotion:
    """How a round promotes. ``count`` go on (``best``; of each category, ``category``), those with
    at least ``least`` of 100 (``above``), or the chair's ``units``. ``ties``: whether all who share
    the last place go on, or none of them."""

    by: str
    count: int = 0
    least: Fraction = Fraction(0)
    units: tuple[str, ...] = ()
    ties: str = "all"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a round before gives: so many ``percent`` of the total, from the result whose bundle
    has this SHA-256."""

    percent: Fraction
    bundle_sha256: str


@dataclass(frozen=True, slots=True)
class Platform:
    """What a post on another platform earns: by kind of count (``COUNTS``) the points of each, for
    views of each full ``step``; at most ``cap`` points of one post."""

    id: str
    pays: dict[str, int]
    step: int
    cap: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """A clip's post on another platform, with its counts; None: not known."""

    on: Platform
    counts: dict[str, int | None]

    @property
    def points(self) -> int:
        """What it earns before the platform's cap."""
        steps = {name: self.on.step if name == "views" else 1 for name in COUNTS}
        return sum(
            self.on.pays[name] * ((self.counts[name] or 0) // steps[name]) for name in COUNTS
        )

    @property
    def counted(self) -> int:
        """What it earns."""
        return self.points if self.on.cap is None else min(self.points, self.on.cap)

    @property
    def known(self) -> bool:
        """Whether any of its numbers is known."""
        return any(count is not None for count in self.counts.values())

    @property
    def lacking(self) -> list[str]:
        """The counts that earn points and are not known."""
        return [name for name in COUNTS if self.on.pays[name] and self.counts[name] is None]

    @property
    def unverified(self) -> bool:
        """Whether shares count that nobody can check per account."""
        return bool(self.on.pays["shares"] and self.counts["shares"])


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
    categories: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    several: bool = True  # may a unit take more than one prize?
    quorum: int = 0  # fewest complete ballots of a clip; one with fewer is named
    promotion: Promotion | None = None  # who goes on to the next round
    carried: Carried | None = None  # what the round before gives
    platforms: tuple[Platform, ...] = ()
    #: Off only in the sensitivity report, which asks what the cap on points decides.
    cap_applies: bool = True

    @property
    def measured(self) -> bool:
        """Whether any prize goes by something else than the ranking."""
        return any(prize.by != OVERALL for prize in self.prizes)

    @property
    def second_form(self) -> bool:
        """Whether anything is said that the first form of results and bundles cannot hold."""
        return self.measured or bool(self.categories or self.quorum or self.platforms)

    @property
    def page_counts(self) -> bool:
        """Whether reactions and shares on the Page are owed: not where only posts on other
        platforms earn points."""
        return bool(not self.platforms or self.points_per_share or self.points_per_reaction)

    @property
    def third_form(self) -> bool:
        """Whether anything is said of rounds, which the second form cannot hold either."""
        return self.promotion is not None or self.carried is not None

    @property
    def carried_share(self) -> Fraction:
        """What the round before gives at most, on the scale of 100."""
        return self.carried.percent if self.carried else Fraction(0)

    @property
    def jury_share(self) -> Fraction:
        """What the jury gives at most, on the scale of 100."""
        fresh = 100 - self.carried_share
        return fresh * self.jury_weight / (self.jury_weight + self.interaction_weight)

    @property
    def interaction_share(self) -> Fraction:
        """What interactions give at most, on the scale of 100."""
        return 100 - self.carried_share - self.jury_share


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
    category: str | None = None
    jurors: tuple[str, ...] | None = None  # who were given the clip to mark; None: all
    carried: Fraction | None = None  # its unit's total in the round before, out of 100
    posts: tuple[Post, ...] = ()  # on other platforms

    @property
    def on_page(self) -> bool:
        """Whether any of its numbers on the Page is known."""
        known = (self.reactions, self.shares, self.ledger)
        return any(value is not None for value in known)

    @property
    def counted(self) -> bool:
        """Whether any of its numbers is known."""
        return self.on_page or any(post.known for post in self.posts)


@dataclass(frozen=True, slots=True)
class Decision:
    """The chair's recorded order of tied units, best first; with ``prize`` the chair's choice of
    who takes that prize, and who moves up, or (``NEXT_ROUND``) of who goes on."""

    units: tuple[str, ...]
    reason: str | None
    prize: str | None = None


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

    @property
    def second_form(self) -> bool:
        """Whether the first form of results and bundles cannot hold it."""
        given = any(entry.jurors is not None for entry in self.entries)
        return given or self.rules.second_form

    @property
    def form(self) -> int:
        """The form of results and bundles: the first that holds all that is said."""
        return 3 if self.rules.third_form else 2 if self.second_form else 1

    @property
    def tie_decisions(self) -> tuple[Decision, ...]:
        """The chair's orders of tied units, without the choices for a prize."""
        return tuple(decision for decision in self.decisions if decision.prize is None)
