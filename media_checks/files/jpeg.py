"""Damage within a JPEG, which Pillow's decoder passes over in silence and FFmpeg's tells."""

from __future__ import annotations

import re
from pathlib import Path

from ..probing.allowed import MAX_PIXELS
from ..sandbox import Collector, Limits, Sandbox, TooMuchOutput
from ..tools import find_tools

LIMITS = Limits(cpu_s=30, wall_s=60, log=1 << 20)
BROKEN = re.compile(r"error y=\d+ x=\d+")  # of coefficients that cannot be; a hole, another file


def has_hole(path: Path, width: int, height: int) -> bool:
    """Whether coded pixels of the JPEG at ``path`` are no pixels.

    False for a picture that is larger than FFmpeg may decode. Raises ``ToolsMissing`` or
    ``ToolFailed`` when the machine is at fault.
    """
    if width * height > MAX_PIXELS:
        return False
    box, log = Sandbox(path), Collector(LIMITS.log)
    args = ["-v", "error", "-protocol_whitelist", "file", "-codec_whitelist", "mjpeg"]
    args += ["-f", "jpeg_pipe", "-i", box.clip_url, "-frames:v", "1", "-f", "null", "-"]
    try:
        box.run(find_tools().ffmpeg, args, limits=LIMITS, stdout=Collector(1 << 16), stderr=log)
    except TooMuchOutput:
        return True
    return bool(BROKEN.search(log.data.decode("utf-8", "replace")))
