"""Share cards: the picture that a chat or a feed shows beside a link (Open Graph), 1200 × 630.

Drawn once for each content and stored by its hash in the data folder; changed content makes
another file, so a card may be cached forever.
"""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from contest import canonical
from contest.drawing import fonts, once

WIDTH, HEIGHT, EDGE = 1200, 630, 64
BLUE, DEEP, RED, GOLD, WHITE, PALE = (
    (11, 78, 162), (7, 55, 116), (200, 16, 46), (255, 205, 0), (255, 255, 255), (205, 222, 245)
)
DRAWING = 2  # increase it when the drawing changes: every card is then drawn anew
PICTURE = (560, 420)  # of a clip's still frame: 4:3, as the clips (plan III.3)
LARGEST = 4096  # pixels a side; a larger still frame is not opened
TITLE_SIZES = (64, 56, 48, 42, 36)
MOST_TITLE_ROWS = 4


@dataclass(frozen=True)
class Card:
    """A card's content. ``rows`` are (left, right) below the title; ``picture`` is the SHA-256
    of a still frame."""

    organiser: str
    eyebrow: str
    title: str
    rows: Sequence[tuple[str, str]]
    foot: str
    picture: str | None = None

    @property
    def sha256(self) -> str:
        return canonical.sha256({"drawing": DRAWING, **asdict(self)})


class Bare(Exception):
    """The still frame cannot be read now: ``content`` is the card without it, not to be kept."""

    def __init__(self, content: bytes) -> None:
        super().__init__("the card's still frame cannot be read")
        self.content = content


def kept(card: Card, folder: Path, picture: Path | None) -> Path:
    """The path of the card's PNG in ``folder``, drawn once if it is not there yet.

    Raises ``Bare`` where its still frame cannot be read; nothing is kept then.
    """
    def whole() -> bytes:
        still = _still(picture)
        content = _drawn(card, still)
        if card.picture is not None and still is None:
            raise Bare(content)
        return content

    return once.drawn(folder / f"{card.sha256}.png", whole)


def draw(card: Card, picture: Path | None = None) -> bytes:
    """The card as PNG."""
    return _drawn(card, _still(picture))


def _drawn(card: Card, still: Image.Image | None) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), BLUE)
    pen = ImageDraw.Draw(image)
    pen.polygon([(WIDTH * 0.62, 0), (WIDTH, 0), (WIDTH, HEIGHT), (WIDTH * 0.42, HEIGHT)], fill=DEEP)
    pen.rectangle((0, HEIGHT - 22, WIDTH, HEIGHT), fill=RED)
    pen.rectangle((0, HEIGHT - 28, WIDTH, HEIGHT - 22), fill=GOLD)
    if still is not None:
        image.paste(still, (WIDTH - EDGE - PICTURE[0], 118))
    room = WIDTH - 2 * EDGE - (PICTURE[0] + 40 if still is not None else 0)
    image.paste(_brand(), (EDGE, 40))
    pen.text((EDGE + 70, 66), card.organiser, font=fonts.bold(30), fill=WHITE, anchor="lm")
    _words(pen, card, room)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _still(path: Path | None) -> Image.Image | None:
    """The still frame made by our worker, cropped to 4:3; None where there is none usable."""
    if path is None:
        return None
    try:
        with Image.open(path, formats=("JPEG",)) as found:
            if max(found.size) > LARGEST:
                return None
            scale = max(PICTURE[0] / found.width, PICTURE[1] / found.height)
            sized = found.convert("RGB").resize(
                (round(found.width * scale), round(found.height * scale))
            )
    except OSError:
        return None
    left, top = (sized.width - PICTURE[0]) // 2, (sized.height - PICTURE[1]) // 2
    cut: Image.Image = sized.crop((left, top, left + PICTURE[0], top + PICTURE[1]))
    return cut


def _brand() -> Image.Image:
    """Our logo (contest/assets/img/icon.svg), drawn large and scaled down for smooth edges."""
    mark = Image.new("RGB", (208, 208), BLUE)
    pen = ImageDraw.Draw(mark)
    pen.ellipse((4, 4, 203, 203), fill=WHITE)
    pen.chord((22, 22, 185, 185), 14, 166, fill=RED)
    pen.polygon([(80, 54), (80, 138), (150, 96)], fill=BLUE)
    return mark.resize((52, 52), Image.Resampling.LANCZOS)


def _words(pen: ImageDraw.ImageDraw, card: Card, room: int) -> None:
    top = 136.0
    if card.eyebrow:
        for row in wrapped(card.eyebrow, fonts.bold(27), room)[:2]:
            pen.text((EDGE, top), row, font=fonts.bold(27), fill=GOLD)
            top += 38
        top += 8
    size, rows = _fitted(card.title, room, MOST_TITLE_ROWS if len(card.rows) < 3 else 1)  # noqa: PLR2004
    for row in rows:
        pen.text((EDGE, top), row, font=fonts.bold(size), fill=WHITE)
        top += size * 1.28
    top += 22
    for left, right in card.rows:
        top = _row(pen, left, right, top, room)
    pen.text((EDGE, HEIGHT - 52), card.foot, font=fonts.regular(25), fill=PALE, anchor="ls")


def _row(pen: ImageDraw.ImageDraw, left: str, right: str, top: float, room: int) -> float:
    """One row below the title: a sentence (left only), a status (right only), or two columns.
    Returns the top of the next row."""
    font = fonts.regular(30)
    if not left:
        pen.text((EDGE, top + 14), right, font=fonts.bold(34), fill=GOLD)
        return top + 64
    if not right:
        for row in wrapped(left, font, room)[:2]:
            pen.text((EDGE, top), row, font=font, fill=PALE)
            top += 44
        return top
    column = 330
    pen.text((EDGE, top), left, font=fonts.bold(30), fill=GOLD)
    first, *more = wrapped(right, font, room - column)
    pen.text((EDGE + column, top), f"{first}…" if more else first, font=font, fill=WHITE)
    return top + 56


def _fitted(text: str, room: int, most: int) -> tuple[int, list[str]]:
    """The largest size at which the title takes at most ``most`` rows; cut where none does."""
    for size in TITLE_SIZES:
        rows = wrapped(text, fonts.bold(size), room)
        if len(rows) <= most:
            return size, rows
    return TITLE_SIZES[-1], [*rows[: most - 1], f"{rows[most - 1]}…"]


def wrapped(text: str, font: fonts.Font, room: int) -> list[str]:
    """Rows no wider than ``room`` pixels, broken between words; a longer word gets its own row."""
    rows = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and font.getlength(longer) > room:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows
