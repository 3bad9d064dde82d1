"""Reads single meanings out of ffprobe's answer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .packets import Track

Stream = dict[str, Any]


@dataclass(frozen=True)
class FfprobeAnswer:
    """Everything that ffprobe answered about one file; ``tracks`` by stream index.

    ``complete`` is false when the packets were too many to be read to the end.
    """

    path: Path
    header: dict[str, Any]
    video: Stream
    audio: Stream | None
    tracks: dict[int, Track]
    container: str
    complete: bool = True

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def since(self, at: float) -> float:
        """A packet's time on FFmpeg's clock, which begins with the first stream of the file."""
        return at - float(self.header["format"].get("start_time", 0))


def is_cover(stream: Stream) -> bool:
    """A picture stored beside the sound or film, never the film itself."""
    disposition = stream.get("disposition", {})
    return bool(disposition.get("attached_pic") or disposition.get("timed_thumbnails"))


def container_name(fmt: dict[str, Any], path: Path) -> str:
    """One word for the container: mp4, mov, matroska, webm, avi, mpegts, mpeg."""
    names = str(fmt.get("format_name", "")).split(",")
    if "mov" in names:
        brand = str(fmt.get("tags", {}).get("major_brand", "qt")).strip()
        return "mov" if brand == "qt" else "mp4"
    if "matroska" in names:
        with path.open("rb") as file:
            return "webm" if b"webm" in file.read(64) else "matroska"
    return names[0]


def claimed_length(stream: Stream) -> float | None:
    """The stream's length in seconds according to its header, None when it says nothing."""
    if "duration" in stream:
        return float(stream["duration"])
    tag = str(stream.get("tags", {}).get("DURATION", ""))  # Matroska writes H:M:S
    try:
        hours, minutes, seconds = (float(part) for part in tag.split(":"))
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def rotation(stream: Stream) -> int:
    """How far players turn the picture, in degrees clockwise: 0, 90, 180 or 270."""
    for side in stream.get("side_data_list", []):
        if "rotation" in side:  # the display matrix counts anticlockwise
            return round(-float(side["rotation"]) / 90) * 90 % 360
    try:
        return round(float(stream.get("tags", {}).get("rotate", 0)) / 90) * 90 % 360
    except ValueError:
        return 0


def sample_aspect(stream: Stream) -> Fraction:
    """Width of a stored pixel over its height; 1 when absent or absurd."""
    try:
        left, right = str(stream.get("sample_aspect_ratio")).split(":")
        value = Fraction(int(left), int(right))
    except (ValueError, ZeroDivisionError):
        return Fraction(1)
    return value if Fraction(1, 10) <= value <= 10 else Fraction(1)  # noqa: PLR2004 - sane bounds
