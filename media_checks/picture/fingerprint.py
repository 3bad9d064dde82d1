"""What a clip looks and sounds like, in a few kilobytes, so that copies can be found later.

Picture: a hash of 255 signs of a cosine transform for each frame that the quick pass decodes
anyway, taken of the picture inside any bars. Sound: chromaprint, about eight values a second.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageStat

from ..sound.chromaprint import sound_values
from ..tools import find_tools

EDITION = 1  # of the hashes; those of another edition are not compared
SIDE, WAVES = 32, 16  # pixels the transform sees, and cosine waves kept, each way
BITS = WAVES * WAVES
KEPT = (128, 96)  # pixels of the frames that are held until the bars are known
DARK = 32  # luma; as in the search for bars
FLAT = 6.0  # luma steps; a frame with less contrast says nothing

_COSINES = np.array(
    [
        [math.cos(math.pi * wave * (2 * x + 1) / (2 * SIDE)) for x in range(SIDE)]
        for wave in range(WAVES)
    ]
)
# In a mirrored picture every second wave across has the other sign.
MIRROR = sum(1 << (row * WAVES + wave) for row in range(WAVES) for wave in range(1, WAVES, 2))


@dataclass(frozen=True)
class Frame:
    """One frame's hash, and when it is shown (seconds)."""

    at: float
    hash: int


@dataclass(frozen=True)
class Fingerprint:
    """A clip's frames and sound values; ``seconds`` is how long the clip is."""

    seconds: float
    frames: list[Frame] = field(default_factory=list)
    sound: array[int] = field(default_factory=lambda: array("I"))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, 20 to 30 kB for five minutes."""
        words = array("I", self.sound)
        if sys.byteorder == "big":
            words.byteswap()
        return {
            "edition": EDITION,
            "seconds": self.seconds,
            "frames": [[round(f.at, 3), f"{f.hash:064x}"] for f in self.frames],
            "sound": base64.b64encode(words.tobytes()).decode("ascii"),
        }

    def keep(self, path: Path) -> dict[str, Any]:
        """Write it to ``path`` as JSON; the file and its counts, as the report names them."""
        path.write_text(json.dumps(self.to_dict()))
        return {
            "file": path.name,
            "edition": EDITION,
            "frames": len(self.frames),
            "sound_values": len(self.sound),
            "sound": "chromaprint" if find_tools().chromaprint else "not possible with this FFmpeg",
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Fingerprint:
        """What ``to_dict`` wrote. Raises ``ValueError`` for hashes of another edition."""
        if data.get("edition") != EDITION:
            raise ValueError(f"a fingerprint of edition {data.get('edition')!r}")
        return cls(
            float(data["seconds"]),
            [Frame(float(at), int(text, 16)) for at, text in data["frames"]],
            sound_values(base64.b64decode(data["sound"]), "little"),
        )


class PictureHasher:
    """Takes grey frames in order, of any one size; answers with their hashes."""

    def __init__(self) -> None:
        self._kept: list[tuple[float, Image.Image]] = []
        self._brightest: Image.Image | None = None

    def frame(self, at: float, grey: Image.Image) -> None:
        """One frame, shown ``at`` seconds from the start."""
        small = grey.resize(KEPT, Image.Resampling.BOX)
        self._kept.append((at, small))
        before = self._brightest
        self._brightest = small if before is None else ImageChops.lighter(before, small)

    def frames(self) -> list[Frame]:
        """The hashes, without those of frames that are of one colour."""
        box = self._active()
        seen = [
            (at, grey.resize((SIDE, SIDE), Image.Resampling.BOX, box=box))
            for at, grey in self._kept
        ]
        telling = [one for one in seen if ImageStat.Stat(one[1]).stddev[0] >= FLAT]
        hashes = _hashes(b"".join(grey.tobytes() for _, grey in telling))
        return [Frame(at, told) for (at, _), told in zip(telling, hashes, strict=True)]

    def _active(self) -> tuple[int, int, int, int] | None:
        """The picture inside bars that stay for the whole clip."""
        if self._brightest is None:
            return None
        return self._brightest.point(lambda v: 255 if v > DARK else 0).getbbox()


def picture_hash(pixels: bytes) -> int:
    """Signs of the lowest ``WAVES`` x ``WAVES`` cosine waves of ``SIDE`` x ``SIDE`` grey pixels.

    The mean, the only one that brightness changes, is left out.
    """
    return _hashes(pixels)[0]


def _hashes(pixels: bytes) -> list[int]:
    """The hash of each of the pictures that stand in ``pixels`` one after the other.

    Summed in one order, term by term, so that a sign near zero is the same on every machine.
    """
    rows = np.frombuffer(pixels, np.uint8).reshape(-1, SIDE, SIDE, 1).astype(float)
    across = sum(rows[:, :, x] * _COSINES[:, x] for x in range(SIDE))
    waves = sum(across[:, y, None, :] * _COSINES[:, y, None] for y in range(SIDE))
    signs = np.packbits((waves > 0).reshape(-1, BITS), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") & ~1 for row in signs]
