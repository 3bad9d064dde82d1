"""Files from strangers: refused with a clear sentence, read within bounds, never a traceback."""

import io
import random
import time
import zipfile

import pytest
from pypdf import PdfWriter

from plan_reading import PlanError, read_plan

BODY = (
    "<w:document"
    ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)


def archive(**parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(f"word/{name}.xml", content)
    return kept.getvalue()


def blank_pdf(*, password: str = "") -> bytes:
    writer, kept = PdfWriter(), io.BytesIO()
    writer.add_blank_page(300, 300)
    if password:
        writer.encrypt(password)
    writer.write(kept)
    return kept.getvalue()


BOMB = "<w:p><w:r><w:t>" + " " * (80 * 1024**2) + "</w:t></w:r></w:p>"
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + BODY.format("&b;").encode()
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "không có chữ"),
        (b"  \n\n ", "không có chữ"),
        (b"\x00\x01\x02" * 100, "không phải DOCX, PDF hay văn bản"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".doc đời cũ"),
        (b"PK\x03\x04 nothing", "không phải văn bản Word"),
        (archive(other=b"<x/>"), "không phải văn bản Word"),
        (archive(document=b"<w:p"), "không phải văn bản Word"),
        (archive(document=LAUGHS), "không phải văn bản Word"),
        (archive(document=BODY.format("").encode()), "không có chữ"),
        (archive(document=BODY.format(BOMB).encode()), "bung ra quá lớn"),
        (b"%PDF-1.7\nnothing", "Không đọc được tệp PDF"),
        (blank_pdf(), "bản quét"),
        (blank_pdf(password="mat khau"), "Không đọc được tệp PDF"),
        (b"a" * (15 * 1024**2 + 1), "nhận đến 15 MB"),
        ("Kế hoạch. ".encode() * 700_000, "quá nhiều chữ"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_refused_in_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(PlanError) as refusal:
        read_plan(data)
    assert says in refusal.value.vi
    assert refusal.value.en.endswith(".")


def test_spoiled_files_never_end_in_a_traceback() -> None:
    good = [
        blank_pdf(),
        archive(document=BODY.format("<w:p><w:r><w:t>Clip dài 5 phút</w:t></w:r></w:p>").encode()),
    ]
    dice = random.Random(14)
    for data in good * 60:
        spoiled = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        try:
            read_plan(bytes(spoiled))
        except PlanError as refusal:
            assert refusal.vi


LINES = (
    (
        "Thời gian nhận clip từ ngày 01/3/2024 đến 16g00 ngày 20/3/2024 (thứ Tư), trao giải ngày"
        " 05/4/2024."
    ),
    "Mỗi đơn vị ít nhất 01 clip dài từ 03 đến 05 phút, khung hình 16:9, Full HD (1920x1080).",
    (
        "40% số điểm do BGK chấm, 60% theo tương tác, 1 share = 2 điểm, mỗi tài khoản 2 lần, tối đa"
        " 300 điểm."
    ),
    "01 giải nhất: 5.000.000 đồng, 02 giải nhì, 03 giải ba.",
    "Nơi nhận: Thành Đoàn; Lưu.",
)


@pytest.mark.slow
def test_five_megabytes_of_plan_are_read_in_seconds() -> None:
    text = "\n\n".join(LINES).encode()
    whole = b"\n\n".join([text] * (5_000_000 // len(text)))
    started = time.process_time()
    draft = read_plan(whole)
    assert time.process_time() - started < 20
    assert draft.value("scoring.points_cap") == 300
    assert "rất dài" in draft.doubts[-1].vi


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1/",
        "1/1",
        "01 ",
        "- ",
        "a ",
        "ngày ",
        "giải nhất ",
        "share ",
        "clip 1 ",
        "tối đa ",
        "1.",
        "từ 3 ",
        "(",
        "#a",
        "a@",
        "@a.",
        "Quận Đoàn A ",
        "facebook.com/",
        "  ",
        "“",
        "0 9",
        "%1",
        "thứ ",
        "mỗi đơn vị ",
        "1:1 ",
        "1 phút ",
        "M.A",
        "I. ",
        "1.1.1.1 ",
        "gửi về Ban a ",
        "tài khoản ",
        "điểm 1",
    ],
)
def test_no_text_makes_the_patterns_run_away(piece: str) -> None:
    """What takes the square of the letters would take minutes of so many."""
    long = (piece * (100_000 // len(piece)) + "!").encode()
    started = time.process_time()
    with_words = b"Clip share diem giai nhat moi don vi gui Fanpage tai khoan: " + long
    read_plan(long + b" clip")
    read_plan(with_words)
    assert time.process_time() - started < 20
