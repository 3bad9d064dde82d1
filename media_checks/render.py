"""Makes the rendition that people watch on the web; the original is never touched."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import allowed
from .errors import ToolFailed, Unreadable
from .facts import Facts
from .probe import Probed, probe
from .sandbox import Box, Collector, Limits, Lines, TooMuchOutput
from .tools import find_tools

LINES = 720
# What 4G carries without waiting: a copy above this would stall on the phones it is meant for.
COPY_BIT_RATE = 5_000_000
COPY_LINES, COPY_KEY_GAP_S = 1080, 5.0
OUT_TIME = re.compile(r"^out_time_us=(\d+)$")
TALK = 1 << 20


@dataclass(frozen=True)
class Rendition:
    """What was made: ``method`` is copy or encode; sizes in pixels, bytes and seconds."""

    method: str
    width: int
    height: int
    size: int
    duration_s: float


def render(
    path: str | Path, out: str | Path, *, progress: Callable[[float], None] | None = None
) -> Rendition:
    """Write H.264/AAC MP4 with its index first, without metadata, to ``out``.

    ``out`` appears whole or not at all. Raises ``Unreadable`` when the clip cannot be decoded,
    ``ToolFailed`` when the machine is at fault; ``progress`` hears 0 to 1 and may raise to stop.
    """
    path, out = Path(path).resolve(), Path(out).resolve()
    tell = progress or (lambda _share: None)
    probed = probe(path)
    copy = can_copy(probed.facts)
    with tempfile.TemporaryDirectory(prefix=".render-", dir=out.parent) as folder:
        _run(path, Path(folder), _codec_arguments(probed, copy), probed.facts, tell)
        made = Path(folder) / "out.mp4"
        result = _confirm(made, probed.facts, "copy" if copy else "encode")
        made.chmod(0o644)
        made.replace(out)
    tell(1.0)
    return result


def can_copy(facts: Facts) -> bool:
    """Whether every browser plays the streams as they are, so that a new container suffices."""
    video, audio = facts.video, facts.audio
    return (
        not facts.problems
        and video.codec == "h264"
        and video.pixel_format in ("yuv420p", "yuvj420p")
        and video.sample_aspect == "1:1"
        and video.rotation == 0
        and video.display_height <= COPY_LINES
        and video.key_gap_s <= COPY_KEY_GAP_S
        and video.bit_rate <= COPY_BIT_RATE
        and (audio is None or (audio.codec == "aac" and audio.profile == "LC"))
    )


def _codec_arguments(probed: Probed, copy: bool) -> list[str]:
    args = ["-map", f"0:{probed.video_index}"]
    if probed.audio_index is not None:
        args += ["-map", f"0:{probed.audio_index}"]
    args += ["-sn", "-dn", "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"]
    if copy:
        return [*args, "-c", "copy"]
    width, height = target_size(probed.facts)
    args += ["-vf", f"scale={width}:{height},setsar=1,format=yuv420p"]
    args += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high"]
    args += ["-maxrate", "3M", "-bufsize", "6M", "-fps_mode", "vfr"]
    args += ["-force_key_frames", "expr:gte(t,n_forced*2)"]
    if probed.facts.video.frame_rate > 30.5:  # noqa: PLR2004 - half the bits, plain speech
        args += ["-r", "30"]
    return [*args, "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]


def target_size(facts: Facts) -> tuple[int, int]:
    """Displayed size brought down to at most 720 lines, both sides even."""
    width, height = facts.video.display_width, facts.video.display_height
    scale = min(1.0, LINES / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _run(
    path: Path, folder: Path, codec: list[str], facts: Facts, tell: Callable[[float], None]
) -> None:

    box = Box(path, folder)
    args = ["-hide_banner", "-nostdin", "-v", "error", *allowed.input_arguments()]
    args += ["-threads", "4", "-i", box.clip_url, *codec]
    args += ["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4"]
    args += ["-progress", "pipe:1", box.out("out.mp4")]
    seconds = facts.duration_s
    limits = Limits(
        cpu_s=120 + int(seconds * 30),
        wall_s=240 + seconds * 30,
        memory=3 << 30,
        file_size=max(64 << 20, 2 * facts.size),
    )

    def line(text: str) -> None:
        if (at := OUT_TIME.match(text)) and seconds:
            tell(min(0.99, int(at[1]) / 1e6 / seconds))

    talk = Collector(TALK)
    try:
        ended = box.run(find_tools().ffmpeg, args, limits=limits, stdout=Lines(line), stderr=talk)
    except TooMuchOutput:
        raise _undecodable() from None
    if ended.timed_out:
        raise ToolFailed("Chuyển đổi clip quá thời gian cho phép.", "Rendering took too long.")
    if ended.status != 0:
        last = talk.data.decode("utf-8", "replace").strip().splitlines()[-1:] or [
            f"status {ended.status}"
        ]
        raise ToolFailed(
            f"FFmpeg không chuyển đổi được clip: {last[0]}",
            f"FFmpeg could not convert the clip: {last[0]}",
        )


def _confirm(made: Path, facts: Facts, method: str) -> Rendition:
    """Read the result back: a status of 0 does not prove that anything was written."""
    result = probe(made).facts
    if result.video.duration_s < 0.5 * facts.video.duration_s:
        raise _undecodable()
    return Rendition(
        method,
        result.video.display_width,
        result.video.display_height,
        result.size,
        result.duration_s,
    )


def _undecodable() -> Unreadable:
    return Unreadable(
        "Clip hỏng quá nhiều, không tạo được bản xem. Hãy xuất lại clip.",
        "The clip is too damaged to be shown. Export it again.",
    )
