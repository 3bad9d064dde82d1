"""Writes the DOCX templates that are shipped: ``python -m scripts.document_templates [FOLDER]``.

The files in templates/documents/ are this script's output, so that a change of theirs can be read;
a test compares them. Layout: Nghị định 30/2020, appendix I (A4, margins, Times New Roman, page
number top centre from page 2), with the Youth Union's own heading in place of the state's.
What may stand in {{ }} is listed in docs/documents.md.
"""

import sys
from pathlib import Path

from docx.document import Document as Docx
from docx.shared import Mm

from scripts import document_certificates
from scripts.document_parts import (
    CENTRE,
    FULL,
    LEFT,
    RANKING,
    RIGHT,
    body,
    columns,
    command,
    foot,
    heading,
    listing,
    mark,
    new,
    page_number,
    signature,
    title,
    write,
)

FOLDER = Path(__file__).parents[1] / "templates/documents"
PRIZES = (
    ("Giải", "prize", 28, LEFT), ("Đơn vị", "unit", 44, LEFT), ("Tác phẩm", "title", 44, LEFT),
    ("Tác giả", "authors", 33, LEFT), ("Điểm", "total", 18, RIGHT),
)
RECEIVING = (
    ("TT", "number", 10, CENTRE), ("Đơn vị", "unit", 42, LEFT), ("Giải", "prize", 32, LEFT),
    ("Giấy khen", "certificate", 16, CENTRE), ("Hiện kim (đồng)", "amount", 27, RIGHT),
    ("Họ tên, ký nhận", "sign", 40, LEFT),
)


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
    command(document, "{%p if cash_amounts %}")
    body(document, "Hiện kim kèm theo mỗi giải: {{ cash_amounts }}.")
    command(document, "{%p endif %}")
    _remarks(document)
    _evidence(document)
    _close(document, "BAN GIÁM KHẢO", ("", ""))
    return document


def _close(document: Docx, who: str, held: tuple[str, str]) -> None:
    """The minutes' last sentence, the hour of its end between ``held``, and who signs them."""
    body(document, "Biên bản được lập thành 02 bản có nội dung như nhau, đã đọc lại cho các thành "
         f"viên cùng nghe, thống nhất và ký tên.{held[0]} Cuộc họp kết thúc vào lúc ...... giờ "
         f"...... cùng ngày.{held[1]}", before=8, keep=True)
    for cell, name in zip(columns(document, 50, 65, 50), ("THƯ KÝ", who, "CHỦ TRÌ"),
                          strict=True):
        write(cell, (name, "b"), align=CENTRE, first=True, before=6, keep=True)
        write(cell, ("(Ký, ghi rõ họ tên)", "i"), align=CENTRE, size=12)
        for _ in range(6):
            write(cell, ("", ""))


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
    body(document, "1. Có {{ units }} đơn vị được xếp hạng với {{ clips }} clip"
         "{% if posted %} đã đăng{% endif %}"
         "{% if by_counts %}; số tương tác được chốt lúc {{ cut_off }}{% endif %}.")
    body(document, "2. Tổng điểm 100 "
         "{% if by_jury and by_counts %}gồm {{ jury_weight }} điểm giám khảo và "
         "{{ interaction_weight }} điểm tương tác{% elif by_jury %}là điểm giám khảo"
         "{% else %}là điểm tương tác{% endif %}."
         "{% if by_jury %} Điểm giám khảo là trung bình của các giám khảo có chấm.{% endif %}"
         "{% if by_counts %}{% if counted_here %} Mỗi cảm xúc tính {{ points_per_reaction }} "
         "điểm, mỗi lượt chia sẻ tính {{ points_per_share }} điểm (một tài khoản tính nhiều nhất "
         "{{ shares_limit }}),{% if elsewhere %} {{ elsewhere }},{% endif %} tối đa "
         "{{ points_cap }} điểm.{% else %} Bài đăng của clip {{ elsewhere }}, tối đa "
         "{{ points_cap }} điểm.{% endif %}{% endif %}"
         " Đơn vị lấy điểm theo thể lệ bản {{ profile_number }}.")


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
        ("strictness", "Mức chặt tay của từng giám khảo, theo thang 100:", "{{ row }}"),
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
    article(document, "Điều 2. ", "{{ certificates_given }}"
            "{% if cash_prizes %} {{ cash_prizes }} kèm hiện kim theo Kế hoạch tổ chức Hội thi"
            "{% if cash_amounts %}, mỗi giải: {{ cash_amounts }}{% endif %}.{% endif %}")
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


APPRAISED = (
    ("TT", "number", 10, CENTRE), ("Tác phẩm, đơn vị", "clip", 46, LEFT),
    ("Ý kiến của thành viên", "opinions", 66, LEFT), ("Kết luận", "decision", 43, LEFT),
)


def recipients() -> Docx:
    document = new("Danh sách nhận thưởng", margins=(20, 15, 20, 30))
    heading(document, "DS", (78, 87))
    title(document, "DANH SÁCH NHẬN THƯỞNG", "{{ title }}")
    listing(document, RECEIVING, "rows")
    write(document, ("", ""), size=4)
    command(document, "{%p if total %}")
    body(document, "Tổng số tiền: {{ total }}. Bằng chữ: {{ total_words }}.", "b")
    command(document, "{%p endif %}")
    command(document, "{%p if open %}")
    body(document, "Ô số tiền để trống là đồng giải hoặc giải không ghi số tiền trong thể lệ: Ban "
         "Tổ chức điền tay, không tính vào tổng số.", "i", size=12)
    command(document, "{%p endif %}")
    _signed_by_three(document)
    return document


def _signed_by_three(document: Docx) -> None:
    write(document, ("", ""), size=8)
    left, middle, right = columns(document, 52, 52, 61)
    for cell, who in ((left, "NGƯỜI LẬP DANH SÁCH"), (middle, "THỦ QUỸ")):
        write(cell, (who, "b"), align=CENTRE, size=12, first=True)
    signature(right, space=4)


def invitation() -> Docx:
    document = new("Giấy mời", margins=(20, 15, 20, 30))
    command(document, "{%p for guest in guests %}")
    heading(document, "GM", (78, 87))
    title(document, "GIẤY MỜI", "Dự tổng kết, trao giải {{ title }}")
    write(document, ("Kính gửi: ", ""), ("{{ guest }}", "b"), align=CENTRE, before=4, after=8)
    body(document, "{{ organiser }} trân trọng kính mời đại diện lãnh đạo và các tác giả dự thi "
         "của đơn vị đến dự buổi tổng kết, công bố kết quả và trao giải {{ title }}, chủ đề "
         "“{{ theme }}”.")
    body(document, "Thời gian: {{ awards_at }}.")
    body(document, "Địa điểm: "
         "..................................................................................")
    body(document, "Rất mong đơn vị sắp xếp thời gian đến dự. Mọi liên hệ: {{ contact }}.")
    _, right = columns(document, 67, 98)
    signature(right, space=5)
    command(document, "{%p if not loop.last %}")
    page = write(document, ("", ""), size=2)
    page.paragraph_format.page_break_before = True
    command(document, "{%p endif %}")
    command(document, "{%p endfor %}")
    return document


def appraisal() -> Docx:
    document = new("Biên bản thẩm định", margins=(20, 15, 20, 30))
    document.sections[0].different_first_page_header_footer = True
    page_number(document.sections[0].header.paragraphs[0])
    heading(document, "BB", (78, 87))
    title(document, "BIÊN BẢN", "{% if day %}Họp Tổ thẩm định{% else %}Tổng hợp kết quả thẩm định"
          "{% endif %} sản phẩm dự thi {{ title }}")
    write(document, ("{{ opening }}, tại ......................................................., "
         "Tổ thẩm định {{ title }}, chủ đề “{{ theme }}”, thẩm định sản phẩm dự thi của các đơn "
         "vị.", ""), align=FULL, indent=10, after=4)
    _board(document)
    body(document, "II. NỘI DUNG THẨM ĐỊNH", "b", before=6, keep=True)
    listing(document, APPRAISED, "clips")
    write(document, ("", ""), size=4)
    body(document, "III. KẾT LUẬN", "b", before=6, keep=True)
    body(document, "Tổ thẩm định đã xem {{ clips|length }} sản phẩm: {{ summary }}.")
    _close(document, "CÁC THÀNH VIÊN", ("{% if day %}", "{% endif %}"))
    return document


def _board(document: Docx) -> None:
    body(document, "I. THÀNH PHẦN", "b", before=6, keep=True)
    body(document, "- Chủ trì: {% if chair %}{{ chair }}, Chủ tịch (trưởng nhóm) Tổ thẩm định"
         "{% else %}........................................................{% endif %}.")
    body(document, "- Thư ký: .........................................................., chức vụ: "
         "..............................")
    body(document, "- Thành viên có ý kiến ({{ present|length }} người): "
         "{{ present|join(\"; \") }}.")
    for name, words in (("absent", "Thành viên không có ý kiến"),
                        ("aside", "Thành viên không tham gia thẩm định clip có liên quan")):
        command(document, f"{{%p if {name} %}}")
        body(document, f"- {words}: {{{{ {name}|join(\"; \") }}}}.")
        command(document, "{%p endif %}")
    body(document, "- Điều kiện kết luận theo thể lệ bản {{ profile_number }}: duyệt cần "
         "{{ approvals }} phiếu; loại, yêu cầu chỉnh sửa cần {{ rejections }} phiếu"
         "{% if quorum %}; phải có ít nhất {{ quorum }} thành viên bỏ phiếu cho mỗi clip"
         "{% endif %}. {{ met }}")


PAPERS = {"appraisal": appraisal, "recipients": recipients, "invitation": invitation,
          "minutes": minutes, "decision": decision,
          "certificates": document_certificates.red,
          "certificates_blue": document_certificates.blue,
          "certificates_printed": document_certificates.printed,
          "participation": document_certificates.participation_red,
          "participation_blue": document_certificates.participation_blue,
          "participation_printed": document_certificates.participation_printed,
          "qr_sheet": qr_sheet}


def main(folder: Path) -> None:
    for name, make in PAPERS.items():
        make().save(str(folder / f"{name}.docx"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
