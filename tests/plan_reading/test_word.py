"""Word files as offices write them: letterheads, tables, old fonts, deleted text."""

import io

from docx import Document
from docx.document import Document as Doc
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.run import Run

from plan_reading import read_plan
from tests.plan_reading.old_letters import tcvn3, vni


def saved(document: Doc) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def values(document: Doc) -> dict[str, object]:
    draft = read_plan(saved(document))
    return {value.key: value.value for value in (*draft.beside, *draft.values)}


def font(run: Run, name: str) -> Run:
    run.font.name = name
    return run


def table(document: Doc, *rows: tuple[str, ...]) -> None:
    made = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(made.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            first, *more = text.split("\n")
            cell.text = first
            for line in more:
                cell.add_paragraph(line)


def test_a_letterhead_in_a_table_is_read_cell_by_cell() -> None:
    document = Document()
    table(
        document,
        (
            "HUYỆN ĐOÀN BÌNH AN\nBAN CHẤP HÀNH\n***\nSố: 15-KH/HĐTN",
            "ĐOÀN TNCS HỒ CHÍ MINH\nBình An, ngày 01 tháng 3 năm 2024",
        ),
    )
    document.add_paragraph("KẾ HOẠCH")
    document.add_paragraph("Tổ chức Cuộc thi clip")
    document.add_paragraph("“Sống xanh” năm 2024")
    document.add_paragraph("Căn cứ chương trình công tác năm;")
    found = values(document)
    assert found["documents.symbol"] == "HĐTN"
    assert found["documents.place"] == "Bình An"
    assert found["beside.plan_number"] == "15-KH/HĐTN"
    assert found["beside.plan_date"] == "2024-03-01"
    assert found["contest.title.vi"] == "Cuộc thi clip “Sống xanh” năm 2024"


def test_tables_of_prizes_and_criteria_are_read_by_rows() -> None:
    document = Document()
    document.add_paragraph("Tiêu chí chấm điểm của Ban giám khảo:")
    table(
        document,
        ("STT", "Tiêu chí", "Điểm tối đa"),
        ("1", "Nội dung đúng chủ đề", "50"),
        ("2", "Hình ảnh, âm thanh", "30"),
        ("3", "Sáng tạo", "20"),
        ("", "Tổng cộng", "100"),
    )
    document.add_paragraph("Cơ cấu giải thưởng:")
    table(
        document,
        ("Giải", "Số lượng", "Tiền thưởng"),
        ("Giải Nhất", "01", "3.000.000 đồng"),
        ("Giải Nhì", "02", "2.000.000 đồng"),
        ("Giải Khuyến khích", "05", "500.000 đồng"),
    )
    draft = read_plan(saved(document))
    criteria, prizes = draft.value("jury.criteria"), draft.value("prizes")
    assert [(c["name"]["vi"], c["max"]) for c in criteria] == [
        ("Nội dung đúng chủ đề", 50),
        ("Hình ảnh, âm thanh", 30),
        ("Sáng tạo", 20),
    ]
    assert [(p["id"], p["count"], p["cash"]) for p in prizes] == [
        ("first", 1, True),
        ("second", 2, True),
        ("consolation", 5, True),
    ]
    assert [b.value for b in draft.beside if b.key == "beside.prize_amounts"] == [
        [
            {"id": "first", "amount": 3_000_000},
            {"id": "second", "amount": 2_000_000},
            {"id": "consolation", "amount": 500_000},
        ]
    ]
    assert draft.doubts == ()


def test_a_row_of_dates_is_read_with_its_words() -> None:
    document = Document()
    table(
        document,
        ("Thời gian", "Nội dung"),
        ("Đến hết ngày 20/3/2024", "Nhận clip dự thi"),
        ("22/3/2024 - 29/3/2024", "Bình chọn trên Fanpage"),
        ("05/4/2024", "Trao giải"),
    )
    found = values(document)
    assert found["schedule.entries_close"] == "2024-03-21T00:00:00+07:00"
    assert found["schedule.counts_close"] == "2024-03-30T00:00:00+07:00"
    assert found["schedule.awards"] == "2024-04-05T08:00:00+07:00"


def test_two_dates_side_by_side_are_a_beginning_and_an_end() -> None:
    document = Document()
    table(document, ("Việc", "Từ", "Đến"), ("Nhận clip", "01/3/2024", "20/3/2024"))
    found = values(document)
    assert found["schedule.entries_open"] == "2024-03-01T00:00:00+07:00"
    assert found["schedule.entries_close"] == "2024-03-21T00:00:00+07:00"


def test_each_run_is_read_by_its_font() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    font(paragraph.add_run(tcvn3("Nhận video clip dự thi ")), ".VnTime")
    paragraph.add_run("chậm nhất ")
    font(paragraph.add_run(vni("16 giờ ngày 20 tháng 3 năm 2024")), "VNI-Times")
    font(document.add_paragraph().add_run(tcvn3("đoàn xã bình an tổ chức")), ".VnTimeH")
    draft = read_plan(saved(document))
    assert draft.value("schedule.entries_close") == "2024-03-20T16:00:00+07:00"
    source = next(v.source for v in draft.values if v.key == "schedule.entries_close")
    assert source == "Nhận video clip dự thi chậm nhất 16 giờ ngày 20 tháng 3 năm 2024"


def test_an_old_font_named_by_a_style_counts_too() -> None:
    document = Document()
    document.styles["Normal"].font.name = ".VnTime"
    document.add_paragraph(tcvn3("Thời hạn nộp clip là hết ngày 20/3/2024"))
    assert values(document)["schedule.entries_close"] == "2024-03-21T00:00:00+07:00"


def test_a_modern_font_under_an_old_name_stays() -> None:
    document = Document()
    font(document.add_paragraph().add_run("Hạn chót nộp clip: ngày 20/3/2024"), ".VnTime")
    assert values(document)["schedule.entries_close"] == "2024-03-21T00:00:00+07:00"


def test_deleted_text_is_not_read_and_broken_runs_are_joined() -> None:
    document = Document()
    paragraph = document.add_paragraph("Clip dài ")
    for part in ("từ 0", "3 đế", "n 05", " phút"):
        paragraph.add_run(part)
    deleted = OxmlElement("w:del")
    gone = document.add_paragraph("").add_run("Clip dài từ 10 đến 20 phút")
    gone._r.getparent().append(deleted)
    deleted.append(gone._r)
    text = gone._r.find(qn("w:t"))
    text.tag = qn("w:delText")
    draft = read_plan(saved(document))
    assert draft.value("media.rules.duration.max_s") == 300
    assert draft.doubts == ()


def test_lines_broken_inside_a_paragraph_go_on() -> None:
    document = Document()
    run = document.add_paragraph().add_run("Nhận clip đến 16g00")
    run.add_break()
    run.add_text("ngày 20/3/2024")
    assert values(document)["schedule.entries_close"] == "2024-03-20T16:00:00+07:00"
