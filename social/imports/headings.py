"""Which column is which: headings matched by name, never by position.

Meta's export has 32 to 34 columns that vary by month, so only a subset is searched for. Headings
are compared in Unicode NFC, without case and unseen signs, with runs of spaces collapsed.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from social.imports.cells import tidy
from social.imports.languages import META as META_LANGUAGES
from social.imports.problems import FileRefused

CODES = ("Clip code", "Code", "Mã clip", "Mã số clip", "Mã dự thi", "Mã bài dự thi")
OWN_COUNTS: Mapping[str, tuple[str, ...]] = {
    "clip_code": CODES,
    "reactions": (
        "Reactions", "Cảm xúc", "Lượt cảm xúc", "Lượt thích và cảm xúc", "Số cảm xúc",
        "Số lượt cảm xúc",
    ),
    "shares": ("Shares", "Chia sẻ", "Lượt chia sẻ", "Số chia sẻ", "Số lượt chia sẻ"),
    "comments": (
        "Comments", "Bình luận", "Lượt bình luận", "Số bình luận", "Số lượt bình luận",
    ),
    "permalink": (
        "Link", "Permalink", "Liên kết", "Liên kết vĩnh viễn", "Đường dẫn", "Liên kết bài viết",
    ),
    "post_id": ("Post ID", "ID bài viết"),
    "period": ("Date", "Ngày"),
}  # fmt: skip
POSTS: Mapping[str, tuple[str, ...]] = {  # of posts on other platforms
    "clip_code": CODES,
    "platform": ("Platform", "Nền tảng", "Mạng xã hội", "Nơi đăng", "Kênh"),
    "permalink": (
        *OWN_COUNTS["permalink"], "Post link", "Video link", "URL", "Liên kết bài đăng",
        "Đường dẫn bài đăng", "Link bài đăng", "Link video",
    ),
    "likes": ("Likes", "Lượt thích", "Thích", "Số lượt thích", "Số thích", "Tim", "Lượt tim"),
    "shares": OWN_COUNTS["shares"],
    "comments": OWN_COUNTS["comments"],
    "views": ("Views", "Lượt xem", "Số lượt xem", "Xem"),
    "period": OWN_COUNTS["period"],
}
LEDGER: Mapping[str, tuple[str, ...]] = {
    "clip_code": CODES,
    "account": (
        "Account", "Account name", "Facebook name", "Name", "Tài khoản", "Tên tài khoản",
        "Người chia sẻ", "Tài khoản Facebook", "Tên Facebook", "Tên tài khoản Facebook",
        "Họ và tên", "Họ tên",
    ),
    "profile": (
        "Profile", "Profile link", "Profile URL", "Account link", "Account URL", "Account ID",
        "Trang cá nhân", "Liên kết trang cá nhân", "Liên kết tài khoản", "Link trang cá nhân",
        "Link tài khoản", "ID tài khoản", "Facebook",
    ),
    "link": (
        "Share link", "Link", "Share URL", "Liên kết", "Liên kết chia sẻ", "Đường dẫn",
        "Link chia sẻ", "Link bài chia sẻ", "Liên kết bài chia sẻ", "Đường dẫn chia sẻ",
    ),
    "seen_at": (
        "Seen at", "Time seen", "Shared at", "Date", "Thời điểm thấy", "Thời gian", "Ngày giờ",
        "Thời điểm", "Thấy lúc", "Nhìn thấy lúc", "Giờ thấy", "Ngày", "Ngày thấy", "Ngày chia sẻ",
        "Thời gian chia sẻ", "Thời điểm chia sẻ",
    ),
}
INSTAGRAM = (  # Facebook's table on the screen has saves and follows, too
    "Account username", "Tên người dùng tài khoản", "Nombre de usuario de la cuenta",
    "Nom d’utilisateur du compte", "Nome de usuário da conta", "Kontots användarnamn",
    "Nome utente dell’account", "帳號用戶名稱", "Benutzername des Kontos",
)  # fmt: skip
LIKES = ("Likes", "Lượt thích", "Me gusta", "Mentions J’aime", "J’aime", "Curtidas",
         "Gilla-markeringar", "Mi piace", "按讚數")  # fmt: skip
PAGE_DAILY = ("Primary", "Chính", "Chỉ số chính", "Principal", "Principale")
VIDEO_FILE = (
    "Video asset ID", "Video ID", "ID nội dung video", "Universal Video ID",
    "Identificador de la pieza de vídeo", "Identificador de la pieza de video",
)  # fmt: skip


class Column(NamedTuple):
    """Where a field stands. others: further columns that claim to be it (all from 0)."""

    place: int
    others: tuple[int, ...] = ()


def plain(heading: str) -> str:
    """A heading normalised for comparison."""
    text = unicodedata.normalize("NFC", tidy(heading)).casefold().replace("’", "'")
    return " ".join(text.split()).removesuffix(":").rstrip()


def _by_name(*tables: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    pairs = [(plain(name), field) for table in tables for field, names in table.items()
             for name in names]  # fmt: skip
    return dict(pairs)


META = _by_name(*META_LANGUAGES)
OWN = _by_name(OWN_COUNTS)
POSTS_NAMES = _by_name(POSTS)
LEDGER_NAMES = _by_name(LEDGER)


SHOWN = 60  # characters of a heading


def claims(cells: Sequence[str], names: Mapping[str, str]) -> dict[str, Column]:
    """Field → the first column with one of its names, and all others that have one."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        if field := names.get(plain(cell)):
            places[field].append(index)
    return {field: Column(first, tuple(others)) for field, (first, *others) in places.items()}


def unread(cells: Sequence[str], columns: Mapping[str, Column]) -> tuple[str, ...]:
    """The headings of the columns that no field is read from, the start of long ones; blank ones
    are none."""
    known = {place for one in columns.values() for place in (one.place, *one.others)}
    return tuple(cell[:SHOWN] for place, cell in enumerate(cells) if cell and place not in known)


def find_columns(cells: Sequence[str], names: Mapping[str, str]) -> dict[str, int]:
    """Field → index of the first column with one of its names."""
    return {field: column.place for field, column in claims(cells, names).items()}


def has_any(cells: Iterable[str], names: Iterable[str]) -> bool:
    """Whether any cell is one of the names."""
    return not {plain(cell) for cell in cells}.isdisjoint({plain(name) for name in names})


def two_columns(row: int, headings: Sequence[str], one: int, other: int) -> FileRefused:
    """The refusal of a file two of whose columns claim to be one field and differ in a row."""
    def named(index: int, quotes: str) -> str:
        return f"{letters(index)} {quotes[0]}{headings[index][:40]}{quotes[1]}"

    return FileRefused(
        "two_columns",
        f"Hai cột cùng nói về một thứ nhưng khác nhau ở dòng {row}: {named(one, '«»')} và "
        f"{named(other, '«»')}. Hãy xoá cột không dùng rồi nhập lại.",
        f"Two columns tell the same thing but differ in row {row}: {named(one, '“”')} and "
        f"{named(other, '“”')}. Remove the one that is not to be used and import again.",
    )


def letters(index: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 27 is AB."""
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name, index = chr(ord("A") + rest) + name, index - 1
    return name
