"""Gathers black and motionless stretches from the frames that are looked at.

Between two looks anything may happen, so each stretch knows the looks around it: it lasts at least
from ``first`` to ``last`` and at most from ``before`` to ``after``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageStat

from ..probing.facts import Span

DARK = 32  # luma; limited-range black is 16, and coding adds a little
BLACK_SHARE = 0.98
LIT, LIT_SHARE = 64, 0.0006  # so many brighter pixels are writing or a light: a card, not black
STILL_MEAN, STILL_BLOCK = 0.6, 3.0  # luma steps: whole frame, and the busiest of 16x12 blocks


@dataclass
class Run:
    """One stretch of looks that were black (``black``) or showed the picture of the first of them.

    ``exact`` holds its parts once somebody has looked closer.
    """

    first: float
    last: float
    before: float
    after: float
    black: bool
    looks: int = 1
    exact: list[Span] | None = None

    @property
    def most(self) -> float:
        """Seconds that it may last."""
        return self.after - self.before

    @property
    def spans(self) -> list[Span]:
        """Its parts; before anybody has looked closer, up to the look behind it."""
        return [(self.first, self.after)] if self.exact is None else self.exact


@dataclass
class RunFinder:
    """Takes looks in order; ``runs`` are the stretches, single looks at a picture left out."""

    runs: list[Run] = field(default_factory=list)
    _now: Run | None = None
    _shown: Image.Image | None = None
    _at: float = 0.0

    def look(self, at: float, grey: Image.Image, black: bool) -> None:
        """One frame, shown ``at`` seconds from the start of the clip."""
        now = self._now
        # Compared with the first of a run, not with the one before: slow movement adds up.
        on = now is not None and now.black == black
        if on and not black:
            on = self._shown is not None and is_same(self._shown, grey)
        if on and now is not None:
            now.last, now.looks = at, now.looks + 1
        else:
            self._close(at)
            self._now = Run(at, at, self._at if now else at, at, black)
            self._shown = None if black else grey
        self._at = at

    def close(self, end: float) -> list[Run]:
        """All stretches of a clip that ends at ``end``."""
        self._close(end)
        self._now = None
        return self.runs

    def _close(self, at: float) -> None:
        now = self._now
        if now is None:
            return
        now.after = max(at, now.last)
        if now.black or now.looks > 1:
            self.runs.append(now)


def is_black(grey: Image.Image) -> bool:
    """Whether there is nothing to be seen: white letters on black are a card and no fault."""
    histogram, pixels = grey.histogram(), grey.width * grey.height
    lit = sum(histogram[LIT:])
    return sum(histogram[: DARK + 1]) >= BLACK_SHARE * pixels and lit <= LIT_SHARE * pixels


def is_same(before: Image.Image, now: Image.Image) -> bool:
    """Whether two frames show the same picture, but for coding, which never leaves grain alone."""
    difference = ImageChops.difference(before.reduce(2), now.reduce(2))
    if ImageStat.Stat(difference).mean[0] > STILL_MEAN:
        return False
    blocks = difference.resize((16, 12), Image.Resampling.BOX)
    return float(blocks.getextrema()[1]) <= STILL_BLOCK  # type: ignore[arg-type] # one band
