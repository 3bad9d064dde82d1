"""Asks the decoder about one place of a stream, where something else hinted at a fault."""

from __future__ import annotations

from pathlib import Path

from ..sandbox import Collector, Limits, Lines, Sandbox
from ..tools import find_tools
from . import allowed
from .damage import Damage
from .facts import Span

BEFORE_S, LONGEST_S = 0.5, 10.0
LIMITS = Limits(cpu_s=60, wall_s=90)


def damaged(path: Path, index: int, codec: str, place: Span) -> bool:
    """Whether decoding stream ``index`` around ``place`` meets damage; seconds of FFmpeg's clock.

    Looks at ``LONGEST_S`` at most. Raises ``ToolFailed`` when FFmpeg cannot be started.
    """
    box, found = Sandbox(path), Damage(index, codec)

    def line(text: str) -> None:
        if found.concerns(text):
            found.add(0.0)

    lines = Lines(line)
    start = max(0.0, place[0] - BEFORE_S)
    args = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
    args += [*allowed.input_arguments(), "-ss", f"{start:.3f}"]
    args += ["-t", f"{min(LONGEST_S, place[1] + 2 * BEFORE_S - start):.3f}", "-i", box.clip_url]
    args += ["-map", f"0:{index}", "-f", "null", "-"]
    ended = box.run(
        find_tools().ffmpeg, args, limits=LIMITS, stdout=Collector(1 << 16), stderr=lines
    )
    lines.finish()
    return found.lines > 0 or ended.timed_out
