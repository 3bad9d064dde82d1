"""Walks the outermost structure of a file: what it promises, beyond what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# Other four bytes behind the last box are a trailer of a camera, a tag, the tail of a web form.
KINDS = {b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"free", b"skip", b"wide", b"uuid",
         b"styp", b"emsg", b"meta", b"pnot", b"udta", b"prft", b"ssix", b"junk"}  # fmt: skip
SUBSEGMENT = 12  # bytes of one reference in an index of segments
Box = tuple[bytes, int, int]
LOCKED = (b"encv", b"drmi")  # kinds of picture that only a key opens
LONGEST_INDEX = 16 << 20


def boxes(file: BinaryIO, size: int) -> Iterator[Box]:
    """Kind, start and end of each top-level box of an MP4; the last may end beyond the file.

    Stops at what is no box.
    """
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if head[4:8] not in KINDS:
            return
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # noqa: PLR2004 - 0: up to the end of the file; less than a header: junk
            length = size - at
        yield head[4:8], at, at + length
        at += length


def movie_header(path: Path) -> float | None:
    """Seconds that an MP4's movie header claims; FFmpeg itself believes the tracks instead."""
    with path.open("rb") as file:
        for kind, at, _ in boxes(file, path.stat().st_size):
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


def is_locked(path: Path) -> bool:
    """Whether the index of an MP4 says that its picture opens only with a key."""
    index = index_of(path, LONGEST_INDEX)
    return b"sinf" in index and any(mark in index for mark in LOCKED)


def index_of(path: Path, most: int) -> bytes:
    """The index (``moov``) of an MP4, its first ``most`` bytes; empty without one."""
    with path.open("rb") as file:
        for kind, at, end in boxes(file, path.stat().st_size):
            if kind == b"moov":
                file.seek(at)
                return file.read(min(end - at, most))
    return b""


def segments_end(path: Path) -> int | None:
    """Where the segments end that an index (``sidx``) of a fragmented MP4 lists; None without."""
    with path.open("rb") as file:
        size = path.stat().st_size
        ends = [_listed(file, at, end) for kind, at, end in boxes(file, size) if kind == b"sidx"]
    return max(ends, default=None)


def _listed(file: BinaryIO, at: int, end: int) -> int:
    file.seek(at + 8)
    data = file.read(min(end - at - 8, 1 << 20))
    start = 20 if data[:1] == b"\0" else 28  # behind times of 32 or 64 bits
    offset = int.from_bytes(data[start - (4 if start == 20 else 8) : start], "big")  # noqa: PLR2004
    count = int.from_bytes(data[start + 2 : start + 4], "big")
    first = start + 4
    places = range(first, first + count * SUBSEGMENT, SUBSEGMENT)
    sizes = (int.from_bytes(data[i : i + 4], "big") & 0x7FFFFFFF for i in places)
    return end + offset + sum(sizes)


def missing_bytes(path: Path, container: str) -> int:
    """How many bytes the outermost structure promises beyond the end of the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if container in ("mp4", "mov"):
            return max(0, max((end for _, _, end in boxes(file, size)), default=0) - size)
        if container in ("matroska", "webm"):
            return max(0, _segment_end(file) - size)
        if container == "avi":
            return max(0, _frames_end(file, size) - size)
    return 0


def _frames_end(file: BinaryIO, size: int) -> int:
    """Where the frames of an AVI end by their list; the size of all of it is often a little off."""
    at = 12
    while at + 12 <= size:
        file.seek(at)
        head = file.read(12)
        length = int.from_bytes(head[4:8], "little")
        if head[:4] == b"LIST" and head[8:12] == b"movi":
            return at + 8 + length
        at += 8 + length + length % 2
    return 0


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
