"""Counts that a person should look at. A flag is a question, never a verdict: it changes nothing.

Pure: standard library, no clock. The limits are our own, chosen to flag rarely
(docs/facebook.md); every flag carries the numbers it is based on.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import NamedTuple

LEAST_JUMP, TIMES_OTHERS, TIMES_SELF, OTHERS = 30, 5, 3, 2
ROUND_TO, LEAST_ROUND = 100, 200
LEAST_SHARES, MOST_RATIO = 20, 1.0
LEAST_AT_NIGHT, TIMES_DAY = 20, 3
NIGHT_ENDS = time(5)  # begins at midnight, in the contest's zone
LONGEST_GUESS = timedelta(hours=12)  # a longer interval does not show when its counts came
LEAST_DROP, DROP_PART = 5, 0.02
LEAST_OF_ONE, PART_OF_ONE = 10, 0.2
OTHERS_NAMED = 5
INTERVALS = 256  # intervals whose gains are cached
GRAIN = timedelta(minutes=10)  # clips are read one after another; such instants count as one

Number = int | float | str


@dataclass(frozen=True)
class Point:
    """Totals at an instant (time zone aware); None: not known."""

    at: datetime
    reactions: int | None
    shares: int | None = None


@dataclass(frozen=True)
class Series:
    """One clip's points, by ascending instant, and its share ledger: account -> shares, and how
    many shares it ``kept`` in all. links: how many of its shares' links are in the ledgers of
    ``others``, too (their clips' names); example: one of them."""

    clip: str
    points: Sequence[Point]
    accounts: Mapping[str, int] = field(default_factory=dict)
    kept: int = 0
    links: int = 0
    others: Sequence[str] = ()
    example: str = ""


@dataclass(frozen=True)
class Flag:
    """kind: jump, round, shares_ratio, night, drop, account, ledger, two_clips. since, until: the
    interval concerned.

    key: stable, the same whenever the same counts are analysed.
    """

    clip: str
    kind: str
    key: str
    numbers: Mapping[str, Number]
    since: datetime | None = None
    until: datetime | None = None


def find(
    clips: Sequence[Series], *, zone: tzinfo, of: Collection[str] | None = None
) -> list[Flag]:
    """All flags, clip by clip in the order given; ``of`` these clips alone, where they are named:
    the others are only compared with."""
    others = _Others(clips)
    flags: list[Flag] = []
    for clip in clips:
        if of is not None and clip.clip not in of:
            continue
        if clip.points:
            flags += [*_jumps(clip, others), *_round(clip), *_shares_ratio(clip),
                      *_night(clip, zone), *_drops(clip)]
        flags += [*_one_account(clip), *_ledger(clip), *_two_clips(clip)]
    return flags


class _Total(NamedTuple):
    """One known number at an instant."""

    at: datetime
    total: int


def _reactions(clip: Series) -> list[_Total]:
    """Those points at which the reactions are known."""
    return [_Total(p.at, p.reactions) for p in clip.points if p.reactions is not None]


def _shares(clip: Series) -> list[_Total]:
    """Those points at which the shares are known."""
    return [_Total(p.at, p.shares) for p in clip.points if p.shares is not None]


class _Others:
    """The clips' gains in an interval, interpolated between their points."""

    def __init__(self, clips: Sequence[Series]) -> None:
        self._series = [
            ([p.at.timestamp() for p in points], [p.total for p in points])
            for points in map(_reactions, clips) if len(points) > 1
        ]
        self._gains = lru_cache(maxsize=INTERVALS)(self._gains_between)

    def median_of_others(self, since: datetime, until: datetime, own: float) -> float | None:
        """The median gain of the other clips counted in the interval; None where too few were."""
        gains = self._gains(_grain(since), _grain(until))
        if len(gains.ordered) <= OTHERS:
            return None
        return gains.median_without_nearest(own)

    def _gains_between(self, since: float, until: float) -> "_Gains":
        slack = GRAIN.total_seconds()
        return _Gains([
            _at(moments, totals, until) - _at(moments, totals, since)
            for moments, totals in self._series
            if moments[0] <= since + slack and moments[-1] >= until - slack
        ])


class _Gains:
    """The clips' gains in one interval: ascending, each with its clip's index in the input.

    Used once for every clip that gained much, so a lookup must not scan all clips.
    """

    def __init__(self, gains: Sequence[float]) -> None:
        places = sorted(range(len(gains)), key=gains.__getitem__)  # stable: equal gains keep order
        self.places = array("l", places)
        self.ordered = array("d", [gains[place] for place in places])

    def median_without_nearest(self, own: float) -> float:
        """The median without the gain nearest to ``own`` (in a tie, without the first clip's)."""
        right = bisect_left(self.ordered, own)
        found = [right] if right < len(self.ordered) else []
        if right:
            found.append(bisect_left(self.ordered, self.ordered[right - 1]))
        left_out = min(found, key=lambda n: (abs(self.ordered[n] - own), self.places[n]))
        rest = len(self.ordered) - 1
        middle = [(rest - 1) // 2, rest // 2]
        return sum(self.ordered[n + (n >= left_out)] for n in middle) / 2


def _grain(moment: datetime) -> float:
    grain = GRAIN.total_seconds()
    return round(moment.timestamp() / grain) * grain


def _at(moments: Sequence[float], totals: Sequence[int], moment: float) -> float:
    """The total at an instant, by linear interpolation."""
    right = bisect_left(moments, moment)
    if right == 0 or right == len(moments):
        return float(totals[min(right, len(totals) - 1)])
    before, after = moments[right - 1], moments[right]
    part = (moment - before) / (after - before)
    return totals[right - 1] + part * (totals[right] - totals[right - 1])


def _jumps(clip: Series, others: _Others) -> Iterator[Flag]:
    """Flags gains far above the other clips' in the interval and the clip's own usual rate."""
    steps = [(a, b) for a, b in pairwise(_reactions(clip)) if b.at > a.at]
    rates = sorted((b.total - a.total) / _hours(a, b) for a, b in steps)
    for a, b in steps:
        gain = b.total - a.total
        if gain < LEAST_JUMP:
            continue
        usual = others.median_of_others(a.at, b.at, gain)
        if usual is None or gain < TIMES_OTHERS * max(usual, 1):
            continue
        own = _usual(rates, a, b)
        if gain >= TIMES_SELF * max(own, 1):
            numbers: dict[str, Number] = {
                "gain": gain, "others": round(usual, 1), "own": round(own, 1),
                "hours": round(_hours(a, b), 1),
            }
            yield Flag(clip.clip, "jump", f"jump:{_stamp(b)}", numbers, a.at, b.at)


def may_jump(clip: Series) -> bool:
    """Whether the newest reactions may be a jump as far as the clip's own counts tell, so that the
    other clips have to be asked."""
    points = _reactions(clip)
    steps = [(a, b) for a, b in pairwise(points) if b.at > a.at]
    if not steps or steps[-1][1] is not points[-1]:
        return False
    a, b = steps[-1]
    gain = b.total - a.total
    rates = sorted((y.total - x.total) / _hours(x, y) for x, y in steps)
    return gain >= LEAST_JUMP and gain >= TIMES_SELF * max(_usual(rates, a, b), 1)


def _usual(rates: list[float], a: _Total, b: _Total) -> float:
    """What the clip gains in such an interval, by its other intervals."""
    return _median_without(rates, (b.total - a.total) / _hours(a, b)) * _hours(a, b)


def _median_without(rates: list[float], one: float) -> float:
    where = bisect_right(rates, one) - 1
    rest = rates[:where] + rates[where + 1:]
    return median(rest) if rest else 0.0


def _round(clip: Series) -> Iterator[Flag]:
    """Flags totals that end in two zeros, as one in a hundred does by chance."""
    for name, points in (("reactions", _reactions(clip)), ("shares", _shares(clip))):
        for at, total in points[-1:]:
            if total >= LEAST_ROUND and total % ROUND_TO == 0:
                yield Flag(clip.clip, "round", f"round:{name}:{total}",
                           {"what": name, "total": total}, until=at)


def _shares_ratio(clip: Series) -> Iterator[Flag]:
    """Flags more shares than reactions: people usually react more readily than they share."""
    known = _reactions(clip)[-1:], _shares(clip)[-1:]
    if not all(known):
        return
    [(_, reactions)], [(_, shares)] = known
    if shares >= LEAST_SHARES and shares > MOST_RATIO * reactions:
        numbers: dict[str, Number] = {"shares": shares, "reactions": reactions}
        last = clip.points[-1]
        yield Flag(clip.clip, "shares_ratio", f"shares_ratio:{_stamp(last)}", numbers,
                   until=last.at)


def _night(clip: Series, zone: tzinfo) -> Iterator[Flag]:
    """Flags clips that gain several times faster between midnight and five than by day."""
    night = gained = hours = dark = 0.0
    points = _reactions(clip)
    for a, b in pairwise(points):
        if a.at < b.at <= a.at + LONGEST_GUESS and b.total >= a.total:
            part = _night_hours(a.at.astimezone(zone), b.at.astimezone(zone))
            gain = b.total - a.total
            night += gain * part / _hours(a, b)
            gained, hours, dark = gained + gain, hours + _hours(a, b), dark + part
    if night < LEAST_AT_NIGHT or hours - dark <= 0:
        return
    by_day = (gained - night) / (hours - dark)
    if night / dark >= TIMES_DAY * max(by_day, 1 / (hours - dark)):
        numbers: dict[str, Number] = {
            "night": round(night), "total": round(gained), "night_hours": round(dark, 1),
            "hours": round(hours, 1),
        }
        last = points[-1]
        yield Flag(clip.clip, "night", f"night:{_stamp(last)}", numbers, points[0].at, last.at)


def _night_hours(since: datetime, until: datetime) -> float:
    """Hours of [since, until] between midnight and NIGHT_ENDS, both in the contest's zone."""
    day, total = since.date(), 0.0
    while day <= until.date():
        midnight = datetime.combine(day, time(), since.tzinfo)
        end = datetime.combine(day, NIGHT_ENDS, since.tzinfo)
        total += max((min(until, end) - max(since, midnight)).total_seconds(), 0) / 3600
        day += timedelta(days=1)
    return total


def _drops(clip: Series) -> Iterator[Flag]:
    """Flags falling counts: Facebook removed accounts, or somebody mistyped."""
    for name, points in (("reactions", _reactions(clip)), ("shares", _shares(clip))):
        for a, b in pairwise(points):
            if a.total - b.total >= max(LEAST_DROP, DROP_PART * a.total):
                yield Flag(clip.clip, "drop", f"drop:{name}:{_stamp(b)}",
                           {"what": name, "before": a.total, "after": b.total}, a.at, b.at)


def _one_account(clip: Series) -> Iterator[Flag]:
    """Flags an account with a large part of a clip's share ledger."""
    total = sum(clip.accounts.values())
    for account, count in clip.accounts.items():
        if count >= LEAST_OF_ONE and count >= PART_OF_ONE * total:
            yield Flag(clip.clip, "account", f"account:{account.casefold()}:{count}",
                       {"account": account, "count": count, "total": total})


def _ledger(clip: Series) -> Iterator[Flag]:
    """Flags a ledger with more shares than the Page shows: a wrong line, or shares taken back."""
    for at, total in _shares(clip)[-1:]:
        if clip.kept > total:
            yield Flag(clip.clip, "ledger", f"ledger:{clip.kept}:{total}",
                       {"kept": clip.kept, "total": total}, until=at)


def _two_clips(clip: Series) -> Iterator[Flag]:
    """Flags a ledger that tells of shares which are told of other clips: a share is of one."""
    if clip.links:
        shown = ", ".join(clip.others[:OTHERS_NAMED]) + ", …" * (len(clip.others) > OTHERS_NAMED)
        yield Flag(clip.clip, "two_clips", f"two_clips:{clip.links}:{len(clip.others)}",
                   {"links": clip.links, "others": shown, "example": clip.example})


def _hours(a: _Total, b: _Total) -> float:
    return (b.at - a.at).total_seconds() / 3600


def _stamp(point: _Total | Point) -> str:
    return str(int(point.at.timestamp()))
