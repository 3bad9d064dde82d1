"""Which frames a pass looks at, and how large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..probing.facts import Facts
from ..probing.opening import SCAN_LIMIT_S
from ..tools import find_tools, version_number

FEW_KEYS, SHORT_S = 8, 20.0
MANY = 1.5  # times as many keyframes as are wanted: worth a run that leaves the others out
FAR_APART_S = 5.0
LOOKS = 75  # over the whole clip, but at least one each second, and one in MOST_APART_S
MOST_APART_S = 4.0
SLACK, EARLY_S = 1.1, 0.05
TILE_WIDTH = 320
# From this version on, ffmpeg can drop packets before they reach the decoder.
DROPS_PACKETS = (7, 0)
CLOCKED = ("mp4", "mov", "matroska", "webm", "mpegts")  # whose packets all carry a time


@dataclass(frozen=True)
class Plan:
    """How frames are chosen: keyframes only, or all; one at least every ``interval_s``.

    ``seconds`` is how much of the clip is looked at, ``tile`` the size in pixels to which frames
    are scaled. ``thin``: keyframes that are not needed are dropped before they are decoded;
    ``apart``: by a run of its own that copies the others, for FFmpeg before 7.0.
    """

    keys_only: bool
    interval_s: float
    seconds: float
    tile: tuple[int, int]
    thin: bool = False
    apart: bool = False


def plan_for(facts: Facts, key_times: Sequence[float] = ()) -> Plan:
    """Keyframes are enough when they stand close; otherwise everything is decoded once.

    Raises ``ToolsMissing`` when this machine has no FFmpeg.
    """
    video = facts.video
    seconds = min(video.start_s + video.duration_s, SCAN_LIMIT_S)
    keys_only = video.key_gap_s <= FAR_APART_S and video.key_frames >= FEW_KEYS
    interval = _step(key_times, min(MOST_APART_S, max(1.0, seconds / LOOKS)))
    if not keys_only:
        interval = min(2.0, max(0.25, seconds / 60))
    able = (version_number(find_tools().version) or (0, 0)) >= DROPS_PACKETS
    thin = keys_only and able and facts.container in CLOCKED
    many = len(key_times) > MANY * max(1.0, seconds / interval)
    apart = keys_only and not able and many and _can_stand_apart(facts)
    return Plan(keys_only, interval, seconds, _tile(facts), thin, apart)


def _can_stand_apart(facts: Facts) -> bool:
    """Whether keyframes can be copied into a MOV with all that players make of them; a short clip
    is not worth it."""
    video = facts.video
    if video.duration_s < SHORT_S:
        return False
    return facts.container in ("mp4", "mov") and video.codec in ("h264", "hevc")


def _step(key_times: Sequence[float], interval: float) -> float:
    """The step to take so that no two keyframes taken lie further apart than ``interval``.

    The first keyframe after ``interval`` may come almost twice as late.
    """
    for tried in (interval, *(interval * part for part in (0.8, 0.66, 0.5))):
        taken = list(_taken(key_times, tried))
        if max((b - a for a, b in pairwise(taken)), default=0.0) <= interval * SLACK:
            return tried
    return interval


def _taken(key_times: Sequence[float], step: float) -> Iterator[float]:
    last = float("-inf")
    for at in key_times:
        if at - last >= step - EARLY_S:
            last = at
            yield at


def _tile(facts: Facts) -> tuple[int, int]:
    """Width and height of the scaled frames, both even; upright clips get as many pixels."""
    shown = facts.video
    width = TILE_WIDTH
    height = round(TILE_WIDTH * shown.display_height / shown.display_width / 2) * 2
    if height > TILE_WIDTH:
        width, height = max(2, round(width * width / height / 2) * 2), TILE_WIDTH
    return width, max(2, height)
