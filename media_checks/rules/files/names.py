"""Formats, colours and papers as people call them."""

from __future__ import annotations

from collections.abc import Sequence

from ...words import Text, same

FORMATS = {
    "jpeg": same("JPEG"),
    "png": same("PNG"),
    "webp": same("WebP"),
    "heic": Text("HEIC (iPhone)", "HEIC (iPhone)"),
    "avif": same("AVIF"),
    "gif": same("GIF"),
    "tiff": same("TIFF"),
    "bmp": same("BMP"),
    "pdf": same("PDF"),
    "docx": Text("Word (.docx)", "Word (.docx)"),
    "docm": Text("Word có macro (.docm)", "Word with macros (.docm)"),
    "text": Text("văn bản thường", "plain text"),
}
SUFFIXES = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".jfif": "jpeg",
    ".png": "png",
    ".webp": "webp",
    ".heic": "heic",
    ".heif": "heic",
    ".avif": "avif",
    ".gif": "gif",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".bmp": "bmp",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docm",
    ".dotx": "docx",
    ".dotm": "docm",
    ".txt": "text",
}
COLOURS = {
    "rgb": Text("màu cho màn hình (RGB)", "colours for screens (RGB)"),
    "grey": Text("đen trắng", "black and white"),
    "cmyk": Text("màu cho máy in (CMYK)", "colours for printing presses (CMYK)"),
}
SLACK_MM = 3  # printers and programs differ by as much
PAPERS = {  # millimetres, upright
    "a3": (297, 420),
    "a4": (210, 297),
    "a5": (148, 210),
    "letter": (216, 279),
    "legal": (216, 356),
}


def listed(names: Sequence[Text]) -> Text:
    """``JPEG, PNG hoặc WebP`` / ``JPEG, PNG or WebP``."""
    if len(names) == 1:
        return names[0]
    vi, en = ([name[side] for name in names] for side in (0, 1))
    return Text(f"{', '.join(vi[:-1])} hoặc {vi[-1]}", f"{', '.join(en[:-1])} or {en[-1]}")


def paper(width: int, height: int) -> Text:
    """``A4`` where it is that within 3 mm, else its millimetres."""
    known = next((name for name in PAPERS if is_paper(width, height, name)), "")
    return paper_name(known) if known else same(f"{width} × {height} mm")


def paper_name(name: str) -> Text:
    """``a4`` -> ``A4``, ``letter`` -> ``Letter``."""
    return same(name.upper() if name[-1].isdigit() else name.capitalize())


def is_paper(width: int, height: int, name: str) -> bool:
    """Upright or across, within 3 mm."""
    short, long = PAPERS[name]
    sides = sorted((width, height))
    return abs(sides[0] - short) <= SLACK_MM and abs(sides[1] - long) <= SLACK_MM
