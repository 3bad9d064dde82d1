"""A DOCX: paragraphs and tables in reading order, each run's letters by its font.

The few elements that carry text are read with lxml as a tree of bounded size; nothing outside the
main part, the numbering and the styles' fonts is opened (ECMA-376, part 1, 17).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from ..draft import PlanError
from ..letters.legacy import by_font, by_looks
from ..passages import Passage, cleaned

MOST_XML = 60 * 1024**2  # of one part, unpacked
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
LEFT_OUT = {f"{W}del", f"{W}moveFrom", f"{MC}Fallback", f"{W}instrText", f"{W}rPr", f"{W}pPr"}
FONT_PLACES = (f"{W}ascii", f"{W}hAnsi", f"{W}cs")


def passages_of(data: bytes) -> list[Passage]:
    """Paragraphs, and a passage for each row of a table. Raises ``PlanError`` for a faulty file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            main = _part(archive, "word/document.xml")
            styles = _part(archive, "word/styles.xml")
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ):
        raise _damaged() from None
    if main is None:
        raise _damaged()
    fonts = Fonts(_parsed(styles)) if styles else Fonts(None)
    body = _parsed(main).find(f"{W}body")
    found = list(_blocks(body, fonts)) if body is not None else []
    whole = "\n".join(passage.text for passage in found)
    if by_looks(whole) != whole:  # an old font that the file does not name
        found = [Passage(cleaned(by_looks(p.text)), cells=p.cells) for p in found]
    return found


def _part(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """A part of bounded size: the archive's own table may lie, so no more than that is unpacked."""
    if name not in archive.namelist():
        return None
    with archive.open(name) as part:
        data = part.read(MOST_XML + 1)
    if len(data) > MOST_XML:
        raise PlanError(
            "Tệp Word bung ra quá lớn. Hãy chép phần kế hoạch sang một tệp mới rồi gửi lại.",
            "The Word file unpacks to far too much. Copy the plan into a new file and send that.",
        )
    return data


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise _damaged() from None
    if root.getroottree().docinfo.doctype:
        raise _damaged()
    return root


def _damaged() -> PlanError:
    return PlanError(
        "Tệp không phải văn bản Word (.docx) đọc được. Hãy mở bằng Word hoặc LibreOffice, lưu lại"
        " dưới dạng .docx rồi gửi lại.",
        "The file is no readable Word document (.docx). Open it in Word or LibreOffice, save it as "
        ".docx and send it again.",
    )


class Fonts:
    """The font of a run: its own, its character style's, its paragraph's, the document's."""

    def __init__(self, styles: etree._Element | None) -> None:
        self.of_style: dict[str, str] = {}
        self.above: dict[str, str] = {}
        self.default = ""
        if styles is None:
            return
        self.default = _named_font(styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        for style in styles.iter(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            self.of_style[name] = _named_font(style.find(f"{W}rPr"))
            above = style.find(f"{W}basedOn")
            self.above[name] = above.get(f"{W}val", "") if above is not None else ""
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                self.default = self.of_style[name] or self.default

    def of_run(self, properties: etree._Element | None, paragraph_style: str) -> str:
        """The font's name, empty where none is said."""
        own = _named_font(properties)
        character = _value(properties, "rStyle")
        return own or self._styled(character) or self._styled(paragraph_style) or self.default

    def _styled(self, name: str) -> str:
        for _ in range(12):  # a circle of styles ends, too
            if not name or self.of_style.get(name):
                break
            name = self.above.get(name, "")
        return self.of_style.get(name, "")


def _named_font(properties: etree._Element | None) -> str:
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    if fonts is None:
        return ""
    return next((fonts.get(place, "") for place in FONT_PLACES if fonts.get(place)), "")


def _value(properties: etree._Element | None, name: str) -> str:
    element = properties.find(f"{W}{name}") if properties is not None else None
    return str(element.get(f"{W}val", "")) if element is not None else ""


def _blocks(parent: etree._Element, fonts: Fonts) -> Iterator[Passage]:
    """Passages below ``parent`` in reading order; what is deleted or doubled is left out."""
    for child in parent:
        if child.tag == f"{W}p":
            yield from _paragraph(child, fonts)
        elif child.tag == f"{W}tbl":
            yield from _table(child, fonts)
        elif child.tag not in LEFT_OUT and isinstance(child.tag, str):
            yield from _blocks(child, fonts)


def _paragraph(paragraph: etree._Element, fonts: Fonts) -> Iterator[Passage]:
    """A paragraph is one passage for each of its lines; text boxes in it come after."""
    style = _value(paragraph.find(f"{W}pPr"), "pStyle")
    numbered = paragraph.find(f"{W}pPr/{W}numPr") is not None
    text = "".join(_texts(paragraph, fonts, style))
    for line in text.split("\n"):
        if shown := cleaned(line):
            yield Passage(shown if not numbered or not shown[0].isalnum() else f"- {shown}")
    for box in paragraph.iter(f"{W}txbxContent"):
        if not any(above.tag == f"{MC}Fallback" for above in box.iterancestors()):
            yield from _blocks(box, fonts)


def _texts(element: etree._Element, fonts: Fonts, style: str) -> Iterator[str]:
    for child in element:
        if child.tag == f"{W}r":
            yield by_font(_run(child), fonts.of_run(child.find(f"{W}rPr"), style))
        elif child.tag not in LEFT_OUT and isinstance(child.tag, str):
            yield from _texts(child, fonts, style)


def _run(run: etree._Element) -> str:
    said = []
    for child in run:
        if child.tag == f"{W}t":
            said.append(child.text or "")
        elif child.tag in (f"{W}br", f"{W}cr"):
            said.append("\n" if child.get(f"{W}type") else " ")
        elif child.tag == f"{W}tab":
            said.append(" ")
        elif child.tag == f"{W}noBreakHyphen":
            said.append("-")
    return "".join(said)


def _table(table: etree._Element, fonts: Fonts) -> Iterator[Passage]:
    """A row of one line in each cell is one passage; else the cells one after the other."""
    for row in table.iter(f"{W}tr"):
        if next(row.iterancestors(f"{W}tbl")) is not table:
            continue
        cells = [
            list(_blocks(cell, fonts))
            for cell in row.iter(f"{W}tc")
            if next(cell.iterancestors(f"{W}tr")) is row
        ]
        if len(cells) > 1 and all(len(cell) <= 1 for cell in cells):
            texts = tuple(cell[0].text if cell else "" for cell in cells)
            yield Passage(" | ".join(text for text in texts if text), cells=texts)
        else:
            for cell in cells:
                yield from cell
