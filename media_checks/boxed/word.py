"""A Word document: a ZIP of XML parts (ECMA-376), of which few are opened and none unbounded."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

from .letters import bounded, old_fonts, plain_font
from .refused import Refused

MOST_PARTS, MOST_XML, MOST_UNPACKED = 5000, 60 << 20, 600 << 20  # bytes of one part, of all
PACKED_TIMES = 200  # honest text is packed to a tenth, a plain drawing to a fiftieth
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/package/2006/relationships}"
APP = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
TWIP_MM = 25.4 / 1440
MACROS = "vnd.ms-word.document.macroEnabled"
MAIN = (
    "wordprocessingml.document.main",
    "wordprocessingml.template.main",
    MACROS,
    "vnd.ms-word.template.macroEnabledTemplate",
)
NOT_READ = {f"{W}{name}" for name in ("p", "pPr", "rPr", "del", "moveFrom")}
NOT_READ.add(f"{MC}AlternateContent")  # a box within, twice
DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
FROM_ELSEWHERE = re.compile(r"\bINCLUDE(PICTURE|TEXT)\b[^\n]*(://|\\\\\w)", re.IGNORECASE)
BESIDE = re.compile(r"word/(header|footer)\d*\.xml|word/(footnotes|endnotes|comments)\.xml")
TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def read(path: str, _folder: str) -> dict[str, Any]:
    """What is true of the document at ``path``."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(_Parts(archive))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise Refused("damaged", f"{type(error).__name__}: {error}"[:200]) from None
    except RuntimeError as error:  # how zipfile says that there is a password
        raise Refused("password" if "encrypted" in str(error) else "damaged") from None


def _read(parts: _Parts) -> dict[str, Any]:
    types = parts.text("[Content_Types].xml")
    if not any(kind in types for kind in MAIN) or not parts.has("word/document.xml"):
        raise Refused("other")
    main = parts.xml("word/document.xml")
    words = [line for name in TEXTS if parts.has(name) for line in _lines(parts.xml(name))]
    pages, sure = _pages(parts, main)
    fonts = _fonts(main, parts)
    media = [name for name in parts.names if name.startswith("word/media/")]
    letters = sum(map(str.isalpha, "".join(words[:2000])))
    return {
        "format": "docm" if MACROS in types or parts.has("word/vbaProject.bin") else "docx",
        "pages": pages,
        "pages_sure": sure,
        "papers": _papers(main),
        "text": bounded(words),
        # All of it, where there are pictures and no words to speak of.
        "picture_pages": [1] if media and letters < 20 else [],  # noqa: PLR2004 - as in a PDF
        "old_fonts": old_fonts(fonts)[:20],
        "active": sorted(_active(parts, main)),
        "attachments": sum(map(_is_attached, parts.names)),
        "links": len(parts.outside("hyperlink")),
        "made_by": plain_font(_property(parts, "Application")),
    }


def _is_attached(name: str) -> bool:
    """A file within the file: an object, or another document shown as a part of it (17.17.2).

    The workbook of a chart is none.
    """
    if name.startswith("word/embeddings/"):
        return not name.endswith(".xlsx")
    return name.startswith("word/afchunk") or name.endswith((".mht", ".htm", ".html"))


class _Parts:
    """The archive's parts, each unpacked no further than it may be: its own table may lie."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive, self.read = archive, 0
        entries = archive.infolist()
        self.names = [entry.filename for entry in entries]
        unpacked = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        bomb = unpacked > MOST_XML and unpacked > PACKED_TIMES * max(1, packed)
        if len(entries) > MOST_PARTS or unpacked > MOST_UNPACKED or bomb:
            raise Refused("bomb")
        self._whole()

    def _whole(self) -> None:
        """Unpacks everything once, a piece at a time, for the checksums."""
        for entry in self.archive.infolist():
            with self.archive.open(entry) as part:
                while piece := part.read(1 << 20):
                    self.read += len(piece)
                    if self.read > MOST_UNPACKED:
                        raise Refused("bomb")

    def has(self, name: str) -> bool:
        return name in self.names

    def text(self, name: str) -> str:
        """A part's letters; none of one that is not there."""
        return self._bytes(name).decode("utf-8", "replace")

    def xml(self, name: str) -> Any:
        """A part's root element. Raises ``Refused``."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            root = etree.fromstring(self._bytes(name), parser)
        except etree.XMLSyntaxError as error:
            raise Refused("damaged", f"{name}: {error}"[:200]) from None
        if root.getroottree().docinfo.doctype:
            raise Refused("damaged", f"{name}: a document type")
        return root

    def outside(self, kind: str) -> list[str]:
        """Addresses outside of the file that its parts refer to, of one kind of relation."""
        return [
            str(relation.get("Target", ""))
            for name in self.names
            if name.startswith("word/") and name.endswith(".rels")
            for relation in self.xml(name).iter(f"{R}Relationship")
            if relation.get("TargetMode") == "External"
            and str(relation.get("Type", "")).endswith(f"/{kind}")
        ]

    def _bytes(self, name: str) -> bytes:
        if not self.has(name):
            return b""
        with self.archive.open(name) as part:
            data = part.read(MOST_XML + 1)
        if len(data) > MOST_XML:
            raise Refused("bomb", name)
        return data


def _lines(root: Any) -> Iterator[str]:
    """Paragraphs in reading order; what is deleted or doubled for older programs is left out."""
    for paragraph in root.iter(f"{W}p"):
        if not any(above.tag == f"{MC}Fallback" for above in paragraph.iterancestors()):
            yield "".join(_runs(paragraph))


def _runs(parent: Any) -> Iterator[str]:
    for child in parent:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag in (f"{W}tab", f"{W}br", f"{W}cr"):
            yield " "
        elif child.tag == f"{W}noBreakHyphen":
            yield "-"
        # A text box within a paragraph has paragraphs of its own.
        elif child.tag not in NOT_READ:
            yield from _runs(child)


def _pages(parts: _Parts, main: Any) -> tuple[int | None, bool]:
    """As the program that wrote it says; by its page breaks else; both may be out of date."""
    said = _property(parts, "Pages")
    if said.isdecimal() and int(said) > 0:
        return min(int(said), 100_000), False
    drawn = sum(1 for _ in main.iter(f"{W}lastRenderedPageBreak"))
    return (drawn + 1, False) if drawn else (None, False)


def _property(parts: _Parts, name: str) -> str:
    if not parts.has("docProps/app.xml"):
        return ""
    found = parts.xml("docProps/app.xml").find(f"{APP}{name}")
    return str(found.text or "").strip() if found is not None else ""


def _papers(main: Any) -> list[list[int]]:
    found: Counter[tuple[int, int]] = Counter()
    for size in main.iter(f"{W}pgSz"):
        sides = [size.get(f"{W}{side}", "") for side in ("w", "h")]
        if all(side.isdecimal() and len(side) < 7 for side in sides):  # noqa: PLR2004 - 17 m
            width, height = (round(int(side) * TWIP_MM) for side in sides)
            found[width, height] += 1
    return [[*size, count] for size, count in found.most_common(20)]


def _fonts(main: Any, parts: _Parts) -> set[str]:
    roots = [main, *([parts.xml("word/styles.xml")] if parts.has("word/styles.xml") else [])]
    return {
        plain_font(str(value))
        for root in roots
        for fonts in root.iter(f"{W}rFonts")
        for name, value in fonts.attrib.items()
        if name in (f"{W}ascii", f"{W}hAnsi", f"{W}cs")
    }


def _active(parts: _Parts, main: Any) -> set[str]:
    found = set()
    if any(name.lower().endswith("vbaproject.bin") for name in parts.names):
        found.add("macros")
    if parts.outside("attachedTemplate"):
        found.add("template")
    kinds = ("image", "oleObject", "frame", "subDocument", "audio", "video")
    if any(parts.outside(kind) for kind in kinds):
        found.add("remote")
    if any(name.startswith("word/activeX/") for name in parts.names):
        found.add("controls")
    codes = "\n".join(_fields(parts, main))
    if DDE.search(codes):
        found.add("dde")
    if FROM_ELSEWHERE.search(codes):
        found.add("remote")
    return found


def _fields(parts: _Parts, main: Any) -> Iterator[str]:
    """Codes of fields, which Word may run, in the text and in what stands around it."""
    beside = [name for name in parts.names if BESIDE.fullmatch(name)]
    for root in (main, *map(parts.xml, beside)):
        for paragraph in root.iter(f"{W}p"):
            yield "".join(code.text or "" for code in paragraph.iter(f"{W}instrText"))
        for simple in root.iter(f"{W}fldSimple"):
            yield str(simple.get(f"{W}instr", ""))
