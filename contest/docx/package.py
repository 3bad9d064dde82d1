"""Opens an uploaded DOCX: checks its format and size, and that it has no active content."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

MOST_BYTES = 5 * 1024**2  # of the file
MOST_UNPACKED = 40 * 1024**2  # of all its parts together
MOST_XML = 4 * 1024**2  # of one part that is read as XML
MOST_PARTS = 400
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ACTING = ("vbaproject", "activex", "/embeddings/", "oleobject", "macroenabled")
FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME"})
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Relations that include another document or program (ECMA-376, part 1, 11.3 and 15.2).
FOREIGN = ("/aFChunk", "/attachedTemplate", "/control", "/frame", "/oleObject", "/package",
           "/subDocument")


@dataclass(frozen=True)
class Fault:
    """One fault of a template, as a sentence in both languages."""

    vi: str
    en: str


class Refused(Exception):
    """The file cannot be examined further; ``fault`` says why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.fault = Fault(vi, en)


def unpack(data: bytes) -> dict[str, bytes]:
    """The parts by name. Raises ``Refused`` where this is no DOCX or too large."""
    if len(data) > MOST_BYTES:
        raise Refused(
            f"Tệp lớn {_mb(len(data))}; mẫu được phép đến {_mb(MOST_BYTES)}. Hãy thu nhỏ hình "
            "trong mẫu rồi lưu lại.",
            f"The file has {_mb(len(data))}; a template may have {_mb(MOST_BYTES)}. Make the "
            "pictures in it smaller and save it again.",
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "Đây là tệp .doc đời cũ hoặc tệp có mật khẩu. Hãy mở bằng Word, bỏ mật khẩu và lưu "
            "dưới dạng .docx.",
            "This is an old .doc file or one with a password. Open it in Word, take the password "
            "off and save it as .docx.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise _no_docx() from None
    types = parts.get("[Content_Types].xml", b"")
    if "word/document.xml" not in parts or MAIN.encode() not in types:
        raise _no_docx()
    return parts


def _parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    listed = archive.infolist()
    total = sum(info.file_size for info in listed)
    if total > MOST_UNPACKED or len(listed) > MOST_PARTS:
        raise Refused(
            f"Tệp bung ra thành {_mb(total)} trong {len(listed)} phần; được phép đến "
            f"{_mb(MOST_UNPACKED)} và {MOST_PARTS} phần. Hãy bắt đầu lại từ mẫu có sẵn.",
            f"The file unpacks to {_mb(total)} in {len(listed)} parts; {_mb(MOST_UNPACKED)} and "
            f"{MOST_PARTS} parts are allowed. Start again from the shipped template.",
        )
    if len({info.filename for info in listed}) < len(listed):
        raise _no_docx()
    return {info.filename: archive.read(info) for info in listed}


def _no_docx() -> Refused:
    return Refused(
        "Tệp không phải văn bản Word (.docx). Hãy tải mẫu đang dùng về, sửa bằng Word hoặc "
        "LibreOffice rồi lưu dưới dạng .docx.",
        "The file is not a Word document (.docx). Download the template in force, edit it in Word "
        "or LibreOffice and save it as .docx.",
    )


def _mb(size: int) -> str:
    return f"{-(-size // 1024**2)} MB"


def acting(parts: dict[str, bytes]) -> list[Fault]:
    """Faults for active content in the parts: macros, embedded objects, external links, fields."""
    found = []
    types = parts["[Content_Types].xml"].decode("utf-8", "replace")
    if any(word in "\n".join([*parts, types]).casefold() for word in ACTING):
        found.append(Fault(
            "Mẫu có macro hoặc đối tượng nhúng. Hãy xoá chúng và lưu dưới dạng .docx thường.",
            "The template holds macros or embedded objects. Remove them and save a plain .docx.",
        ))
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            found += _in_xml(name, content)
    return found


def _in_xml(name: str, content: bytes) -> Iterator[Fault]:
    tree = _parsed(content)
    if tree is None:
        yield Fault(
            f"Phần “{name}” của tệp bị hỏng hoặc không được phép. Hãy lưu lại bằng Word hoặc "
            "LibreOffice.",
            f'Part "{name}" of the file is damaged or not allowed. Save it again with Word or '
            "LibreOffice.",
        )
    elif name.endswith(".rels"):
        yield from _links(tree)
    else:
        yield from _fields(tree)


def _parsed(content: bytes) -> etree._Element | None:
    """The part's root element; None where it is too large, no XML, or has a DOCTYPE."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser) if len(content) <= MOST_XML else None
    except etree.XMLSyntaxError:
        return None
    return None if root is None or root.getroottree().docinfo.doctype else root


def _links(tree: etree._Element) -> Iterator[Fault]:
    for relation in tree:
        if relation.get("TargetMode") == "External":
            target = relation.get("Target", "")[:80]
            yield Fault(
                f"Mẫu có liên kết ra ngoài: {target}. Hãy xoá liên kết (giữ lại chữ) rồi lưu lại.",
                f"The template links to the outside: {target}. Remove the link (keep its words) "
                "and save it again.",
            )
        elif relation.get("Type", "").endswith(FOREIGN):
            yield Fault(
                "Mẫu có chèn một tệp khác. Hãy xoá phần chèn đó rồi lưu lại.",
                "The template has another file inserted. Remove it and save it again.",
            )


def _fields(tree: etree._Element) -> Iterator[Fault]:
    """Word's fields may fetch files and run programs; only page numbers and dates are allowed."""
    for instruction in _instructions(tree):
        word = (instruction.split() or [""])[0].upper()
        if word not in FIELDS:
            yield Fault(
                f"Mẫu có trường “{word}” của Word; chỉ dùng số trang và ngày giờ. Hãy xoá trường "
                "đó rồi lưu lại.",
                f'The template has Word\'s field "{word}"; only page numbers and dates may be '
                "used. Remove the field and save it again.",
            )


def _instructions(tree: etree._Element) -> Iterator[str]:
    for simple in tree.iter(f"{W}fldSimple"):
        yield simple.get(f"{W}instr", "")
    open_fields: list[str] = []
    for element in tree.iter(f"{W}fldChar", f"{W}instrText"):
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            open_fields.append("")
        elif kind == "end" and open_fields:
            yield open_fields.pop()
        elif element.tag == f"{W}instrText":
            open_fields = [*open_fields[:-1], (open_fields or [""])[-1] + (element.text or "")]
    yield from open_fields
