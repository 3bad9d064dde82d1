"""The sentences with which a file is refused that cannot be read as a picture, document or text."""

from __future__ import annotations

from pathlib import Path

from ..errors import Unreadable
from ..probing.kind import HEAD, Kind, kind_of
from ..words import Text

WANTED = {
    "picture": Text(
        "Hãy gửi ảnh JPEG, PNG, HEIC hoặc WebP.", "Send a JPEG, PNG, HEIC or WebP picture."
    ),
    "document": Text("Hãy gửi tệp PDF hoặc Word (.docx).", "Send a PDF or a Word file (.docx)."),
    "text": Text("Hãy gửi văn bản thường (.txt, mã UTF-8).", "Send plain text (.txt, UTF-8)."),
}
AS_WHAT = {
    "picture": Text("ảnh", "a picture"),
    "document": Text("tài liệu", "a document"),
    "text": Text("văn bản", "a text"),
}
AGAIN = {
    "picture": Text(
        "Hãy mở ảnh xem thử, lưu lại dưới dạng JPEG rồi gửi.",
        "Open the picture, save it as a JPEG and send that.",
    ),
    "document": Text(
        "Hãy mở tệp bằng Word hoặc LibreOffice, lưu lại hoặc xuất ra PDF rồi gửi.",
        "Open the file in Word or LibreOffice, save it again or export it as a PDF, and send that.",
    ),
    "text": Text(
        "Hãy lưu lại văn bản với mã Unicode (UTF-8) rồi gửi.",
        "Save the text as Unicode (UTF-8) and send that.",
    ),
}
# What is to be done about a file of another family than the one wanted.
TO_DO = {
    "archive": Text("Hãy giải nén rồi gửi tệp ở bên trong.", "Unpack it and send the file inside."),
    "link": Text(
        "Nó chỉ trỏ tới tệp khác. Hãy gửi chính tệp đó.",
        "It only points to another file. Send that file itself.",
    ),
    "page": Text(
        "Thường là do lưu địa chỉ thay vì tải tệp về. Hãy tải chính tệp về máy rồi gửi.",
        "That happens when a page is saved instead of the file on it. Download the file itself.",
    ),
    "blank": Text(
        "Nội dung chưa được chép vào: chép hoặc tải bị ngắt giữa chừng. Hãy chép lại rồi gửi.",
        "Its content never arrived: copying or downloading was interrupted. Copy it again.",
    ),
    "unfinished": Text(
        "Hãy chờ tải xong (tên tệp không còn đuôi .crdownload, .part…) rồi gửi.",
        "Wait until the download is done (its name no longer ends in .crdownload, .part…).",
    ),
}
OLD_WORD = Kind("document", Text("tài liệu Word đời cũ (.doc)", "an old Word document (.doc)"))
FILM = Kind("film", Text("đoạn phim", "a film"))
WIDE = "utf-16-le"


def no_such(kind: str, path: Path) -> Unreadable:
    """For a file that is something else than a picture, document or text, whichever is wanted."""
    as_what, other = AS_WHAT[kind], _other(path)
    if other is None:
        again = AGAIN[kind]
        return Unreadable(
            f"Không đọc được tệp này như một {as_what.vi}: tệp hỏng hoặc thuộc loại khác. "
            f"{again.vi}",
            f"This file cannot be read as {as_what.en}: it is damaged or something else. "
            f"{again.en}",
        )
    todo = TO_DO.get(other.family, WANTED[kind])
    if other == OLD_WORD:
        todo = Text(
            "Hãy mở bằng Word, chọn Lưu thành (Save As) kiểu .docx hoặc PDF rồi gửi.",
            "Open it in Word, choose Save As with the type .docx or PDF, and send that.",
        )
    return Unreadable(
        f"Không đọc được tệp này như một {as_what.vi}. Lý do: đây là {other.name.vi}. {todo.vi}",
        f"This file cannot be read as {as_what.en}. It is {other.name.en}. {todo.en}",
    )


def refused(kind: str, why: str, detail: str, path: Path) -> Unreadable:
    """For a file that the box could not read, by its word for why."""
    again = AGAIN[kind]
    if why == "password":
        return locked()
    if why == "too_large":
        return Unreadable(
            f"Ảnh {detail} điểm ảnh quá lớn để xử lý; nhận đến 120 triệu điểm ảnh. Hãy thu nhỏ ảnh "
            "rồi gửi lại.",
            f"The picture of {detail} pixels is too large to handle; up to 120 million pixels are "
            "taken. Make it smaller and send it again.",
        )
    if why in ("too_complex", "bomb"):
        return Unreadable(
            f"Tệp có cấu trúc bất thường hoặc bung ra quá lớn, hệ thống không đọc hết được. "
            f"{again.vi}",
            f"The file is built so unusually, or unpacks to so much, that it cannot be read. "
            f"{again.en}",
        )
    if why == "other":
        return no_such(kind, path)
    what = AS_WHAT[kind]
    return Unreadable(
        f"Tệp hỏng hoặc thiếu một phần nên không đọc được như một {what.vi}. {again.vi}",
        f"The file is damaged or a part of it is missing; it cannot be read as {what.en}. "
        f"{again.en}",
    )


def empty(kind: str) -> Unreadable:
    """For a file of no bytes."""
    wanted = WANTED[kind]
    return Unreadable(
        f"Tệp rỗng, bên trong không có gì. {wanted.vi}",
        f"The file is empty. {wanted.en}",
    )


def locked() -> Unreadable:
    """For a document that opens with a password only."""
    return Unreadable(
        "Tài liệu có mật khẩu nên không mở được. Hãy bỏ mật khẩu (trong Word: Tệp, Thông tin, Bảo "
        "vệ tài liệu), lưu lại rồi gửi.",
        "The document has a password and cannot be opened. Take the password away (in Word: File, "
        "Info, Protect Document), save it again and send that.",
    )


def too_long_a_text(most: int) -> Unreadable:
    """For a text of more bytes than anybody writes."""
    return Unreadable(
        f"Văn bản dài hơn {most // 10**6} MB, hệ thống không đọc hết được. Hãy gửi riêng phần dự "
        "thi.",
        f"The text has more than {most // 10**6} MB and is not read. Send the entry alone.",
    )


def _other(path: Path) -> Kind | None:
    """What the file is instead."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[4:8] == b"ftyp":
        return kind_of(path) or FILM
    if head[:4] in (b"\x1a\x45\xdf\xa3", b"\x00\x00\x01\xba") or head[8:12] == b"AVI ":
        return FILM
    if head[:4] == b"\xd0\xcf\x11\xe0" and holds_name(path, "WordDocument"):
        return OLD_WORD
    return kind_of(path)


def holds_name(path: Path, name: str) -> bool:
    """Whether an old Office container has a stream of this name (MS-CFB: names are UTF-16)."""
    with path.open("rb") as file:
        return name.encode(WIDE) in file.read(8 << 20)
