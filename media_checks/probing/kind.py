"""What a file is when it is no clip: a picture, a sound, a page … by its first bytes.

Only asked about files that could not be read as a clip, for the sentence with which they are
refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..words import Text

HEAD = 8192  # bytes that are looked at
UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload", ".tmp", ".!ut")


class Kind(NamedTuple):
    """A ``family`` decides what the person is told to do; ``name`` is what the file is."""

    family: str
    name: Text


def _kind(family: str, vi: str, en: str) -> Kind:
    return Kind(family, Text(vi, en))


OFFICE = _kind(
    "document",
    "tài liệu Word, Excel hoặc PowerPoint",
    "a Word, Excel or PowerPoint document",
)
PROJECT = _kind("project", "dự án của ứng dụng dựng phim", "an editing app's project")
# Where the bytes stand, the bytes, and what begins so. The first that fits.
SIGNATURES = (
    (0, b"\xff\xd8\xff", _kind("image", "ảnh JPEG", "a JPEG picture")),
    (0, b"\x89PNG", _kind("image", "ảnh PNG", "a PNG picture")),
    (0, b"GIF8", _kind("image", "ảnh động GIF", "a GIF picture")),
    (8, b"WEBP", _kind("image", "ảnh WebP", "a WebP picture")),
    (0, b"BM", _kind("image", "ảnh BMP", "a BMP picture")),
    (0, b"II*\x00", _kind("image", "ảnh TIFF hoặc ảnh thô của máy ảnh", "a TIFF or raw picture")),
    (0, b"MM\x00*", _kind("image", "ảnh TIFF", "a TIFF picture")),
    (0, b"8BPS", _kind("image", "ảnh Photoshop", "a Photoshop picture")),
    (8, b"WAVE", _kind("sound", "bản ghi âm WAV", "a WAV sound recording")),
    (0, b"ID3", _kind("sound", "bản ghi âm MP3", "an MP3 sound recording")),
    (0, b"fLaC", _kind("sound", "bản ghi âm FLAC", "a FLAC sound recording")),
    (0, b"#!AMR", _kind("sound", "bản ghi âm AMR", "an AMR sound recording")),
    (8, b"AIFF", _kind("sound", "bản ghi âm AIFF", "an AIFF sound recording")),
    (0, b"caff", _kind("sound", "bản ghi âm CAF", "a CAF sound recording")),
    (0, b"MThd", _kind("sound", "bản nhạc MIDI", "a MIDI tune")),
    (28, b"\x01vorbis", _kind("sound", "bản ghi âm OGG", "an OGG sound recording")),
    (28, b"OpusHead", _kind("sound", "bản ghi âm OGG", "an OGG sound recording")),
    (0, b"OggS", _kind("film", "clip OGG", "an OGG clip")),
    (
        0,
        b"\x30\x26\xb2\x75",
        _kind("film", "clip Windows Media (WMV)", "a Windows Media (WMV) clip"),
    ),
    (0, b"FLV\x01", _kind("film", "clip Flash (FLV)", "a Flash (FLV) clip")),
    (0, b".RMF", _kind("film", "clip RealMedia", "a RealMedia clip")),
    (
        4,
        b"\x0d\x01\x02\x01\x01\x02",
        _kind(
            "film", "clip MXF của máy quay chuyên nghiệp", "an MXF clip of a professional camera"
        ),
    ),
    (0, b"%PDF", _kind("document", "tài liệu PDF", "a PDF document")),
    (0, b"{\\rtf", _kind("document", "tài liệu RTF", "an RTF document")),
    (0, b"\xd0\xcf\x11\xe0", OFFICE),
    (0, b"Rar!", _kind("archive", "tệp nén RAR", "a RAR archive")),
    (0, b"7z\xbc\xaf", _kind("archive", "tệp nén 7z", "a 7z archive")),
    (0, b"\x1f\x8b", _kind("archive", "tệp nén GZ", "a GZ archive")),
    (257, b"ustar", _kind("archive", "tệp gói TAR", "a TAR archive")),
    (0, b"L\x00\x00\x00\x01\x14\x02", _kind("link", "lối tắt của Windows", "a Windows shortcut")),
    (
        0,
        b"\x00\x05\x16\x07",
        _kind(
            "link",
            "tệp phụ của máy Mac (tên bắt đầu bằng “._”)",
            "a Mac's side file (its name begins with “._”)",
        ),
    ),
    (
        0,
        b"bplist00",
        _kind("link", "tệp ghi chú của iPhone hoặc máy Mac", "a note of an iPhone or a Mac"),
    ),
    (0, b"MZ", _kind("program", "chương trình Windows", "a Windows program")),
    (0, b"\x7fELF", _kind("program", "chương trình máy tính", "a computer program")),
)
# Within a ZIP, what its first members are called.
ZIPPED = (
    (b"word/", _kind("document", "tài liệu Word", "a Word document")),
    (b"xl/", _kind("document", "bảng tính Excel", "an Excel workbook")),
    (b"ppt/", _kind("document", "bài trình chiếu PowerPoint", "a PowerPoint presentation")),
    (b"[Content_Types]", OFFICE),
    (b"opendocument", _kind("document", "tài liệu LibreOffice", "a LibreOffice document")),
    (b"AndroidManifest", _kind("program", "ứng dụng Android", "an Android app")),
)
# The main brand of a file of boxes.
BRANDS = (
    (
        (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc"),
        _kind("image", "ảnh HEIC của iPhone", "an iPhone's HEIC picture"),
    ),
    ((b"avif", b"avis"), _kind("image", "ảnh AVIF", "an AVIF picture")),
    ((b"M4A ", b"M4B "), _kind("sound", "bản ghi âm M4A", "an M4A sound recording")),
    (
        (b"M4P ",),
        _kind("protected", "bài hát mua có khoá bản quyền", "a bought song that is locked"),
    ),
    ((b"crx ",), _kind("image", "ảnh thô Canon", "a Canon raw picture")),
)
# How text begins that is more than text, white space and letter case left aside.
WRITTEN = (
    (
        r"#extm3u|ffconcat|\[playlist\]|(<\?xml[^>]*>\s*)?<(mpd|playlist|asx)\b|v=0\r?\n",
        _kind("playlist", "danh sách phát", "a playlist"),
    ),
    (
        r"<!doctype html|<html|<head|<\?xml[^>]*>\s*<!doctype html",
        _kind("page", "trang web", "a web page"),
    ),
    (
        r"\[internetshortcut\]|<\?xml[^>]*>\s*<!doctype plist",
        _kind("link", "lối tắt tới một địa chỉ", "a shortcut to an address"),
    ),
    (r"<\?xml[^>]*>\s*<svg|<svg", _kind("image", "ảnh vẽ SVG", "an SVG drawing")),
    (r"\{[^}]{0,4000}\"(draft|canvas_config|tracks)", PROJECT),
    (r"<\?xml[^>]*>\s*<(!doctype )?(fcpxml|xmeml|premieredata|mlt|kdenlive)", PROJECT),
    (r"webvtt|1\r?\n\d\d:\d\d:\d\d[,.]\d+ -->", _kind("document", "phụ đề", "subtitles")),
)
MP3_FRAME = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x10-\xef]")
AAC_FRAME = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")
TEXT = _kind("document", "văn bản", "a text file")
ZIP = _kind("archive", "tệp nén ZIP", "a ZIP archive")
BLANK = _kind("blank", "tệp toàn số 0", "a file of nothing but zeros")
BEGUN = _kind("unfinished", "tệp chưa tải xong", "a download that has not finished")
LOCKED = _kind("protected", "clip có khoá bản quyền (DRM)", "a clip that is locked (DRM)")


def kind_of(path: Path) -> Kind | None:
    """What the file is if not a clip; None where nothing tells.

    A file whose name says that it is still being downloaded is told as that.
    """
    if path.suffix.lower() in UNFINISHED:
        return BEGUN
    with path.open("rb") as file:
        head = file.read(HEAD)
    looks: tuple[Callable[[bytes], Kind | None], ...] = (_boxes, _signed, _zipped, _text, _frames)
    found = next((kind for look in looks if (kind := look(head))), None)
    if found is None and head and not head.strip(b"\0"):
        return BLANK
    return found


def still_picture(path: Path) -> Kind | None:
    """A picture in a file of boxes, which newer FFmpegs read like a film of one frame."""
    with path.open("rb") as file:
        found = _boxes(file.read(HEAD))
    return found if found and found.family == "image" else None


def _boxes(head: bytes) -> Kind | None:
    if head[4:8] != b"ftyp":
        return None
    for brands, kind in BRANDS:
        if head[8:12] in brands:
            return kind
    return None


def _signed(head: bytes) -> Kind | None:
    for at, mark, kind in SIGNATURES:
        if head[at : at + len(mark)] == mark:
            return kind
    return None


def _zipped(head: bytes) -> Kind | None:
    if head[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return None
    return next((kind for mark, kind in ZIPPED if mark in head), ZIP)


def _frames(head: bytes) -> Kind | None:
    if MP3_FRAME.match(head) or AAC_FRAME.match(head):
        return _kind("sound", "bản ghi âm", "a sound recording")
    return None


def _text(head: bytes) -> Kind | None:
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
    try:
        text = decoder.decode(head)  # the last letter may be cut in two
    except UnicodeDecodeError:
        return None
    if not text.strip() or re.search(r"[\x00-\x08\x0e-\x1f]", text):
        return None
    begun = text.lstrip().lower()
    return next((kind for how, kind in WRITTEN if re.match(how, begun)), TEXT)
