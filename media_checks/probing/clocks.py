"""What the times of a track's packets say: its length, its keyframes, its usual step."""

from __future__ import annotations

from array import array
from math import isnan

import numpy as np

from .packets import Track

Times = np.ndarray[tuple[int], np.dtype[np.float64]]


def key_times(track: Track) -> list[float]:
    """Start times of keyframes, sorted, in seconds from the first frame."""
    times = sorted(t for t in track.keys if not isnan(t))
    shown = known_times(track.pts)
    first = float(shown.min()) if shown.size else 0.0
    return [t - first for t in times]


def media_length(track: Track) -> float:
    """Seconds from the first packet to the last, those that edits leave out included."""
    times = known_times(track.stamps)
    return float(times.max() - times.min()) + usual_step(track) if times.size else 0.0


def clock_of(track: Track) -> array[float]:
    """The decoding times where the container has them, else those of showing."""
    return track.dts if timed(track.dts) else track.pts


def usual_step(track: Track) -> float:
    """Seconds from one packet to the next, as a rule; 0 when nothing tells."""
    for steps in (np.diff(np.asarray(clock_of(track))), np.asarray(track.durations)):
        likely = np.sort(steps[(steps > 0) & (steps <= 1)])
        if likely.size:
            return float(likely[likely.size // 2])
    return 0.0


def known_times(clock: array[float]) -> Times:
    """Those that are no nan, in their order."""
    times: Times = np.asarray(clock)
    return times[~np.isnan(times)]


def timed(clock: array[float]) -> bool:
    """Whether most packets have this time."""
    return len(known_times(clock)) * 2 > len(clock)
