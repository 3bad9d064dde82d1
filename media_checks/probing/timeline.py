"""Lays picture and sound on one clock: from when to when each is there, what jumps, what is held.

Times are the packets' own, edits applied by the demuxer. Nothing is decoded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan

import numpy as np

from .clocks import clock_of, known_times, timed, usual_step
from .facts import Span
from .packets import Track

JUMP_S = 10.0
BACK_S = 0.5  # a step back by less is a recorder's carelessness: frames are shown in order anyway
HELD_S = 2.0  # a frame that stands for longer is a still
COVERED = 0.5  # of a leap: the other track goes on below it, so it is time and no leap
LONG_PACKET = 4  # times the usual one; of sound, what is longer is a gap and not a packet


@dataclass(frozen=True)
class Laid:
    """One track on the clip's clock, in seconds; pieces that a jump parts are put end to end.

    ``length`` is what its packets cover, ``jumps`` where the clock leaps, ``held`` the stretches
    that one frame stands for longer than ``HELD_S``, ``last`` when the last frame begins.
    """

    start: float = 0.0
    end: float = 0.0
    length: float = 0.0
    last: float = 0.0
    jumps: list[float] = field(default_factory=list)
    held: list[Span] = field(default_factory=list)


def lay_out(video: Track, audio: Track | None) -> tuple[Laid, Laid]:
    """Picture and sound; both empty where there are no packets."""
    heard = _Layer(audio or Track(), video, sound=True).laid()
    return _Layer(video, audio or Track(), sound=False).laid(), heard


class _Layer:
    """Lays out one track, beside the other one."""

    def __init__(self, track: Track, beside: Track, *, sound: bool) -> None:
        self.track, self.sound = track, sound
        self.usual = usual_step(track)
        self.others = sorted(known_times(beside.pts).tolist())
        self.other_step = usual_step(beside)
        self.clock = clock_of(track)
        self.wrong: set[int] = set()  # packets whose time fits neither before nor behind

    def laid(self) -> Laid:
        """See ``Laid``."""
        jumps, held, length = [], [], 0.0
        begin = end = last = None
        for first, beyond in self._pieces():
            times = self._shown(first, beyond)
            if not times:
                continue
            if end is None:
                begin = end = times[0][0]
            else:
                jumps.append(end)
            offset = end - times[0][0]
            held += [(a + offset, b + offset) for a, b in self._held(times)]
            stop = times[-1][0] + self._own(times[-1])
            last, length = times[-1][0] + offset, length + stop - times[0][0]
            end = stop + offset
        if begin is None or end is None or last is None:
            return Laid(length=len(self.clock) * self.usual)
        return Laid(begin, end, length, last, jumps, held)

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """Unbroken pieces as indexes: a piece ends where the clock runs back or leaps ahead."""
        if self._steady():
            yield 0, len(self.clock)
            return
        start, before = 0, -1
        for i in range(len(self.clock)):
            if isnan(self.clock[i]):
                continue
            if before >= 0 and self._breaks(before, i):
                if i + 1 < len(self.clock) and not self._breaks(before, i + 1):
                    self.wrong.add(i)
                    continue
                yield start, i
                start = i
            before = i
        yield start, len(self.clock)

    def _steady(self) -> bool:
        """Whether nothing can break: the rule, and told for all packets at once."""
        steps = np.diff(np.asarray(self.clock))
        return bool(np.all((steps >= -BACK_S) & (steps <= JUMP_S)))  # false of nan

    def _breaks(self, before: int, now: int) -> bool:
        step, own = self.clock[now] - self.clock[before], self.track.durations[before]
        if isnan(step) or -BACK_S <= step <= JUMP_S:
            return False
        if step < 0:
            return True
        return not (own > 0 and abs(step - own) <= own / 2) and not self._covered(before, now)

    def _covered(self, before: int, now: int) -> bool:
        """Whether the other track goes on where this one leaps ahead."""
        start, end = self.clock[before], self.clock[now]
        count = bisect_left(self.others, end) - bisect_left(self.others, start)
        return count * self.other_step >= COVERED * (end - start)

    def _shown(self, first: int, beyond: int) -> list[tuple[float, float]]:
        """Time and length of the packets of a piece, in the order in which they are shown."""
        shown = self.track.pts if timed(self.track.pts[first:beyond]) else self.track.dts
        times = np.asarray(shown)[first:beyond]
        right = ~np.isnan(times)
        right[[i - first for i in self.wrong if first <= i < beyond]] = False
        lengths = np.asarray(self.track.durations)[first:beyond][right]
        return sorted(zip(times[right].tolist(), lengths.tolist(), strict=True))

    def _own(self, packet: tuple[float, float]) -> float:
        """Seconds that the last packet of a piece lasts.

        One frame may stand for long; a last frame that claims minutes is a crafted one, unless
        sound goes on under it.
        """
        at, own = packet
        if self.sound:
            return own if 0 < own <= LONG_PACKET * self.usual else self.usual
        under = self.others[-1] + self.other_step if self.others else at
        return own if 0 < own <= max(JUMP_S, under - at + 1) else self.usual

    def _held(self, times: list[tuple[float, float]]) -> list[Span]:
        held = [(a, b) for (a, _), (b, _) in pairwise(times) if b - a > HELD_S]
        last, own = times[-1][0], self._own(times[-1])
        return [*held, (last, last + own)] if own > HELD_S else held
