"""Keeps what ffprobe says about each packet; ``timeline`` adds it up."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from math import isnan

import numpy as np

from ..beside import RaiseIfStopped
from ..sandbox import TooMuchOutput
from .allowed import MOST_PACKETS

MOST_KEPT = 20
LONG_S = 1800.0  # of what has more packets, so much is judged; shorter, it is crafted
Times = np.ndarray[tuple[int], np.dtype[np.float64]]
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
    corrupt: int = 0  # packets that the demuxer calls bad; the times of the first few are kept
    pts: array[float] = field(default_factory=lambda: array("d"))
    dts: array[float] = field(default_factory=lambda: array("d"))
    durations: array[float] = field(default_factory=lambda: array("d"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("l"))
    stamps: array[float] = field(default_factory=lambda: array("d"))
    keys: list[float] = field(default_factory=list)
    corrupt_at: list[float] = field(default_factory=list)

    def key_times(self) -> list[float]:
        """Start times of keyframes, sorted, counted from the first frame."""
        times = sorted(t for t in self.keys if not isnan(t))
        shown = known_times(self.pts)
        first = float(shown.min()) if shown.size else 0.0
        return [t - first for t in times]

    def media_length(self) -> float:
        """Seconds from the first packet to the last, those that edits leave out included."""
        times = known_times(self.stamps)
        return float(times.max() - times.min()) + self.usual_step() if times.size else 0.0

    def clock(self) -> array[float]:
        """The decoding times where the container has them, else those of showing."""
        return self.dts if timed(self.dts) else self.pts

    def usual_step(self) -> float:
        """Seconds from one packet to the next, as a rule; 0 when nothing tells."""
        for steps in (np.diff(np.asarray(self.clock())), np.asarray(self.durations)):
            likely = np.sort(steps[(steps > 0) & (steps <= 1)])
            if likely.size:
                return float(likely[likely.size // 2])
        return 0.0


class PacketReader:
    """Takes ffprobe's packet lines (CSV); ``tracks`` by the index of the stream.

    ``raise_if_stopped`` is called for every line; what it raises ends the reading.
    """

    def __init__(self, raise_if_stopped: RaiseIfStopped = lambda: None) -> None:
        self.tracks: dict[int, Track] = defaultdict(Track)
        self.raise_if_stopped = raise_if_stopped
        self.seen = 0
        self.full = False

    def line(self, text: str) -> None:
        """``stream,pts,dts,duration,size,pos,flags``; any other line is ignored.

        Raises ``TooMuchOutput`` after ``MOST_PACKETS``; ``full`` is true then.
        """
        fields = text.split(",")
        if len(fields) < 7 or not fields[0].isdigit():  # noqa: PLR2004 - the columns above
            return
        self.seen += 1
        if self.seen > MOST_PACKETS:
            self.full = True
            raise TooMuchOutput
        self.raise_if_stopped()
        _add(self.tracks[int(fields[0])], fields)


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
        if len(track.corrupt_at) < MOST_KEPT and not isnan(pts):
            track.corrupt_at.append(pts)
    if "D" in flags:  # before the edit list's start: never shown
        return
    track.frames += 1
    track.pts.append(pts)
    track.dts.append(dts)
    track.durations.append(0.0 if isnan(duration) else duration)
    if "K" in flags:
        track.keys.append(dts if isnan(pts) else pts)


def known_times(clock: array[float]) -> Times:
    """Those that are no nan, in their order."""
    times: Times = np.asarray(clock)
    return times[~np.isnan(times)]


def timed(clock: array[float]) -> bool:
    """Whether most packets have this time."""
    return len(known_times(clock)) * 2 > len(clock)


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return NO_TIME
