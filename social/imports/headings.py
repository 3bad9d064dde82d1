"""Headings of columns in English and Vietnamese, matched by name, never by position.

Meta's export has 32 to 34 columns that vary by month, so only a subset is searched for. Headings
are compared in Unicode NFC, without case, with runs of spaces collapsed.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

META: Mapping[str, tuple[str, ...]] = {
    "post_id": ("Post ID", "ID bài viết"),
    "permalink": ("Permalink", "Liên kết vĩnh viễn"),
    "description": ("Description", "Mô tả"),
    "title": ("Title", "Tiêu đề"),
    "labels": ("Custom labels", "Nhãn tùy chỉnh"),
    "total": (
        "Reactions, Comments and Shares",
        "Cảm xúc, bình luận và lượt chia sẻ",
    ),
    "reactions": ("Reactions", "Cảm xúc"),
    "comments": ("Comments", "Bình luận"),
    "shares": ("Shares", "Lượt chia sẻ"),
}
OWN_COUNTS: Mapping[str, tuple[str, ...]] = {
    "clip_code": ("Clip code", "Code", "Mã clip"),
    "reactions": ("Reactions", "Cảm xúc", "Lượt cảm xúc"),
    "shares": ("Shares", "Chia sẻ", "Lượt chia sẻ"),
    "comments": ("Comments", "Bình luận", "Lượt bình luận"),
    "permalink": ("Link", "Permalink", "Liên kết", "Đường dẫn"),
}
LEDGER: Mapping[str, tuple[str, ...]] = {
    "clip_code": ("Clip code", "Code", "Mã clip"),
    "account": ("Account", "Account name", "Tài khoản", "Tên tài khoản", "Người chia sẻ"),
    "profile": (
        "Profile", "Profile link", "Profile URL", "Account link", "Account URL", "Account ID",
        "Trang cá nhân", "Liên kết trang cá nhân", "Liên kết tài khoản", "Link trang cá nhân",
        "Link tài khoản", "ID tài khoản", "Facebook",
    ),
    "link": ("Share link", "Link", "Share URL", "Liên kết", "Liên kết chia sẻ", "Đường dẫn"),
    "seen_at": ("Seen at", "Time seen", "Thời điểm thấy", "Thời gian", "Ngày giờ"),
}
INSTAGRAM = (
    "Account username",
    "Tên người dùng tài khoản",
    "Follows",
    "Lượt theo dõi",
    "Saves",
    "Lượt lưu",
    "Likes",
    "Lượt thích",
)
PAGE_DAILY = ("Primary", "Chính", "Chỉ số chính")
VIDEO_FILE = ("Video asset ID", "Video ID", "ID nội dung video", "Universal Video ID")


def plain(heading: str) -> str:
    """A heading normalised for comparison."""
    return " ".join(unicodedata.normalize("NFC", heading).casefold().split())


def find_columns(cells: Sequence[str], names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Field → index of the first column with one of its names."""
    places: dict[str, int] = {}
    for index, cell in enumerate(cells):
        places.setdefault(plain(cell), index)
    found = {field: _first(places, aliases) for field, aliases in names.items()}
    return {field: index for field, index in found.items() if index is not None}


def has_any(cells: Iterable[str], names: Iterable[str]) -> bool:
    """Whether any cell is one of the names."""
    return not {plain(cell) for cell in cells}.isdisjoint({plain(name) for name in names})


def _first(places: Mapping[str, int], aliases: tuple[str, ...]) -> int | None:
    return next((places[plain(name)] for name in aliases if plain(name) in places), None)
