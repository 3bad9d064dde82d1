"""Interaction counts from a Meta Business Suite export of posts, or from our own templates: of the
Page's clips, and of posts on other platforms."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from social.imports import periods, recognition
from social.imports.cells import (
    LOST_DIGITS,
    BadCell,
    code_key,
    read_code,
    read_count,
    read_post_id,
    tidy,
)
from social.imports.headings import letters, two_columns, unread
from social.imports.periods import SPAN, TOTAL, UNCLEAR, UNSAID
from social.imports.problems import FileRefused, Problem
from social.imports.recognition import (
    INSTAGRAM_HOST,
    META_EXPORT,
    OWN_TEMPLATE,
    POSTS_TEMPLATE,
    Found,
)
from social.imports.rows import Row
from social.imports.tables import open_table
from social.imports.workbooks import Bounds
from social.links import read_link

__all__ = [
    "META_EXPORT", "OWN_TEMPLATE", "POSTS_TEMPLATE", "CountRow", "CountsFile", "file_sha256",
    "read_counts", "read_posts",
]  # fmt: skip

MAX_BYTES = 50_000_000
MAX_ROWS = 20_000
BOUNDS = Bounds(unpacked=150_000_000, elements=6_000_000)  # 20,000 rows of 64 cells, and their text
ONE_WINS = ("clip_code", "platform", "post_id", "permalink", "reactions", "shares", "comments",
            "likes", "views", "period")
YES = frozenset({"1", "1.0", "true", "yes", "có", "đúng", "sí", "sì", "oui", "sim", "ja", "是"})
LONGEST_NAME = 200


class CountRow(NamedTuple):
    """One post's counts. None means not in the file, which is not 0.

    post_id, permalink, clip_code: at least one identifies the post. raw: heading → text. page_id,
    page_name: whose post it is; published: when it appeared, as written; "" where not told.
    crosspost: the same video on another post. platform, likes, views: of a post elsewhere.
    """

    row: int
    clip_code: str | None
    post_id: str | None
    permalink: str | None
    reactions: int | None
    shares: int | None
    comments: int | None
    text: str = ""
    raw: Mapping[str, str] = {}
    page_id: str = ""
    page_name: str = ""
    published: str = ""
    crosspost: bool = False
    platform: str = ""
    likes: int | None = None
    views: int | None = None


@dataclass(frozen=True)
class CountsFile:
    """kind: `meta_export`, `own_template` or `posts_template`. sha256: of the file's bytes. unread:
    the headings of a template's columns with no meaning here; most of an export's have none."""

    kind: str
    sha256: str
    rows: tuple[CountRow, ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return not any(problem.level == "error" for problem in self.problems)


def read_counts(path: Path, *, max_rows: int = MAX_ROWS) -> CountsFile:
    """Read the whole file. Raises FileRefused, whose kind says what the file is instead."""
    return _read(path, max_rows, posts=False)


def read_posts(path: Path, *, max_rows: int = MAX_ROWS) -> CountsFile:
    """The same for counts of posts on other platforms, which have no reactions."""
    return _read(path, max_rows, posts=True)


def _read(path: Path, max_rows: int, *, posts: bool) -> CountsFile:
    table = open_table(path, max_bytes=MAX_BYTES, bounds=BOUNDS)
    with table.sheets() as (sheets, hidden):
        found = recognition.find(table, sheets, hidden, posts=posts)
        reader = _Reader(found)
        for count, row in enumerate(found.body, start=1):
            if count > max_rows:
                raise _too_many(max_rows)
            reader.take(row)
    rows, problems = reader.finished()
    left = unread(found.heading.cells, found.columns) if found.kind != META_EXPORT else ()
    return CountsFile(found.kind, file_sha256(path), rows, problems, left)


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _too_many(max_rows: int) -> FileRefused:
    return FileRefused(
        "too_many_rows",
        f"Tệp có hơn {max_rows} dòng. Hãy chỉ xuất các bài của hội thi.",
        f"The file has more than {max_rows} rows. Export only the contest's posts.",
    )


class _Places(NamedTuple):
    """Where each field stands in a row."""

    clip_code: int
    post_id: int
    permalink: int
    title: int
    description: int
    labels: int
    reactions: int
    shares: int
    comments: int
    total: int
    page_id: int
    page_name: int
    published: int
    period: int
    is_share: int
    is_crosspost: int
    platform: int
    likes: int
    views: int


def _is_sum(text: str) -> bool:
    return text != "" and not text[0].isdigit() and periods.is_summary(text)


class _Reader:
    """Turns rows into counts and collects problems, posts listed twice among them."""

    def __init__(self, found: Found) -> None:
        self.kind, self.headings = found.kind, found.heading.cells
        self.places = {name: column.place for name, column in found.columns.items()}
        self.rivals = [
            (column.place, other)
            for name, column in found.columns.items() if name in ONE_WINS
            for other in column.others
        ]  # fmt: skip
        # One cell more than there are columns: what a file does not have stands there, blank.
        self.blank = max(
            *self.places.values(), *(other for _, other in self.rivals), len(self.headings) - 1
        ) + 1
        self.at = _Places(*(self.places.get(name, self.blank) for name in _Places._fields))
        self.rows: list[tuple[CountRow, str]] = []  # with what the row's date says
        self.problems: list[Problem] = []
        self.instagram = 0
        self.spans: list[tuple[int, str]] = []
        self.unclear: tuple[int, str] | None = None

    # ------------------------------------------------------------------------------ one row

    def take(self, row: Row) -> None:
        cells, at = row.cells, self.at
        cells = (*cells[:self.blank], *[""] * (self.blank + 1 - min(len(cells), self.blank)))
        for one, other in self.rivals:
            if cells[one] != cells[other]:
                raise two_columns(row.number, self.headings, one, other)
        if self._left_out(row, cells):
            return
        post_id, permalink = self._post_id(row, cells), cells[at.permalink] or None
        code = read_code(cells[at.clip_code]) if cells[at.clip_code] else None
        if not (code or post_id or permalink):
            self._problem(
                row, "no_post",
                "dòng không cho biết bài viết nào (không có mã clip, mã bài viết hay liên kết)",
                "the row names no post (no clip code, post id or link)",
            )
            return
        counts = (
            self._count(row, cells[at.reactions], "reactions"),
            self._count(row, cells[at.shares], "shares"),
            self._count(row, cells[at.comments], "comments"),
        )
        crosspost = cells[at.is_crosspost]
        self.rows.append((CountRow(
            row.number, code, post_id, permalink, *counts,
            f"{cells[at.title]}\n{cells[at.description]}\n{cells[at.labels]}".strip(),
            {name: cell for name, cell in zip(self.headings, cells, strict=False) if cell},
            self._page_id(cells[at.page_id]), cells[at.page_name][:LONGEST_NAME],
            cells[at.published], bool(crosspost) and crosspost.casefold() in YES,
            cells[at.platform][:LONGEST_NAME], self._count(row, cells[at.likes], "likes"),
            self._count(row, cells[at.views], "views"),
        ), self._period(row, cells[at.period])))
        if cells[at.total]:
            self._check_sum(row, cells[at.total], counts)

    def _left_out(self, row: Row, cells: Sequence[str]) -> bool:
        """Rows that are no post of the Page's own: said, and never in the way of the others."""
        at = self.at
        shared = cells[at.is_share]
        if _is_sum(cells[at.clip_code]) or _is_sum(cells[at.post_id]):
            self._skipped(row, "summary", "dòng cộng tổng, không phải một bài viết",
                          "a row of totals, not a post")
        elif shared and shared.casefold() in YES:
            self._skipped(row, "shared_post", "bài chia sẻ lại, không phải bài đăng clip",
                          "a shared post, not the post of a clip")
        elif self.kind != POSTS_TEMPLATE and INSTAGRAM_HOST in cells[at.permalink]:
            self.instagram += 1
            self._skipped(row, "instagram_post", "bài viết trên Instagram", "a post on Instagram")
        else:
            return False
        return True

    def _count(self, row: Row, text: str, name: str) -> int | None:
        try:
            return read_count(text) if text else None
        except BadCell as bad:
            self._problem(row, bad.code, bad.message_vi, bad.message_en, column=name)
            return None

    def _post_id(self, row: Row, cells: Sequence[str]) -> str | None:
        text = cells[self.at.post_id]
        try:
            return read_post_id(text) if text else None
        except BadCell as bad:
            instead = cells[self.at.permalink] or cells[self.at.clip_code]
            self._problem(
                row, bad.code, bad.message_vi, bad.message_en,
                level="warning" if instead else "error", column="post_id",
            )
            return None

    def _page_id(self, text: str) -> str:
        """Empty where Excel has rounded it: the Page's name speaks then."""
        if text.isdecimal():
            return text[:LONGEST_NAME]
        text = tidy(text)[:LONGEST_NAME]
        return "" if LOST_DIGITS.fullmatch(text) else text

    def _period(self, row: Row, text: str) -> str:
        period = periods.period_of(text) if text else UNSAID
        if period == SPAN:
            self.spans.append((row.number, text))
        elif period == UNCLEAR and self.unclear is None:
            self.unclear = (row.number, text)
        return period

    def _check_sum(self, row: Row, text: str, counts: Sequence[int | None]) -> None:
        known = [value for value in counts if value is not None]
        try:
            total = read_count(text)
        except BadCell:
            return
        if total is None or len(known) < len(counts) or total == sum(known):
            return
        self._problem(
            row, "sum_differs",
            f"cột tổng ghi {total}, nhưng cảm xúc + bình luận + chia sẻ = {sum(known)}; "
            "hãy xem tệp có bị sửa tay không",
            f"the sum column says {total}, but reactions + comments + shares = {sum(known)}; "
            "check whether the file was edited",
            level="warning", column="total",
        )

    # ------------------------------------------------------------------------- the whole file

    def finished(self) -> tuple[tuple[CountRow, ...], tuple[Problem, ...]]:
        """Raises FileRefused for a file without figures, or whose figures are no totals."""
        if not self.rows and not self.problems:
            raise FileRefused(
                "no_rows",
                "Tệp chỉ có dòng tiêu đề, chưa có dòng số liệu nào.",
                "The file has its headings but not a single row of figures.",
            )
        if not self.rows and self.instagram == len(self.problems):
            raise recognition.instagram()
        if self.unclear:
            raise self._unclear(*self.unclear)
        rows = self._totals() if self.spans else [row for row, _ in self.rows]
        if self.kind != POSTS_TEMPLATE:  # there a clip has a row for each platform
            self._check_twice(rows)
        return tuple(rows), tuple(sorted(self.problems, key=lambda problem: problem.row or 0))

    def _totals(self) -> list[CountRow]:
        """Of a file of days, the rows over all time alone. Raises FileRefused without any."""
        totals = [row for row, period in self.rows if period == TOTAL]
        if not totals:
            raise self._daily(*self.spans[0])
        for row, period in self.rows:
            if period != TOTAL:
                self._skipped(Row(row.row, ()), "not_lifetime",
                              "số của một ngày hay một kỳ, không phải tổng trọn đời",
                              "figures of a day or a span, not the total over all time")
        left = {row.row for row in totals}
        self.problems = [p for p in self.problems if p.row in left or p.level == "skipped"]
        return totals

    def _daily(self, row: int, text: str) -> FileRefused:
        shown, at = text[:40], self.places["period"]
        column, in_english = self._named(at), self._named(at, "“”")
        if self.kind != META_EXPORT:
            return FileRefused(
                "daily",
                f"Dòng {row}, cột {column} ghi «{shown}»: tệp mẫu cần tổng từ lúc đăng, không phải "
                "số của một ngày. Nếu đây đã là tổng, hãy xoá cột này và ghi lúc nhìn thấy ở ô "
                "«Số liệu lúc».",
                f"Row {row}, column {in_english} says “{shown}”: the template takes totals since "
                "the post appeared, not a day's figures. If these are totals, remove that column "
                "and give the moment under “Counts as of”.",
            )
        return FileRefused(
            "daily",
            f"Dòng {row}, cột {column} ghi «{shown}»: đây là số của từng ngày hay một kỳ, không "
            "phải tổng. Trong Meta Business Suite, hãy vào Thông tin chi tiết → Nội dung → Xuất dữ "
            "liệu, chọn số liệu «Trọn đời» (Lifetime) thay vì theo ngày, rồi nhập tệp đó.",
            f"Row {row}, column {in_english} says “{shown}”: these are figures of days or a span, "
            "not totals. In Meta Business Suite go to Insights → Content → Export data, choose "
            "“Lifetime” instead of daily, and import that file.",
        )

    def _unclear(self, row: int, text: str) -> FileRefused:
        shown, at = text[:40], self.places["period"]
        column, in_english = self._named(at), self._named(at, "“”")
        return FileRefused(
            "period_unclear",
            f"Dòng {row}, cột {column} ghi «{shown}»: không rõ đó là tổng trọn đời hay số của một "
            "kỳ. Hãy đổi ngôn ngữ Facebook sang tiếng Việt hoặc tiếng Anh, xuất lại với «Trọn đời»,"
            " rồi nhập tệp đó.",
            f"Row {row}, column {in_english} says “{shown}”: it is not clear whether that is the "
            "total over all time or a span. Switch Facebook to Vietnamese or English, export again "
            "with “Lifetime” and import that file.",
        )

    def _named(self, index: int, quotes: str = "«»") -> str:
        return f"{letters(index)} {quotes[0]}{self.headings[index][:40]}{quotes[1]}"

    def _check_twice(self, rows: Iterable[CountRow]) -> None:
        seen: dict[str, int] = {}
        for row in rows:
            key = code_key(row.clip_code or "") or row.post_id or _link_key(row.permalink) or ""
            before = seen.setdefault(key, row.row)
            if before != row.row:
                self._problem(
                    Row(row.row, ()), "twice",
                    f"bài viết này đã có ở dòng {before}; hãy giữ lại một dòng",
                    f"this post is already in row {before}; keep one of them",
                )

    def _skipped(self, row: Row, code: str, vi: str, en: str) -> None:
        self._problem(row, code, vi, en, level="skipped")

    def _problem(
        self, row: Row, code: str, vi: str, en: str, *, level: str = "error", column: str = ""
    ) -> None:
        message_vi, message_en = f"Dòng {row.number}: {vi}.", f"Row {row.number}: {en}."
        problem = Problem(row.number, code, message_vi, message_en, level, column or None)
        self.problems.append(problem)


def _link_key(permalink: str | None) -> str | None:
    link = read_link(permalink or "")
    return link.key if link else permalink


