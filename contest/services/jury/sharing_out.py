"""Which juror gets which clip: balanced, drawn by a seed, the same for the same seed. Pure.

Clips come in an order drawn by the seed; each goes to those of its jurors who have fewest so far,
lots being drawn between equals. What is uneven after that, because somebody may not mark some
clips, is evened out along chains: one juror hands a clip to a second, the second one to a third.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Clip:
    """A clip to give out. ``jurors``: the codes of those who have it and keep it."""

    code: str
    unit_id: int
    category: str = ""
    jurors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Juror:
    """``unit_id``: the own unit, whose clips are never theirs; ``categories``: None for all."""

    code: str
    unit_id: int | None = None
    categories: frozenset[str] | None = None

    def may(self, clip: Clip) -> bool:
        """Whether the clip can be given to this juror."""
        own = self.unit_id is not None and self.unit_id == clip.unit_id
        return not own and (self.categories is None or clip.category in self.categories)


@dataclass
class _Deal:
    jurors: Mapping[str, Juror]
    clips: Mapping[str, Clip]
    has: dict[str, set[str]]  # juror -> clips
    dealt: dict[str, set[str]] = field(default_factory=dict)  # of these, those given now

    def give(self, juror: str, clip: str) -> None:
        self.has[juror].add(clip)
        self.dealt.setdefault(juror, set()).add(clip)

    def move(self, clip: str, giver: str, taker: str) -> None:
        self.has[giver].discard(clip)
        self.dealt[giver].discard(clip)
        self.give(taker, clip)

    def load(self, juror: str) -> int:
        return len(self.has[juror])


def share_out(
    clips: Iterable[Clip], jurors: Iterable[Juror], each: int | None, seed: str
) -> dict[str, list[str]]:
    """Clip's code -> the codes of all its jurors, sorted, those it had among them.

    ``each``: how many jurors a clip shall have, None for all who may. A clip for which too few may
    gets those; one that has more keeps them.
    """
    known = sorted(clips, key=lambda clip: _lot(seed, clip.code))
    deal = _Deal(
        {juror.code: juror for juror in jurors}, {clip.code: clip for clip in known}, {},
    )
    kept = {code: {c.code for c in known if code in c.jurors} for code in deal.jurors}
    deal.has.update(kept)
    for clip in known:
        for juror in _next(clip, deal, each, seed):
            deal.give(juror, clip.code)
    if each is not None:
        _even_out(deal, lambda code: _lot(seed, code))
    return {
        clip.code: sorted({*clip.jurors, *(j for j, mine in deal.has.items() if clip.code in mine)})
        for clip in sorted(known, key=lambda one: one.code)
    }


def _lot(seed: str, *names: str) -> str:
    return hashlib.sha256("\n".join((seed, *names)).encode()).hexdigest()


def _next(clip: Clip, deal: _Deal, each: int | None, seed: str) -> list[str]:
    """The jurors who get this clip besides those who have it."""
    free = [code for code, juror in deal.jurors.items()
            if juror.may(clip) and code not in clip.jurors]
    free.sort(key=lambda code: (deal.load(code), _lot(seed, clip.code, code)))
    return free if each is None else free[: max(each - len(clip.jurors), 0)]


def _even_out(deal: _Deal, lot: Callable[[str], str]) -> None:
    """Until nobody can be relieved by somebody who has two fewer. Each chain makes it more even,
    so there is an end."""
    while chain := _chain(deal, lot):
        for clip, giver, taker in chain:
            deal.move(clip, giver, taker)


def _chain(deal: _Deal, lot: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """(Clip, giver, taker) from one who has most to one who has at least two fewer."""
    for giver in sorted(deal.jurors, key=lambda code: (-deal.load(code), lot(code))):
        before: dict[str, tuple[str, str]] = {}
        waiting, seen = deque([giver]), {giver}
        while waiting:
            current = waiting.popleft()
            for taker, clip in _takers(deal, current, seen, lot):
                seen.add(taker)
                before[taker] = (clip, current)
                if deal.load(taker) <= deal.load(giver) - 2:
                    return _back(before, giver, taker)
                waiting.append(taker)
    return []


def _takers(
    deal: _Deal, giver: str, seen: set[str], lot: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Whom ``giver`` could hand a clip that was dealt now, and which."""
    mine = sorted(deal.dealt.get(giver, ()), key=lot)
    found = []
    for code in sorted(deal.jurors.keys() - seen, key=lambda one: (deal.load(one), lot(one))):
        juror = deal.jurors[code]
        fits = (clip for clip in mine
                if clip not in deal.has[code] and juror.may(deal.clips[clip]))
        if (clip := next(fits, None)) is not None:
            found.append((code, clip))
    return found


def _back(
    before: Mapping[str, tuple[str, str]], giver: str, taker: str
) -> list[tuple[str, str, str]]:
    chain = []
    while taker != giver:
        clip, holder = before[taker]
        chain.append((clip, holder, taker))
        taker = holder
    return chain
