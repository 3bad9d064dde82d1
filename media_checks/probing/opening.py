"""Opens a clip: what it says of itself, and which picture and sound of it count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Unreadable
from ..sandbox import Collector, Limits, Sandbox, TooMuchOutput
from ..tools import Tools, confirmed, likely_tools
from . import allowed, headers
from .boxes import is_locked
from .choosing import main_streams
from .facts import AudioFacts
from .headers import Stream
from .kind import still_picture
from .refusals import locked, no_clip_but, not_a_clip, too_complex

SCAN_LIMIT_S = 1800.0  # a clip this long has failed already; do not spend an hour on it
TELLING, TOLD, AT_ZERO = ("mp4", "mov"), {"h264", "hevc", "aac"}, "0.000000"
HEADER_LIMITS = Limits(cpu_s=30, wall_s=60)
# Comments and pictures of any size may stand among the other tags.
ENTRIES = "format:format_tags=major_brand:stream:stream_tags=rotate,DURATION:stream_disposition"
ENTRIES += ":stream_side_data:program_version=version,configuration"


@dataclass(frozen=True)
class Opened:
    """A clip whose headers were read: ffprobe's answer, and the two streams that are played."""

    path: Path
    header: dict[str, Any]
    container: str
    video: Stream
    audio: Stream | None

    @property
    def claimed_s(self) -> float:
        """Seconds that the clip lasts by its own account, 0 when it says nothing."""
        return float(self.header["format"].get("duration", 0))

    @property
    def options(self) -> dict[str, Any]:
        """FFmpeg's options for reading it again.

        Before FFmpeg begins it reads on and decodes a frame or more, to find out what a header
        leaves open. Of what phones and editors write the header tells all. By that reading it
        also learns when the clip begins, so this is left out only where that is at zero.
        """
        codecs = [stream["codec_name"] for stream in (self.video, self.audio) if stream]
        begins = self.header["format"].get("start_time", "")
        told = self.container in TELLING and set(codecs) <= TOLD and begins == AT_ZERO
        return {"nofind_stream_info": None} if told else {}

    @property
    def sound(self) -> AudioFacts | None:
        """The sound by its header alone: with no length, for packets tell that."""
        return None if self.audio is None else claimed_sound(self.audio)


def open_clip(path: Path) -> Opened:
    """The headers of the clip at ``path``.

    Raises ``Unreadable`` when it is not a clip, ``ToolFailed`` when the machine is at fault.
    """
    if path.stat().st_size == 0:
        raise Unreadable(
            "Tệp rỗng, bên trong không có gì. Hãy chọn lại tệp clip rồi gửi.",
            "The file is empty. Choose the clip again and send it.",
        )
    if kind := still_picture(path):
        raise no_clip_but(kind)
    header = _read_headers(path, likely_tools())
    container = headers.container_name(header["format"], path)
    if container in ("mp4", "mov") and is_locked(path):
        raise locked()
    return Opened(path, header, container, *main_streams(header.get("streams", [])))


def claimed_sound(stream: Stream) -> AudioFacts:
    """What a stream's header says of its sound."""
    return AudioFacts(
        codec=stream["codec_name"],
        profile=str(stream.get("profile", "")),
        channels=int(stream.get("channels", 0)),
        layout=str(stream.get("channel_layout", "")),
        sample_rate=int(stream.get("sample_rate", 0)),
        duration_s=0.0,
        header_s=headers.claimed_length(stream),
        bit_rate=0,
    )


def _read_headers(path: Path, tools: Tools) -> dict[str, Any]:
    """ffprobe's answer about container and streams; asked again where that of ``tools`` was not the
    right one."""
    box = Sandbox(path, tools=tools)
    args = ["-v", "error", *allowed.probe_arguments(), "-of", "json"]
    args += ["-show_entries", ENTRIES, "-i", box.clip_url]
    out, err = Collector(4 << 20), Collector(4 << 20)
    try:
        ended = box.run(tools.ffprobe, args, limits=HEADER_LIMITS, stdout=out, stderr=err)
    except TooMuchOutput:
        raise too_complex() from None
    if ended.timed_out:
        raise too_complex()
    try:
        header: dict[str, Any] = json.loads(out.data or b"{}")
    except ValueError:
        header = {}
    sure = confirmed(tools, header.pop("program_version", None))
    if not sure.reads_as(tools):
        return _read_headers(path, sure)
    if ended.status != 0 or not header.get("streams") or "format" not in header:
        raise not_a_clip(err.data.decode("utf-8", "replace"), ended.status, box.clip)
    if header["format"].get("nb_streams", 0) > allowed.MAX_STREAMS:
        raise too_complex()
    return header
