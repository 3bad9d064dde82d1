"""From a file's bytes to facts: one of the kinds, or a sentence why not."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..picture.fingerprint import FLAT, picture_hash
from . import refusals
from .box import read_boxed
from .facts import DocumentFile, OneFile, PictureFile, TextFile
from .jpeg import has_hole
from .likeness import Likeness, likeness_of_text
from .words import counted

MOST_TEXT = 4_000_000  # bytes of a text; a novel has one million
NEARLY = 0.5  # of FLAT; a picture with less to see than this has no hash


@dataclass(frozen=True)
class Read:
    """A file's facts; ``text`` are a document's words, ``kept`` what was written beside it."""

    facts: OneFile
    likeness: Likeness
    text: str = ""
    kept: dict[str, Any] = field(default_factory=dict)


def read_file(kind: str, path: Path, name: str, folder: Path | None = None) -> Read:
    """The file at ``path`` as an entry of ``kind`` (picture, document, text).

    ``name`` is what the sender calls it. Into ``folder`` go a picture's copy and thumbnail. Raises
    ``Unreadable``, or ``ToolFailed`` when the machine is at fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise refusals.empty(kind)
    return READERS[kind](path, size, Path(name).suffix.lower()[:12], folder)


def read_text(text: str, size: int, suffix: str = "") -> Read:
    """A text that is there already."""
    found = counted(text)
    about = TextFile(
        size=size,
        words=found.words,
        characters=found.characters,
        odd_pct=found.odd_pct,
        distinct_pct=found.distinct_pct,
        old_code=found.old_code,
        suffix=suffix,
    )
    return Read(about, likeness_of_text(text), unicodedata.normalize("NFC", text))


def _answer(kind: str, reader: str, path: Path, folder: Path | None = None) -> dict[str, Any]:
    found = read_boxed(reader, path, folder)
    if "refused" in found:
        why, detail = str(found["refused"]), str(found.get("detail", ""))
        raise refusals.refused(kind, why, detail, path)
    return found


def _picture(path: Path, size: int, suffix: str, folder: Path | None) -> Read:
    found = _answer("picture", "pictures", path, folder)
    kept, pixels = found.pop("copy", {}), base64.b64decode(found.pop("pixels", ""))
    told = picture_hash(pixels) if pixels and found["contrast"] >= FLAT * NEARLY else 0
    text = f"{told:064x}" if told else ""
    if found["format"] == "jpeg" and not found["damage"]:
        found["damage"] = "damaged" if has_hole(path, found["width"], found["height"]) else ""
    return Read(
        PictureFile(size=size, suffix=suffix, hash=text, **found),
        Likeness(pictures=(told,)),
        kept=dict(kept),
    )


def _document(path: Path, size: int, suffix: str, _folder: Path | None) -> Read:
    reader = _document_reader(path)
    found = _answer("document", reader, path)
    text = str(found.pop("text"))
    papers = [(int(w), int(h), int(n)) for w, h, n in found.pop("papers")]
    told = counted(text)
    about = DocumentFile(
        size=size,
        suffix=suffix,
        papers=papers,
        words=told.words,
        characters=told.characters,
        odd_pct=told.odd_pct,
        old_code=told.old_code,
        **found,
    )
    return Read(about, likeness_of_text(text), unicodedata.normalize("NFC", text))


def _document_reader(path: Path) -> str:
    """Which reader of the box opens it. Raises ``Unreadable`` for what is no document of ours."""
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:  # readers look for it in the first kilobyte
        return "pdf"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "word"
    if head[:4] == b"\xd0\xcf\x11\xe0" and refusals.holds_name(path, "EncryptedPackage"):
        raise refusals.locked()
    raise refusals.no_such("document", path)


def _text(path: Path, size: int, suffix: str, _folder: Path | None) -> Read:
    if size > MOST_TEXT:
        raise refusals.too_long_a_text(MOST_TEXT)
    data = path.read_bytes()
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise refusals.no_such("text", path) from None
    if "\0" in text:
        raise refusals.no_such("text", path)
    return read_text(text, size, suffix)


READERS: dict[str, Callable[[Path, int, str, Path | None], Read]] = {
    "picture": _picture,
    "document": _document,
    "text": _text,
}
