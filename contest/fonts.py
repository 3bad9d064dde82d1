"""A font with Vietnamese letters for pictures that we draw."""

from pathlib import Path

from PIL import ImageFont

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def bold(size: int) -> Font:
    """DejaVu Sans Bold, ``size`` pixels high; Pillow's own where the system has none."""
    try:
        return ImageFont.truetype(FOLDER / "DejaVuSans-Bold.ttf", size)
    except OSError:
        return ImageFont.load_default(size)
