"""Reads headers and packets with ffprobe and turns them into facts, decoding nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import headers
from .clocks import key_times, media_length
from .facts import AudioFacts, Facts, Span, VideoFacts
from .geometry import Shown, shown_part
from .headers import FfprobeAnswer, Stream
from .integrity import find_problems, remarks
from .opening import Opened, claimed_sound, open_clip
from .origin import made_by
from .packets import PacketReader, Track, read_packets
from .refusals import (
    no_picture_inside,
    too_many_packets,
)
from .timeline import Laid, lay_out

LONG_S = 1800.0  # of what has more packets, so much is judged; shorter, it is crafted
ALONE_S = 0.5  # picture or sound by itself for less is how encoders end a file


@dataclass(frozen=True)
class ProbeResult:
    """Facts without picture and sound, and what the later passes need to know.

    ``zero`` is when the clip begins on FFmpeg's clock, in seconds; more than 0 where a track that
    nobody plays begins earlier. ``options`` are FFmpeg's for reading the clip.
    """

    facts: Facts
    video_index: int
    audio_index: int | None
    key_times: list[float]
    zero: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)


def probe(path: Path) -> ProbeResult:
    """Headers and packets of ``path`` as facts.

    Raises ``Unreadable`` when it is not a clip, ``ToolFailed`` when the machine is at fault.
    """
    return put_together(open_clip(path), read_packets(path))


def put_together(opened: Opened, read: PacketReader) -> ProbeResult:
    """A clip's headers and packets as facts. Raises ``Unreadable`` when that is no film."""
    played = [s["index"] for s in (opened.video, opened.audio) if s is not None]
    tracks = {index: read.tracks.get(index, Track()) for index in played}
    if read.full and max(media_length(track) for track in tracks.values()) < LONG_S:
        raise too_many_packets()
    answer = FfprobeAnswer(
        opened.path, opened.header, opened.video, opened.audio, tracks, opened.container,
        not read.full,
    )  # fmt: skip
    return replace(_assemble(answer), options=opened.options)


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
    return ProbeResult(facts, reading.video["index"], index, key_times(track), zero)


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
    reading: FfprobeAnswer, track: Track, layer: Laid, begin: float
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


def _key_gap(track: Track, length: float) -> float:
    """The longest stretch, in seconds, without a keyframe (end included)."""
    return max((b - a for a, b in pairwise([*key_times(track), length])), default=0.0)


def _audio_facts(stream: Stream, track: Track, layer: Laid, begin: float) -> AudioFacts:
    length = layer.length
    return replace(
        claimed_sound(stream),
        duration_s=round(length, 3),
        bit_rate=round(track.bytes * 8 / length) if length else 0,
        start_s=round(max(0.0, layer.start - begin), 3) if length else 0.0,
        packets=track.packets,
    )
