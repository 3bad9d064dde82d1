"""Is all of the clip there? Compares headers with packets and looks for holes in the bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import BinaryIO

from . import headers
from .facts import Problem
from .headers import FfprobeAnswer
from .packets import Track

BLOCK = 16 << 10
ZEROS = bytes(BLOCK)
CLOCKED = ("mp4", "mov", "matroska", "webm")  # containers whose header states a length
SHORT_BY_S, SHORT_BY_SHARE = 1.0, 0.02


def find_problems(reading: FfprobeAnswer) -> list[Problem]:
    """Everything found missing or damaged without decoding, in order of weight."""
    track = reading.tracks[reading.video["index"]]
    problems = []
    missing = missing_bytes(reading.path, reading.container)
    if missing:
        problems.append(Problem("truncated", detail=str(missing)))
    problems += find_holes(reading.path, track)
    if reading.container in CLOCKED:
        problems += _false_headers(reading, bool(missing))
    problems += [Problem("jump", at=round(t, 3)) for t in track.jumps()[:10]]
    corrupt = sum(track.corrupt for track in reading.tracks.values())
    if corrupt:
        problems.append(Problem("damaged", detail=str(corrupt)))
    return problems


def _false_headers(reading: FfprobeAnswer, truncated: bool) -> list[Problem]:
    claims = [
        (headers.claimed_length(stream), reading.tracks[stream["index"]].length())
        for stream in (reading.video, reading.audio)
        if stream is not None
    ]
    whole = reading.header["format"].get("duration")
    if whole is not None and all(claim is None for claim, _ in claims):
        claims = [(float(whole), max(real for _, real in claims))]
    if reading.container in ("mp4", "mov"):
        claims.append((movie_header(reading.path), max(real for _, real in claims)))
    for claim, real in claims:
        if claim and abs(claim - real) > max(SHORT_BY_S, SHORT_BY_SHARE * claim):
            kind = "short" if truncated and real < claim else "header"
            return [Problem(kind, at=round(real, 3), detail=f"{claim:.3f}")]
    return []


def movie_header(path: Path) -> float | None:
    """Seconds that an MP4's movie header claims; FFmpeg itself believes the tracks instead."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for kind, at, _ in boxes(file, size):
            if kind != b"moov":
                continue
            file.seek(at + 8)
            head = file.read(40)
            if head[4:8] != b"mvhd" or len(head) < 40:  # noqa: PLR2004 - up to its length
                return None
            wide = head[8] == 1
            scale = int.from_bytes(head[28:32] if wide else head[20:24], "big")
            ticks = int.from_bytes(head[32:40] if wide else head[24:28], "big")
            unknown = (1 << (64 if wide else 32)) - 1
            return ticks / scale if scale and ticks != unknown else None
    return None


def missing_bytes(path: Path, container: str) -> int:
    """How many bytes the outermost structure promises beyond the end of the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if container in ("mp4", "mov"):
            return max(0, max((end for _, _, end in boxes(file, size)), default=0) - size)
        if container in ("matroska", "webm"):
            return max(0, _segment_end(file) - size)
        if container == "avi":
            head = file.read(12)
            return max(0, int.from_bytes(head[4:8], "little") + 8 - size)
    return 0


def boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each top-level box of an MP4; the last may end beyond the file."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # noqa: PLR2004 - 0: up to the end of the file; less than a header: junk
            length = size - at
        yield head[4:8], at, at + length
        at += length


def _segment_end(file: BinaryIO) -> int:
    """Where the Segment of a Matroska file ends; 0 when its size is unknown (live recording)."""
    head = file.read(4096)
    at = head.find(b"\x18\x53\x80\x67")
    if at < 0 or at + 12 > len(head):
        return 0
    first = head[at + 4]
    width = 9 - first.bit_length()
    raw = int.from_bytes(head[at + 4 : at + 4 + width], "big")
    value = raw & ((1 << (7 * width)) - 1)
    return 0 if value == (1 << (7 * width)) - 1 else at + 4 + width + value


def find_holes(path: Path, track: Track) -> list[Problem]:
    """Blocks of zeros where picture data should be: an upload or a copy lost its middle."""
    starts = sorted((p, i) for i, p in enumerate(track.positions) if p >= 0)
    keys = [position for position, _ in starts]
    lost, first = 0, -1
    with path.open("rb") as file:
        offset = 0
        while block := file.read(BLOCK):
            if block == ZEROS:
                hit = bisect_right(keys, offset + BLOCK - 1) - 1
                if hit >= 0 and _overlap(starts[hit], track, offset) >= min(
                    BLOCK // 4, track.sizes[starts[hit][1]]
                ):
                    lost += BLOCK
                    first = starts[hit][1] if first < 0 else first
            offset += len(block)
    if not lost:
        return []
    when = track.stamps[first]
    return [Problem("hole", at=None if isnan(when) else max(0.0, when), detail=str(lost))]


def _overlap(start: tuple[int, int], track: Track, offset: int) -> int:
    position, index = start
    end = position + track.sizes[index]
    return min(end, offset + BLOCK) - max(position, offset)
