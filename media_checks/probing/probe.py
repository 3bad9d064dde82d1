"""Reads headers and packets with ffprobe and turns them into facts, decoding nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import Unreadable
from ..sandbox import Collector, Limits, Lines, Sandbox, TooMuchOutput
from ..tools import find_tools
from . import allowed, headers, packets
from .boxes import is_locked
from .choosing import main_streams
from .facts import AudioFacts, Facts, Span, VideoFacts
from .geometry import Shown, shown_part
from .headers import FfprobeAnswer, Stream
from .integrity import find_problems, remarks
from .kind import still_picture
from .origin import made_by
from .refusals import (
    locked,
    no_clip_but,
    no_picture_inside,
    not_a_clip,
    too_complex,
    too_many_packets,
)
from .timeline import Laid, lay_out

HEADER_LIMITS = Limits(cpu_s=30, wall_s=60)
PACKET_LIMITS = Limits(cpu_s=60, wall_s=120)
ALONE_S = 0.5  # picture or sound by itself for less is how encoders end a file
# Comments and pictures of any size may stand among the other tags.
ENTRIES = "format:format_tags=major_brand:stream:stream_tags=rotate,DURATION:stream_disposition"
ENTRIES += ":stream_side_data"


@dataclass(frozen=True)
class ProbeResult:
    """Facts without picture and sound, and what the later passes need to know.

    ``zero`` is when the clip begins on FFmpeg's clock, in seconds; more than 0 where a track that
    nobody plays begins earlier.
    """

    facts: Facts
    video_index: int
    audio_index: int | None
    key_times: list[float]
    zero: float = 0.0


def probe(path: Path) -> ProbeResult:
    """Headers and packets of ``path`` as facts.

    Raises ``Unreadable`` when it is not a clip, ``ToolFailed`` when the machine is at fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(
            "Tệp rỗng, bên trong không có gì. Hãy chọn lại tệp clip rồi gửi.",
            "The file is empty. Choose the clip again and send it.",
        )
    if kind := still_picture(path):
        raise no_clip_but(kind)
    box = Sandbox(path)
    header = read_headers(box)
    container = headers.container_name(header["format"], path)
    if container in ("mp4", "mov") and is_locked(path):
        raise locked()
    streams: list[Stream] = header.get("streams", [])
    video, audio = main_streams(streams)
    read = _read_packets(box, [s["index"] for s in (video, audio) if s is not None])
    answer = FfprobeAnswer(path, header, video, audio, read.tracks, container, not read.full)
    return _assemble(answer)


def read_headers(box: Sandbox) -> dict[str, Any]:
    """ffprobe's answer about container and streams. Raises as ``probe`` does."""
    args = ["-v", "error", *allowed.probe_arguments(), "-of", "json"]
    args += ["-show_entries", ENTRIES, "-i", box.clip_url]
    out, err = Collector(4 << 20), Collector(4 << 20)
    try:
        ended = box.run(find_tools().ffprobe, args, limits=HEADER_LIMITS, stdout=out, stderr=err)
    except TooMuchOutput:
        raise too_complex() from None
    if ended.timed_out:
        raise too_complex()
    try:
        header: dict[str, Any] = json.loads(out.data or b"{}")
    except ValueError:
        header = {}
    if ended.status != 0 or not header.get("streams") or "format" not in header:
        raise not_a_clip(err.data.decode("utf-8", "replace"), ended.status, box.clip)
    if header["format"].get("nb_streams", 0) > allowed.MAX_STREAMS:
        raise too_complex()
    return header


def _read_packets(box: Sandbox, indexes: list[int]) -> packets.PacketReader:
    """All packets, or the first of far too many if these alone are a long film."""
    reader = packets.PacketReader(indexes)
    args = ["-v", "quiet", *allowed.probe_arguments(), "-of", "csv=p=0", "-show_entries"]
    args += ["packet=stream_index,pts_time,dts_time,duration_time,size,pos,flags"]
    args += ["-i", box.clip_url]
    lines, program = Lines(reader.line), find_tools().ffprobe
    try:
        ended = box.run(
            program, args, limits=PACKET_LIMITS, stdout=lines, stderr=Collector(1 << 20)
        )
    except TooMuchOutput:
        if reader.longest() < packets.LONG_S:
            raise too_many_packets() from None
        return reader
    if ended.timed_out:
        raise too_complex()
    lines.finish()
    return reader


def _assemble(reading: FfprobeAnswer) -> ProbeResult:
    track = reading.tracks[reading.video["index"]]
    if not track.frames:
        raise no_picture_inside()
    audio, streams = reading.audio, reading.header["streams"]
    heard_track = reading.tracks[audio["index"]] if audio is not None else None
    layers = lay_out(track, heard_track)
    begin, end = _from_to(layers)
    seen = _video_facts(reading, track, layers[0], begin)
    heard = _audio_facts(audio, heard_track, layers[1], begin) if audio and heard_track else None
    facts = Facts(
        size=reading.size,
        container=reading.container,
        brand=str(reading.header["format"].get("tags", {}).get("major_brand", "")).strip(),
        duration_s=round(end - begin, 3),
        video=seen,
        audio=heard,
        other_streams=len(streams) - 1 - (audio is not None),
        cover_pictures=sum(headers.is_cover(s) for s in streams),
        problems=find_problems(reading, layers) if reading.complete else [],
        only_picture=_alone(layers[0], layers[1], begin) if heard else [],
        only_sound=_alone(layers[1], layers[0], begin),
        remarks=remarks(reading),
        complete=reading.complete,
        made_by=made_by(reading.path, reading.container),
    )
    index = audio["index"] if audio is not None else None
    zero = round(max(0.0, reading.since(begin)), 3)
    return ProbeResult(facts, reading.video["index"], index, track.key_times(), zero)


def _from_to(layers: tuple[Laid, Laid]) -> tuple[float, float]:
    """When the first of picture and sound begins, and when the last of them ends."""
    there = [layer for layer in layers if layer.length]
    if not there:
        return 0.0, 0.0
    return min(layer.start for layer in there), max(layer.end for layer in there)


def _alone(one: Laid, other: Laid, begin: float) -> list[Span]:
    """Stretches at either end of the clip in which ``one`` is there and ``other`` is not."""
    if not one.length:
        return []
    ends = [(one.start, min(one.end, other.start)), (max(one.start, other.end), one.end)]
    if not other.length:
        ends = [(one.start, one.end)]
    return [(round(a - begin, 3), round(b - begin, 3)) for a, b in ends if b - a >= ALONE_S]


def _video_facts(
    reading: FfprobeAnswer, track: packets.Track, layer: Laid, begin: float
) -> VideoFacts:
    stream, length = reading.video, layer.length
    part = shown_part(reading.path, reading.container, stream["index"])
    shape = part.aspect if part and part.aspect else headers.sample_aspect(stream)
    shown = _displayed(stream, part, shape)
    return VideoFacts(
        codec=stream["codec_name"],
        profile=str(stream.get("profile", "")),
        pixel_format=str(stream.get("pix_fmt", "")),
        width=stream["width"],
        height=stream["height"],
        sample_aspect=f"{shape.numerator}:{shape.denominator}",
        rotation=headers.rotation(stream),
        display_width=shown[0],
        display_height=shown[1],
        frames=track.frames,
        frame_rate=round(track.frames / length, 3) if length else 0.0,
        duration_s=round(length, 3),
        header_s=headers.claimed_length(stream),
        key_frames=len(track.keys),
        key_gap_s=round(_key_gap(track, length), 3),
        bit_rate=round(track.bytes * 8 / length) if length else 0,
        crop=part.crop if part else None,
        start_s=round(layer.start - begin, 3),
        last_s=round(layer.last - begin, 3),
        held=[(round(a - begin, 3), round(b - begin, 3)) for a, b in layer.held],
    )


def _displayed(stream: Stream, part: Shown | None, shape: Fraction) -> tuple[int, int]:
    width, height = part.crop[2:] if part else (stream["width"], stream["height"])
    shown = (max(1, round(width * shape)), height)
    return (shown[1], shown[0]) if headers.rotation(stream) in (90, 270) else shown


def _key_gap(track: packets.Track, length: float) -> float:
    """The longest stretch, in seconds, without a keyframe (end included)."""
    return max((b - a for a, b in pairwise([*track.key_times(), length])), default=0.0)


def _audio_facts(stream: Stream, track: packets.Track, layer: Laid, begin: float) -> AudioFacts:
    length = layer.length
    return AudioFacts(
        codec=stream["codec_name"],
        profile=str(stream.get("profile", "")),
        channels=int(stream.get("channels", 0)),
        layout=str(stream.get("channel_layout", "")),
        sample_rate=int(stream.get("sample_rate", 0)),
        duration_s=round(length, 3),
        header_s=headers.claimed_length(stream),
        bit_rate=round(track.bytes * 8 / length) if length else 0,
        start_s=round(max(0.0, layer.start - begin), 3) if length else 0.0,
        packets=track.packets,
    )
