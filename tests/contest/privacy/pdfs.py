"""PDFs as programs write them: no word of the text stands in their bytes. And what is packed in
files, unpacked."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Bytes, and all that is packed in them: of gzip, of each part of a ZIP, the text of PDFs."""
    yield content
    with suppress(OSError, EOFError):
        yield from unpacked(gzip.decompress(content)) if content[:2] == b"\x1f\x8b" else ()
    if zipfile.is_zipfile(io.BytesIO(content)) and content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from unpacked(archive.read(name))
    if content[:5] == b"%PDF-":
        with suppress(Exception):  # some are nothing but their head
            reader = PdfReader(io.BytesIO(content))
            said = [page.extract_text() for page in reader.pages]
            said += [str(value) for value in (reader.metadata or {}).values()]
            yield "\n".join(said).encode()


def pdf(text: str = "", *, title: str = "", attached: bytes = b"", remark: str = "") -> bytes:
    """One page with ``text`` in a compressed stream, of glyph numbers that a table of the font
    turns into letters; a title, a remark on the page, an attached file."""
    writer = PdfWriter()
    page = writer.add_blank_page(width=600, height=800)
    letters = sorted(set(text))
    numbers = {letter: n for n, letter in enumerate(letters, 1)}
    shown = "".join(f"{numbers[letter]:02x}" for letter in text)
    page[NameObject("/Contents")] = _stream(writer, f"BT /F1 12 Tf 9 700 Td <{shown}> Tj ET")
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({
        NameObject("/F1"): writer._add_object(_font(writer, letters))
    })})
    if remark:
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(_remark(remark))])
    if title:
        writer.add_metadata({"/Title": title})
    if attached:
        writer.add_attachment("so.txt", attached)
        writer._objects = [
            one.flate_encode() if isinstance(one, DecodedStreamObject) else one
            for one in writer._objects
        ]
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _stream(writer: PdfWriter, text: str) -> IndirectObject:
    plain = DecodedStreamObject()
    plain.set_data(text.encode("latin-1"))
    return writer._add_object(plain.flate_encode())


def _font(writer: PdfWriter, letters: list[str]) -> DictionaryObject:
    lines = "\n".join(f"<{n:02x}> <{ord(letter):04x}>" for n, letter in enumerate(letters, 1))
    table = (f"begincmap\n1 begincodespacerange\n<00> <ff>\nendcodespacerange\n{len(letters)} "
             f"beginbfchar\n{lines}\nendbfchar\nendcmap")
    return DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type3"),
        NameObject("/FirstChar"): NumberObject(1),
        NameObject("/LastChar"): NumberObject(len(letters)),
        NameObject("/Widths"): ArrayObject([NumberObject(500) for _ in letters]),
        NameObject("/FontBBox"): ArrayObject([NumberObject(n) for n in (0, 0, 500, 500)]),
        NameObject("/FontMatrix"): ArrayObject([NumberObject(n) for n in (1, 0, 0, 1, 0, 0)]),
        NameObject("/CharProcs"): DictionaryObject(),
        NameObject("/Encoding"): DictionaryObject({NameObject("/Differences"): ArrayObject()}),
        NameObject("/ToUnicode"): _stream(writer, table),
    })


def _remark(said: str) -> DictionaryObject:
    return DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Text"),
        NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
        NameObject("/Contents"): TextStringObject(said),
    })
