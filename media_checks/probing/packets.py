"""Adds up packets: how long frames really last, where keyframes stand, what jumps."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan

from ..sandbox import TooMuchOutput

MOST_PACKETS = 3_000_000  # a day of sound; far beyond any contest clip
JUMP_S = 10.0
NO_TIME = float("nan")


@dataclass
class Track:
    """The packets of one stream, in file order. Times in seconds, nan where there is none.

    ``positions``, ``sizes`` (bytes in the file) and ``stamps`` have every packet; ``pts``, ``dts``
    and ``durations`` only those that are shown.
    """

    frames: int = 0
    bytes: int = 0
    packets: int = 0
    corrupt: int = 0
    pts: array[float] = field(default_factory=lambda: array("d"))
    dts: array[float] = field(default_factory=lambda: array("d"))
    durations: array[float] = field(default_factory=lambda: array("d"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("l"))
    stamps: array[float] = field(default_factory=lambda: array("d"))
    keys: list[float] = field(default_factory=list)

    def length(self) -> float:
        """Seconds that a viewer gets; see ``_walk``."""
        return self._walk()[0]

    def jumps(self) -> list[float]:
        """Packet times after which the clock leaps; see ``_walk``."""
        return self._walk()[1]

    def _walk(self) -> tuple[float, list[float]]:
        """Adds up what each unbroken piece of the clip covers; answers with the breaks too.

        A decoding clock that runs backwards, or leaps by more than ``JUMP_S`` without the packet
        lasting that long, is a break: two recordings joined, or a crafted stamp. Leaps are not
        counted as time, for nothing is shown in them.
        """
        clock = self.dts if _timed(self.dts) else self.pts
        usual = self._usual_step(clock)
        total, jumps, start = 0.0, [], 0
        for i in range(1, len(clock)):
            step, own = clock[i] - clock[i - 1], self.durations[i - 1]
            if isnan(step) or 0 <= step <= JUMP_S or (own > 0 and abs(step - own) <= own / 2):
                continue
            jumps.append(clock[i - 1])
            total += self._covered(start, i, usual)
            start = i
        return total + self._covered(start, len(clock), usual), jumps

    def _covered(self, start: int, end: int, usual: float) -> float:
        """Seconds from the first frame shown to the end of the last, within one piece."""
        shown = self.pts if _timed(self.pts[start:end]) else self.dts
        times = [(shown[i], self.durations[i]) for i in range(start, end) if not isnan(shown[i])]
        if not times:
            return (end - start) * usual
        last, own = max(times)
        # One frame may stand for long; a last frame that claims minutes is a crafted one.
        return last - min(times)[0] + (own if 0 < own <= JUMP_S else usual)

    def key_times(self) -> list[float]:
        """Start times of keyframes, sorted, counted from the first frame."""
        times = sorted(t for t in self.keys if not isnan(t))
        first = min((t for t in self.pts if not isnan(t)), default=0.0)
        return [t - first for t in times]

    def key_gap(self) -> float:
        """The longest stretch, in seconds, without a keyframe (end included)."""
        times = [*self.key_times(), self.length()]
        return max((b - a for a, b in pairwise(times)), default=0.0)

    def _usual_step(self, clocks: array[float]) -> float:
        steps = sorted(b - a for a, b in pairwise(clocks) if 0 < b - a <= 1)
        if steps:
            return steps[len(steps) // 2]
        own = sorted(d for d in self.durations if 0 < d <= 1)
        return own[len(own) // 2] if own else 0.0


class PacketReader:
    """Takes ffprobe's packet lines (CSV) for the wanted streams."""

    def __init__(self, indexes: list[int]) -> None:
        self.tracks = {index: Track() for index in indexes}
        self.seen = 0

    def line(self, text: str) -> None:
        """``stream,pts,dts,duration,size,pos,flags``; any other line is ignored.

        Raises ``TooMuchOutput`` after ``MOST_PACKETS``.
        """
        fields = text.split(",")
        if len(fields) < 7 or not fields[0].isdigit():  # noqa: PLR2004 - the columns above
            return
        self.seen += 1
        if self.seen > MOST_PACKETS:
            raise TooMuchOutput
        track = self.tracks.get(int(fields[0]))
        if track is not None:
            _add(track, fields)


def _add(track: Track, fields: list[str]) -> None:
    pts, dts, duration = _time(fields[1]), _time(fields[2]), _time(fields[3])
    size, flags = int(fields[4] or 0), fields[6]
    track.packets += 1
    track.bytes += size
    track.positions.append(int(fields[5]) if fields[5].isdigit() else -1)
    track.sizes.append(size)
    track.stamps.append(pts)
    if "C" in flags:
        track.corrupt += 1
    if "D" in flags:  # before the edit list's start: never shown
        return
    track.frames += 1
    track.pts.append(pts)
    track.dts.append(dts)
    track.durations.append(0.0 if isnan(duration) else duration)
    if "K" in flags:
        track.keys.append(dts if isnan(pts) else pts)


def _timed(clock: array[float]) -> bool:
    return sum(1 for t in clock if not isnan(t)) * 2 > len(clock)


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return NO_TIME
