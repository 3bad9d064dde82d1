"""The public's half: points for reactions and shares, with both caps (plan III.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from scoring.model import Entry, LedgerRow, Rules


@dataclass(frozen=True, slots=True)
class Interactions:
    """One clip. ``points`` before the cap; ``score`` in 0..1; ``shares`` None: nobody counted.

    ``given`` is the number of shares before the cap per account, ``shares`` the number that
    counts. ``verified``: a ledger let the cap per account be applied, or shares earn nothing.
    """

    reactions: int | None
    given: int | None
    shares: int | None
    points: int
    counted: int
    capped: bool
    verified: bool
    score: Fraction


def score(entry: Entry, rules: Rules) -> Interactions:
    """``min(points, cap) / cap`` with ``points = 2 × shares + 1 × reactions`` (plan III.3)."""
    given, shares = _shares(entry, rules.shares_per_account)
    reactions = entry.reactions or 0
    points = rules.points_per_share * (shares or 0) + rules.points_per_reaction * reactions
    counted = min(points, rules.points_cap) if rules.cap_applies else points
    return Interactions(
        reactions=entry.reactions,
        given=given,
        shares=shares,
        points=points,
        counted=counted,
        capped=points > counted,
        verified=entry.ledger is not None or not rules.points_per_share,
        score=Fraction(counted, rules.points_cap),
    )


def _shares(entry: Entry, limit: int | None) -> tuple[int | None, int | None]:
    if entry.ledger is None:
        return entry.shares, entry.shares
    accounts = by_account(entry.ledger)
    given = sum(accounts.values())
    if limit is None:
        return given, given
    return given, sum([count if count < limit else limit for count in accounts.values()])


def by_account(ledger: Iterable[LedgerRow]) -> dict[str, int]:
    """Shares per account; rows of one account are added before the cap is applied."""
    accounts: dict[str, int] = {}
    for row in ledger:
        account = row["account"]
        accounts[account] = accounts.get(account, 0) + row["count"]
    return accounts
