"""The voice band, sixteen times a second: how loud, how noise-like; and how the sides differ."""

from __future__ import annotations

import math
from array import array
from functools import reduce

import numpy as np
from numpy.typing import NDArray

RATE = 16000  # samples a second that ``VoiceBand`` takes
SIZE = 1024
SECONDS = SIZE / RATE  # of one window
HIGHPASS_HZ = 200.0  # rumble and hum lie below; hum has a rule of its own
FLOOR = -120.0  # dB; lower levels are given as this
FULL_SCALE = 32768
BLOCK = 64  # windows looked at together
EPSILON = float(np.finfo(np.float32).eps)

Floats = NDArray[np.float64]


class VoiceBand:
    """Takes 16-bit samples of ``channels`` sides; keeps a few numbers for every window.

    ``peaks``: the highest sample of the middle, in dBFS. ``levels``: what lies above
    ``HIGHPASS_HZ`` there, in dBFS. ``flats``: the flatness of that spectrum, 0 (a tone) to 1.
    """

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self.peaks: array[float] = array("d")
        self.levels: array[float] = array("d")
        self.flats: array[float] = array("d")
        self._rest = bytearray()
        self._sums = np.zeros(3)  # of left², right², left · right

    def take(self, chunk: bytes) -> None:
        """The next samples; any number of bytes."""
        self._rest += chunk
        step = 2 * self.channels * SIZE * BLOCK
        while len(self._rest) >= step:
            self._measure(bytes(self._rest[:step]))
            del self._rest[:step]

    def close(self) -> None:
        """Measure the last whole windows."""
        step = 2 * self.channels * SIZE
        whole = len(self._rest) // step * step
        if whole:
            self._measure(bytes(self._rest[:whole]))
        self._rest.clear()

    def sides(self) -> tuple[float | None, float | None]:
        """Gap in dB and correlation of left and right; None for one channel."""
        if self.channels == 1 or not self.peaks:
            return None, None
        left, right = _floored(self._sums[:2] / (len(self.peaks) * SIZE))
        both = math.sqrt(float(self._sums[0] * self._sums[1]))
        alike = float(self._sums[2]) / both if both else 0.0
        return round(abs(float(left - right)), 1), round(alike, 2)

    def _measure(self, data: bytes) -> None:
        samples = np.frombuffer(data, "<i2").reshape(-1, self.channels) / FULL_SCALE
        if self.channels > 1:
            left, right = samples[:, 0], samples[:, 1]
            # Not `@`: its threads wait in a loop, beside FFmpeg.
            self._sums += [(a * b).sum() for a, b in ((left, left), (right, right), (left, right))]
        # Side by side: a mean across so short an axis takes as long as the spectrum.
        middle = (reduce(np.add, samples.T) / self.channels).reshape(-1, SIZE)
        self.peaks.extend(_floored(np.abs(middle).max(axis=1) ** 2))
        spectrum = np.abs(np.fft.rfft(middle * HANN, axis=1)) * HIGHPASS
        power = 2 * (spectrum**2).sum(axis=1) / (SIZE * HANN_POWER)
        self.levels.extend(_floored(power))
        bins = spectrum[:, : SIZE // 2] + EPSILON
        self.flats.extend(np.exp(np.log(bins).mean(axis=1)) / bins.mean(axis=1))


def _floored(power: Floats) -> Floats:
    """Powers as dB, none below ``FLOOR``."""
    return np.asarray(np.maximum(FLOOR, 10 * np.log10(np.maximum(power, 1e-30))))


def _highpass() -> Floats:
    """How much a second-order Butterworth filter at ``HIGHPASS_HZ`` leaves of each bin."""
    ratio = (np.arange(SIZE // 2 + 1) * RATE / SIZE / HIGHPASS_HZ) ** 4
    return np.asarray(np.sqrt(ratio / (1 + ratio)))


HANN: Floats = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)
HANN_POWER = float((HANN**2).sum())
HIGHPASS = _highpass()
