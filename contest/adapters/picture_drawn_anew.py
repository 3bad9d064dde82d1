"""Run by itself, in a box: opens the picture at argv[1] and draws it anew at argv[2].

What comes out holds the pixels and nothing else: no EXIF, no comment, no second file behind the
first. Turned as the camera says. Exit status 3: too many pixels; 4: no picture that can be read.
Knows nothing of the house, so that the box need not show it.
"""

import sys

import pillow_heif
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF")
PHOTOS = ("JPEG", "AVIF", "HEIF")  # as PNG they would be ten times as large
MOST_PIXELS = 50_000_000  # a phone's longest scrolled screenshot, 1,440 × 30,000, fits
TOO_LARGE, UNREADABLE = 3, 4


def main(source: str, target: str) -> int:
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # judged here, from the head, before a pixel is decoded
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return TOO_LARGE
            photo = picture.format in PHOTOS
            draw(ImageOps.exif_transpose(picture), target, photo=photo)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    return 0


def draw(picture: Image.Image, target: str, *, photo: bool) -> None:
    """The first frame, in a fresh picture that has inherited nothing."""
    see_through = picture.has_transparency_data and not photo
    pixels = picture.convert("RGBA" if see_through else "RGB")
    fresh = Image.new(pixels.mode, pixels.size)
    fresh.paste(pixels)
    if photo:
        fresh.save(target, "JPEG", quality=95, subsampling=0)
    else:
        fresh.save(target, "PNG")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
