"""The public's half: points for reactions and shares, with both caps (plan III.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from scoring.model import Entry, LedgerRow, Rules


@dataclass(frozen=True, slots=True)
class Shares:
    """``given``: before the cap per account; ``counted``: what counts; None: nobody counted.

    ``checked``: the shares of which the account is known, where those are not all.
    """

    given: int | None
    counted: int | None
    checked: int | None = None


@dataclass(frozen=True, slots=True)
class Interactions:
    """One clip. ``points`` before the cap; ``score`` in 0..1; ``shares`` None: nobody counted.

    ``given`` is the number of shares before the cap per account, ``shares`` the number that
    counts. ``verified``: a complete ledger let the cap per account be applied, or shares earn
    nothing. ``sure``: and no shares on another platform count, which nobody can check per account.
    ``checked``: as in ``Shares``.
    """

    reactions: int | None
    given: int | None
    shares: int | None
    checked: int | None
    points: int
    counted: int
    capped: bool
    verified: bool
    sure: bool
    score: Fraction


def score(entry: Entry, rules: Rules) -> Interactions:
    """``min(points, cap) / cap`` with ``points = 2 × shares + 1 × reactions`` (plan III.3), and
    what posts on other platforms earned."""
    shares = count_shares(entry, rules.shares_per_account, per_day=rules.shares_per_day)
    reactions = entry.reactions or 0
    points = rules.points_per_share * (shares.counted or 0) + rules.points_per_reaction * reactions
    points += sum(post.counted for post in entry.posts)
    counted = min(points, rules.points_cap) if rules.cap_applies else points
    complete = entry.ledger is not None and entry.ledger_complete
    verified = complete or not rules.points_per_share
    return Interactions(
        reactions=entry.reactions,
        given=shares.given,
        shares=shares.counted,
        checked=shares.checked,
        points=points,
        counted=counted,
        capped=points > counted,
        verified=verified,
        sure=verified and not any(post.unverified for post in entry.posts),
        score=Fraction(counted, rules.points_cap),
    )


def count_shares(entry: Entry, limit: int | None, *, per_day: bool = False) -> Shares:
    """The shares of a clip, each account counted up to ``limit`` (a day, or altogether).

    A complete ledger replaces the total. Another lowers the total by what it proves to be over the
    cap, never below what the ledger itself shows to count.
    """
    if entry.ledger is None:
        return Shares(entry.shares, entry.shares)
    counts = (by_account_and_day if per_day else by_account)(entry.ledger).values()
    checked = sum(counts)
    if limit is None:
        capped = checked
    else:
        capped = sum([count if count < limit else limit for count in counts])
    if entry.ledger_complete:
        return Shares(checked, capped)
    if entry.shares is None:
        return Shares(checked, capped, checked)
    lowered = max(entry.shares - (checked - capped), capped)
    return Shares(entry.shares, min(entry.shares, lowered), checked)


def by_account(ledger: Iterable[LedgerRow]) -> dict[str, int]:
    """Shares per account; rows of one account are added before the cap is applied."""
    accounts: dict[str, int] = {}
    for row in ledger:
        account = row["account"]
        accounts[account] = accounts.get(account, 0) + row["count"]
    return accounts


def by_account_and_day(ledger: Iterable[LedgerRow]) -> dict[tuple[str, str], int]:
    """Shares per account and day."""
    days: dict[tuple[str, str], int] = {}
    for row in ledger:
        key = row["account"], row.get("day", "")
        days[key] = days.get(key, 0) + row["count"]
    return days
