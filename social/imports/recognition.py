"""Which sheet of a file holds counts, and in which columns; or what the file is instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from social.imports.cells import tidy
from social.imports.headings import (
    INSTAGRAM,
    LEDGER_NAMES,
    LIKES,
    META,
    OWN,
    PAGE_DAILY,
    POSTS_NAMES,
    VIDEO_FILE,
    Column,
    claims,
    find_columns,
    has_any,
)
from social.imports.languages import guess
from social.imports.problems import FileRefused
from social.imports.rows import Row, Sheet
from social.imports.tables import Table

META_EXPORT, OWN_TEMPLATE, POSTS_TEMPLATE = "meta_export", "own_template", "posts_template"
HEADING_WITHIN = 10  # rows searched for the headings: people put a title above the table
LEAST_HEADINGS = 8  # of an export in a language that we cannot name
SHOWN = 8  # headings that a refusal repeats
ADVICE = (
    "Hãy nhập tệp xuất bài viết của Meta Business Suite, hoặc tệp mẫu có các cột: Mã clip, "
    "Cảm xúc, Chia sẻ, Bình luận.",
    "Import Meta Business Suite's export of posts, or our template with the columns: Clip code, "
    "Reactions, Shares, Comments.",
)
POSTS_ADVICE = (
    "Hãy nhập tệp có các cột: Mã clip, Nền tảng, Liên kết, Lượt thích, Chia sẻ, Bình luận, Lượt "
    "xem. Tệp mẫu có sẵn các bài đăng.",
    "Import a file with the columns: Clip code, Platform, Link, Likes, Shares, Comments, Views. "
    "The template has the posts filled in.",
)
OF_A_POST = frozenset({"likes", "shares", "comments", "views"})
INSTAGRAM_HOST = "instagram.com/"


@dataclass(frozen=True)
class Found:
    """A table of counts. body: the rows below the headings, once."""

    kind: str
    heading: Row
    columns: Mapping[str, Column]
    body: Iterator[Row]
    sheet: str | None


def find(
    table: Table, sheets: Sequence[Sheet], hidden: Sequence[str], *, posts: bool = False
) -> Found:
    """The one sheet that holds counts: of the Page's clips, or of ``posts`` on other platforms.
    Raises FileRefused, whose kind says what the file is."""
    recognise = _recognise_posts if posts else _recognise
    heads: list[list[Row]] = []
    found: list[Found] = []
    for sheet in sheets:
        rows = sheet.rows()
        head = _head(rows, sheet, found)
        heads.append(head)
        if one := recognise(sheet, head, rows):
            found.append(one)
            if sheet.name is None:
                break  # the likeliest delimiter that makes sense
    if not found:
        told = _not_posts(heads) if posts else _not_counts(table, heads)
        raise _with_sheets(told, sheets, hidden)
    if len(found) > 1:
        raise _several(found)
    return found[0]


def _head(rows: Iterator[Row], sheet: Sheet, found: list[Found]) -> list[Row]:
    """The first rows. A sheet that cannot be read matters only if no other holds counts."""
    try:
        return list(islice(rows, HEADING_WITHIN))
    except FileRefused:
        if sheet.name is None or not found:
            raise
        return []


def _recognise(sheet: Sheet, head: list[Row], rest: Iterator[Row]) -> Found | None:
    for row in head:
        own, meta = claims(row.cells, OWN), claims(row.cells, META)
        below = (other for other in head if other.number > row.number)
        if "clip_code" in own and ("reactions" in own or "shares" in own):
            if _is_of_posts(row):
                raise _other_platforms()
            return Found(OWN_TEMPLATE, row, own, chain(below, rest), sheet.name)
        named = "post_id" in meta or "permalink" in meta
        counted = "reactions" in meta or "shares" in meta
        if named and counted and not _is_instagram(row.cells, meta):
            return Found(META_EXPORT, row, meta, chain(below, rest), sheet.name)
    return None


def _recognise_posts(sheet: Sheet, head: list[Row], rest: Iterator[Row]) -> Found | None:
    """A table whose rows name posts and have at least one of their counts."""
    for row in head:
        found = claims(row.cells, POSTS_NAMES)
        if {"clip_code", "permalink"}.isdisjoint(found) or OF_A_POST.isdisjoint(found):
            continue
        if "reactions" in claims(row.cells, OWN) or "reactions" in claims(row.cells, META):
            raise _of_the_page()
        below = (other for other in head if other.number > row.number)
        return Found(POSTS_TEMPLATE, row, found, chain(below, rest), sheet.name)
    return None


def _is_of_posts(heading: Row) -> bool:
    found = claims(heading.cells, POSTS_NAMES)
    return "platform" in found and not {"likes", "views"}.isdisjoint(found)


def _is_instagram(headings: Sequence[str], meta: Mapping[str, Column]) -> bool:
    return has_any(headings, INSTAGRAM) or ("reactions" not in meta and has_any(headings, LIKES))


def _not_counts(table: Table, heads: Sequence[list[Row]]) -> FileRefused:
    rows = [row for head in heads for row in head]
    cells = [cell for row in rows for cell in row.cells]
    if any(_is_instagram(row.cells, claims(row.cells, META)) for row in rows) or any(
        INSTAGRAM_HOST in cell for cell in cells
    ):
        return instagram()
    if table.sep_line or table.utf16 or has_any(cells, PAGE_DAILY):
        return FileRefused(
            "page_daily",
            "Đây là số liệu theo ngày của cả Trang, không có từng bài viết. Trong Meta Business "
            "Suite, hãy vào Thông tin chi tiết → Nội dung và xuất dữ liệu bài viết.",
            "These are the whole Page's daily figures, without the single posts. In Meta Business "
            "Suite go to Insights → Content and export the posts.",
        )
    if any(_is_ledger(find_columns(row.cells, LEDGER_NAMES)) for row in rows):
        return _ledger()
    return _by_columns(rows)


def _not_posts(heads: Sequence[list[Row]]) -> FileRefused:
    rows = [row for head in heads for row in head]
    if any(_is_ledger(find_columns(row.cells, LEDGER_NAMES)) for row in rows):
        return _ledger()
    best = max(rows, key=lambda row: len(claims(row.cells, POSTS_NAMES)), default=Row(0, ()))
    return _unknown(best, POSTS_ADVICE)


def _of_the_page() -> FileRefused:
    return FileRefused(
        "page_counts",
        "Đây là số liệu của Fanpage (có cột cảm xúc). Hãy nhập ở trang «Tương tác», mục «Nhập từ "
        "tệp».",
        "These are the Page's counts (there is a column of reactions). Import them under "
        "“Interactions”, “Import a file”.",
    )


def _other_platforms() -> FileRefused:
    return FileRefused(
        "posts",
        "Đây là số của bài đăng trên nền tảng khác. Hãy nhập ở trang «Nền tảng khác».",
        "These are counts of posts on other platforms. Import them under “Other platforms”.",
    )


def _ledger() -> FileRefused:
    return FileRefused(
        "ledger",
        "Đây là sổ chia sẻ. Hãy nhập ở mục «Sổ chia sẻ».",
        "This is a share ledger. Import it under “Share ledger”.",
    )


def _is_ledger(columns: Mapping[str, int]) -> bool:
    return "clip_code" in columns and not columns.keys().isdisjoint({"account", "profile"})


def instagram() -> FileRefused:
    """The error (returned, not raised) for a list of Instagram's posts."""
    return FileRefused(
        "instagram",
        "Đây là danh sách bài viết Instagram. Hãy xuất danh sách bài viết của Trang Facebook.",
        "This is a list of Instagram posts. Export the list of the Facebook Page's posts.",
    )


def _by_columns(rows: Sequence[Row]) -> FileRefused:
    """Why no row serves as headings: what is missing, or the language that they are in."""
    if has_any([cell for row in rows for cell in row.cells], VIDEO_FILE):
        return FileRefused(
            "video_file",
            "Đây là tệp số liệu video, không có mã bài viết. Hãy xuất dữ liệu bài viết.",
            "These are video figures without post ids. Export the posts instead.",
        )
    if language := next(filter(None, (guess(row.cells) for row in rows)), None):
        return _in_language(*language)
    best = max(rows, key=lambda row: len(claims(row.cells, META)), default=Row(0, ()))
    meta = claims(best.cells, META)
    if "reactions" in meta and "post_id" not in meta and "permalink" not in meta:
        return FileRefused(
            "no_posts",
            "Bảng có số cảm xúc nhưng không có cột mã bài viết hay liên kết, như bảng trên màn "
            "hình Business Suite. Hãy dùng nút «Xuất dữ liệu» ở mục Nội dung rồi nhập tệp đó.",
            "The table has reactions but no column with post ids or links, like the table on "
            "Business Suite's screen. Use “Export data” under Content and import that file.",
        )
    linked = any("facebook.com/" in cell for row in rows for cell in row.cells)
    if linked and any(sum(map(bool, row.cells)) >= LEAST_HEADINGS for row in rows):
        return _in_language("một ngôn ngữ khác", "another language")
    return _unknown(best if meta else next(iter(rows), best))


def _in_language(vi: str, en: str) -> FileRefused:
    return FileRefused(
        "language",
        f"Tệp này có vẻ là bản xuất bằng {vi}, và chưa nhận ra đủ cột. Hãy đổi ngôn ngữ Facebook "
        "sang tiếng Việt hoặc tiếng Anh (Cài đặt → Ngôn ngữ và khu vực), rồi xuất lại.",
        f"This seems to be an export in {en}, and not enough columns are known. Switch Facebook's "
        "language to Vietnamese or English (Settings → Language and region) and export again.",
    )


def _unknown(heading: Row, advice: tuple[str, str] = ADVICE) -> FileRefused:
    seen = [tidy(cell)[:30] for cell in heading.cells[:SHOWN] if cell]
    return FileRefused(
        "foreign",
        f"Không thấy các cột cần có; chỉ thấy: {_listed(seen, '«»')}. {advice[0]}",
        f"The needed columns are not there; there are only: {_listed(seen, '“”')}. {advice[1]}",
    )


def _with_sheets(
    error: FileRefused, sheets: Sequence[Sheet], hidden: Sequence[str]
) -> FileRefused:
    """The refusal, with the sheets that were looked at and those that were not."""
    looked = [sheet.name for sheet in sheets if sheet.name is not None]
    if not looked:
        return error
    vi = f" Đã xem trang tính: {_listed(looked, '«»')}."
    en = f" Sheets looked at: {_listed(looked, '“”')}."
    if hidden:
        vi += f" Trang tính bị ẩn không được đọc: {_listed(hidden, '«»')}."
        en += f" Hidden sheets are not read: {_listed(hidden, '“”')}."
    return FileRefused(error.kind, error.message_vi + vi, error.message_en + en)


def _several(found: Sequence[Found]) -> FileRefused:
    names = [one.sheet or "" for one in found]
    return FileRefused(
        "several_sheets",
        f"Nhiều trang tính có bảng số liệu: {_listed(names, '«»')}. Hãy chỉ để một trang, hoặc ẩn "
        "các trang kia.",
        f"Several sheets hold a table of counts: {_listed(names, '“”')}. Keep one of them, or hide "
        "the others.",
    )


def _listed(names: Sequence[str], quotes: str) -> str:
    shown = ", ".join(f"{quotes[0]}{name[:40]}{quotes[1]}" for name in names[:SHOWN])
    return f"{shown}, …" if len(names) > SHOWN else shown
