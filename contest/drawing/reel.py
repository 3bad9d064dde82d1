"""The award reel at 1080p: a title, then for each prize a card and some seconds of its clip.

Each part is encoded by itself with the same settings, and the parts are joined without encoding
them again, so that the whole costs what its parts do and can be stopped between any two. Pillow
draws the cards and MoviePy fades them; FFmpeg cuts the clips, for MoviePy would carry every frame
of 1080p through Python. Imported only by the command and the worker: it opens our own renditions
and pictures, never a file from outside, and never runs in the web process.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import Any

import ffmpeg
from PIL import Image, ImageDraw

from contest.drawing.fonts import bold
from media_checks.tools import find_tools

WIDTH, HEIGHT, RATE, SOUND_RATE = 1920, 1080, 25, 48000
CARD_S, FADE_S, CLIP_S = 4.0, 0.5, 10.0
PART_WALL_S = 300  # no part takes longer, or something hangs
BLUE, RED, WHITE = (11, 78, 162), (200, 16, 46), (255, 255, 255)
LARGE, SMALL, LEAST = 110, 68, 40  # pixels of the first line, of the others, and of the smallest
# The same for every part, or they could not be joined as they are.
VIDEO = {"c:v": "libx264", "preset": "superfast", "crf": 21, "pix_fmt": "yuv420p", "r": RATE,
         "video_track_timescale": 12800, "threads": 2}
SOUND = {"c:a": "aac", "b:a": "160k", "ar": SOUND_RATE, "ac": 2}


class Stopped(Exception):
    """Somebody no longer wants it."""


@dataclass(frozen=True)
class Part:
    """One prize: the lines of its card, the first one large, and the clip that won it."""

    lines: Sequence[str]
    clip: Path | None


def length_of(parts: Sequence[Part], clip_s: float = CLIP_S) -> float:
    """Seconds of the reel, where every clip is long enough."""
    return sum(CARD_S + (clip_s if part.clip else 0.0) for part in parts)


def make(
    parts: Sequence[Part], output: Path, *, clip_s: float = CLIP_S,
    say: Callable[[str], None] = lambda line: None,
    told: Callable[[float], None] = lambda seconds: None,
) -> None:
    """Write the reel (H.264/AAC) to ``output`` atomically; ``clip_s`` seconds of each clip.

    ``told`` is called after each piece with the seconds that are done; what it raises ends the
    work. Raises ``OSError`` for a clip that cannot be read. Nothing is left behind.
    """
    with TemporaryDirectory(dir=output.parent) as name:
        done, pieces = 0.0, []
        for number, part in enumerate(parts):
            for piece, seconds in _pieces(part, Path(name) / f"{number:03}", clip_s):
                pieces.append(piece)
                done += seconds
                told(done)
            say(" · ".join(part.lines))
        fresh = output.with_suffix(".part.mp4")
        try:
            _join(pieces, fresh, Path(name))
            fresh.replace(output)
        finally:
            fresh.unlink(missing_ok=True)


def _pieces(part: Part, stem: Path, clip_s: float) -> Iterator[tuple[Path, float]]:
    """The card and the excerpt, each with its length in seconds."""
    picture, card = stem.with_suffix(".png"), stem.with_suffix(".card.mp4")
    draw_card(part.lines, picture)
    _film_card(picture, card)
    yield card, CARD_S
    if part.clip is not None:
        cut = stem.with_suffix(".clip.mp4")
        yield cut, _cut(part.clip, cut, clip_s)


# ---------------------------------------------------------------------------- cards


def draw_card(lines: Sequence[str], path: Path) -> None:
    """Draw a card in the union's colours to ``path``. Long lines are broken between words, and all
    get smaller until they fit, so that nothing is cut."""
    image = Image.new("RGB", (WIDTH, HEIGHT), BLUE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, HEIGHT - 36, WIDTH, HEIGHT), fill=RED)
    rows = _rows(lines)
    top = (HEIGHT - 36 - sum(int(size * 1.5) for _, size in rows)) / 2
    for row, size in rows:
        pen.text((WIDTH / 2, top), row, font=bold(size), fill=WHITE, anchor="ma")
        top += int(size * 1.5)
    image.save(path)


def _rows(lines: Sequence[str]) -> list[tuple[str, int]]:
    """The rows of a card with their sizes: as large as fits."""
    for smaller in range(0, LARGE, 6):
        rows = []
        for number, line in enumerate(lines):
            size = max((SMALL if number else LARGE) - smaller, LEAST)
            letters = int((WIDTH - 160) / (size * 0.72))
            rows += [(row, size) for row in wrap(line, letters)]
        if sum(int(size * 1.5) for _, size in rows) <= HEIGHT - 160:
            break
    return rows


def _film_card(picture: Path, path: Path) -> None:
    """The card for ``CARD_S`` seconds, faded in from black and out to black, without a sound."""
    os.environ["IMAGEIO_FFMPEG_EXE"] = str(find_tools().ffmpeg)
    import moviepy  # noqa: PLC0415 - reads the variable when it is imported

    silent = path.with_suffix(".silent.mp4")
    effects = [moviepy.vfx.FadeIn(FADE_S), moviepy.vfx.FadeOut(FADE_S)]
    clip = moviepy.ImageClip(str(picture), duration=CARD_S).with_effects(effects)
    clip.write_videofile(
        str(silent), fps=RATE, codec=VIDEO["c:v"], preset=VIDEO["preset"], audio=False,
        logger=None, threads=VIDEO["threads"], pixel_format=VIDEO["pix_fmt"],
        ffmpeg_params=["-crf", str(VIDEO["crf"]),
                       "-video_track_timescale", str(VIDEO["video_track_timescale"])],
    )
    clip.close()
    quiet = ffmpeg.input(f"anullsrc=r={SOUND_RATE}:cl=stereo", f="lavfi", t=CARD_S)
    film = ffmpeg.input(str(silent)).video
    _run(ffmpeg.output(film, quiet.audio, str(path), t=CARD_S, **{"c:v": "copy"}, **SOUND), path)


# ---------------------------------------------------------------------------- clips


def _cut(clip: Path, path: Path, seconds: float) -> float:
    """The middle ``seconds`` of a clip, fitted into the reel's frame; returns how many they are.
    Raises ``OSError`` where it cannot be read."""
    length, sounds = _probe(clip)
    seconds = min(seconds, length)
    source = ffmpeg.input(str(clip), ss=max(0.0, (length - seconds) / 2), t=seconds)
    picture = (
        source.video.filter("scale", WIDTH, HEIGHT, force_original_aspect_ratio="decrease")
        .filter("pad", WIDTH, HEIGHT, "(ow-iw)/2", "(oh-ih)/2").filter("setsar", 1)
        .filter("fps", RATE).filter("fade", type="in", duration=FADE_S)
        .filter("fade", type="out", start_time=max(0.0, seconds - FADE_S), duration=FADE_S)
    )
    quiet = ffmpeg.input(f"anullsrc=r={SOUND_RATE}:cl=stereo", f="lavfi", t=seconds).audio
    heard = source.audio if sounds else quiet
    heard = (
        heard.filter("afade", type="in", duration=FADE_S).filter("apad", whole_dur=seconds)
        .filter("afade", type="out", start_time=max(0.0, seconds - FADE_S), duration=FADE_S)
    )
    _encode(picture, heard, path, seconds)
    return seconds


def _probe(clip: Path) -> tuple[float, bool]:
    """Its length in seconds, and whether it has sound."""
    try:
        found = ffmpeg.probe(str(clip), cmd=str(find_tools().ffprobe))
        kinds = [stream["codec_type"] for stream in found["streams"]]
        if "video" not in kinds:
            raise OSError(f"{clip} has no picture")
        return float(found["format"]["duration"]), "audio" in kinds
    except (ffmpeg.Error, KeyError, ValueError) as error:
        raise OSError(f"{clip} cannot be read") from error


def _encode(picture: Any, sound: Any, path: Path, seconds: float) -> None:
    made = ffmpeg.output(picture, sound, str(path), t=seconds, **VIDEO, **SOUND)
    _run(made, path)


def _join(pieces: Sequence[Path], path: Path, folder: Path) -> None:
    """All pieces one after the other, as they are."""
    listing = folder / "pieces.txt"
    listing.write_text("".join(f"file '{piece}'\n" for piece in pieces))
    source = ffmpeg.input(str(listing), f="concat", safe=0)
    _run(ffmpeg.output(source, str(path), c="copy", movflags="+faststart"), path)


def _run(stream: Any, path: Path) -> None:
    command = ffmpeg.compile(stream, cmd=str(find_tools().ffmpeg), overwrite_output=True)
    said = subprocess.run(
        [command[0], "-v", "error", "-nostdin", *command[1:]], check=False, capture_output=True,
        text=True, timeout=PART_WALL_S,
    )
    if said.returncode:
        raise OSError(f"{path.name}: {said.stderr.strip()[-500:]}")
