"""A clip's still frame in the sizes in which pages show it.

The one that the check keeps is 1280 × 960, 150 to 300 KB: on a phone in the street two seconds for
each clip of a gallery. Drawn when first asked for and stored by its hash and width in the data
folder; a cache, no state.
"""

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from contest.drawing import once

WIDTHS = (160, 400, 800)  # a row of a list; a card in a gallery; the same on a fine screen
LARGEST = 4096  # pixels a side; a larger still frame is not opened
QUALITY = 78


def narrowed(original: Path, sha256: str, width: int, folder: Path) -> Path:
    """The path of a JPEG ``width`` pixels wide in ``folder``, drawn if it is not there yet; the
    original's where that is no wider or no picture that can be read."""
    path = folder / f"{sha256}-{width}.jpg"
    if path.exists():
        return path
    try:
        with Image.open(original, formats=["JPEG"]) as image:
            if image.width <= width or max(image.size) > LARGEST:
                return original
            once.drawn(path, lambda: _draw(image, width))
    except (UnidentifiedImageError, OSError, SyntaxError):
        return original
    return path


def framed(drawn: Path, width: int, target: Path) -> None:
    """Write a picture that was drawn by us to ``target`` as a JPEG, so many pixels wide at most."""
    with Image.open(drawn, formats=["JPEG", "PNG"]) as image:
        small = image.convert("RGB")
        small.thumbnail((width, 2 * width), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY)
    once.drawn(target, out.getvalue)


def _draw(image: Image.Image, width: int) -> bytes:
    size = (width, round(image.height * width / image.width))
    image.draft("RGB", size)  # decodes at half the size or less, where that is enough
    sized = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    sized.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
