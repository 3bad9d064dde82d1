"""Is all of the clip there? Containers give hints; packets and the decoder have the last word."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from math import isnan
from pathlib import Path

from . import headers
from .boxes import missing_bytes, movie_header, segments_end
from .clocks import media_length, usual_step
from .closer import damaged
from .facts import Problem, Span
from .headers import FfprobeAnswer, Stream
from .packets import Track
from .timeline import Laid

BLOCK = 16 << 10
ZEROS, FIRST = bytes(BLOCK), bytes(64)
CLOCKED = ("mp4", "mov", "matroska", "webm")  # containers whose header states a length
SHORT_BY_S, SHORT_BY_SHARE = 1.0, 0.02
CUT_BY_S = 0.25  # a file that lacks bytes, and this much of its promised length, was cut off
FEW_PACKETS, FEW_SHARE = 3, 0.002  # bad ones of the sound that hardly anybody hears
MOST_LOOKS = 4  # places at which the decoder is asked

Layers = tuple[Laid, Laid]


def find_problems(reading: FfprobeAnswer, layers: Layers) -> list[Problem]:
    """What is missing or damaged by headers and packets, in order of weight.

    Where only a container hints at a fault, the packets must bear it out or the decoder at that
    place; a hint by itself is no problem.
    """
    missing = missing_bytes(reading.path, reading.container)
    cut = bool(missing) and _falls_short(reading, layers)
    problems = [Problem("truncated", detail=str(missing))] if cut else []
    problems += _holes(reading)
    if reading.container in CLOCKED:
        problems += _false_headers(reading, layers, missing)
    problems += [Problem("jump", at=round(t, 3)) for t in layers[0].jumps[:10]]
    return problems + _corrupt_packets(reading)


def is_remark(bad: float, packets: int) -> bool:
    """Whether so few packets of the sound are bad that it is worth a remark only."""
    return bad <= max(FEW_PACKETS, FEW_SHARE * packets)


def _main(reading: FfprobeAnswer, layers: Layers) -> Iterator[tuple[Stream, Track, Laid]]:
    for stream, layer in zip((reading.video, reading.audio), layers, strict=True):
        if stream is not None:
            yield stream, reading.tracks[stream["index"]], layer


def _falls_short(reading: FfprobeAnswer, layers: Layers) -> bool:
    """Whether packets are missing besides bytes: a size may be wrong where nothing is lost."""
    claimed = False
    for stream, track, layer in _main(reading, layers):
        frames, claim = int(stream.get("nb_frames", 0)), headers.claimed_length(stream)
        if frames and reading.container in ("mp4", "mov", "avi"):
            claimed = True
            if track.packets < frames or track.corrupt:
                return True
        elif claim:
            claimed = True
            if claim - max(layer.length, layer.end) > CUT_BY_S:
                return True
    return not claimed


def _false_headers(reading: FfprobeAnswer, layers: Layers, missing: int) -> list[Problem]:
    """A header that promises more than there is; less is no lie that anybody gains by."""
    claims, most = [], 0.0
    for stream, track, layer in _main(reading, layers):
        real = max(layer.length, layer.end, media_length(track))
        if not missing and reading.container in (
            "mp4",
            "mov",
        ):  # edits may leave out most of what is there
            real = max(real, int(stream.get("nb_frames", 0)) * usual_step(track))
        claims.append((headers.claimed_length(stream), real, layer.length))
        most = max(most, real)
    shown = max(length for _, _, length in claims)
    whole = reading.header["format"].get("duration")
    if whole is not None and reading.container not in ("mp4", "mov"):
        claims.append((float(whole), max(most, _beside(reading)), shown))
    if reading.container in ("mp4", "mov"):
        # A track of places or of time codes may be longer than what is seen and heard.
        claims.append((movie_header(reading.path), max(most, _beside(reading)), shown))
    for claim, real, there in claims:
        if claim and claim - real > max(SHORT_BY_S, SHORT_BY_SHARE * claim):
            if _only_a_part(reading):
                continue
            kind = "short" if missing else "header"
            return [Problem(kind, at=round(there, 3), detail=f"{claim:.3f}")]
    return []


def _beside(reading: FfprobeAnswer) -> float:
    """The longest length that tracks which nobody plays claim for themselves."""
    played = {reading.video["index"], reading.audio["index"] if reading.audio else -1}
    others = (s for s in reading.header["streams"] if s["index"] not in played)
    return max((headers.claimed_length(s) or 0.0 for s in others), default=0.0)


def _only_a_part(reading: FfprobeAnswer) -> bool:
    """Whether an index lists segments that are all there: its times speak of a longer film."""
    if reading.container not in ("mp4", "mov"):
        return False
    end = segments_end(reading.path)
    return end is not None and end <= reading.size


def _corrupt_packets(reading: FfprobeAnswer) -> list[Problem]:
    """Packets that the demuxer calls bad, where the decoder agrees."""
    found = []
    for stream in (reading.video, reading.audio):
        track = reading.tracks[stream["index"]] if stream else Track()
        if stream is None or not track.corrupt:
            continue
        if stream is reading.audio and is_remark(track.corrupt, track.packets):
            continue
        places = [(reading.since(at), reading.since(at)) for at in track.corrupt_at]
        if any(_damaged(reading, stream, place) for place in places[:MOST_LOOKS]):
            at = max(0.0, places[0][0])
            found.append(Problem("damaged", at=round(at, 3), detail=str(track.corrupt)))
    return found


def remarks(reading: FfprobeAnswer) -> list[Problem]:
    """Bad packets of the sound, so few that they are worth a remark only."""
    track = reading.tracks[reading.audio["index"]] if reading.audio else Track()
    if not track.corrupt or not is_remark(track.corrupt, track.packets):
        return []
    places = [reading.since(at) for at in track.corrupt_at]
    at = round(max(0.0, places[0]), 3) if places else None
    return [Problem("damaged_sound", at=at, detail=str(track.corrupt))]


def _damaged(reading: FfprobeAnswer, stream: Stream, place: Span) -> bool:
    return damaged(reading.path, stream["index"], stream["codec_name"], place)


def _holes(reading: FfprobeAnswer) -> list[Problem]:
    """Blocks of zeros in the picture that it cannot be decoded with; others fill up a bit rate."""
    track = reading.tracks[reading.video["index"]]
    lost, hit = blank_packets(reading.path, track)
    stamps = [track.stamps[i] for i in hit if not isnan(track.stamps[i])]
    places = [(reading.since(at), reading.since(at)) for at in _spread(stamps)]
    for place in places:
        if _damaged(reading, reading.video, place):
            return [Problem("hole", at=max(0.0, round(place[0], 3)), detail=str(lost))]
    return []


def _spread(stamps: list[float]) -> list[float]:
    """A few of them, the first and the last included."""
    if len(stamps) <= MOST_LOOKS:
        return stamps
    step = (len(stamps) - 1) / (MOST_LOOKS - 1)
    return [stamps[round(i * step)] for i in range(MOST_LOOKS)]


def blank_packets(path: Path, track: Track) -> tuple[int, list[int]]:
    """How many bytes of packets lie in blocks of zeros, and the packets (their indexes)."""
    blank = list(_blank_blocks(path))
    starts = sorted((p, i) for i, p in enumerate(track.positions) if p >= 0) if blank else []
    keys = [position for position, _ in starts]
    hit = []
    for offset in blank:
        at = bisect_right(keys, offset + BLOCK - 1) - 1
        if at >= 0 and _overlap(starts[at], track, offset) >= min(
            BLOCK // 4, track.sizes[starts[at][1]]
        ):
            hit.append(starts[at][1])
    return BLOCK * len(hit), sorted(set(hit))


def _blank_blocks(path: Path) -> Iterator[int]:
    """Where the file's blocks of nothing but zeros begin."""
    with path.open("rb") as file:
        for offset in range(0, path.stat().st_size, BLOCK):
            # The first bytes of a block tell of nearly all that they are not blank.
            if os.pread(file.fileno(), len(FIRST), offset) == FIRST and (
                os.pread(file.fileno(), BLOCK, offset) == ZEROS
            ):
                yield offset


def _overlap(start: tuple[int, int], track: Track, offset: int) -> int:
    position, index = start
    end = position + track.sizes[index]
    return min(end, offset + BLOCK) - max(position, offset)
