"""How PDFs and Word documents for tests are made, whole ones and others."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import docx
from docx.shared import Mm
from pypdf import PdfWriter

from tests.media_checks.files.pictures_made import drawn, saved

Build = Callable[[], bytes]
SAID = "Moi thanh nien mot y tuong cai cach hanh chinh tai phuong"  # twelve words
A4, LETTER = (595, 842), (612, 792)
HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(
    pages: Sequence[str] = (SAID,),
    *,
    size: tuple[float, float] = A4,
    font: str = HELVETICA,
    more: Sequence[bytes] = (),
    root: str = "",
    page: str = "",
    resources: str = "",
) -> bytes:
    """A PDF written out: a line of text on each page; ``more`` are objects from number 10 on."""
    kids = " ".join(f"{100 + 2 * n} 0 R" for n in range(len(pages)))
    objects: dict[int, bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: font.encode(),
        **{10 + n: each for n, each in enumerate(more)},
    }
    box = f"/MediaBox [0 0 {size[0]} {size[1]}]"
    for n, text in enumerate(pages):
        drawn_with = f"/Resources << /Font << /F1 3 0 R >> {resources} >>"
        objects[100 + 2 * n] = (
            f"<< /Type /Page /Parent 2 0 R {box} {drawn_with} /Contents {101 + 2 * n} 0 R {page} >>"
        ).encode()
        objects[101 + 2 * n] = stream(f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode())
    return written(objects)


def stream(data: bytes, extra: str = "") -> bytes:
    return f"<< /Length {len(data)} {extra} >>\nstream\n".encode() + data + b"\nendstream"


def written(objects: Mapping[int, bytes]) -> bytes:
    """A file of these objects with a table that is right."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, at in places.items():
        out += f"{number} 1\n{at:010} 00000 n \n".encode()
    size = max(objects) + 1
    out += f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def truetype(name: str, *, embedded: bool) -> tuple[str, list[bytes]]:
    """A font and, from number 10 on, what describes it."""
    held = "/FontFile2 11 0 R" if embedded else ""
    font = f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /FontDescriptor 10 0 R >>"
    described = f"<< /Type /FontDescriptor /FontName /{name} /Flags 32 {held} >>"
    return font, [described.encode(), stream(b"not really a font")]


def with_font(name: str, *, embedded: bool) -> Build:
    font, more = truetype(name, embedded=embedded)
    return lambda: pdf(font=font, more=more)


def composite(name: str, *, embedded: bool) -> Build:
    """As Word and LibreOffice write Vietnamese: a font of two bytes a letter."""
    held = "/FontFile2 12 0 R" if embedded else ""
    font = f"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+{name} /DescendantFonts [10 0 R] >>"
    inner = f"<< /Subtype /CIDFontType2 /BaseFont /ABCDEF+{name} /FontDescriptor 11 0 R >>"
    described = f"<< /Type /FontDescriptor /FontName /{name} {held} >>"
    more = [inner.encode(), described.encode(), stream(b"font")]
    # A composite font without a map gives no letters: another font says the words.
    both = "/XObject << /X 20 0 R >>"
    form = stream(b"", "/Type /XObject /Subtype /Form /Resources << /Font << /G 21 0 R >> >>")
    more += [b"null"] * 7 + [form, font.encode()]
    return lambda: pdf(more=more, resources=both)


def scan(pages: int = 1) -> bytes:
    """Pictures of text and nothing else, as a copier makes them."""
    sheets = [drawn((595, 842), seed) for seed in range(1, pages + 1)]
    return saved(sheets[0], "PDF", save_all=True, append_images=sheets[1:], resolution=72)


def joined(*parts: bytes) -> bytes:
    writer = PdfWriter()
    for each in parts:
        writer.append(io.BytesIO(each))
    return _out(writer)


def with_writer(change: Callable[[PdfWriter], object], **how: Any) -> Build:
    def build() -> bytes:
        writer = PdfWriter(clone_from=io.BytesIO(pdf(**how)))
        change(writer)
        return _out(writer)

    return build


def _out(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(writer: PdfWriter) -> object:
    return writer.encrypt("bi mat", "chu", algorithm="AES-256")


def no_printing(writer: PdfWriter) -> object:
    return writer.encrypt("", "chu", algorithm="AES-256", permissions_flag=0)


def bomb() -> bytes:
    """A page whose drawing unpacks to ninety megabytes."""
    data = b"BT /F1 12 Tf (a) Tj ET " * 50_000 + b" " * (90 << 20)
    return written(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            4: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
            b"/Resources << /Font << /F1 6 0 R >> >> >>",
            6: HELVETICA.encode(),
            5: stream(zlib.compress(data, 9), "/Filter /FlateDecode"),
        }
    )


def round_tree() -> bytes:
    """Pages that are each other's children."""
    return written(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [4 0 R] /Count 9 >>",
            4: b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>",
        }
    )


def word(
    said: Sequence[str] = (SAID,),
    *,
    pages: int | None = 1,
    paper: tuple[int, int] = (210, 297),
    font: str = "",
    picture: bool = False,
) -> bytes:
    """A DOCX as python-docx writes it, on ``paper`` in millimetres."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(paper[0]), Mm(paper[1])
    for line in said:
        paragraph = document.add_paragraph(line)
        if font:
            paragraph.runs[0].font.name = font
    if picture:
        document.add_picture(io.BytesIO(saved(drawn(), "JPEG")))
    out = io.BytesIO()
    document.save(out)
    noted = b"" if pages is None else f"<Pages>{pages}</Pages>".encode()
    return rewritten(out.getvalue(), {"docProps/app.xml": (b"<Pages>1</Pages>", noted)})


def rewritten(
    data: bytes,
    changes: Mapping[str, tuple[bytes, bytes]] | None = None,
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """A ZIP with parts changed and others added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            old, new = (changes or {}).get(name, (b"", b""))
            content = before.read(name)
            assert old in content
            after.writestr(name, content.replace(old, new) if old else content)
        for name, content in (added or {}).items():
            after.writestr(name, content)
    return out.getvalue()


def with_macros(*, renamed: bool) -> Build:
    types = {"[Content_Types].xml": (WORD.encode(), MACROS.encode())} if not renamed else {}
    return lambda: rewritten(word(), types, {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros"})


def related(kind: str, target: str, times: int = 1) -> Build:
    """A document that refers to places outside of it."""
    told = "".join(
        f'<Relationship Id="x{n}" Type="{RELATION}/{kind}" Target="{target}{n}" '
        'TargetMode="External"/>'
        for n in range(times)
    )
    change = (b"</Relationships>", told.encode() + b"</Relationships>")
    return lambda: rewritten(word(), {"word/_rels/document.xml.rels": change})


def with_part(xml: str) -> bytes:
    change = {"word/document.xml": (b"<w:body>", f"<w:body><w:p>{xml}</w:p>".encode())}
    return rewritten(word(), change)


def with_field(code: str) -> Build:
    return lambda: with_part(f"<w:r><w:instrText>{code}</w:instrText></w:r>")


def deleted() -> bytes:
    """Two hundred words that were struck out, and a text box that is told twice."""
    gone = b"<w:p><w:del><w:r><w:delText>" + b"mot " * 200 + b"</w:delText></w:r></w:del></w:p>"
    return rewritten(word(), {"word/document.xml": (b"<w:body>", b"<w:body>" + gone)})


def zip_bomb() -> bytes:
    return rewritten(word(), added={"word/media/big.bin": bytes(90 << 20)})


def laughs() -> bytes:
    entities = b'<!DOCTYPE w [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    head = (b"<w:document", entities + b"]><w:document")
    return rewritten(word(), {"word/document.xml": head})


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def office(name: str) -> Build:
    """The head of an old container with a stream of this name."""
    return lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + name.encode("utf-16-le")
