"""Pictures by recipe, each with the verdict that was decided before it was made."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageDraw, ImageFilter

from tests.media_checks.files.made import Made

pillow_heif.register_heif_opener()
POLICY = {
    "name": "photos",
    "kind": "picture",
    "rules": {
        "intact": {"level": "hard"},
        "format": {
            "level": "hard",
            "formats": ["jpeg", "png", "webp", "heic", "avif", "tiff"],
        },
        "file_size": {"level": "hard", "max_mb": 0.6},
        "resolution": {"level": "hard", "min_short_px": 300, "min_long_px": 400},
        "aspect_ratio": {"level": "soft", "ratios": ["4:3", "3:4"]},
        "colours": {"level": "hard"},
        "animated": {"level": "hard"},
        "blank": {"level": "hard"},
        "blurred": {"level": "hard"},
        "location": {"level": "soft"},
    },
}
Build = Callable[[], bytes]
PLACE = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (10.0, 45.0, 30.0),
    ExifTags.GPS.GPSLongitudeRef: "E",
    ExifTags.GPS.GPSLongitude: (106.0, 40.0, 0.0),
}
XMP = b'<x:xmpmeta exif:GPSLatitude="10,45N" exif:GPSLongitude="106,40E"/>'


def drawn(size: tuple[int, int] = (640, 480), seed: int = 1) -> Image.Image:
    """Something to see that no other seed looks like."""
    picture = Image.new("RGB", size, "#406080")
    draw = ImageDraw.Draw(picture)
    for n in range(24):
        x, y = (seed * 7919 + n * 104729) % size[0], (seed * 6007 + n * 7331) % size[1]
        draw.ellipse((x - 60, y - 40, x + 60, y + 40), fill=(n * 10, (n * seed * 53) % 256, 90))
    return picture


def saved(picture: Image.Image, kind: str, **how: Any) -> bytes:
    """The bytes of a picture file."""
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **how: Any) -> Build:
    return lambda: saved(drawn(size), kind, **how)


def changed(change: Callable[[Image.Image], Image.Image], kind: str = "PNG", **how: Any) -> Build:
    return lambda: saved(change(drawn()), kind, **how)


def with_exif(size: tuple[int, int], turn: int = 1, place: bool = False) -> Build:
    def build() -> bytes:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = turn
        exif[ExifTags.Base.Make] = "Apple"
        exif[ExifTags.Base.Model] = "iPhone 15"
        if place:
            exif[ExifTags.IFD.GPSInfo] = PLACE
        return saved(drawn(size), "JPEG", exif=exif)

    return build


def several(kind: str, **how: Any) -> Build:
    frames = [drawn(seed=seed) for seed in (1, 2, 3)]
    return lambda: saved(frames[0], kind, save_all=True, append_images=frames[1:], **how)


def part(build: Build, share: float = 0.6) -> Build:
    def cut() -> bytes:
        data = build()
        return data[: int(len(data) * share)]

    return cut


def scratched() -> bytes:
    """A PNG of which one byte of the pixels is another."""
    data = bytearray(saved(drawn(), "PNG"))
    at = data.find(b"IDAT") + 3000
    data[at] ^= 0xFF
    return bytes(data)


def holed() -> bytes:
    """A JPEG of which a piece never arrived."""
    data = saved(
        Image.blend(drawn(), Image.effect_noise((640, 480), 40).convert("RGB"), 0.3), "JPEG"
    )
    return data[:20_000] + bytes(2000) + data[22_000:]


def huge_png(width: int, height: int) -> bytes:
    """A head that promises more pixels than any memory holds; a few bytes behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def see_through(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


def clear(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    picture.putalpha(0)
    return picture


def soft(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(12))


def one_sharp_face(picture: Image.Image) -> Image.Image:
    blurred = soft(picture)
    blurred.paste(picture.crop((200, 150, 380, 330)), (200, 150))
    return blurred


def deep_grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L").convert("I").point(lambda value: value * 256).convert("I;16")


def apple_photo(kind: str = "HEIF", **how: Any) -> Build:
    return photo(kind, quality=60, **how)


BAD = "resolution aspect_ratio"
PICTURES = [
    Made("good.jpg", "pass", "", photo()),
    Made("good.png", "pass", "", photo("PNG")),
    Made("good.webp", "pass", "", photo("WEBP")),
    Made("good.heic", "pass", "", apple_photo()),
    Made("good.avif", "pass", "", photo("AVIF")),
    Made("good.tiff", "pass", "", photo("TIFF", compression="tiff_lzw")),
    Made("grey.jpg", "pass", "", changed(lambda p: p.convert("L"), "JPEG")),
    Made("deep-grey.png", "pass", "", changed(deep_grey)),
    Made("palette.png", "pass", "", changed(lambda p: p.convert("P"))),
    Made("line-drawing.png", "pass", "", changed(lambda p: p.convert("1"))),
    Made("see-through.png", "pass", "", changed(see_through)),
    Made("png-called.jpg", "pass", "", photo("PNG")),
    Made("progressive.jpg", "pass", "", photo(progressive=True)),
    Made("coarse.jpg", "pass", "", photo(quality=10, subsampling=2)),
    Made("restarts.jpg", "pass", "", photo(restart_marker_rows=1, optimize=True)),
    Made("odd-size.jpg", "pass", "", photo(size=(533, 400))),
    Made("turned.jpg", "pass", "", with_exif((640, 480), turn=6)),
    Made("turned-wide.jpg", "look", "aspect_ratio", with_exif((800, 450), turn=8)),
    Made("phone-preview.jpg", "pass", "", several("MPO")),
    Made("pages.tiff", "pass", "", several("TIFF", compression="tiff_lzw")),
    Made("wide.jpg", "look", "aspect_ratio", photo(size=(800, 450))),
    Made("small.jpg", "fail", "resolution", photo(size=(320, 240))),
    Made("narrow.jpg", "fail", BAD, photo(size=(1200, 200))),
    Made(
        "heavy.png",
        "fail",
        "file_size",
        lambda: saved(Image.effect_noise((900, 675), 80).convert("RGB"), "PNG"),
    ),
    Made("cmyk.jpg", "fail", "colours", changed(lambda p: p.convert("CMYK"), "JPEG")),
    Made("still.gif", "fail", "format", photo("GIF")),
    Made("still.bmp", "fail", "format file_size", photo("BMP")),
    Made("animated.gif", "fail", "format animated", several("GIF")),
    Made("animated.webp", "fail", "animated", several("WEBP")),
    Made("animated.png", "fail", "animated", several("PNG")),
    Made("animated.avif", "fail", "animated", several("AVIF")),
    Made(
        "blue.jpg",
        "fail",
        "blank",
        lambda: saved(Image.new("RGB", (640, 480), "blue"), "JPEG"),
    ),
    Made("clear.png", "fail", "blank", changed(clear)),
    Made("blurred.jpg", "look", "blurred", changed(soft, "JPEG")),
    Made("one-sharp-face.jpg", "pass", "", changed(one_sharp_face, "JPEG")),
    Made("place.jpg", "look", "location", with_exif((640, 480), place=True)),
    Made("place-in-xmp.jpg", "look", "location", photo(xmp=XMP)),
    Made("cut-off.jpg", "fail", "intact", part(photo())),
    Made("cut-off.png", "fail", "intact", part(photo("PNG"))),
    Made("cut-off.webp", "unreadable", "", part(photo("WEBP"))),
    Made("cut-off.tiff", "fail", "intact", part(photo("TIFF"), 0.6)),
    Made("scratched.png", "fail", "intact", scratched),
    Made("hole.jpg", "fail", "intact", holed),
    Made("cut-off.heic", "fail", "intact", part(apple_photo())),
    Made("begun.jpg", "unreadable", "", lambda: saved(drawn(), "JPEG")[:20]),
    Made("promises-too-much.png", "unreadable", "", lambda: huge_png(60_000, 60_000)),
    Made("promises-too-long.png", "unreadable", "", lambda: huge_png(2_000_000_000, 1)),
    Made("empty.jpg", "unreadable", "", lambda: b""),
    Made("zeros.jpg", "unreadable", "", lambda: bytes(5000)),
    Made("noise.jpg", "unreadable", "", lambda: bytes(range(1, 256)) * 64),
    Made("document.jpg", "unreadable", "", lambda: b"%PDF-1.7\n%..."),
    Made("page.jpg", "unreadable", "", lambda: b"<!doctype html><title>Zalo</title>"),
    Made(
        "drawing.svg",
        "unreadable",
        "",
        lambda: b'<svg xmlns="x"><image href="file:///etc/x"/></svg>',
    ),
    Made(
        "film.jpg", "unreadable", "", lambda: b"\0\0\0\x20ftypisom\0\0\2\0isomiso2mp41" + bytes(90)
    ),
    Made("photoshop.psd", "unreadable", "", lambda: b"8BPS\0\1" + bytes(200)),
    Made(
        "script.jpg", "unreadable", "", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
    ),
]
