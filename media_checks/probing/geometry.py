"""What part of the stored picture a container tells players to show, and how wide its pixels are.

Matroska has PixelCrop, MP4 and MOV have the clean aperture (``clap``). FFmpeg reads them from 7.1
on; they are read here so that every version agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from .boxes import boxes

MOST_READ = 32 << 20  # bytes of an index; a longer one is not searched
HEAD = 4 << 20  # bytes at the start of a Matroska file, in which its tracks are looked for
SAMPLE_ENTRY = 86  # bytes of a picture's description before the boxes in it
SEGMENT, TRACKS, ENTRY, VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0xE0
TOP, BOTTOM, LEFT, RIGHT = 0x54BB, 0x54AA, 0x54CC, 0x54DD
Pair = tuple[int, int]
PIXEL_SIZE, SHOWN_SIZE = (0xB0, 0xBA), (0x54B0, 0x54BA)


@dataclass(frozen=True)
class Shown:
    """``crop``: left, top, width, height in stored pixels; ``aspect``: of one of these pixels."""

    crop: tuple[int, int, int, int]
    aspect: Fraction | None = None


def shown_part(path: Path, container: str, index: int) -> Shown | None:
    """What is shown of track ``index``, counted from 0; None when all is, or nothing says so."""
    try:
        if container in ("mp4", "mov"):
            return _clean_aperture(path, index)
        if container in ("matroska", "webm"):
            return _pixel_crop(path, index)
    # Numbers that make no sense, parts that are not there.
    except (IndexError, ZeroDivisionError, ValueError, StopIteration):
        pass
    return None


# ---------------------------------------------------------------------------- MP4 and MOV


def _clean_aperture(path: Path, index: int) -> Shown | None:
    track = list(_inside(_index_box(path), b"trak"))[index]
    for name in (b"mdia", b"minf", b"stbl", b"stsd"):
        track = next(_inside(track, name))
    size = (int.from_bytes(track[40:42], "big"), int.from_bytes(track[42:44], "big"))
    entry = int.from_bytes(track[8:12], "big")
    clap = next(_inside(track[8 + SAMPLE_ENTRY : 8 + entry], b"clap"), b"")
    if len(clap) < 32:  # noqa: PLR2004 - eight numbers
        return None
    numbers = [int.from_bytes(clap[i : i + 4], "big", signed=True) for i in range(0, 32, 4)]
    wide, high, across, down = (Fraction(*numbers[i : i + 2]) for i in range(0, 8, 2))
    left = (size[0] - wide) / 2 + across
    top = (size[1] - high) / 2 + down
    return _checked(size, (round(left), round(top), round(wide), round(high)))


def _index_box(path: Path) -> bytes:
    with path.open("rb") as file:
        for kind, at, end in boxes(file, path.stat().st_size):
            if kind == b"moov" and end - at <= MOST_READ:
                file.seek(at + 8)
                return file.read(end - at - 8)
    return b""


def _inside(data: bytes, wanted: bytes) -> Iterator[bytes]:
    """The contents of boxes of this kind in ``data``; stops at what is no box."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:  # noqa: PLR2004 - a box's own header
            return
        if data[at + 4 : at + 8] == wanted:
            yield data[at + 8 : at + length]
        at += length


def _checked(size: tuple[int, int], crop: tuple[int, int, int, int]) -> Shown | None:
    left, top, width, height = crop
    inside = left >= 0 and top >= 0 and left + width <= size[0] and top + height <= size[1]
    whole = (width, height) == size
    return Shown(crop) if inside and width > 0 and height > 0 and not whole else None


# ---------------------------------------------------------------------------- Matroska


def _pixel_crop(path: Path, index: int) -> Shown | None:
    with path.open("rb") as file:
        head = file.read(HEAD)
    segment = next(body for name, body in _elements(head) if name == SEGMENT)
    tracks = next((body for name, body in _elements(segment) if name == TRACKS), b"")
    entries = [body for name, body in _elements(tracks) if name == ENTRY]
    video = next((body for name, body in _elements(entries[index]) if name == VIDEO), b"")
    said = {name: int.from_bytes(body, "big") for name, body in _elements(video)}
    size = (said.get(PIXEL_SIZE[0], 0), said.get(PIXEL_SIZE[1], 0))
    left, top = said.get(LEFT, 0), said.get(TOP, 0)
    right, bottom = said.get(RIGHT, 0), said.get(BOTTOM, 0)
    found = _checked(size, (left, top, size[0] - left - right, size[1] - top - bottom))
    if found is None:
        return None
    shown = (said.get(SHOWN_SIZE[0], 0), said.get(SHOWN_SIZE[1], 0))
    return Shown(found.crop, _pixel_shape(size, found.crop[2:], shown))


def _pixel_shape(stored: Pair, left: Pair, shown: Pair) -> Fraction:
    """The size to show belongs to the cropped picture by the standard, to the whole one in most
    files that are about; what gives the squarer pixel was meant."""
    if not shown[0] or not shown[1]:
        return Fraction(1)
    ways = [Fraction(shown[0] * of[1], shown[1] * of[0]) for of in (left, stored)]
    return min(ways, key=lambda aspect: max(aspect, 1 / aspect))


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Name and content of each element; one that goes on beyond ``data`` is cut off there."""
    at = 0
    while at < len(data):
        name_width = 9 - data[at].bit_length()
        name = int.from_bytes(data[at : at + name_width], "big")
        at += name_width
        if at >= len(data) or name_width > 4:  # noqa: PLR2004 - no longer names
            return
        width = 9 - data[at].bit_length()
        length = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
        at += width
        if length == (1 << 7 * width) - 1:  # not known while it was recorded
            length = len(data)
        yield name, data[at : at + length]
        at += length
