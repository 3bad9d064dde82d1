"""Sample pictures of the demo: hills in the light of an hour, drawn; no two are alike."""

import hashlib
import itertools
import math
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from contest.demo.clips import Sample

SIZE, SMALL = (1600, 1200), (1000, 750)
SKIES = ((250, 214, 165), (120, 170, 220), (240, 150, 120), (180, 205, 190), (200, 180, 230))


def make(sample: Sample, path: Path) -> None:
    """Write the picture to ``path`` (.jpg) atomically; the first of a set with the flaw "small" has
    too few pixels."""
    chance = _shares(f"{sample.title} {path.name}")
    small = sample.flaw == "small" and path.stem.endswith("-1")
    width, height = SMALL if small else SIZE
    image = Image.new("RGB", (width, height), SKIES[int(next(chance) * len(SKIES))])
    draw = ImageDraw.Draw(image)
    sun, middle = height / (8 + 6 * next(chance)), width * next(chance)
    draw.ellipse((middle - sun, sun, middle + sun, 3 * sun), fill=(255, 244, 214))
    blue = 60 + 80 * next(chance)
    for layer in range(5):
        colour = tuple(round(shade * (6 - layer) / 7) for shade in (90, 150, blue))
        draw.polygon(_hills(chance, (width, height), layer), fill=colour)
    fresh = path.with_suffix(".part")
    image.save(fresh, "JPEG", quality=80)
    fresh.replace(path)


def _shares(seed: str) -> Iterator[float]:
    """Numbers from 0 to below 1, the same for the same seed."""
    for turn in itertools.count():
        yield from (byte / 256 for byte in hashlib.sha256(f"{seed} {turn}".encode()).digest())


def _hills(
    chance: Iterator[float], size: tuple[int, int], layer: int
) -> list[tuple[float, float]]:
    """The outline of one row of hills, from the left edge to the right one and back below."""
    width, height = size
    waves = [(1 + 6 * next(chance), 6 * next(chance), 0.02 + 0.04 * next(chance))
             for _ in range(3)]
    top = height * (0.35 + 0.12 * layer)
    edge = [
        (x, top + height * sum(share * math.sin(often * 2 * math.pi * x / width + shift)
                               for often, shift, share in waves))
        for x in range(0, width + 8, 8)
    ]
    return [*edge, (width, height), (0, height)]
