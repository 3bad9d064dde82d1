"""A font with Vietnamese letters for generated pictures."""

from pathlib import Path

from PIL import ImageFont

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def bold(size: int) -> Font:
    """DejaVu Sans Bold, ``size`` pixels high; Pillow's default where it is not installed."""
    return _named("DejaVuSans-Bold.ttf", size)


def regular(size: int) -> Font:
    """DejaVu Sans, ``size`` pixels high; Pillow's default where it is not installed."""
    return _named("DejaVuSans.ttf", size)


def _named(name: str, size: int) -> Font:
    try:
        return ImageFont.truetype(FOLDER / name, size)
    except OSError:
        return ImageFont.load_default(size)
