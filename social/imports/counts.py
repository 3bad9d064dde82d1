"""Interaction counts from a Meta Business Suite export of posts, or from our own template."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from social.imports.cells import BadCell, read_count, read_post_id
from social.imports.headings import (
    INSTAGRAM,
    LEDGER,
    META,
    OWN_COUNTS,
    PAGE_DAILY,
    VIDEO_FILE,
    find_columns,
    has_any,
)
from social.imports.problems import FileRefused, Problem
from social.imports.tables import Row, Table, open_table
from social.links import read_link

MAX_BYTES = 50_000_000
MAX_ROWS = 20_000
HEADING_WITHIN = 10  # rows searched for the headings: people put a title above the table
META_EXPORT, OWN_TEMPLATE = "meta_export", "own_template"
COUNTED = ("reactions", "shares", "comments")


@dataclass(frozen=True)
class CountRow:
    """One post's counts. None means not in the file, which is not 0.

    post_id, permalink, clip_code: at least one identifies the post. raw: heading → text.
    """

    row: int
    clip_code: str | None
    post_id: str | None
    permalink: str | None
    reactions: int | None
    shares: int | None
    comments: int | None
    text: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CountsFile:
    """kind: `meta_export` or `own_template`. sha256: of the file's bytes."""

    kind: str
    sha256: str
    rows: tuple[CountRow, ...]
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        return not any(problem.level == "error" for problem in self.problems)


def read_counts(path: Path, *, max_rows: int = MAX_ROWS) -> CountsFile:
    """Read the whole file. Raises FileRefused, whose kind says what the file is instead."""
    table = open_table(path, max_bytes=MAX_BYTES)
    rows = table.rows()
    head = list(islice(rows, HEADING_WITHIN))
    kind, heading, columns = _recognise(table, head)
    body = [row for row in head if row.number > heading.number]
    reader = _Reader(kind, heading, columns)
    for count, row in enumerate(_chain(body, rows), start=1):
        if count > max_rows:
            raise _too_many(max_rows)
        reader.take(row)
    if not reader.rows and not reader.problems:
        raise FileRefused(
            "no_rows",
            "Tệp chỉ có dòng tiêu đề, chưa có dòng số liệu nào.",
            "The file has its headings but not a single row of figures.",
        )
    return CountsFile(kind, file_sha256(path), tuple(reader.rows), tuple(reader.problems))


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _recognise(table: Table, head: list[Row]) -> tuple[str, Row, dict[str, int]]:
    for row in head:
        own = find_columns(row.cells, OWN_COUNTS)
        if "clip_code" in own and ("reactions" in own or "shares" in own):
            return OWN_TEMPLATE, row, own
        meta = find_columns(row.cells, META)
        named = "post_id" in meta or "permalink" in meta
        if named and "reactions" in meta and not has_any(row.cells, INSTAGRAM):
            return META_EXPORT, row, meta
    raise _not_counts(table, head)


def _not_counts(table: Table, head: list[Row]) -> FileRefused:
    cells = [cell for row in head for cell in row.cells]
    if has_any(cells, INSTAGRAM) or any("instagram.com/" in cell for cell in cells):
        return FileRefused(
            "instagram",
            "Đây là danh sách bài viết Instagram. Hãy xuất danh sách bài viết của Trang Facebook.",
            "This is a list of Instagram posts. Export the list of the Facebook Page's posts.",
        )
    if table.sep_line or table.utf16 or has_any(cells, PAGE_DAILY):
        return FileRefused(
            "page_daily",
            "Đây là số liệu theo ngày của cả Trang, không có từng bài viết. Trong Meta Business "
            "Suite, hãy vào Thông tin chi tiết → Nội dung và xuất dữ liệu bài viết.",
            "These are the whole Page's daily figures, without the single posts. In Meta Business "
            "Suite go to Insights → Content and export the posts.",
        )
    if any(_is_ledger(row) for row in head):
        return FileRefused(
            "ledger",
            "Đây là sổ chia sẻ. Hãy nhập ở mục «Sổ chia sẻ».",
            "This is a share ledger. Import it under “Share ledger”.",
        )
    if has_any(cells, VIDEO_FILE):
        return FileRefused(
            "video_file",
            "Đây là tệp số liệu video, không có mã bài viết. Hãy xuất dữ liệu bài viết.",
            "These are video figures without post ids. Export the posts instead.",
        )
    return FileRefused(
        "foreign",
        "Không thấy các cột cần có. Hãy nhập tệp xuất bài viết của Meta Business Suite, hoặc tệp "
        "mẫu có các cột: Mã clip, Cảm xúc, Chia sẻ, Bình luận.",
        "The needed columns are not there. Import Meta Business Suite's export of posts, or our "
        "template with the columns: Clip code, Reactions, Shares, Comments.",
    )


def _is_ledger(row: Row) -> bool:
    return {"clip_code", "account"} <= set(find_columns(row.cells, LEDGER))


def _too_many(max_rows: int) -> FileRefused:
    return FileRefused(
        "too_many_rows",
        f"Tệp có hơn {max_rows} dòng. Hãy chỉ xuất các bài của cuộc thi.",
        f"The file has more than {max_rows} rows. Export only the contest's posts.",
    )


def _chain(first: Iterable[Row], rest: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


class _Reader:
    """Turns rows into counts and collects problems, posts listed twice among them."""

    def __init__(self, kind: str, heading: Row, columns: dict[str, int]) -> None:
        self.kind, self.columns = kind, columns
        self.headings = heading.cells
        self.rows: list[CountRow] = []
        self.problems: list[Problem] = []
        self._seen: dict[str, int] = {}

    def take(self, row: Row) -> None:
        counts = {name: self._count(row, name) for name in COUNTED}
        post_id = self._post_id(row)
        permalink = self._cell(row, "permalink") or None
        code = self._cell(row, "clip_code").upper() or None
        if not (code or post_id or permalink):
            self._problem(
                row,
                "no_post",
                "dòng không cho biết bài viết nào (không có mã clip, mã bài viết hay liên kết)",
                "the row names no post (no clip code, post id or link)",
            )
            return
        self._check_twice(row, code or post_id or _link_key(permalink))
        self._check_sum(row, counts)
        text = "\n".join(self._cell(row, name) for name in ("title", "description", "labels"))
        raw = {name: cell for name, cell in zip(self.headings, row.cells, strict=False) if cell}
        self.rows.append(
            CountRow(row.number, code, post_id, permalink, **counts, text=text.strip(), raw=raw)
        )

    def _cell(self, row: Row, name: str) -> str:
        index = self.columns.get(name)
        return row.cells[index] if index is not None and index < len(row.cells) else ""

    def _count(self, row: Row, name: str) -> int | None:
        try:
            return read_count(self._cell(row, name))
        except BadCell as bad:
            self._problem(row, bad.code, bad.message_vi, bad.message_en, column=name)
            return None

    def _post_id(self, row: Row) -> str | None:
        try:
            return read_post_id(self._cell(row, "post_id"))
        except BadCell as bad:
            level = "warning" if self._cell(row, "permalink") else "error"
            self._problem(
                row, bad.code, bad.message_vi, bad.message_en, level=level, column="post_id"
            )
            return None

    def _check_twice(self, row: Row, key: str | None) -> None:
        before = self._seen.setdefault(key or "", row.number)
        if before != row.number:
            self._problem(
                row,
                "twice",
                f"bài viết này đã có ở dòng {before}; hãy giữ lại một dòng",
                f"this post is already in row {before}; keep one of them",
            )

    def _check_sum(self, row: Row, counts: Mapping[str, int | None]) -> None:
        try:
            total = read_count(self._cell(row, "total"))
        except BadCell:
            total = None
        known = [value for value in counts.values() if value is not None]
        if total is None or len(known) < len(COUNTED) or total == sum(known):
            return
        self._problem(
            row,
            "sum_differs",
            f"cột tổng ghi {total}, nhưng cảm xúc + bình luận + chia sẻ = {sum(known)}; "
            "hãy xem tệp có bị sửa tay không",
            f"the sum column says {total}, but reactions + comments + shares = {sum(known)}; "
            "check whether the file was edited",
            level="warning",
            column="total",
        )

    def _problem(
        self, row: Row, code: str, vi: str, en: str, *, level: str = "error", column: str = ""
    ) -> None:
        message_vi, message_en = f"Dòng {row.number}: {vi}.", f"Row {row.number}: {en}."
        problem = Problem(row.number, code, message_vi, message_en, level, column or None)
        self.problems.append(problem)


def _link_key(permalink: str | None) -> str | None:
    link = read_link(permalink or "")
    return link.key if link else permalink
