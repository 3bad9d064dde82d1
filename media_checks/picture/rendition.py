"""Makes the rendition that people watch on the web; the original is never touched."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import filter_graph
from ..errors import ToolFailed, Unreadable, confirm_room
from ..filter_graph import Output, Source, Stream
from ..probing import allowed
from ..probing.facts import AudioFacts, Facts
from ..probing.probe import ProbeResult, probe
from ..progress import ProgressReporter, no_progress
from ..sandbox import Collector, Limits, PositionReporter, RunResult, Sandbox, TooMuchOutput
from ..sound.layout import is_plain, plain
from ..tools import find_tools
from .frames import input_options, shown_as

LINES = 720
# What 4G carries without waiting: a copy above this would stall on the phones it is meant for.
COPY_BIT_RATE = 5_000_000
COPY_LINES, COPY_KEY_GAP_S = 1080, 5.0
STEREO, COPY_SOUND_BIT_RATE = 2, 200_000  # as much as a phone records
LOG_LIMIT = 1 << 20
START = ["-hide_banner", "-nostdin", "-nostats"]


@dataclass(frozen=True)
class Rendition:
    """The file for the web: ``method`` is copy or encode; pixels, bytes and seconds."""

    method: str
    width: int
    height: int
    size: int
    duration_s: float


def render(
    path: str | Path, out: str | Path, *, progress: ProgressReporter | None = None
) -> Rendition:
    """Write H.264/AAC MP4 with its index first, without metadata, to ``out``.

    ``out`` appears whole or not at all. Raises ``Unreadable`` when the clip cannot be decoded,
    ``ToolFailed`` when the machine is at fault; ``progress`` is called with 0 to 1; what it raises
    ends the run.
    """
    path, out, progress = Path(path).resolve(), Path(out).resolve(), progress or no_progress
    probed = probe(path)
    with tempfile.TemporaryDirectory(prefix=".render-", dir=out.parent) as folder:
        box = Sandbox(path, Path(folder))
        options = allowed.INPUT_OPTIONS | input_options() | {"threads": 4}
        clip = filter_graph.source(box.clip_url, **options)
        [audio] = played(clip, probed, 1)
        node = rendition_output(clip, audio, probed, box.out("out.mp4"))
        _run(box, [*START, "-v", "error", *filter_graph.arguments(node)], probed.facts, progress)
        rendition = keep(Path(folder) / "out.mp4", out, probed.facts)
    progress(1.0)
    return rendition


def can_copy(facts: Facts) -> bool:
    """Whether every browser plays the streams as they are, so that a new container suffices."""
    video, audio = facts.video, facts.audio
    return (
        not facts.problems
        and video.codec == "h264"
        and video.pixel_format in ("yuv420p", "yuvj420p")
        and video.sample_aspect == "1:1"
        and video.rotation == 0
        and video.crop is None
        and video.display_height <= COPY_LINES
        and video.key_gap_s <= COPY_KEY_GAP_S
        and video.bit_rate <= COPY_BIT_RATE
        and (audio is None or _copies(audio))
    )


def _copies(audio: AudioFacts) -> bool:
    return audio.codec == "aac" and audio.profile == "LC" and is_plain(audio)


def copies_sound(facts: Facts) -> bool:
    """Whether the sound alone can be copied: to code it anew takes twice as long as the picture."""
    audio = facts.audio
    return (
        not facts.problems and audio is not None and _copies(audio)
        and audio.channels <= STEREO and 0 < audio.bit_rate <= COPY_SOUND_BIT_RATE
    )


def played(clip: Source, probed: ProbeResult, uses: int) -> list[Stream] | list[None]:
    """The sound of ``clip``, once for each use; None without any."""
    if probed.facts.audio is None:
        return [None] * uses
    return plain(clip[str(probed.audio_index)], probed.facts.audio, uses)


def rendition_output(
    clip: Source, audio: Stream | None, probed: ProbeResult, url: str, video: Stream | None = None
) -> Output:
    """The output that writes the rendition to ``url``.

    ``video`` are the frames to encode, by default those of ``clip``; when the streams can be
    copied they go past the decoder and ``video`` is left alone.
    """
    options: dict[str, Any] = {
        "sn": None, "dn": None, "map_metadata": "-1", "map_metadata:s": "-1", "map_chapters": "-1",
        "fflags": "+bitexact", "movflags": "+faststart", "f": "mp4",
    }  # fmt: skip
    copy, whole = can_copy(probed.facts), clip[str(probed.video_index)]
    if not copy:
        shown = shown_as(whole, probed.facts.video) if video is None else video
        whole = _for_the_web(shown, probed.facts)
    streams = [whole] if audio is None else [whole, audio]
    options |= COPY if copy else _encoding(probed.facts)
    return filter_graph.output(url, *streams, **options)


COPY = {"c": "copy"}
SOUND = {"c:a": "aac", "b:a": "128k", "ac": 2, "ar": 48000}


def _for_the_web(video: Stream, facts: Facts) -> Stream:
    width, height = target_size(facts)
    return video.filter("scale", width, height).filter("setsar", 1).filter("format", "yuv420p")


def _encoding(facts: Facts) -> dict[str, Any]:
    options: dict[str, Any] = {
        "c:v": "libx264", "preset": "veryfast", "crf": 23, "profile:v": "high",
        "maxrate": "3M", "bufsize": "6M", "fps_mode": "vfr",
        "force_key_frames": "expr:gte(t,n_forced*2)",
        **({"c:a": "copy"} if copies_sound(facts) else SOUND),
    }  # fmt: skip
    if facts.video.frame_rate > 30.5:  # noqa: PLR2004 - half the bits, plain speech
        options["r"] = 30
    return options


def target_size(facts: Facts) -> tuple[int, int]:
    """Displayed size brought down to at most 720 lines, both sides even."""
    width, height = facts.video.display_width, facts.video.display_height
    scale = min(1.0, LINES / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def limits_for(facts: Facts) -> Limits:
    """What one decode with one encode may take, on a slow core."""
    return Limits(
        cpu_s=120 + int(facts.duration_s * 30),
        wall_s=240 + facts.duration_s * 30,
        memory=3 << 30,
        file_size=max(64 << 20, 2 * facts.size),
    )


def share_of(facts: Facts, progress: ProgressReporter) -> PositionReporter:
    """Turns positions in seconds into shares of the clip for ``progress``."""
    furthest = 0.0

    def report(seconds: float) -> None:
        nonlocal furthest
        furthest = max(furthest, seconds)
        progress(min(0.99, furthest / facts.duration_s) if facts.duration_s else 0.0)

    return report


def _run(box: Sandbox, args: list[str], facts: Facts, progress: ProgressReporter) -> None:
    log = Collector(LOG_LIMIT)
    try:
        ended = box.run(
            find_tools().ffmpeg,
            args,
            limits=limits_for(facts),
            stdout=Collector(LOG_LIMIT),
            stderr=log,
            position=share_of(facts, progress),
        )
    except TooMuchOutput:
        raise undecodable() from None
    confirm_end(ended, log.data.decode("utf-8", "replace"))


def confirm_end(ended: RunResult, log: str) -> None:
    """Raises ``ToolFailed`` unless the run ended well; the last line of ``log`` says why."""
    confirm_room(log)
    if ended.timed_out:
        raise ToolFailed("Chuyển đổi clip quá thời gian cho phép.", "Rendering took too long.")
    if ended.status != 0:
        last = (log.strip().splitlines() or [f"status {ended.status}"])[-1]
        raise ToolFailed(
            f"FFmpeg không chuyển đổi được clip: {last}",
            f"FFmpeg could not convert the clip: {last}",
        )


def keep(encoded: Path, out: Path, facts: Facts) -> Rendition:
    """Read the result back (a status of 0 does not prove that anything was written), move it.

    Raises ``Unreadable`` when half of the clip or more is missing from it.
    """
    result = probe(encoded).facts
    if result.video.duration_s < 0.5 * facts.video.duration_s:
        raise undecodable()
    encoded.chmod(0o644)
    encoded.replace(out)
    return Rendition(
        "copy" if can_copy(facts) else "encode",
        result.video.display_width,
        result.video.display_height,
        result.size,
        result.duration_s,
    )


def undecodable() -> Unreadable:
    """The error for a clip of which too little can be decoded."""
    return Unreadable(
        "Clip hỏng quá nhiều, không tạo được bản xem. Hãy xuất lại clip rồi gửi lại.",
        "The clip is too damaged to be shown. Export it again.",
    )
