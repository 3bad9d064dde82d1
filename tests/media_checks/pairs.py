"""Films with several scenes, what copyists do to them, and which pairs are copies.

``python -m tests.media_checks.pairs [FILMS]`` makes all pairs of that many films (8) and prints the
table of ``docs/media_checks.md``: recall of every change, and precision over all pairs.
"""

from __future__ import annotations

import itertools
import math
import random
import sys
import tempfile
import wave
from array import array
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from media_checks import check, load_policy
from media_checks.picture.fingerprint import Fingerprint
from media_checks.picture.similarity import compare
from tests.clip_cache import cached
from tests.media_checks.corpus import AAC, SMALL, X264, ffmpeg

SIZE, SCENES, SCENE_S, RATE = (320, 240), 10, 3, 11025
SECONDS = SCENES * SCENE_S
FILM = [*X264, "-g", "20", *AAC]


@dataclass(frozen=True)
class Change:
    """What a copyist does: filters for picture and sound, options before and behind the input.

    ``kind`` is what must be found; ``both`` is asked for unless one of the two is replaced.
    """

    name: str
    picture: str = ""
    sound: str = ""
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    kind: str = "both"


LOGO = "drawbox=x=iw*0.78:y=ih*0.04:w=iw*0.18:h=ih*0.12:color=red:t=fill"
CHANGES = [
    Change("encoded again", options=("-crf", "28", "-g", "37")),
    Change("low bit rate", options=("-crf", "42", "-b:a", "32k")),
    Change("scaled down", "scale=160:120"),
    Change("logo", LOGO),
    Change("start cut off", before=("-ss", "7.3")),
    Change("middle third", before=("-ss", "11.7"), options=("-t", "13")),
    Change("brighter", "eq=brightness=0.12:contrast=1.2"),
    Change("bars added", "scale=320:180,pad=320:240:0:30"),
    Change("mirrored", "hflip"),
    Change("other picture rate", "fps=7"),
    Change("music over it", sound="amix"),
    Change("sound replaced", sound="replace", kind="picture"),
    Change("picture replaced", "replace", kind="sound"),
]


def film(number: int) -> Path:
    """One of several unlike films, all with the same opening card and jingle of 3 seconds."""
    return cached("pairs/film.mp4", make_film, number)


def make_film(out: Path, seed: int) -> None:
    """Ten scenes, each a slow pan over a picture, with a melody."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        stills = [Path(name) / f"{scene}.png" for scene in range(SCENES)]
        _card().save(stills[0])
        for still in stills[1:]:
            _scene(chance).save(still)
        melody = Path(name) / "melody.wav"
        _melody(random.Random(seed), melody, jingle=True)
        inputs: list[str | Path] = []
        for still in stills:
            inputs += ["-loop", "1", "-framerate", "10", "-t", str(SCENE_S), "-i", still]
        pan = "crop={0}:{1}:x='(iw-{0})*mod(t,{2})/{2}':y='(ih-{1})/2'".format(*SIZE, SCENE_S)
        parts = "".join(f"[{n}:v]" for n in range(SCENES))
        graph = f"{parts}concat=n={SCENES}:v=1[c];[c]{pan},format=yuv420p[v]"
        ffmpeg(
            *inputs, "-i", melody, "-filter_complex", graph, "-map", "[v]",
            "-map", f"{SCENES}:a", *FILM, out,
        )  # fmt: skip


def _card() -> Image.Image:
    """The contest's own opening, the same for everybody."""
    card = Image.new("RGB", (SIZE[0] + 40, SIZE[1] + 20), "navy")
    draw = ImageDraw.Draw(card)
    draw.ellipse((140, 60, 220, 140), fill="yellow")
    draw.rectangle((60, 170, 300, 200), fill="white")
    return card


def _scene(chance: random.Random) -> Image.Image:
    """Soft clouds of every size, as in nature, with some things before them."""
    size = (SIZE[0] + 40, SIZE[1] + 20)
    picture = Image.new("RGB", size)
    for power in range(1, 7):
        grains = Image.new("RGB", (2**power + 1, 2**power))
        grains.putdata([
            tuple(chance.randrange(256) for _ in range(3))
            for _ in range(grains.width * grains.height)
        ])  # fmt: skip
        picture = Image.blend(picture, grains.resize(size, Image.Resampling.BICUBIC), 0.4)
    draw = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y, r = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(10, 60)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(chance.randbytes(3)))
    return picture.filter(ImageFilter.GaussianBlur(0.7))


def _melody(chance: random.Random, path: Path, *, jingle: bool) -> None:
    """Notes of unlike length with overtones; the jingle before them is everybody's."""
    samples = array("h")
    notes = _notes(random.Random("jingle"), SCENE_S) if jingle else []
    notes += _notes(chance, SECONDS - (SCENE_S if jingle else 0))
    for pitch, seconds in notes:
        turn = 2 * math.pi * pitch / RATE
        count = int(seconds * RATE)
        samples.extend(
            int(7000 * (1 - n / count) * (math.sin(turn * n) + 0.5 * math.sin(2.01 * turn * n)))
            for n in range(count)
        )
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def _notes(chance: random.Random, seconds: float) -> list[tuple[float, float]]:
    notes, left = [], seconds
    while left > 0:
        length = min(left, chance.choice((0.15, 0.2, 0.3, 0.45)))
        notes.append((110 * 2 ** (chance.randrange(36) / 12), length))
        left -= length
    return notes


def copy(film: Path, change: Change) -> Path:
    """``film`` after ``change``."""
    other = cached("pairs/other.wav", other_melody)
    return cached("pairs/copy.mp4", make_copy, film, change, other)


def other_melody(out: Path) -> None:
    """What is played instead of a film's own sound, or over it."""
    _melody(random.Random("other"), out, jingle=False)


def make_copy(out: Path, film: Path, change: Change, other: Path) -> None:
    """Encodes ``film`` anew with the change, ``other`` being the sound from outside."""
    picture, sound, maps = "null", "[0:a]anull[a]", "[0:v]"
    if change.picture == "replace":
        maps = f"testsrc2=s=320x240:r=10:d={SECONDS},"
    elif change.picture:
        picture = change.picture
    if change.sound == "amix":
        sound = "[1:a]volume=0.4[m];[0:a][m]amix=duration=first:normalize=0[a]"
    elif change.sound == "replace":
        sound = "[1:a]anull[a]"
    graph = f"{maps}{picture},format=yuv420p[v];{sound}"
    ffmpeg(
        *change.before, "-i", film, "-i", other, "-filter_complex", graph, "-map", "[v]",
        "-map", "[a]", *FILM, *change.options, "-shortest", out,
    )  # fmt: skip


@cache
def fingerprint(clip: Path) -> Fingerprint:
    """As the quick check takes it."""
    found = check(clip, load_policy(SMALL)).fingerprint
    assert found is not None
    return found


@dataclass
class Score:
    """Counts over many pairs."""

    copies: int = 0
    found: int = 0
    unlike: int = 0
    false: int = 0

    def pair(self, first: Fingerprint, second: Fingerprint, *, copy: bool) -> str:
        """Compare one pair and count it; answers with the kind found."""
        kind = compare(first, second).kind
        self.copies, self.unlike = self.copies + copy, self.unlike + (not copy)
        self.found, self.false = self.found + (copy and bool(kind)), self.false + (
            not copy and bool(kind)
        )
        return kind


def main(count: int) -> None:
    """Print the table."""
    score = Score()
    made = [film(number) for number in range(count)]
    prints = [fingerprint(film) for film in made]
    for first, second in itertools.combinations(prints, 2):
        score.pair(first, second, copy=False)
    for change in CHANGES:
        copies = [fingerprint(copy(film, change)) for film in made]
        kinds = [
            score.pair(one, other, copy=a == b)
            for (a, one), (b, other) in itertools.product(enumerate(prints), enumerate(copies))
        ]
        hits = kinds[:: count + 1]  # a film with its own copy
        exact = hits.count(change.kind)
        print(f"{change.name:20} {count - hits.count('')}/{count} {change.kind} {exact}")
    print(f"recall {score.found}/{score.copies}, false alarms {score.false}/{score.unlike}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
