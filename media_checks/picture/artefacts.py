"""Pictures for the people who judge: poster, a part at full size, sound and loudness drawn."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageStat

from ..probing.facts import Span, VideoFacts
from ..sound.measuring import SoundReader
from ..sound.voice_band import SECONDS as WINDOW_S
from .measuring import PictureReader
from .poster import PosterFrame, poster

CROP = (640, 480)
COARSE = 8  # times smaller, so that trying places costs little
GRID = 6  # places across and down at which the crop is tried
PLOT = (960, 160)
LOWEST_DB, LOWEST_LUFS = -60.0, -50.0
INK, BAD, PAPER, LINE = "#0b5c8a", "#c0392b", "#ffffff", "#b9c4cc"


def keep_pictures(
    reader: PictureReader, poster_frame: PosterFrame, video: VideoFacts, folder: Path
) -> dict[str, Any]:
    """Write contact sheet, poster and crop into ``folder``; their entries in the report.

    ``video`` are the facts after scanning: with the size by which the clip is judged.

    Raises ``ToolFailed`` when FFmpeg cannot be started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sheet = reader.sheet()
    width, height = reader.plan.tile
    tiles = [
        {"at": round(tile.at, 3), "x": x, "y": y, "width": width, "height": height}
        for tile, (x, y) in zip(reader.tiles, reader.places(), strict=True)
    ]
    at = {"at": round(reader.poster_at, 3)}
    with ThreadPoolExecutor(1) as pool:
        fetched = pool.submit(poster_frame.decoded, reader, video)
        kept = {"contact_sheet": _keep(sheet, folder, "contact_sheet", 82) | {"tiles": tiles}}
        frame = fetched.result()
        shown = pool.submit(lambda: _keep(poster(frame, reader), folder, "poster", 85) | at)
        crop = frame and {"crop": _keep(most_detailed(frame), folder, "crop", 92) | at}
        return kept | {"poster": shown.result()} | (crop or {})


def keep_plots(
    sound: SoundReader, silences: Sequence[Span] | None, seconds: float, folder: Path
) -> dict[str, Any]:
    """Write waveform and loudness as PNG into ``folder``; their entries in the report.

    ``silences`` is None for a clip without sound: there is nothing to draw.
    """
    if silences is None:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "waveform": _keep(waveform(sound.voice.peaks, silences, seconds), folder, "waveform"),
        "loudness": _keep(loudness(sound.moments, seconds), folder, "loudness"),
    }


def _keep(
    image: Image.Image, folder: Path, name: str, quality: int | None = None
) -> dict[str, Any]:
    file = f"{name}.{'jpg' if quality else 'png'}"
    if quality:
        image.save(folder / file, quality=quality, optimize=True)
    else:
        image.quantize(16).save(folder / file, optimize=True)
    return {"file": file, "width": image.width, "height": image.height}


def most_detailed(frame: Image.Image) -> Image.Image:
    """The part of ``frame`` with most edges, not scaled: there upscaling shows, if anywhere."""
    width, height = min(CROP[0], frame.width), min(CROP[1], frame.height)
    edges = frame.convert("L").filter(ImageFilter.FIND_EDGES).reduce(COARSE)
    places = [
        (x * (frame.width - width) // (GRID - 1), y * (frame.height - height) // (GRID - 1))
        for x in range(GRID)
        for y in range(GRID)
    ]

    def detail(place: tuple[int, int]) -> float:
        x, y = place[0] // COARSE, place[1] // COARSE
        part = edges.crop((x, y, x + width // COARSE, y + height // COARSE))
        return float(ImageStat.Stat(part).mean[0])

    x, y = max(places, key=detail)
    return frame.crop((x, y, x + width, y + height))


def waveform(peaks: Sequence[float], silences: Sequence[Span], seconds: float) -> Image.Image:
    """Peaks over time on a scale of decibels, stretches of silence underlaid in red."""
    image, draw = _paper()
    width, height = PLOT
    middle = height / 2
    for start, end in silences if seconds else ():
        draw.rectangle((start / seconds * width, 0, end / seconds * width, height), fill="#f7dcd8")
    total = max(seconds, WINDOW_S)
    for x in range(width):
        first = int(x / width * total / WINDOW_S)
        last = max(first + 1, int((x + 1) / width * total / WINDOW_S))
        level = max(peaks[first:last], default=LOWEST_DB)
        half = middle * max(0.0, 1 - min(0.0, level) / LOWEST_DB)
        color = BAD if level >= -0.1 else INK  # noqa: PLR2004 - full scale but for rounding
        draw.line((x, middle - half, x, middle + half), fill=color)
    return image


def loudness(moments: Sequence[tuple[float, float]], seconds: float) -> Image.Image:
    """Short-term loudness (EBU R128, three seconds) over time, with lines at -10 … -40 LUFS."""
    image, draw = _paper()
    width, height = PLOT
    points = [
        (at / seconds * width, height * min(0.0, max(level, LOWEST_LUFS)) / LOWEST_LUFS)
        for at, level in moments
        if seconds and level > -119.0  # noqa: PLR2004 - not yet three seconds
    ]
    if len(points) > 1:
        draw.polygon([(points[0][0], height), *points, (points[-1][0], height)], fill="#e3eff6")
    for level in (-10, -20, -30, -40):
        y = height * level / LOWEST_LUFS
        draw.line((0, y, width, y), fill=LINE)
        draw.text((4, y + 1), f"{level} LUFS", fill="#5f6b75")
    if len(points) > 1:
        draw.line(points, fill=INK, width=2)
    return image


def _paper() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", PLOT, PAPER)
    return image, ImageDraw.Draw(image)
