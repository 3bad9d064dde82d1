"""Takes containers apart and puts them together again, byte by byte."""

from __future__ import annotations

import functools
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from media_checks.tools import find_tools

Change = Callable[[bytes], bytes]


def packets(clip: Path, stream: int) -> list[tuple[int, int]]:
    """Place and size in the file of every packet of a stream."""
    ask = ["-v", "quiet", "-select_streams", str(stream), "-show_entries", "packet=size,pos"]
    command = [str(find_tools().ffprobe), *ask, "-of", "csv=p=0", str(clip)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    pairs = (line.split(",")[:2] for line in lines)
    return [(int(place), int(size)) for size, place in pairs]


def spoil(clip: Path, stream: int, which: range) -> None:
    """Turn over bits in some packets of a stream, so that they cannot be decoded."""
    data = bytearray(clip.read_bytes())
    for place, size in [packets(clip, stream)[i] for i in which]:
        for i in range(place, place + size):
            data[i] ^= 0x5A
    clip.write_bytes(data)


# ---------------------------------------------------------------------------- MP4


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of an MP4."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of the boxes that ``data`` consists of."""
    at = 0
    while at + 8 <= len(data):
        length = struct.unpack_from(">I", data, at)[0] or len(data) - at
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def within(data: bytes, path: tuple[bytes, ...], change: Change) -> bytes:
    """``data`` with the bodies of all boxes at ``path`` changed; the index must stand last."""
    parts = []
    for kind, old in boxes(data):
        new = old
        if kind == path[0]:
            new = change(old) if len(path) == 1 else within(old, path[1:], change)
        parts.append(box(kind, new))
    return b"".join(parts)


def edited(*edits: tuple[float, float]) -> Change:
    """Show only these parts (start and seconds, of the medium) of every track, one after another.

    For files whose movie clock runs at 1000.
    """

    def track(body: bytes) -> bytes:
        scale = struct.unpack_from(">I", body, body.index(b"mdhd") + 16)[0]
        listed = b"".join(
            struct.pack(">IIHH", round(seconds * 1000), round(start * scale), 1, 0)
            for start, seconds in edits
        )
        edts = box(b"edts", box(b"elst", struct.pack(">II", 0, len(edits)), listed))
        head, *others = [box(kind, part) for kind, part in boxes(body) if kind != b"edts"]
        return b"".join((head, edts, *others))

    return lambda data: within(data, (b"moov", b"trak"), track)


def aperture(width: int, height: int) -> Change:
    """Write a clean aperture of this size, in the middle of the picture."""
    numbers = struct.pack(">8i", width, 1, height, 1, 0, 1, 0, 1)

    def described(body: bytes) -> bytes:
        parts = []
        for kind, entry in boxes(body[8:]):
            more = box(b"clap", numbers) if kind in (b"avc1", b"hvc1") else b""
            parts.append(box(kind, entry, more))
        return body[:8] + b"".join(parts)

    path = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    return lambda data: within(data, path, described)


# ---------------------------------------------------------------------------- Matroska


def number(data: bytes, at: int, *, keep: bool = False) -> tuple[int, int]:
    """A number of Matroska at ``at``, and where it ends; ``keep``: with its length marker."""
    width = 9 - data[at].bit_length()
    raw = int.from_bytes(data[at : at + width], "big")
    return (raw if keep else raw & ((1 << 7 * width) - 1)), at + width


def cropping(left: int, top: int, right: int, bottom: int, *, shown: bool = False) -> Change:
    """Write PixelCrop into every picture of a Matroska file that was written to a pipe.

    ``shown``: the size to show is that of the cropped picture, as the standard wants it.
    """
    sides = (left, top, right, bottom, int(shown))
    return functools.partial(_cropped, sides)


def _cropped(sides: tuple[int, ...], data: bytes) -> bytes:
    segment = data.index(b"\x18\x53\x80\x67") + 4
    _, inside = number(data, segment)
    return data[:inside] + _rebuilt(data[inside:], sides)


def _rebuilt(data: bytes, sides: tuple[int, ...]) -> bytes:
    at, parts = 0, []
    while at < len(data):
        name, begin = number(data, at, keep=True)
        length, body = number(data, begin)
        end = min(len(data), body + length)
        content = data[body:end]
        if name in (0x1654AE6B, 0xAE):
            content = _rebuilt(content, sides)
        elif name == 0xE0:
            content = _with_crop(content, sides)
        else:
            parts.append(data[at:end])
            at = end
            continue
        size = ((1 << 56) | len(content)).to_bytes(8, "big")
        parts.append(data[at:begin] + size + content)
        at = end
    return b"".join(parts)


def _with_crop(video: bytes, sides: tuple[int, ...]) -> bytes:
    left, top, right, bottom, shown = sides
    less = {0x54B0: (left + right) * shown, 0x54BA: (top + bottom) * shown}
    parts, at = [], 0
    while at < len(video):
        name, begin = number(video, at, keep=True)
        length, body = number(video, begin)
        value = int.from_bytes(video[body : body + length], "big") - less.get(name, 0)
        parts.append(video[at:body] + value.to_bytes(length, "big"))
        at = body + length
    for name, value in ((0x54CC, left), (0x54BB, top), (0x54DD, right), (0x54AA, bottom)):
        parts.append(name.to_bytes(2, "big") + b"\x82" + value.to_bytes(2, "big"))
    return b"".join(parts)
