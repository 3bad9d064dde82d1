"""The award reel: a title, then for each prize a card and some seconds of its clip.

MoviePy cuts and joins; Pillow draws the cards. Imported only by the command that makes a reel:
MoviePy opens our own renditions and pictures, never a file from outside, and never runs in the
web process.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import Any

from PIL import Image, ImageDraw

from contest.drawing.fonts import bold
from media_checks.tools import find_tools

WIDTH, HEIGHT, RATE = 960, 720, 25  # 4:3, as the clips (plan III.3)
CARD_S, FADE_S = 4.0, 0.5
BLUE, RED, WHITE = (11, 78, 162), (200, 16, 46), (255, 255, 255)
SIZES = ((64, 20), (40, 34))  # of the first line and of the others: pixels, letters per row


@dataclass(frozen=True)
class Part:
    """One prize: the lines of its card, the first one large, and the clip that won it."""

    lines: Sequence[str]
    clip: Path | None


def make(
    parts: Sequence[Part], output: Path, *, clip_s: float, say: Callable[[str], None]
) -> None:
    """Write the reel (H.264/AAC) to ``output`` atomically; ``clip_s`` seconds of each clip."""
    os.environ["IMAGEIO_FFMPEG_EXE"] = str(find_tools().ffmpeg)
    import moviepy  # noqa: PLC0415 - reads the variable when it is imported

    with TemporaryDirectory() as name:
        pieces: list[Any] = []
        for number, part in enumerate(parts):
            card = Path(name) / f"{number}.png"
            draw_card(part.lines, card)
            pieces.append(_faded(moviepy, moviepy.ImageClip(str(card), duration=CARD_S)))
            if part.clip is not None:
                pieces.append(_faded(moviepy, _excerpt(moviepy, part.clip, clip_s)))
            say(" · ".join(part.lines))
        fresh = output.with_suffix(".part.mp4")
        reel = moviepy.concatenate_videoclips(pieces, method="compose")
        reel.write_videofile(
            str(fresh), fps=RATE, codec="libx264", audio_codec="aac", logger=None,
            temp_audiofile_path=name, ffmpeg_params=["-movflags", "+faststart"],
        )
        for piece in pieces:
            piece.close()
        fresh.replace(output)


def draw_card(lines: Sequence[str], path: Path) -> None:
    """Draw a card in the union's colours to ``path``; long lines are broken between words."""
    image = Image.new("RGB", (WIDTH, HEIGHT), BLUE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, HEIGHT - 24, WIDTH, HEIGHT), fill=RED)
    rows = [
        (row, SIZES[min(number, 1)][0])
        for number, line in enumerate(lines)
        for row in wrap(line, SIZES[min(number, 1)][1])
    ]
    top = (HEIGHT - sum(int(size * 1.5) for _, size in rows)) / 2
    for row, size in rows:
        pen.text((WIDTH / 2, top), row, font=bold(size), fill=WHITE, anchor="ma")
        top += int(size * 1.5)
    image.save(path)


def _excerpt(moviepy: Any, path: Path, seconds: float) -> Any:
    """The middle ``seconds`` of a clip, fitted into the reel's frame."""
    clip = moviepy.VideoFileClip(str(path))
    start = max(0.0, (clip.duration - seconds) / 2)
    clip = clip.subclipped(start, min(clip.duration, start + seconds))
    scale = min(WIDTH / clip.w, HEIGHT / clip.h)
    return clip.resized(scale).with_background_color(size=(WIDTH, HEIGHT), color=(0, 0, 0))


def _faded(moviepy: Any, clip: Any) -> Any:
    """The clip with a fade in from black and out to black."""
    effects = moviepy.vfx
    return clip.with_effects([effects.FadeIn(FADE_S), effects.FadeOut(FADE_S)])
