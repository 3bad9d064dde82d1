"""Judges a picture that changes its size on the way by the smallest size that lasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from ..probing.facts import Facts

LASTING_S = 1.0  # one frame of another size is a slip of the encoder


@dataclass(frozen=True)
class Size:
    """Width and height in displayed pixels of a frame shown ``at`` seconds."""

    at: float
    width: int
    height: int


def size_of(at: float, pixels: str, shape: str) -> Size:
    """What FFmpeg tells of a frame: ``"320x240"`` and the shape of a pixel, ``"4/3"``."""
    width, height = (int(part) for part in pixels.split("x"))
    across, down = (int(part) for part in shape.split("/"))
    return Size(at, round(width * across / down) if across and down else width, height)


def with_lasting_size(facts: Facts, seen: list[Size]) -> Facts:
    """``facts`` with the smallest size that lasts; as they are when there is but one size."""
    if len({(size.width, size.height) for size in seen}) < 2:  # noqa: PLR2004 - a change
        return facts
    groups = [list(group) for _, group in groupby(seen, lambda size: (size.width, size.height))]
    ends = [*(group[0].at for group in groups[1:]), facts.video.start_s + facts.video.duration_s]
    lasting = [
        group[0]
        for group, end in zip(groups, ends, strict=True)
        if len(group) > 1 or end - group[0].at >= LASTING_S
    ]
    changes = [(round(group[0].at, 3), group[0].width, group[0].height) for group in groups]
    if not lasting:
        return facts
    least = min(lasting, key=lambda size: size.width * size.height)
    video = replace(facts.video, display_width=least.width, display_height=least.height)
    return replace(facts, video=replace(video, sizes=changes))
