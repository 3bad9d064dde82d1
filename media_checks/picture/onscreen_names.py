"""Reads the title and end cards of a clip (OCR, offline) and looks for names in them.

A person decides: a name that was not found may still be in the clip. Needs
tesseract with Vietnamese; ``tesseract`` says whether both are there. The command is
``python -m media_checks.names``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from .. import filter_graph
from ..probing import allowed
from ..probing.probe import ProbeResult, probe
from ..sandbox import Collector, Limits, Sandbox, TooMuchOutput
from ..tools import find_tools

ENDS_S, EVERY_S = 18.0, 3.0  # how much of either end is read, one frame every so often
HEIGHT = 540  # half of Full HD suffices for anything a viewer can read
SAME_CARD = 2.0  # luma steps, mean: the card is still the one before
BRIGHT = 190  # luma; white letters over a busy picture
ALIKE = 0.8  # of the letters, without accents
FEWEST_LETTERS = 3  # less on a line is noise
LANGUAGE = "vie"
READ_LIMITS = Limits(cpu_s=60, wall_s=120, memory=1 << 30)


@dataclass(frozen=True)
class Card:
    """The lines read in one frame, shown ``at`` seconds from the start."""

    at: float
    lines: list[str]


@dataclass(frozen=True)
class NameMatch:
    """The line, shown ``at`` seconds, in which a name was read.

    ``exact``: with all its accents; ``likeness`` from 0 to 1.
    """

    at: float
    line: str
    exact: bool
    likeness: float


# ---------------------------------------------------------------------------- reading


@cache
def tesseract() -> Path | None:
    """The tesseract to use, None without one that reads Vietnamese."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    answer = subprocess.run(
        [program, "--list-langs"], capture_output=True, timeout=30, check=False, env={}
    )
    return Path(program).resolve() if LANGUAGE in answer.stdout.decode().split() else None


def read_cards(
    path: str | Path,
    names: Sequence[str] = (),
    *,
    progress: Callable[[float], None] | None = None,
) -> list[Card] | None:
    """The cards at both ends of a clip, in time order; None without tesseract.

    With ``names`` reading ends when each of them was seen with all its accents. Raises
    ``Unreadable`` or ``ToolFailed``. ``progress`` is called with the seconds of the clip that were
    read; what it raises ends the reading.
    """
    program = tesseract()
    if program is None:
        return None
    path = Path(path).resolve()
    probed = probe(path)
    cards: list[Card] = []
    with tempfile.TemporaryDirectory(prefix="cards-") as folder:
        for at, image in _different(_stills(path, probed, Path(folder))):
            for lines in _variants(program, image, Path(folder)):
                cards.append(Card(round(at, 1), lines))
                if names and all(_stands_exactly(name, cards) for name in names):
                    return cards
            if progress:
                progress(at)
    return cards


def _stands_exactly(name: str, cards: list[Card]) -> bool:
    return any(_exact(name, line) for card in cards for line in card.lines)


def _stills(path: Path, probed: ProbeResult, folder: Path) -> Iterator[tuple[float, Image.Image]]:
    seconds = probed.facts.video.duration_s
    starts = [0.0] if seconds <= 2 * ENDS_S else [0.0, seconds - ENDS_S]
    length = seconds if len(starts) == 1 else ENDS_S
    for part, start in enumerate(starts):
        _extract(path, probed, folder, f"{part}-%03d.pgm", (start, length))
        for index, still in enumerate(sorted(folder.glob(f"{part}-*.pgm"))):
            with Image.open(still) as image:
                image.load()
            yield start + (index + 0.5) * EVERY_S, image.convert("L")


def _extract(
    path: Path, probed: ProbeResult, folder: Path, name: str, part: tuple[float, float]
) -> None:
    video, box = probed.facts.video, Sandbox(path, folder)
    height = min(HEIGHT, video.display_height)
    width = round(height * video.display_width / video.display_height / 2) * 2
    options = {**allowed.INPUT_OPTIONS, "ss": part[0], "t": part[1], "threads": 2}
    stills = (
        filter_graph.source(box.clip_url, **options)[str(probed.video_index)]
        .filter("fps", 1 / EVERY_S)
        .filter("scale", width, height, flags="area")
        .filter("format", "gray")
    )
    node = filter_graph.output(box.out(name), stills, f="image2", **{"c:v": "pgm"})
    box.run(
        find_tools().ffmpeg,
        ["-hide_banner", "-nostdin", "-v", "quiet", *filter_graph.arguments(node)],
        limits=Limits(cpu_s=240, wall_s=480, file_size=8 << 20),
        stdout=Collector(1 << 16),
        stderr=Collector(1 << 20),
    )


def _different(
    stills: Iterator[tuple[float, Image.Image]],
) -> Iterator[tuple[float, Image.Image]]:
    """The stills, without those that show the same card as the one before."""
    before: Image.Image | None = None
    for at, image in stills:
        if before is None or ImageStat.Stat(ImageChops.difference(before, image)).mean[0] > (
            SAME_CARD
        ):
            yield at, image
        before = image


def _variants(program: Path, image: Image.Image, folder: Path) -> Iterator[list[str]]:
    """What is read in the picture as it is, then what its bright parts alone add."""
    known: set[str] = set()
    bright = image.point(lambda v: 0 if v >= BRIGHT else 255)
    for variant in (image, bright):
        variant.save(folder / "card.png")
        words = [" ".join(line.split()) for line in _recognise(program, folder).splitlines()]
        lines = [unicodedata.normalize("NFC", text) for text in words if _says_something(text)]
        if fresh := [line for line in dict.fromkeys(lines) if line not in known]:
            yield fresh
        known.update(lines)


def _says_something(text: str) -> bool:
    return sum(c.isalpha() for c in text) >= FEWEST_LETTERS


def _recognise(program: Path, folder: Path) -> str:
    box, said = Sandbox(folder / "card.png"), Collector(1 << 20)
    place = box.clip_url.removeprefix("file:")
    args = [place, "stdout", "-l", LANGUAGE, "--psm", "11"]
    try:
        box.run(program, args, limits=READ_LIMITS, stdout=said, stderr=Collector(1 << 20))
    except TooMuchOutput:
        return ""
    return said.data.decode("utf-8", "replace")


# ---------------------------------------------------------------------------- finding names


def find_name(name: str, cards: list[Card]) -> NameMatch | None:
    """Where ``name`` reads best; None when nothing is like it."""
    best: NameMatch | None = None
    for card in cards:
        for line in card.lines:
            likeness = _likeness(name, line)
            if likeness >= ALIKE and (best is None or likeness > best.likeness):
                best = NameMatch(card.at, line, _exact(name, line), round(likeness, 2))
    return best


def _exact(name: str, line: str) -> bool:
    wanted = unicodedata.normalize("NFC", name).casefold()
    return " ".join(wanted.split()) in unicodedata.normalize("NFC", line).casefold()


def _likeness(name: str, line: str) -> float:
    """How much the likest words in a row of ``line`` are like ``name``, accents left out."""
    wanted, words = folded(name), folded(line)
    letters = "".join(wanted)
    best = 0.0
    for size in {len(wanted) - 1, len(wanted), len(wanted) + 1} - {0}:
        for at in range(max(1, len(words) - size + 1)):
            there = "".join(words[at : at + size])
            matcher = SequenceMatcher(None, letters, there, autojunk=False)
            if matcher.quick_ratio() > best:
                best = max(best, matcher.ratio())
    return best


def folded(text: str) -> list[str]:
    """``Đoàn Phường 5`` -> ``["doan", "phuong", "5"]``."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
