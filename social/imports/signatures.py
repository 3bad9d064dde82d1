"""What a file is, by its first bytes, and what to say of those that are no CSV and no XLSX."""

import zipfile
from pathlib import Path

from social.imports.problems import FileRefused

HEAD = 4096
SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "document"),
    (b"ID;P", "other_sheet"),
    (b"MIME-Version:", "html"),
)
PHONE_PICTURES = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # how Office stores a workbook with a password
PACKAGES = (  # a file in the package → what it is; the first that is there
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "archive"),
    ("Index/Document.iwa", "numbers"),
    ("Index.zip", "numbers"),
    ("content.xml", "ods"),
)
EXPLAINED = {
    "empty": ("Tệp rỗng. Hãy xuất lại tệp.", "The file is empty. Export it again."),
    "old_xls": (
        "Đây là tệp Excel đời cũ (.xls). Hãy mở bằng Excel, lưu lại dạng .xlsx rồi nhập lại.",
        "This is an old Excel file (.xls). Open it in Excel, save it as .xlsx and import that.",
    ),
    "xlsb": (
        "Đây là tệp Excel nhị phân (.xlsb). Hãy mở bằng Excel, lưu lại dạng .xlsx rồi nhập lại.",
        "This is a binary Excel file (.xlsb). Open it in Excel, save it as .xlsx and import that.",
    ),
    "ods": (
        "Đây là tệp OpenDocument (.ods). Hãy mở bằng LibreOffice, lưu lại dạng .xlsx hoặc .csv rồi "
        "nhập lại.",
        "This is an OpenDocument file (.ods). Open it in LibreOffice, save it as .xlsx or .csv and "
        "import that.",
    ),
    "numbers": (
        "Đây là tệp Numbers của Apple. Trong Numbers hãy chọn Tệp → Xuất sang → CSV rồi nhập tệp "
        "đó.",
        "This is an Apple Numbers file. In Numbers choose File → Export To → CSV and import that.",
    ),
    "other_sheet": (
        "Đây là bảng tính ở định dạng khác. Hãy mở bằng Excel, lưu lại dạng .xlsx rồi nhập lại.",
        "This is a spreadsheet in another format. Open it in Excel, save it as .xlsx and import "
        "that.",
    ),
    "password": (
        "Tệp Excel này có mật khẩu. Hãy bỏ mật khẩu, lưu lại dạng .xlsx rồi nhập lại.",
        "This Excel file has a password. Remove it, save the file as .xlsx and import that.",
    ),
    "html": (
        "Tệp mang đuôi bảng tính nhưng bên trong là trang web (HTML). Hãy mở bằng Excel, lưu lại "
        "dạng .xlsx rồi nhập lại.",
        "The file is named as a spreadsheet but holds a web page (HTML). Open it in Excel, save it "
        "as .xlsx and import that.",
    ),
    "pdf": (
        "Đây là tệp PDF. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is a PDF. Import a .csv or .xlsx file.",
    ),
    "picture": (
        "Đây là tệp ảnh. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is a picture. Import a .csv or .xlsx file.",
    ),
    "document": (
        "Đây là tệp văn bản, không phải bảng tính. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is a text document, not a spreadsheet. Import a .csv or .xlsx file.",
    ),
    "archive": (
        "Đây là tệp nén, không phải bảng tính. Hãy giải nén rồi nhập tệp .csv, .xlsx trong đó.",
        "This is an archive, not a spreadsheet. Unpack it and import the .csv or .xlsx inside.",
    ),
    "damaged": (
        "Tệp .xlsx bị hỏng hoặc tải về chưa xong. Hãy tải lại tệp.",
        "The .xlsx file is damaged or incomplete. Download it again.",
    ),
    "encoding": (
        "Không đọc được chữ trong tệp. Hãy lưu lại dạng «CSV UTF-8» hoặc .xlsx rồi nhập lại.",
        "The file's text cannot be read. Save it as “CSV UTF-8” or .xlsx and import that.",
    ),
    "foreign": (
        "Đây không phải bảng tính. Hãy nhập tệp .csv hoặc .xlsx.",
        "This is not a spreadsheet. Import a .csv or .xlsx file.",
    ),
    "unfolds": (
        "Bảng tính này bung ra quá lớn để đọc (quá nhiều ô). Hãy chỉ giữ các dòng cần nhập trong "
        "một trang tính mới, hoặc lưu dạng CSV UTF-8.",
        "This workbook unfolds to more than can be read (too many cells). Keep only the rows to be "
        "imported, on a new sheet, or save it as CSV UTF-8.",
    ),
    "too_many_columns": (
        "Bảng có quá nhiều cột (cho phép đến cột ZZ, 702 cột). Hãy xoá các cột thừa.",
        "The table has too many columns (allowed: up to column ZZ, 702 columns). Remove the "
        "needless ones.",
    ),
    "hidden": (
        "Mọi trang tính trong tệp đều bị ẩn, và trang tính ẩn không được đọc. Hãy bỏ ẩn trang cần "
        "nhập.",
        "Every sheet of the file is hidden, and hidden sheets are not read. Unhide the one to be "
        "imported.",
    ),
}


def refused(kind: str) -> FileRefused:
    """The error (returned, not raised) for a kind in EXPLAINED."""
    return FileRefused(kind, *EXPLAINED[kind])


def container(path: Path) -> str:
    """`xlsx` or `text`. Raises FileRefused for anything known to be neither."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise refused("empty")
    kind = next((kind for sign, kind in SIGNATURES if head.startswith(sign)), None)
    if head[4:12] in PHONE_PICTURES or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        kind = "picture"
    if head.startswith(OLD_OFFICE):
        kind = "password" if ENCRYPTED in path.read_bytes() else "old_xls"
    if kind is None and head.startswith(b"PK"):
        kind = _package(path)
    if kind not in (None, "xlsx"):
        raise refused(kind or "foreign")
    return kind or "text"


def markup(first: str) -> str | None:
    """What text beginning with this line is, if it is no table: a kind in EXPLAINED."""
    if first.startswith("<?xml"):
        return "other_sheet"
    return "html" if first.startswith("<") else None


def _package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = {member.filename for member in package.infolist()}
    except Exception:  # whatever zipfile trips over, the file is no whole package
        raise refused("damaged") from None
    return next((kind for name, kind in PACKAGES if name in names), "archive")
