"""Finds the tone of the mains (50 or 60 Hz and what rings with it) in the pauses of a recording."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 500  # samples a second that ``find_hum`` takes
WINDOW_S = 2  # long enough to tell 50 Hz from a bass note at 49
FEW_WINDOWS, MOST_WINDOWS = 2, 30
QUIET_SHARE = 0.2
ALMOST_ALL = 0.2  # the line must stand out in four of five windows: a note passes, hum stays
MAINS = (50, 60)
AROUND = (-5, -4, -3, -2, 2, 3, 4, 5)  # Hz beside a line: what it must stand out from
FULL_SCALE = 32768
SILENT = 1e-4  # of full scale; digital silence has no hum and says nothing

Floats = NDArray[np.float64]
Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Hum:
    """``hz`` is the mains' frequency; ``db`` how far its strongest line stands out; its level."""

    hz: int
    db: float
    level: float


def find_hum(samples: Samples) -> Hum | None:
    """The most marked mains tone in 16-bit mono ``samples`` at ``RATE``; None: too little sound.

    Looks at the quietest fifth of the windows: hum is always there, and heard in pauses.
    """
    windows = _quiet(samples)
    if len(windows) < FEW_WINDOWS:
        return None
    found = [_strongest(mains, windows) for mains in MAINS]
    return max(found, key=lambda hum: hum.db)


def _quiet(samples: Samples) -> Floats:
    """The quietest windows that hold any sound, a row each, full scale as 1."""
    size = RATE * WINDOW_S
    count = len(samples) // size
    cut = samples[: count * size].reshape(-1, size) / FULL_SCALE
    level = np.sqrt((cut**2).mean(axis=1))
    order = np.argsort(level, kind="stable")
    heard = order[level[order] > SILENT]
    most = min(MOST_WINDOWS, max(FEW_WINDOWS, int(len(heard) * QUIET_SHARE)))
    return np.asarray(cut[heard[:most]])


def _strongest(mains: int, windows: Floats) -> Hum:
    """The line of ``mains`` or of its double or triple that stands out most."""
    lines = [_line(mains * n, windows) for n in (1, 2, 3)]
    prominence, level = max(lines)
    return Hum(mains, round(prominence, 1), round(level, 1))


def _line(hz: int, windows: Floats) -> tuple[float, float]:
    """How far (dB) the line at ``hz`` stands out in almost all windows, and its level in dBFS."""
    powers = _power(hz, windows)
    beside = np.median([_power(hz + off, windows) for off in AROUND], axis=0)
    above = np.sort(10 * np.log10(powers / beside))
    return float(above[int(len(above) * ALMOST_ALL)]), 10 * math.log10(float(np.median(powers)))


def _power(hz: float, windows: Floats) -> Floats:
    """Mean square of the part of each window that swings at ``hz``; never quite nothing."""
    cosine, sine = _waves(hz)
    real, imaginary = (windows * cosine).sum(axis=1), (windows * sine).sum(axis=1)
    return np.asarray(real**2 + imaginary**2 + 1e-14)


@cache
def _waves(hz: float) -> tuple[Floats, Floats]:
    """A cosine and a sine under a Hann window, scaled so that power comes out as mean square."""
    size = RATE * WINDOW_S
    at = np.arange(size)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * at / size)
    scaled, turn = math.sqrt(2) / hann.sum() * hann, 2 * np.pi * hz / RATE
    return scaled * np.cos(turn * at), scaled * np.sin(turn * at)
