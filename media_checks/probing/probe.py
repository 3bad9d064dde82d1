"""Reads headers and packets with ffprobe and turns them into facts, decoding nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ToolFailed, Unreadable
from ..sandbox import Collector, Limits, Lines, Sandbox, TooMuchOutput
from ..tools import find_tools
from . import allowed, headers, packets
from .facts import AudioFacts, Facts, VideoFacts
from .headers import FfprobeAnswer, Stream
from .integrity import find_problems

HEADER_LIMITS = Limits(cpu_s=30, wall_s=60)
PACKET_LIMITS = Limits(cpu_s=120, wall_s=240)


@dataclass(frozen=True)
class ProbeResult:
    """Facts without picture and sound, and what the later passes need to know."""

    facts: Facts
    video_index: int
    audio_index: int | None
    key_times: list[float]


def probe(path: Path) -> ProbeResult:
    """Headers and packets of ``path`` as facts.

    Raises ``Unreadable`` when it is not a clip, ``ToolFailed`` when the machine is at fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("Tệp rỗng (0 byte); hãy gửi lại.", "The file is empty; send it again.")
    box = Sandbox(path)
    header = read_headers(box)
    streams: list[Stream] = header.get("streams", [])
    video, audio = _main_streams(streams)
    tracks = _read_packets(box, [s["index"] for s in (video, audio) if s is not None])
    container = headers.container_name(header["format"], path)
    return _assemble(FfprobeAnswer(path, header, video, audio, tracks, container), size)


def read_headers(box: Sandbox) -> dict[str, Any]:
    """ffprobe's answer about container and streams. Raises as ``probe`` does."""
    args = ["-v", "error", *allowed.probe_arguments(), "-of", "json"]
    args += ["-show_format", "-show_streams", "-i", box.clip_url]
    out, err = Collector(4 << 20), Collector(4 << 20)
    try:
        ended = box.run(find_tools().ffprobe, args, limits=HEADER_LIMITS, stdout=out, stderr=err)
    except TooMuchOutput:
        raise _too_complex() from None
    if ended.timed_out:
        raise _too_complex()
    try:
        header: dict[str, Any] = json.loads(out.data or b"{}")
    except ValueError:
        header = {}
    if ended.status != 0 or not header.get("streams") or "format" not in header:
        raise _not_a_clip(err.data.decode("utf-8", "replace"), ended.status)
    if header["format"].get("nb_streams", 0) > allowed.MAX_STREAMS:
        raise _too_complex()
    return header


def _not_a_clip(log: str, status: int) -> Exception:
    if "error while loading shared libraries" in log or status == 127:  # noqa: PLR2004 - shell's
        return ToolFailed(f"FFmpeg không chạy được: {log}", f"FFmpeg does not run: {log}")
    if "moov atom not found" in log:
        return Unreadable(
            "Tệp thiếu phần mục lục (moov): thường do quay hoặc gửi bị ngắt giữa chừng. "
            "Hãy xuất lại clip rồi gửi lại.",
            "The file has no index (moov): recording or sending was cut off. "
            "Export the clip again and send it again.",
        )
    return Unreadable(
        "Không đọc được tệp này như một clip. Hãy xuất clip ở dạng MP4 (H.264, AAC) rồi gửi lại.",
        "This file cannot be read as a clip. Export it as MP4 (H.264, AAC) and send it again.",
    )


def _too_complex() -> Unreadable:
    return Unreadable(
        "Tệp có cấu trúc bất thường, hệ thống không đọc hết được. Hãy xuất lại clip dạng MP4.",
        "The file is built so unusually that it cannot be read. Export the clip as MP4 again.",
    )


def _main_streams(streams: list[Stream]) -> tuple[Stream, Stream | None]:
    videos = [s for s in streams if s.get("codec_type") == "video" and not headers.is_cover(s)]
    audios = [s for s in streams if s.get("codec_type") == "audio"]
    if not videos:
        raise Unreadable(
            "Tệp không có hình (chỉ có âm thanh hoặc ảnh bìa). Hãy gửi clip có hình.",
            "The file has no moving picture (only sound or a cover). Send a clip with a picture.",
        )
    video = max(videos, key=lambda s: bool(s.get("disposition", {}).get("default")))
    audio = max(audios, key=lambda s: bool(s.get("disposition", {}).get("default")), default=None)
    _refuse_unsafe(video)
    if audio is not None and audio.get("codec_name") not in allowed.AUDIO_CODECS:
        raise _codec_refused(audio, "âm thanh", "sound")
    return video, audio


def _refuse_unsafe(video: Stream) -> None:
    if video.get("codec_name") not in allowed.VIDEO_CODECS:
        raise _codec_refused(video, "hình", "picture")
    width, height = video.get("width", 0), video.get("height", 0)
    if width <= 0 or height <= 0:
        raise _not_a_clip("", 0)
    if width * height > allowed.MAX_PIXELS:
        raise Unreadable(
            f"Khung hình {width}×{height} quá lớn để xử lý; hãy xuất lại ở Full HD hoặc 4K.",
            f"The frame {width}×{height} is too large to handle; export at Full HD or 4K.",
        )


def _codec_refused(stream: Stream, what_vi: str, what_en: str) -> Unreadable:
    name = str(stream.get("codec_name", "?"))[:40]
    return Unreadable(
        f"Chuẩn nén {what_vi} “{name}” không được nhận. Hãy xuất lại dạng MP4 (H.264, AAC).",
        f"The {what_en} codec “{name}” is not accepted. Export as MP4 (H.264, AAC).",
    )


def _read_packets(box: Sandbox, indexes: list[int]) -> dict[int, packets.Track]:
    reader = packets.PacketReader(indexes)
    args = ["-v", "quiet", *allowed.probe_arguments(), "-of", "csv=p=0", "-show_entries"]
    args += ["packet=stream_index,pts_time,dts_time,duration_time,size,pos,flags"]
    args += ["-i", box.clip_url]
    lines = Lines(reader.line)
    try:
        ended = box.run(
            find_tools().ffprobe,
            args,
            limits=PACKET_LIMITS,
            stdout=lines,
            stderr=Collector(1 << 20),
        )
    except TooMuchOutput:
        raise _too_complex() from None
    if ended.timed_out:
        raise _too_complex()
    lines.finish()
    return reader.tracks


def _assemble(reading: FfprobeAnswer, size: int) -> ProbeResult:
    track = reading.tracks[reading.video["index"]]
    if not track.frames:
        raise Unreadable(
            "Tệp có phần đầu nhưng không có hình nào bên trong. Hãy xuất lại clip rồi gửi lại.",
            "The file has a header but no picture inside. Export the clip again and send it.",
        )
    audio, streams = reading.audio, reading.header["streams"]
    seen = _video_facts(reading.video, track)
    heard = _audio_facts(audio, reading.tracks[audio["index"]]) if audio is not None else None
    facts = Facts(
        size=size,
        container=reading.container,
        brand=str(reading.header["format"].get("tags", {}).get("major_brand", "")).strip(),
        duration_s=round(max(seen.duration_s, heard.duration_s if heard else 0.0), 3),
        video=seen,
        audio=heard,
        other_streams=len(streams) - 1 - (audio is not None),
        cover_pictures=sum(headers.is_cover(s) for s in streams),
        problems=find_problems(reading),
    )
    index = audio["index"] if audio is not None else None
    return ProbeResult(facts, reading.video["index"], index, track.key_times())


def _video_facts(stream: Stream, track: packets.Track) -> VideoFacts:
    aspect = headers.sample_aspect(stream)
    rotation = headers.rotation(stream)
    width, height = stream["width"], stream["height"]
    shown = (max(1, round(width * aspect)), height)
    if rotation in (90, 270):
        shown = (shown[1], shown[0])
    length = track.length()
    return VideoFacts(
        codec=stream["codec_name"],
        profile=str(stream.get("profile", "")),
        pixel_format=str(stream.get("pix_fmt", "")),
        width=width,
        height=height,
        sample_aspect=f"{aspect.numerator}:{aspect.denominator}",
        rotation=rotation,
        display_width=shown[0],
        display_height=shown[1],
        frames=track.frames,
        frame_rate=round(track.frames / length, 3) if length else 0.0,
        duration_s=round(length, 3),
        header_s=headers.claimed_length(stream),
        key_frames=len(track.key_times()),
        key_gap_s=round(track.key_gap(), 3),
        bit_rate=round(track.bytes * 8 / length) if length else 0,
    )


def _audio_facts(stream: Stream, track: packets.Track) -> AudioFacts:
    length = track.length()
    return AudioFacts(
        codec=stream["codec_name"],
        profile=str(stream.get("profile", "")),
        channels=int(stream.get("channels", 0)),
        layout=str(stream.get("channel_layout", "")),
        sample_rate=int(stream.get("sample_rate", 0)),
        duration_s=round(length, 3),
        header_s=headers.claimed_length(stream),
        bit_rate=round(track.bytes * 8 / length) if length else 0,
    )
