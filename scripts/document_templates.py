#!/usr/bin/env python3
"""Writes the DOCX templates that are shipped: ``python scripts/document_templates.py [FOLDER]``.

The files in templates/documents/ are this script's output, so that a change of theirs can be read;
a test compares them. Layout: Nghị định 30/2020, appendix I (A4, margins, Times New Roman, page
number top centre from page 2), with the Youth Union's own heading in place of the state's.
What may stand in {{ }} is listed in docs/documents.md.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

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

FOLDER = Path(__file__).parents[1] / "templates/documents"
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
PRIZES = (
    ("Giải", "prize", 28, LEFT), ("Đơn vị", "unit", 44, LEFT), ("Tác phẩm", "title", 44, LEFT),
    ("Tác giả", "authors", 33, LEFT), ("Điểm", "total", 18, RIGHT),
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
        write(words, ("{% if draft %}DỰ THẢO. {% endif %}Kết quả bản {{ revision }}, mã băm "
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


# ---------------------------------------------------------------------------- the papers


def minutes() -> Docx:
    document = new("Biên bản tổng hợp kết quả", margins=(20, 15, 20, 30))
    foot(document, 165)
    heading(document, "BB", (78, 87))
    title(document, "BIÊN BẢN", "Họp Ban Giám khảo, tổng hợp kết quả {{ title }}")
    write(document, ("Hôm nay, vào lúc ...... giờ ...... ngày ...... tháng ...... năm "
         "{{ year }}, tại ......................................................., Ban Giám "
         "khảo {{ title }}, chủ đề “{{ theme }}”, họp tổng hợp kết quả.", ""), indent=10, after=4)
    _present(document)
    _figures(document)
    body(document, "III. KẾT QUẢ XẾP HẠNG", "b", before=6, keep=True)
    listing(document, RANKING, "lines")
    _notes(document)
    _remarks(document)
    _evidence(document)
    body(document, "Biên bản được lập thành 02 bản có nội dung như nhau, đã đọc lại cho các thành "
         "viên cùng nghe, thống nhất và ký tên. Cuộc họp kết thúc vào lúc ...... giờ ...... cùng "
         "ngày.", before=8, keep=True)
    for cell, name in zip(columns(document, 50, 65, 50), ("THƯ KÝ", "BAN GIÁM KHẢO", "CHỦ TRÌ"),
                          strict=True):
        write(cell, (name, "b"), align=CENTRE, first=True, before=6, keep=True)
        write(cell, ("(Ký, ghi rõ họ tên)", "i"), align=CENTRE, size=12)
        for _ in range(6):
            write(cell, ("", ""))
    return document


def _present(document: Docx) -> None:
    body(document, "I. THÀNH PHẦN", "b", before=6, keep=True)
    body(document, "- Chủ trì: ........................................................, chức vụ: "
         "..............................")
    body(document, "- Thư ký: .........................................................., chức vụ: "
         "..............................")
    body(document, "{%p if jurors %}")
    body(document, "- Thành viên Ban Giám khảo ({{ jurors|length }} người): "
         "{{ jurors|join(\"; \") }}.")
    body(document, "{%p endif %}")


def _figures(document: Docx) -> None:
    body(document, "II. SỐ LIỆU VÀ CÁCH TÍNH", "b", before=6, keep=True)
    body(document, "1. Có {{ units }} đơn vị được xếp hạng với {{ clips }} clip đã đăng; số "
         "tương tác được chốt lúc {{ cut_off }}.")
    body(document, "2. Tổng điểm 100 gồm {{ jury_weight }} điểm giám khảo và "
         "{{ interaction_weight }} điểm tương tác. Điểm giám khảo là trung bình của các giám khảo "
         "có chấm. Mỗi cảm xúc tính {{ points_per_reaction }} điểm, mỗi lượt chia sẻ tính "
         "{{ points_per_share }} điểm (một tài khoản tính nhiều nhất {{ shares_per_account }} lượt "
         "cho một clip), tối đa {{ points_cap }} điểm. Đơn vị lấy điểm theo thể lệ bản "
         "{{ profile_number }}.")


def _notes(document: Docx) -> None:
    write(document, ("", ""), size=4)
    command(document, "{%p if unverified %}")
    body(document, "Lượt chia sẻ chưa được đối chiếu theo từng tài khoản: {{ unverified }}.", "i",
         size=12)
    command(document, "{%p endif %}")


def _remarks(document: Docx) -> None:
    for name, words, line in (
        ("ties", "Các đơn vị bằng điểm được xét như sau:", "{{ row }}"),
        ("disqualified", "Clip bị loại, không tính kết quả:",
         "{{ row.unit }} (mã {{ row.code }}){% if row.reason %}: {{ row.reason }}{% endif %}"),
        ("gaps", "Khi chốt kết quả còn thiếu:", "{{ row }}"),
    ):
        command(document, f"{{%p if {name} %}}")
        body(document, words, "b", before=4, keep=True)
        command(document, f"{{%p for row in {name} %}}")
        body(document, f"- {line}")
        command(document, "{%p endfor %}")
        command(document, "{%p endif %}")
    command(document, "{%p if reason %}")
    body(document, "Lý do lập bản này: {{ reason }}")
    command(document, "{%p endif %}")


def _evidence(document: Docx) -> None:
    body(document, "IV. KIỂM CHỨNG", "b", before=6, keep=True)
    body(document, "Kết quả bản {{ revision }} được tính hai lần bằng hai cách độc lập và khớp "
         "nhau. Ai cũng tính lại được từ gói minh chứng tại {{ verify_address }}.")
    body(document, "{% if bundle_sha256 %}Gói minh chứng: {{ bundle_sha256 }}. {% endif %}Thể "
         "lệ bản {{ profile_number }}: {{ profile_sha256 }}. Bảng điểm: {{ result_sha256 }} "
         "(SHA-256).", size=11)


def decision() -> Docx:
    document = new("Quyết định công nhận kết quả và khen thưởng", margins=(20, 15, 20, 30))
    foot(document, 165)
    heading(document, "QĐ", (78, 87))
    title(document, "QUYẾT ĐỊNH", "Về việc công nhận kết quả và khen thưởng {{ title }}")
    write(document, ("{{ authority }}", "b"), align=CENTRE, after=8)
    body(document, "Căn cứ Điều lệ Đoàn Thanh niên Cộng sản Hồ Chí Minh;", "i")
    command(document, "{%p for basis in bases %}")
    body(document, "Căn cứ {{ basis }};", "i")
    command(document, "{%p endfor %}")
    body(document, "Căn cứ Biên bản họp Ban Giám khảo tổng hợp kết quả {{ title }} (kết quả bản "
         "{{ revision }});", "i")
    body(document, "Xét đề nghị của Ban Tổ chức Hội thi,", "i")
    write(document, ("QUYẾT ĐỊNH:", "b"), align=CENTRE, before=8, after=8, keep=True)
    _articles(document)
    _recipients(document)
    _appendix(document)
    return document


def article(document: Docx, name: str, text: str, **layout: bool) -> None:
    write(document, (name, "b"), (text, ""), align=FULL, indent=10, after=4, **layout)


def _articles(document: Docx) -> None:
    article(document, "Điều 1. ", "Công nhận kết quả {{ title }} theo bảng xếp hạng kèm theo và "
            "khen thưởng các đơn vị đạt giải sau đây:", keep=True)
    listing(document, PRIZES, "prizes", 12)
    write(document, ("", ""), size=6)
    article(document, "Điều 2. ", "Mỗi đơn vị đạt giải được tặng Giấy khen."
            "{% if cash_prizes %} {{ cash_prizes }} kèm hiện kim theo Kế hoạch tổ chức Hội thi."
            "{% endif %}")
    article(document, "Điều 3. ", "Ban Tổ chức Hội thi, các cơ sở Đoàn và các đơn vị có tên tại "
            "Điều 1 chịu trách nhiệm thi hành Quyết định này. Quyết định có hiệu lực kể từ ngày "
            "ký./.")


def _recipients(document: Docx) -> None:
    write(document, ("", ""), size=8)
    left, right = columns(document, 67, 98)
    write(left, ("Nơi nhận:", "bi"), size=12, first=True)
    command(left, "{%p for name in recipients %}")
    write(left, ("- {{ name }};", ""), size=11)
    command(left, "{%p endfor %}")
    write(left, ("- Như Điều 3;", ""), size=11)
    write(left, ("- Lưu: VP.", ""), size=11)
    signature(right, space=5)


def _appendix(document: Docx) -> None:
    page = write(document, ("BẢNG XẾP HẠNG", "b"), align=CENTRE, size=14, keep=True)
    page.paragraph_format.page_break_before = True
    write(document, ("(Kèm theo Quyết định số          -QĐ/{{ symbol }} {{ date }})", "i"),
          align=CENTRE, size=13, after=8, keep=True)
    listing(document, RANKING, "lines")
    _notes(document)


def certificates() -> Docx:
    document = new("Giấy khen", landscape=True, margins=(15, 22, 10, 22))
    frame(document)
    document.sections[0].header_distance = document.sections[0].footer_distance = Mm(5)
    command(document, "{%p for row in certificates %}")
    heading(document, "QĐ", (120, 133))
    write(document, ("{{ authority }}", "b"), align=CENTRE, size=18, before=8, colour=BLUE)
    write(document, ("tặng", "i"), align=CENTRE, size=16, before=2)
    write(document, ("GIẤY KHEN", "b"), align=CENTRE, size=48, colour=RED)
    write(document, ("{{ row.unit }}", "b"), align=CENTRE, size=26, before=2, after=2)
    write(document, ("Đã đạt ", ""), ("{{ row.prize }}", "b"),
          (" với tác phẩm “{{ row.title }}”", ""), align=CENTRE, size=17, after=2)
    command(document, "{%p if row.authors %}")
    write(document, ("Tác giả: {{ row.authors }}", "i"), align=CENTRE, size=14, after=2)
    command(document, "{%p endif %}")
    write(document, ("{{ title }}", ""), align=CENTRE, size=16)
    write(document, ("Chủ đề “{{ theme }}”", "i"), align=CENTRE, size=14, after=6)
    left, right = columns(document, 140, 113)
    write(left, ("Vào sổ khen thưởng số: ....................", ""), size=12, first=True)
    write(left, ("{{ qr }}", ""), size=8, before=3)
    write(left, ("Kiểm tra kết quả: {{ verify_address }}", ""), size=8, colour=GREY)
    write(left, ("Kết quả bản {{ revision }}. Vân tay khoá ký (SHA-256):", ""), size=7, colour=GREY)
    write(left, ("{{ fingerprint }}", ""), size=7, colour=GREY)
    signature(right, space=3)
    command(document, "{%p if not loop.last %}")
    document.add_page_break()
    command(document, "{%p endif %}")
    command(document, "{%p endfor %}")
    return document


def frame(document: Docx) -> None:
    """A double line around the page, in the union's red."""
    borders = OxmlElement("w:pgBorders")
    borders.set(qn("w:offsetFrom"), "page")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "double"), ("sz", "24"), ("space", "24"),
                            ("color", "C8102E")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties = document.sections[0]._sectPr
    properties.find(qn("w:pgMar")).addnext(borders)


def qr_sheet() -> Docx:
    document = new("Mã QR của các đơn vị", margins=(12, 15, 12, 15))
    table = document.add_table(3, 2)
    table.style, table.autofit = "Table Grid", False
    begin, line, end = table.rows
    command(begin.cells[0], "{%tr for row in codes %}", first=True)
    command(end.cells[0], "{%tr endfor %}", first=True)
    mark(line, "w:cantSplit")
    picture, words = line.cells
    for column, width in zip(table.columns, (50, 130), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    write(picture, ("{{ row.qr }}", ""), align=CENTRE, first=True, before=4, after=4)
    write(words, ("{{ row.unit }}", "b"), size=17, first=True, before=6)
    write(words, ("{{ title }}", ""), size=12)
    write(words, ("Quét mã, hoặc mở ", ""), ("{{ host }}/u", "b"), (" rồi nhập mã:", ""), size=12,
          before=4)
    code = write(words, ("{{ row.code }}", "b"), size=20)
    code.runs[0].font.name = "DejaVu Sans Mono"
    write(words, ("Nhận clip đến {{ deadline }}. Mã dùng đến {{ row.until }}; không chuyển cho đơn "
                  "vị khác.", ""), size=10, before=2, after=4)
    return document


PAPERS = {"minutes": minutes, "decision": decision, "certificates": certificates,
          "qr_sheet": qr_sheet}


def main(folder: Path) -> None:
    for name, make in PAPERS.items():
        make().save(str(folder / f"{name}.docx"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
