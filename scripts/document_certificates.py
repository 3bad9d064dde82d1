"""The certificates that are shipped: three designs of the same words. Long names, units and titles
get smaller letters by their length and wrap between words, so that none is cut and each certificate
stays on its page."""

from dataclasses import dataclass

from docx.document import Document as Docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, RGBColor

from scripts.document_parts import (
    BLUE,
    CENTRE,
    GREY,
    RED,
    columns,
    command,
    heading,
    new,
    signature,
    write,
)


@dataclass(frozen=True)
class Design:
    """``frame``: the kind of line around the page, "" for paper with a printed frame. ``name``: of
    the honoured unit. ``lift``: points above the first line."""

    landscape: bool
    frame: str
    line: str
    head: RGBColor
    name: RGBColor | None
    margins: tuple[int, int, int, int]
    heads: tuple[float, float]
    lower: tuple[float, float]
    lift: float = 0


RED_FRAME = Design(
    True, "double", "C8102E", RED, None, (15, 22, 10, 22), (120, 133), (140, 113), lift=10
)
BLUE_FRAME = Design(
    True, "thinThickSmallGap", "0B4EA2", BLUE, RED, (15, 22, 10, 22), (120, 133), (140, 113),
    lift=10,
)
PRINTED_PAPER = Design(
    False, "", "", RED, BLUE, (30, 20, 20, 25), (76, 86), (76, 86), lift=80
)
@dataclass(frozen=True)
class Words:
    """What a certificate says. ``gives``: between who gives it and ``head``; ``done``: of the
    title; ``register``: in which it is numbered."""

    name: str
    number: str
    gives: str
    head: str
    size: int
    done: tuple[tuple[str, str], ...]
    register: str


HONOUR = Words(
    "Giấy khen", "QĐ", "tặng", "GIẤY KHEN", 48,
    (("Đã đạt ", ""), ("{{ row.prize }}", "b"), (" với tác phẩm “{{ row.title }}”", "")),
    "Vào sổ khen thưởng số: ....................",
)
PARTICIPATION = Words(
    "Giấy chứng nhận tham gia", "GCN", "cấp", "GIẤY CHỨNG NHẬN", 40,
    (("Đã tham gia với tác phẩm “{{ row.title }}”", ""),),
    "Vào sổ chứng nhận số: {{ row.number }}",
)
# (characters at most, points): the first that holds is used; the last is for whatever is longer.
UNIT = ((24, 36), (44, 30), (80, 24), (130, 19), (0, 15))
TITLE = ((60, 20), (110, 17), (190, 14), (0, 12))
AUTHORS = ((80, 16), (160, 13), (0, 11))


def red() -> Docx:
    return certificates(RED_FRAME)


def blue() -> Docx:
    return certificates(BLUE_FRAME)


def printed() -> Docx:
    return certificates(PRINTED_PAPER)


def participation_red() -> Docx:
    return certificates(RED_FRAME, PARTICIPATION)


def participation_blue() -> Docx:
    return certificates(BLUE_FRAME, PARTICIPATION)


def participation_printed() -> Docx:
    return certificates(PRINTED_PAPER, PARTICIPATION)


def certificates(design: Design, words: Words = HONOUR) -> Docx:
    document = new(words.name, landscape=design.landscape, margins=design.margins)
    if design.frame:
        frame(document, design.frame, design.line)
    document.sections[0].header_distance = document.sections[0].footer_distance = Mm(5)
    command(document, "{%p for row in certificates %}")
    heading(document, words.number, design.heads)
    write(document, ("{{ authority }}", "b"), align=CENTRE, size=18, before=8 + design.lift,
          colour=BLUE)
    write(document, (words.gives, "i"), align=CENTRE, size=16, before=2)
    write(document, (words.head, "b"), align=CENTRE, size=words.size, colour=design.head)
    fitted(document, "row.unit", UNIT, ("{{ row.unit }}", "b"), before=4, after=4,
           colour=design.name)
    fitted(document, "row.title", TITLE, *words.done, after=2)
    command(document, "{%p if row.authors %}")
    fitted(document, "row.authors", AUTHORS, ("Tác giả: {{ row.authors }}", "i"), after=2)
    command(document, "{%p endif %}")
    fitted(document, "title", ((90, 17), (0, 13)), ("{{ title }}", ""))
    fitted(document, "theme", ((90, 14), (0, 12)), ("Chủ đề “{{ theme }}”", "i"), after=14)
    _lower(document, design, words.register)
    command(document, "{%p if not loop.last %}")
    document.add_page_break()
    command(document, "{%p endif %}")
    command(document, "{%p endfor %}")
    return document


def fitted(
    document: Docx, value: str, sizes: tuple[tuple[int, float], ...], *runs: tuple[str, str],
    **layout: object,
) -> None:
    """A centred paragraph whose letters get smaller as ``value`` gets longer."""
    for place, (most, size) in enumerate(sizes):
        word = "if" if place == 0 else "elif"
        command(document, f"{{%p {word} {value}|length <= {most} %}}" if most else "{%p else %}")
        write(document, *runs, align=CENTRE, size=size, **layout)
    command(document, "{%p endif %}")


def _lower(document: Docx, design: Design, register: str) -> None:
    """Where it is kept and checked, beside who signs."""
    left, right = columns(document, *design.lower)
    write(left, (register, ""), size=12, first=True)
    write(left, ("{{ qr }}", ""), size=8, before=3)
    write(left, ("Kiểm tra kết quả: {{ verify_address }}", ""), size=8, colour=GREY)
    write(left, ("Kết quả bản {{ revision }}. Vân tay khoá ký (SHA-256):", ""), size=7, colour=GREY)
    write(left, ("{{ fingerprint }}", ""), size=7, colour=GREY)
    signature(right, space=3)


def frame(document: Docx, kind: str, colour: str) -> None:
    """A line around the page."""
    borders = OxmlElement("w:pgBorders")
    borders.set(qn("w:offsetFrom"), "page")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", kind), ("sz", "24"), ("space", "24"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties = document.sections[0]._sectPr
    properties.find(qn("w:pgMar")).addnext(borders)
