"""A PDF: its pages, words, fonts, and what in it would run or reach out (ISO 32000-2)."""

from __future__ import annotations

import _weakrefset
import signal
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError, WrongPasswordError
from pypdf.generic import IndirectObject, PdfObject

from .letters import bounded, old_fonts, plain_font
from .refused import Refused

MOST_PAGES, MOST_OBJECTS = 500, 100_000  # that are looked at
MOST_PROMISED = 10_000
AGAIN_S = 0.05
WEAK = (weakref.__file__, _weakrefset.__file__)  # where references are cleared
PAGE_S, ALL_S = 10.0, 35.0  # of processor time for a page, for all, for all objects
LEAST_LETTERS = 20  # on a page; with fewer and a picture it is a scan with a stamp
POINT_MM = 25.4 / 72
DEEPEST = 20
# Fonts that every reader has (9.6.2.2); they need not be embedded to look alike everywhere.
STANDARD = ("Times", "Helvetica", "Courier", "Symbol", "ZapfDingbats")
ACTIONS = {  # /S of an action -> what it would do
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit",
    "/ImportData": "submit",
    "/GoToE": "launch",
    "/Rendition": "media",
    "/Movie": "media",
    "/RichMediaExecute": "media",
}
ANNOTATIONS = {"/RichMedia": "media", "/Movie": "media", "/3D": "media", "/Screen": "media"}
Fonts = dict[str, bool]  # name -> whether it need not be asked of the reader's machine


class _TooLong(BaseException):
    """No ``Exception``: the library catches those where a file is odd, and goes on."""


def read(path: str, _folder: str) -> dict[str, Any]:
    """What is true of the PDF at ``path``."""
    reader = _opened(path)
    count = len(reader.pages)
    if count == 0:
        raise Refused("damaged", "no pages")
    looks = _Pages(reader)
    things = _Things(reader)
    about = reader.metadata
    return {
        "format": "pdf",
        "pages": count,
        "pages_promised": _promised(reader),
        "papers": looks.sizes(),
        "text": bounded(looks.texts),
        "picture_pages": looks.pictures,
        "unread_pages": looks.unread,
        "fonts_missing": sorted(name for name, there in looks.fonts.items() if not there)[:20],
        "old_fonts": old_fonts(looks.fonts)[:20],
        "active": sorted(things.active),
        "attachments": things.attachments,
        "links": len(things.links),
        "restricted": bool(reader.is_encrypted),
        "damage": "truncated" if looks.unread and _end_missing(path) else "",
        "made_by": plain_font(str((about and (about.creator or about.producer)) or "")),
    }


def _opened(path: str) -> PdfReader:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("password")
        _ = reader.root_object, len(reader.pages)
    except WrongPasswordError:
        raise Refused("password") from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = "truncated" if _end_missing(path) else "damaged"
        raise Refused(why, f"{type(error).__name__}: {error}"[:200]) from None
    return reader


def _promised(reader: PdfReader) -> int | None:
    """How many pages there are to be; the library says nothing of ones that are missing."""
    with suppress(PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        tree: Any = reader.root_object["/Pages"]
        found = int(tree["/Count"])
        return found if 0 < found <= MOST_PROMISED else None
    return None


def _end_missing(path: str) -> bool:
    """Every PDF ends with a mark (7.5.5); one that was cut off does not."""
    with open(path, "rb") as file:  # noqa: PTH123 - of the box
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        return b"%%EOF" not in file.read()


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises ``_TooLong`` in what has taken so much processor time, however busy the machine is."""

    def stop(_signal: int, frame: FrameType | None) -> None:
        # What is raised while a weak reference is cleared is thrown away; the next one comes soon.
        if frame is None or frame.f_code.co_filename not in WEAK:
            raise _TooLong

    before = signal.signal(signal.SIGPROF, stop)
    # 0 would be no end
    signal.setitimer(signal.ITIMER_PROF, max(0.001, seconds), AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class _Pages:
    """What stands on the pages, as far as time allows."""

    def __init__(self, reader: PdfReader) -> None:
        self.texts: list[str] = []
        self.pictures: list[int] = []
        self.unread: list[int] = []
        self.fonts: Fonts = {}
        self.papers: dict[tuple[int, int], int] = {}
        self.ends = time.process_time() + ALL_S
        count = len(reader.pages)
        for number in range(1, count + 1):
            self._try(number, reader)

    def sizes(self) -> list[list[int]]:
        """Width, height (mm) and number of pages; the most frequent first."""
        often = sorted(self.papers.items(), key=lambda paper: (-paper[1], paper[0]))
        return [[*size, count] for size, count in often[:20]]

    def _try(self, number: int, reader: PdfReader) -> None:
        """A page that cannot be read, or not in its time, is noted as that."""
        left = self.ends - time.process_time()
        try:
            if number > MOST_PAGES or left <= 0:
                raise _TooLong
            with _at_most(min(PAGE_S, left)):
                self._look(number, reader.pages[number - 1])
        except MemoryError:
            raise
        except (Exception, _TooLong):
            self.unread.append(number)

    def _look(self, number: int, page: Any) -> None:
        with suppress(ValueError, TypeError, KeyError, AttributeError, IndexError):
            size = _paper(page)
            self.papers[size] = self.papers.get(size, 0) + 1
        picture = _Resources(self.fonts).look(page.get("/Resources"), 0)
        if drawing := page.get_contents():
            drawing.get_data()  # a page that names no fonts is not looked at for words
        text = page.extract_text()
        self.texts.append(text)
        if picture and sum(map(str.isalpha, text)) < LEAST_LETTERS:
            self.pictures.append(number)


def _paper(page: Any) -> tuple[int, int]:
    box, unit = page.cropbox, float(page.get("/UserUnit", 1))
    width, height = (round(abs(float(side)) * unit * POINT_MM) for side in (box.width, box.height))
    return (height, width) if page.rotation % 180 else (width, height)


class _Resources:
    """Fonts and pictures that a page draws with, those of drawings within it included."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts, self.picture = fonts, False

    def look(self, resources: Any, depth: int) -> bool:
        """Whether there is a picture."""
        resources = resources.get_object() if resources is not None else {}
        if depth > DEEPEST or not isinstance(resources, dict):
            return self.picture
        for font in _values(resources.get("/Font")):
            with suppress(Exception):
                self._font(font)
        for inner in _values(resources.get("/XObject")):
            if inner.get("/Subtype") == "/Image":
                self.picture = True
            elif inner.get("/Subtype") == "/Form" and "/Resources" in inner:
                self.look(inner["/Resources"], depth + 1)
        return self.picture

    def _font(self, font: Any) -> None:
        name = plain_font(str(font.get("/BaseFont", "")))
        if font.get("/Subtype") == "/Type3" or not name:
            return  # drawn by the file itself
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        described = inner.get("/FontDescriptor")
        described = described.get_object() if described is not None else {}
        there = any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        standard = name.split("-")[0].split(",")[0] in STANDARD
        self.fonts[name] = self.fonts.get(name, True) and (there or standard)


def _values(found: Any) -> list[Any]:
    found = found.get_object() if found is not None else {}
    return [value.get_object() for value in found.values()] if isinstance(found, dict) else []


class _Things:
    """What would run, reach out or is hidden within: every object is looked at, used or not."""

    def __init__(self, reader: PdfReader) -> None:
        self.active: set[str] = set()
        self.links: set[str] = set()
        self.attachments = 0
        with suppress(_TooLong), _at_most(ALL_S):
            for number in _numbers(reader):
                with suppress(Exception):
                    self._look(reader.get_object(IndirectObject(number, 0, reader)), 0)
            self._look(reader.trailer, 0)

    def _look(self, value: PdfObject | None, depth: int) -> None:
        if depth > DEEPEST:
            return
        if isinstance(value, dict):
            self._dictionary(value)
            for inner in dict.values(value):
                self._look(inner, depth + 1)
        elif isinstance(value, list):
            for inner in list.__iter__(value):
                self._look(inner, depth + 1)

    def _dictionary(self, value: dict[Any, Any]) -> None:
        action = dict.get(value, "/S")
        if isinstance(action, str) and action in ACTIONS:
            self.active.add(ACTIONS[action])
        if "/JS" in value:
            self.active.add("javascript")
        if "/XFA" in value:
            self.active.add("javascript")  # a form of the kind that brings scripts of its own
        drawn = dict.get(value, "/Subtype")
        if isinstance(drawn, str) and drawn in ANNOTATIONS:
            self.active.add(ANNOTATIONS[drawn])
        if "/EF" in value:
            self.attachments += 1
        if action == "/URI" and isinstance(dict.get(value, "/URI"), str | bytes):
            self.links.add(str(dict.get(value, "/URI"))[:500])


def _numbers(reader: PdfReader) -> list[int]:
    """Of every object that the file has by its own table, not by the size that it claims."""
    found = {number for table in reader.xref.values() for number in table}
    return sorted(found | set(reader.xref_objStm))[:MOST_OBJECTS]
