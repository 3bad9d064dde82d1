"""How FFmpeg gives frames as a viewer sees them: options and filters that every pass shares."""

from __future__ import annotations

import re
from typing import Any

from ..filter_graph import Stream
from ..probing.facts import VideoFacts
from ..sound.listening import START
from ..tools import find_tools, version_number

__all__ = ["SHOWN", "START", "input_options", "shown_as"]

# From this version on FFmpeg crops by itself as the container says; here it is done in one way.
CROPS = (7, 1)
SHOWN = re.compile(
    r"^\[Parsed_showinfo_\d+ @ [^]]+\] \[info\] n: *\d+ .*?pts_time:(?P<at>\S+)"
    r".*? sar:(?P<sar>\d+/\d+) s:(?P<size>\d+x\d+)"
)


def input_options() -> dict[str, Any]:
    """Options before the input. Raises ``ToolsMissing`` without FFmpeg."""
    able = (version_number(find_tools().version) or (0, 0)) >= CROPS
    return {"threads": 2} | ({"apply_cropping": "codec"} if able else {})


def shown_as(video: Stream, facts: VideoFacts) -> Stream:
    """``video`` without what the container wants cut off.

    FFmpeg has turned the picture upright by then, so the part is turned with it.
    """
    if facts.crop is None:
        return video
    left, top, width, height = facts.crop
    across, down = facts.width, facts.height
    right, bottom = across - left - width, down - top - height
    if facts.rotation == 90:  # noqa: PLR2004 - degrees
        left, top, width, height, across, down = bottom, left, height, width, down, across
    elif facts.rotation == 180:  # noqa: PLR2004
        left, top = right, bottom
    elif facts.rotation == 270:  # noqa: PLR2004
        left, top, width, height, across, down = top, right, height, width, down, across
    part = (f"iw*{width}/{across}", f"ih*{height}/{down}", f"iw*{left}/{across}")
    return video.filter("crop", *part, f"ih*{top}/{down}")
