"""Sample clips, made with FFmpeg: a moving picture with title and unit, and a voice.

A clip is one short film repeated without re-encoding, so that three minutes take seconds to make.
``flaw`` breaks one rule of the plan (III.3) on purpose.
"""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from contest.drawing.fonts import bold
from media_checks.tools import find_tools

FLAWS = ("", "short", "long", "wide", "small", "borders", "silent", "mute", "noise")
FILM_S, RATE = 6, 10  # seconds of the film that is repeated, frames per second
COLOURS = (
    (0x0B5C8C, 0xF2C14E),
    (0x7A1F2B, 0xF2E3BC),
    (0x1E5631, 0xD8E2DC),
    (0x3D2C8D, 0xF7B801),
    (0x8C4A0B, 0xE8F1F2),
    (0x0F4C5C, 0xFB8B24),
    (0x5F0F40, 0xFFD6A5),
    (0x22577A, 0xC7F9CC),
)
# In place of a speech synthesiser: a buzz in syllables and phrases, with pauses.
BUZZ = (
    "aevalsrc='0.8*(0.4*sin(2*PI*{tone}*t)+0.3*sin(2*PI*560*t)+0.2*sin(2*PI*1540*t))"
    "*pow(abs(sin(2*PI*2.2*t)),2)*lt(mod(t,2),1.5)':s=44100"
)


@dataclass(frozen=True)
class Sample:
    """A sample clip's content. ``seconds`` long, about half or twice of it where its flaw is its
    length; its picture is ``lines`` high unless its flaw is its size."""

    number: int
    title: str
    unit: str
    authors: str
    flaw: str = ""
    seconds: int = 184
    lines: int = 1080

    @property
    def size(self) -> tuple[int, int]:
        """The picture's width and height."""
        lines = self.lines * 2 // 3 if self.flaw == "small" else self.lines
        return (lines * 16 // 9 if self.flaw == "wide" else lines * 4 // 3), lines


def make(sample: Sample, path: Path) -> None:
    """Write the clip to ``path`` (.mp4) atomically."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _card(sample, sample.size, folder / "card.png")
        _speak(sample, folder / "voice.wav")
        _film(sample, sample.size, folder)
        seconds = int(sample.seconds * {"short": 0.52, "long": 1.86}.get(sample.flaw, 1))
        fresh = path.with_suffix(".part")
        _ffmpeg(
            "-stream_loop",
            str(seconds // FILM_S),
            "-i",
            folder / "film.mp4",
            "-t",
            str(seconds),
            "-c",
            "copy",
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
            fresh,
        )
        fresh.rename(path)


def _ffmpeg(*arguments: str | Path) -> None:
    program = find_tools().ffmpeg
    command = ["nice", "-n", "10", program, "-v", "error", "-nostdin", "-y", *arguments]
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL)


def _film(sample: Sample, size: tuple[int, int], folder: Path) -> None:
    """Make the short film: moving colours, the card drifting over them, the voice."""
    picture, sound = _picture(sample), _sound(sample)
    inputs: list[str | Path] = ["-f", "lavfi", "-i", _colours(sample, size)]
    inputs += ["-i", folder / "card.png", "-i", folder / "voice.wav"]
    graph = ";".join(filter(None, (picture, sound)))
    maps = ["-map", "[p]", *(["-map", "[a]"] if sound else [])]
    video = f"-c:v libx264 -preset veryfast -crf 30 -g {RATE} -bf 0 -pix_fmt yuv420p"
    _ffmpeg(
        *inputs, "-filter_complex", graph, *maps, "-t", str(FILM_S),
        *video.split(), "-c:a", "aac", "-b:a", "96k", folder / "film.mp4",
    )  # fmt: skip


def _colours(sample: Sample, size: tuple[int, int]) -> str:
    """Drawn small, for FFmpeg reckons each pixel; so soft colours lose nothing when enlarged."""
    first, second = COLOURS[sample.number % len(COLOURS)]
    return (
        f"gradients=s={size[0] // 4}x{size[1] // 4}:r={RATE}:c0=0x{first:06x}:c1=0x{second:06x}"
        f":seed={sample.number + 1}:speed=0.06"
        f",format=yuv420p,scale={size[0]}:{size[1]}:flags=bilinear"
    )


def _picture(sample: Sample) -> str:
    """Filter: the card drifts over the colours; with black bars for that flaw."""
    drift = "overlay=x='(W-w)/2+30*sin(2*PI*t/6)':y='(H-h)/2+18*cos(2*PI*t/6)'"
    bars = ",drawbox=0:0:iw:ih*0.12:black:fill,drawbox=0:ih*0.88:iw:ih*0.12:black:fill"
    return f"[0:v][1:v]{drift}{bars if sample.flaw == 'borders' else ''}[p]"


def _sound(sample: Sample) -> str:
    """Filter: the voice, changed by a flaw of the sound; empty for a film without sound."""
    noise = "[2:a]volume=0.3[v];anoisesrc=a=0.12:r=44100[n];[v][n]amix=duration=first[a]"
    flaws = {"silent": "[2:a]volume=0[a]", "noise": noise, "mute": ""}
    return flaws.get(sample.flaw, "[2:a]anull[a]")


def _speak(sample: Sample, path: Path) -> None:
    """Make the voice that reads title and unit: the film's length, the loudness of speech."""
    length: list[str | Path] = ["-t", str(FILM_S), "-ar", "44100", "-ac", "2", path]
    level = "loudnorm=I=-18:TP=-3,apad"
    if shutil.which("espeak-ng") is None:
        _ffmpeg(
            "-f", "lavfi", "-i", BUZZ.format(tone=110 + 7 * sample.number), "-af", level, *length
        )
        return
    raw = path.with_name("raw.wav")
    text = f"{sample.title}. {sample.unit}."
    subprocess.run(["espeak-ng", "-v", "vi", "-s", "190", "-w", raw, text], check=True)  # noqa: S607
    _ffmpeg("-stream_loop", "-1", "-i", raw, "-af", level, *length)


def _card(sample: Sample, size: tuple[int, int], path: Path) -> None:
    """Draw the title card with the names that the plan requires (III.3)."""
    width, height = size[0] * 3 // 4, size[1] // 2
    card = Image.new("RGBA", (width, height), (255, 255, 255, 225))
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, width, height // 40), fill=(200, 16, 46, 255))
    lines = [(sample.title, 13), (sample.unit, 16), (f"Tác giả: {sample.authors}", 20)]
    top = height // 6
    for text, share in lines:
        top = _write(draw, text, (width, top), 2 * height // share)
    card.save(path)


def _write(draw: ImageDraw.ImageDraw, text: str, at: tuple[int, int], size: int) -> int:
    """Write ``text`` centred in width ``at[0]`` at height ``at[1]``, smaller where it is too wide;
    returns the next line's height."""
    font = bold(size)
    while font.getlength(text) > at[0] * 0.94:
        size -= 2
        font = bold(size)
    left = (at[0] - font.getlength(text)) / 2
    draw.text((left, at[1]), text, font=font, fill=(20, 24, 33, 255))
    return at[1] + size * 9 // 5
