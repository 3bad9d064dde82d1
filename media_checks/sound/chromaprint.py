"""Chromaprint's values of the sound: how FFmpeg writes them, and how they are read."""

from __future__ import annotations

import sys
from array import array

RATE = 11025  # what chromaprint listens at: FFmpeg comes down to it in half the time that it takes
SOUND_STEP_S = 4096 / 3 / RATE  # how far apart chromaprint's values are
SOUND_OUTPUT = {"format": "chromaprint", "fp_format": "raw", "ac": 1, "ar": RATE}


def sound_values(raw: bytes, order: str = sys.byteorder) -> array[int]:
    """Chromaprint's raw output as numbers; a value cut off at the end is dropped."""
    values = array("I")
    values.frombytes(raw[: len(raw) // values.itemsize * values.itemsize])
    if order != sys.byteorder:
        values.byteswap()
    return values
