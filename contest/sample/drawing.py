"""Draws a sample clip: title cards with something moving on them, and a gentle sound.

A clip of three minutes takes seconds: one round of the cards is encoded, then repeated as it is.
"""

import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from media_checks.tools import find_tools

FPS, CARD_S, CARDS = 5, 6, 4
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
)
COLOURS = ("#0b4ea2", "#123c6e", "#8f1d2c", "#14673f", "#5b3a8c", "#0d6a78")
TONES = (
    "0.10*sin(2*PI*220*t)*(0.6+0.4*sin(2*PI*0.7*t))"
    "+0.06*sin(2*PI*277*t)*(0.5+0.5*sin(2*PI*0.31*t))"
    "+0.05*sin(2*PI*330*t)*(0.5+0.5*sin(2*PI*1.3*t))"
)


@dataclass(frozen=True)
class Spec:
    """What to draw. ``sound``: tones, noise, or none; ``border``: black columns, in pixels."""

    lines: tuple[str, ...]
    number: int
    seconds: int = 186
    width: int = 1440
    height: int = 1080
    sound: str = "tones"
    border: int = 0


def spec_for(lines: tuple[str, ...], number: int, fault: str) -> Spec:
    """A clip that keeps all the rules but the one that ``fault`` names."""
    plain = Spec(lines, number, seconds=182 + 7 * (number % 5))
    return {
        "": plain,
        "too_short": replace(plain, seconds=142),
        "too_long": replace(plain, seconds=342),
        "wide_frame": replace(plain, width=1920),
        "small_picture": replace(plain, width=960, height=720),
        "noise": replace(plain, sound="noise"),
        "no_sound": replace(plain, sound="none"),
        "borders": replace(plain, border=150),
    }[fault]


def draw(spec: Spec, folder: Path) -> Path:
    """Draw the clip into ``folder``; the path of the MP4."""
    cards = [_card(spec, n, folder) for n in range(CARDS)]
    round_file, clip = folder / "round.mp4", folder / "clip.mp4"
    _run(_one_round(spec, cards, round_file))
    _run(_repeated(spec, round_file, clip))
    return clip


def _card(spec: Spec, number: int, folder: Path) -> Path:
    """One title card: a field of colour, a circle that tells the cards apart, and the text."""
    colour = COLOURS[(spec.number + number) % len(COLOURS)]
    image = Image.new("RGB", (spec.width, spec.height), "black")
    pen = ImageDraw.Draw(image)
    pen.rectangle((spec.border, 0, spec.width - spec.border, spec.height), fill=colour)
    x = spec.width * (number + 1) // (CARDS + 1)
    size = spec.height // 5
    pen.ellipse((x - size, size // 2, x + size, size // 2 + 2 * size), fill="#f2f5fa")
    pen.polygon(_triangle(x, size // 2 + size, size // 2), fill="#da251d")
    left = spec.border + spec.width // 16
    for row, text in enumerate(spec.lines):
        font, place = _font(spec.height // (22 if row else 14)), (58 + 10 * row)
        pen.text((left, spec.height * place // 100), _writable(text), fill="white", font=font)
    path = folder / f"card-{number}.png"
    image.save(path, compress_level=1)
    return path


def _triangle(x: int, y: int, size: int) -> Sequence[tuple[int, int]]:
    return ((x - size // 2, y - size), (x - size // 2, y + size), (x + size, y))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = _font_file()
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def _font_file() -> str | None:
    return next((name for name in FONTS if Path(name).exists()), None)


def _writable(text: str) -> str:
    """Without a font for Vietnamese the marks are left out; the letters stay."""
    if _font_file():
        return text
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return bare.encode("ascii", "ignore").decode()


def _one_round(spec: Spec, cards: list[Path], target: Path) -> list[str]:
    """All cards once, a bright band moving over them so that no picture stands still."""
    inputs = [x for card in cards for x in ("-loop", "1", "-framerate", f"{FPS}",
                                            "-t", f"{CARD_S}", "-i", str(card))]
    band = f"color=c=0xffd34d:s={spec.width // 3}x{spec.height // 12}:r={FPS}"
    joined = "".join(f"[{n}:v]" for n in range(CARDS)) + f"concat=n={CARDS}:v=1:a=0[cards]"
    room = spec.width - 2 * spec.border - spec.width // 3
    place = f"x='{spec.border}+mod(t*{spec.width // 6},{room})':y=H-h-H/40"
    moving = f"[cards][{CARDS}:v]overlay={place}:shortest=1,format=yuv420p[v]"
    return [
        *inputs, "-f", "lavfi", "-i", band, "-filter_complex", f"{joined};{moving}",
        "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30",
        "-g", f"{FPS * CARD_S}", str(target),
    ]


def _repeated(spec: Spec, round_file: Path, target: Path) -> list[str]:
    """The round over and over, copied, with a sound as long as the clip."""
    sound = ["-map", "1:a", "-c:a", "aac", "-b:a", "64k", "-ac", "2", "-ar", "48000"]
    tones = f"{TONES}+0.05*(random(0)-0.5)" if spec.sound == "noise" else TONES
    source = ["-f", "lavfi", "-i", f"aevalsrc='{tones}':s=48000"]
    if spec.sound == "none":
        sound, source = ["-an"], []
    return [
        "-stream_loop", "-1", "-i", str(round_file), *source, "-map", "0:v", "-c:v", "copy",
        *sound, "-t", f"{spec.seconds}", "-movflags", "+faststart",
        "-metadata", f"title={spec.lines[0]}", str(target),
    ]


def _run(arguments: list[str]) -> None:
    """FFmpeg, gently: the machine has other things to do."""
    polite = [nice, "-n", "10"] if (nice := shutil.which("nice")) else []
    subprocess.run(
        [*polite, str(find_tools().ffmpeg), "-hide_banner", "-loglevel", "error", "-y", *arguments],
        check=True, stdin=subprocess.DEVNULL,
    )
