"""A picture: decoded whole, measured, and drawn anew without what its file says beside it."""

from __future__ import annotations

import base64
import io
import os
import re
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

from .refused import Refused

HEIC = "pillow_heif"  # without it such pictures are refused

# Pillow's names of what may be opened -> ours. MPO is a JPEG with a second picture behind it.
FORMATS = {
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "PNG": "png",
    "GIF": "gif",
    "WEBP": "webp",
    "AVIF": "avif",
    "HEIF": "heic",
    "TIFF": "tiff",
    "BMP": "bmp",
}
ANIMATED = ("PNG", "GIF", "WEBP", "AVIF")  # the others' further frames are pages or previews
MOST_PIXELS = 120_000_000  # a phone's 108 million fit; more would need gigabytes to decode
SEEN = 1600  # pixels of the longer side on which a picture is measured, about a screen
TILES = 8  # each way; a picture is as sharp as its sharpest parts
HASH_SIDE, THUMBNAIL = 32, 480
GREY, CMYK = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"), ("CMYK",)
LAPLACE = ImageFilter.Kernel((3, 3), [0, 1, 0, 1, -4, 1, 0, 1, 0], scale=1, offset=128)


def read(path: str, folder: str) -> dict[str, Any]:
    """What is true of the picture at ``path``; into ``folder``, if any, a copy and a thumbnail."""
    Image.MAX_IMAGE_PIXELS = None  # judged here, from the head, before a pixel is decoded
    with _opened(path) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused("too_large", f"{picture.width}×{picture.height}")
        damage = _decoded(picture, path)
        found = _head(picture) | {"damage": damage}
        if not damage:
            seen = _as_seen(picture)
            found |= _measured(seen)
            if folder:
                found["copy"] = _keep(picture, seen, folder)
    return found


def _opened(path: str) -> Image.Image:
    # Pillow itself finds an MPO among the JPEGs.
    formats = [name for name in FORMATS if name not in ("MPO", "HEIF")]
    if _may_be_heic(path) and find_spec(HEIC):  # to import it takes as long as all the others
        import_module(HEIC).register_heif_opener()
        formats.append("HEIF")
    try:
        return Image.open(path, formats=formats)
    except UnidentifiedImageError:
        raise Refused("other") from None


def _may_be_heic(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123 - this process imports as little as it can
        return file.read(8)[4:] == b"ftyp"


def _head(picture: Image.Image) -> dict[str, Any]:
    exif = _exif(picture)
    turn = exif.get(ExifTags.Base.Orientation, 1)
    across = turn in (5, 6, 7, 8)
    width, height = picture.size
    taken = _text(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal))
    camera = " ".join(_text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    return {
        "format": FORMATS[picture.format or ""],
        "width": height if across else width,
        "height": width if across else height,
        "turned": turn if turn in range(1, 9) else 1,
        "colours": _colours(picture),
        "frames": _frames(picture),
        "animated": picture.format in ANIMATED and _frames(picture) > 1,
        "location": _has_location(picture, exif),
        "taken": taken if re.fullmatch(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", taken) else "",
        "camera": camera.strip(),
        "software": _text(exif.get(ExifTags.Base.Software)),
    }


def _exif(picture: Image.Image) -> Image.Exif:
    """What the camera noted; nothing where that cannot be read, or only once all is decoded."""
    try:
        return picture.getexif()
    except MemoryError:
        raise
    except Exception:
        return Image.Exif()


def _text(value: object) -> str:
    """A tag's text in one line of bounded length."""
    return " ".join(str(value or "").replace("\0", " ").split())[:80]


def _colours(picture: Image.Image) -> str:
    return "grey" if picture.mode in GREY else "cmyk" if picture.mode in CMYK else "rgb"


def _frames(picture: Image.Image) -> int:
    try:
        return int(getattr(picture, "n_frames", 1))
    except (EOFError, OSError, ValueError, SyntaxError):  # where it was cut off
        return 1


def _has_location(picture: Image.Image, exif: Image.Exif) -> bool:
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if {ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude} <= set(place):
        return True
    described = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    told = described if isinstance(described, bytes) else str(described).encode()
    return b"GPSLatitude" in told and b"GPSLongitude" in told


def _decoded(picture: Image.Image, path: str) -> str:
    """Decodes every pixel of the first frame: what is wrong with them, or nothing."""
    try:
        picture.load()
        if picture.format == "PNG":  # decoding looks at no checksum
            with Image.open(path, formats=["PNG"]) as again:
                again.verify()
    except MemoryError:
        raise
    except Exception as error:
        return "truncated" if "truncated" in str(error).lower() else "damaged"
    return ""


def _as_seen(picture: Image.Image) -> Image.Image:
    """The picture about as large as a screen, turned as it is shown, on white."""
    seen = _without_palette(picture)
    factor = max(1, max(seen.size) // SEEN)
    seen = _on_white(seen.reduce(factor) if factor > 1 else seen)
    return _turned(seen, picture)


def _turned(pixels: Image.Image, picture: Image.Image) -> Image.Image:
    """As the camera's note in ``picture`` says, which fresh pixels no longer have."""
    turn = _exif(picture).get(ExifTags.Base.Orientation, 1)
    pixels.getexif()[ExifTags.Base.Orientation] = turn
    return ImageOps.exif_transpose(pixels)


def _without_palette(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # sixteen bits of grey
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode == "F":
        return picture.convert("L")
    if picture.mode in ("P", "PA", "1") or picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA"):
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture.convert("RGBA"))
        return white.convert("RGB")
    return picture.convert("RGB")


def _measured(seen: Image.Image) -> dict[str, Any]:
    grey = seen.convert("L")
    pixels = grey.resize((HASH_SIDE, HASH_SIDE), Image.Resampling.BOX).tobytes()
    return {
        "contrast": round(max(ImageStat.Stat(seen).stddev), 2),
        "sharpness": round(_sharpness(grey), 2),
        "pixels": base64.b64encode(pixels).decode("ascii"),
    }


def _sharpness(grey: Image.Image) -> float:
    """How much neighbours differ (second differences, luma steps) where they differ most."""
    edges = grey.filter(LAPLACE)
    if min(edges.size) > 2:  # noqa: PLR2004 - the filter leaves the outermost pixels as they are
        edges = edges.crop((1, 1, edges.width - 1, edges.height - 1))
    width, height = max(1, edges.width // TILES), max(1, edges.height // TILES)
    found = sorted(
        ImageStat.Stat(edges.crop((x, y, x + width, y + height))).stddev[0]
        for x in range(0, edges.width - width + 1, width)
        for y in range(0, edges.height - height + 1, height)
    )
    return found[int(len(found) * 0.95)] if len(found) > 1 else found[0]


def _keep(picture: Image.Image, seen: Image.Image, folder: str) -> dict[str, Any]:
    """A copy that holds pixels and nothing else, and a small one; their names and sizes."""
    see_through = picture.has_transparency_data and picture.format in ("PNG", "GIF", "WEBP")
    pixels = _without_palette(picture)
    pixels = pixels.convert("RGBA") if see_through else _in_srgb(picture, _on_white(pixels))
    fresh = Image.new(pixels.mode, pixels.size)
    fresh.paste(pixels)
    fresh = _turned(fresh, picture)
    name = "copy.png" if see_through or picture.format in ("PNG", "GIF", "BMP") else "copy.jpg"
    how: dict[str, Any] = {"quality": 95, "subsampling": 0} if name.endswith("jpg") else {}
    _drawn_anew(fresh).save(os.path.join(folder, name), **how)  # noqa: PTH118 - of the box
    small = _in_srgb(picture, seen)
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    _drawn_anew(small).save(os.path.join(folder, "thumbnail.jpg"), quality=85)  # noqa: PTH118
    return {
        "file": name,
        "width": fresh.width,
        "height": fresh.height,
        "thumbnail": {"file": "thumbnail.jpg", "width": small.width, "height": small.height},
    }


def _drawn_anew(picture: Image.Image) -> Image.Image:
    """The same pixels in a picture that has inherited nothing."""
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    return fresh


def _in_srgb(picture: Image.Image, pixels: Image.Image) -> Image.Image:
    """Colours as a screen shows them once the profile is gone; phones of today store Display P3."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode in (*GREY, *CMYK):
        return pixels
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        found = ImageCms.profileToProfile(
            pixels, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        )
        return found or pixels
    return pixels
