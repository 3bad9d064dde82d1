"""What the shipped DOCX templates are put together from: see document_templates.py."""

from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _Footer
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
LEFT, CENTRE, RIGHT, FULL = (
    WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
RED, BLUE, GREY = RGBColor(0xC8, 0x10, 0x2E), RGBColor(0x0B, 0x4E, 0xA2), RGBColor(0x55, 0x55, 0x55)
DAY = "{% if place %}{{ place }}, {% endif %}{{ date }}"
RANKING = (  # heading, placeholder, width in mm, alignment
    ("Hạng", "rank", 14, CENTRE), ("Đơn vị", "unit", 38, LEFT), ("Tác phẩm", "title", 37, LEFT),
    ("Giám khảo", "jury", 16, RIGHT), ("Tương tác", "interactions", 17, RIGHT),
    ("Tổng điểm", "total", 19, RIGHT), ("Giải", "prize", 24, LEFT),
)


# ---------------------------------------------------------------------------- small parts


def new(title: str, *, landscape: bool = False, margins: tuple[int, int, int, int]) -> Docx:
    """An A4 document; margins in mm: top, right, bottom, left."""
    document = Document()
    section = document.sections[0]
    width, height = (297, 210) if landscape else (210, 297)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, right, bottom, left = margins
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance, section.footer_distance = Mm(10), Mm(8)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    fonts = style.element.rPr.rFonts
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.rPr.append(language)
    style.paragraph_format.space_after = Pt(0)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.created = properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    return document


def write(
    where: Docx | _Cell, *runs: tuple[str, str], align: WD_ALIGN_PARAGRAPH = LEFT,
    size: float = 14, before: float = 0, after: float = 0, indent: float = 0,
    colour: RGBColor | None = None, first: bool = False, keep: bool = False,
) -> Paragraph:
    """A paragraph of runs (text, style): style holds b, i, u. ``first``: the cell's own first."""
    paragraph = where.paragraphs[0] if first else where.add_paragraph()
    layout = paragraph.paragraph_format
    layout.alignment, layout.keep_with_next = align, keep
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.first_line_indent = Mm(indent)
    for text, style in runs:
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(size), FONT
        run.bold, run.italic, run.underline = "b" in style, "i" in style, "u" in style
        if colour is not None:
            run.font.color.rgb = colour
    return paragraph


def command(where: Docx | _Cell, text: str, first: bool = False) -> None:
    """A paragraph that only steers: docxtpl takes it out."""
    write(where, (text, ""), first=first)


def body(document: Docx, text: str, style: str = "", **layout: float) -> Paragraph:
    return write(document, (text, style), align=FULL, indent=10, after=4, **layout)


def columns(where: Docx | _Footer, *widths: float) -> list[_Cell]:
    """A row of cells without lines, never split between pages; widths in mm."""
    room = [] if isinstance(where, Docx) else [Mm(sum(widths))]
    table = where.add_table(1, len(widths), *room)
    mark(table.rows[0], "w:cantSplit")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, column, width in zip(table.rows[0].cells, table.columns, widths, strict=True):
        cell.width = column.width = Mm(width)
    return list(table.rows[0].cells)


def rule(paragraph: Paragraph, *, side: int) -> None:
    """A thin line under a paragraph, ``side`` mm shorter on either side."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = Mm(side)


def listing(document: Docx, parts: tuple, rows: str, size: float = 11) -> None:
    """A table with a heading on each page and one row for each of ``rows``. Below the total
    stands the same on the plan's own scale, where it has one."""
    table = document.add_table(4, len(parts))
    table.style, table.autofit, table.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    head, begin, line, end = table.rows
    for index, (title, name, width, align) in enumerate(parts):
        for row in table.rows:
            row.cells[index].width = Mm(width)
        table.columns[index].width = Mm(width)
        write(head.cells[index], (title, "b"), align=CENTRE, size=size, first=True)
        bold = "b" if name in ("unit", "total") else ""
        write(line.cells[index], (f"{{{{ row.{name} }}}}", bold), align=align, size=size,
              first=True, before=1, after=1)
        if parts is RANKING and name == "total":
            second_scale(head.cells[index], line.cells[index])
    command(begin.cells[0], f"{{%tr for row in {rows} %}}", first=True)
    command(end.cells[0], "{%tr endfor %}", first=True)
    for row in (head, line):
        mark(row, "w:cantSplit")
    mark(head, "w:tblHeader")


def second_scale(head: _Cell, line: _Cell) -> None:
    command(head, "{%p if second_of %}")
    write(head, ("(thang {{ second_of }})", ""), align=CENTRE, size=9)
    command(head, "{%p endif %}")
    command(line, "{%p if row.second %}")
    write(line, ("({{ row.second }})", ""), align=RIGHT, size=9)
    command(line, "{%p endif %}")


def mark(row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = CENTRE
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = text or None
        run._r.append(element)


# ---------------------------------------------------------------------------- what papers share


def heading(where: Docx | _Cell, number: str, widths: tuple[float, float]) -> None:
    """The issuing body on the left, the Youth Union on the right; number and day below."""
    left, right = columns(where, *widths)
    command(left, "{%p if superior %}", first=True)
    write(left, ("{{ superior }}", ""), align=CENTRE, size=13)
    command(left, "{%p endif %}")
    write(left, ("{{ issuer }}", "b"), align=CENTRE, size=13)
    write(left, ("***", ""), align=CENTRE, size=13)
    write(left, (f"Số:          -{number}/{{{{ symbol }}}}", ""), align=CENTRE, size=13)
    union = write(right, ("ĐOÀN TNCS HỒ CHÍ MINH", "b"), align=CENTRE, size=14, first=True)
    rule(union, side=(widths[1] - 78) / 2)
    write(right, (DAY, "i"), align=CENTRE, size=13, before=12)
    command(right, "{%p if draft %}")
    write(right, ("{{ draft }}", "b"), align=CENTRE, size=14, before=6, colour=RED)
    command(right, "{%p endif %}")


def foot(document: Docx, width: float) -> None:
    """On every page: a QR to where the result can be checked, and the key's fingerprint."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    page_number(section.header.paragraphs[0])
    for footer in (section.first_page_footer, section.footer):
        code, words = columns(footer, 20, width - 20)
        write(code, ("{{ qr }}", ""), first=True)
        write(words, ("Kiểm tra kết quả: {{ verify_address }}", ""), size=8.5, first=True,
              before=4, colour=GREY)
        write(words, ("{% if draft %}DỰ THẢO. {% endif %}Kết quả bản {{ revision }}, mã kiểm tra "
                      "{{ result_sha256 }}.", ""), size=7.5, colour=GREY)
        write(words, ("Vân tay khoá ký (SHA-256): {{ fingerprint }}", ""), size=7.5, colour=GREY)
        footer._element.remove(footer.paragraphs[0]._p)
        write(footer, ("", ""), size=1)


def title(document: Docx, name: str, about: str) -> None:
    write(document, (name, "b"), align=CENTRE, size=15, before=16)
    line = write(document, (about, "b"), align=CENTRE, after=2)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm(12)
    rule(write(document, ("", ""), align=CENTRE, size=2, after=8), side=60)


def signature(cell: _Cell, *, space: int) -> None:
    """Who signs, above an empty place for signature and seal."""
    write(cell, ("{{ on_behalf }}", "b"), align=CENTRE, first=True, keep=True)
    write(cell, ("{{ signer }}", "b"), align=CENTRE, keep=True)
    for _ in range(space):
        write(cell, ("", ""), align=CENTRE)
