"""Finds the tone of the mains (50 or 60 Hz and what rings with it) in the pauses of a recording."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from statistics import median

RATE = 500  # samples a second that ``find_hum`` takes
WINDOW_S = 2  # long enough to tell 50 Hz from a bass note at 49
FEW_WINDOWS, MOST_WINDOWS = 2, 30
QUIET_SHARE = 0.2
ALMOST_ALL = 0.2  # the line must stand out in four of five windows: a note passes, hum stays
MAINS = (50, 60)
AROUND = (-5, -4, -3, -2, 2, 3, 4, 5)  # Hz beside a line: what it must stand out from
SILENT = 1e-4  # of full scale; digital silence has no hum and says nothing


@dataclass(frozen=True)
class Hum:
    """``hz`` is the mains' frequency; ``db`` how far its strongest line stands out; its level."""

    hz: int
    db: float
    level: float


def find_hum(samples: array[int]) -> Hum | None:
    """The most marked mains tone in 16-bit mono ``samples`` at ``RATE``; None: too little sound.

    Looks at the quietest fifth of the windows: hum is always there, and heard in pauses.
    """
    windows = _quiet(samples)
    if len(windows) < FEW_WINDOWS:
        return None
    found = [_strongest(mains, windows) for mains in MAINS]
    return max(found, key=lambda hum: hum.db)


def _quiet(samples: array[int]) -> list[list[float]]:
    size = RATE * WINDOW_S
    cut = [samples[i : i + size] for i in range(0, len(samples) - size + 1, size)]
    loud = sorted((sum(map(mul, part, part)), i) for i, part in enumerate(cut))
    heard = [i for power, i in loud if math.sqrt(power / size) / 32768 > SILENT]
    count = min(MOST_WINDOWS, max(FEW_WINDOWS, int(len(heard) * QUIET_SHARE)))
    return [[x / 32768 for x in cut[i]] for i in heard[:count]]


def _strongest(mains: int, windows: Sequence[Sequence[float]]) -> Hum:
    """The line of ``mains`` or of its double or triple that stands out most."""
    lines = [_line(mains * n, windows) for n in (1, 2, 3)]
    prominence, level = max(lines)
    return Hum(mains, round(prominence, 1), round(level, 1))


def _line(hz: int, windows: Sequence[Sequence[float]]) -> tuple[float, float]:
    """How far (dB) the line at ``hz`` stands out in almost all windows, and its level in dBFS."""
    above, powers = [], []
    for window in windows:
        power = _power(hz, window)
        beside = median(_power(hz + off, window) for off in AROUND)
        above.append(10 * math.log10(power / beside))
        powers.append(power)
    usual = sorted(above)[int(len(above) * ALMOST_ALL)]
    return usual, 10 * math.log10(median(powers))


def _power(hz: float, window: Sequence[float]) -> float:
    """Mean square of the part of ``window`` that swings at ``hz``; never quite nothing."""
    cosine, sine = _waves(hz)
    real, imaginary = sum(map(mul, window, cosine)), sum(map(mul, window, sine))
    return float(real * real + imaginary * imaginary + 1e-14)


@cache
def _waves(hz: float) -> tuple[list[float], list[float]]:
    """A cosine and a sine under a Hann window, scaled so that power comes out as mean square."""
    size = RATE * WINDOW_S
    hann = [0.5 - 0.5 * math.cos(2 * math.pi * i / size) for i in range(size)]
    scale = math.sqrt(2) / sum(hann)
    turn = 2 * math.pi * hz / RATE
    return (
        [scale * h * math.cos(turn * i) for i, h in enumerate(hann)],
        [scale * h * math.sin(turn * i) for i, h in enumerate(hann)],
    )
