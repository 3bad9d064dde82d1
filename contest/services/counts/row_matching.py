"""Which row of a file tells of which posted clip: by what identifies a post, last by its caption.

A post's id comes first, then its address. A code in a caption counts only for a clip of which
nothing better is known, and for one row: other posts name clips, too (a thank-you, a reminder, the
list of all clips). What is left out is said, row by row.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contest.languages import LANGUAGES, write_date
from contest.services.counts.interactions import Posted, before_release
from social.imports import CountRow, CountsFile, Problem
from social.imports.cells import code_key, read_code, tidy
from social.imports.counts import OWN_TEMPLATE
from social.imports.periods import readings
from social.links import read_link

MARKER = re.compile(r"#\s?([A-Z]{1,8}(?:[-\s]?[0-9A-Z]+)?)")  # a clip's code in a text, in capitals
ZONES = timedelta(hours=36)  # the zone of a file's "Publish time" is not known (docs/facebook.md)
BY_CODE, BY_ID, BY_LINK, BY_CAPTION = range(4)
READABLE = ("post", "video")
ROWS_NAMED = 20  # in one sentence


class Match(NamedTuple):
    """A row and its clip. by: what told so, the lower the surer."""

    row: CountRow
    clip: Posted
    by: int


class Matched(NamedTuple):
    """found: at most one row a clip. others: rows of no clip, or left out."""

    found: list[Match]
    others: list[CountRow]
    problems: list[Problem]


def match(file: CountsFile, clips: Sequence[Posted], *, page_name: str) -> Matched:
    """page_name: of the contest's Page, as its profile says."""
    book, own = _Names(clips), file.kind == OWN_TEMPLATE
    found: list[Match] = []
    others: list[CountRow] = []
    problems: list[Problem] = []
    for row in file.rows:
        seen = book.of_code(row) if own and row.clip_code else book.of_post(row)
        if isinstance(seen, Problem):
            problems.append(seen)
        if isinstance(seen, Match):
            found.append(seen)
        else:
            others.append(row)
    if own:
        problems += [_unknown(row) for row in others if row.clip_code not in book.contradicted]
    found, left = _one_each(found, problems)
    if not own:
        found, left = _of_page(found, [*left, *others], book, page_name, problems)
        others = []
    return Matched(found, sorted([*left, *others], key=lambda row: row.row), problems)


class _Names:
    """Everything by which a file may identify clips. Addresses are parsed only if ids fail."""

    def __init__(self, clips: Sequence[Posted]) -> None:
        self.clips = clips
        self.codes = {code_key(clip.code.upper()): clip for clip in clips}
        self.ids = {clip.video_id: clip for clip in clips if clip.video_id}
        self.ids |= {_short(clip.post_id): clip for clip in clips if clip.post_id}
        self.contradicted: set[str | None] = set()

    def of_code(self, row: CountRow) -> Match | Problem | None:
        """For our own template: by its code, which the link may not contradict."""
        clip = self.codes.get(code_key(row.clip_code or ""))
        other = self._linked(row.permalink) if row.permalink else None
        if clip and other and other.submission_id != clip.submission_id:
            self.contradicted.add(row.clip_code)
            return _problem(
                row, "link_differs", f"mã là {clip.code} nhưng liên kết là bài của {other.code}; "
                "hãy sửa một trong hai", f"the code is {clip.code} but the link is the post of "
                f"{other.code}; correct one of them",
            )
        return Match(row, clip, BY_CODE) if clip else None

    def of_post(self, row: CountRow) -> Match | Problem | None:
        """For an export: by the post's id, its address, or its caption."""
        by_id = self.ids.get(_short(row.post_id)) if row.post_id else None
        if by_id and not row.crosspost:
            return Match(row, by_id, BY_ID)
        by_link = self._linked(row.permalink)
        if row.crosspost and (by_id or by_link):
            return _left_out(row, "crosspost", "bài đăng chéo cùng video, không phải bài đăng clip",
                             "a crosspost of the video, not the post of the clip")
        return Match(row, by_link, BY_LINK) if by_link else self._captioned(row)

    def _captioned(self, row: CountRow) -> Match | Problem | None:
        clips = self._named_in(row.text)
        if not clips:
            return None
        if len(clips) > 1:
            codes = ", ".join(clip.code for clip in clips[:5])
            return _left_out(row, "names_clips", f"bài viết khác, nhắc tới nhiều clip: {codes}",
                             f"another post, which names several clips: {codes}")
        clip = clips[0]
        if row.crosspost or self._is_known(clip):
            return another_post(row, clip)
        return Match(row, clip, BY_CAPTION)

    def _named_in(self, text: str) -> list[Posted]:
        if "#" not in text and "＃" not in text:
            return []
        plain = tidy(unicodedata.normalize("NFKC", text)).upper()
        keys = {code_key(read_code(found) or "") for found in MARKER.findall(plain)}
        return [self.codes[key] for key in sorted(keys) if key in self.codes]

    def _is_known(self, clip: Posted) -> bool:
        """Whether its own row would be found by an id or an address."""
        link = read_link(clip.permalink)
        return bool(clip.post_id or clip.video_id or (link and link.kind in READABLE))

    def _linked(self, permalink: str | None) -> Posted | None:
        link = read_link(permalink or "")
        if link is None:
            return None
        return self.links.get(link.key) or self.ids.get(_short(link.object_id or ""))

    @cached_property
    def links(self) -> dict[str, Posted]:
        """Addresses in comparable form."""
        known = ((read_link(clip.permalink), clip) for clip in self.clips)
        return {link.key: clip for link, clip in known if link}


def _short(post_id: str) -> str:
    """A post's own id: in files it stands with or without the Page's id before it."""
    return post_id.rpartition("_")[2]


def _one_each(
    found: list[Match], problems: list[Problem]
) -> tuple[list[Match], list[CountRow]]:
    """The surest row of each clip; two that are as sure are an error, or both left out."""
    best: dict[int, int] = {}
    for one in found:
        number = one.clip.submission_id
        best[number] = min(best.get(number, BY_CAPTION), one.by)
    sure = [one for one in found if one.by == best[one.clip.submission_id]]
    often = Counter(one.clip.submission_id for one in sure)
    first: dict[int, int] = {}
    kept: list[Match] = []
    left: list[CountRow] = []
    for one in found:
        number = one.clip.submission_id
        before = first.setdefault(number, one.row.row)
        captioned = one.by == BY_CAPTION and often[number] > 1
        if one.by > best[number] or captioned:
            left.append(one.row)
            problems.append(another_post(one.row, one.clip))
        else:
            kept.append(one)
            if often[number] > 1 and before != one.row.row:
                problems.append(_twice(one, before))
    return kept, left


def _of_page(
    found: list[Match], others: list[CountRow], book: _Names, page_name: str,
    problems: list[Problem],
) -> tuple[list[Match], list[CountRow]]:
    """Leave out what another Page posted. A row found by its id proves whose Page the file is of:
    Meta gives some Pages two ids, so that a differing one alone proves nothing."""
    proved = [one.row for one in found if one.by in (BY_ID, BY_LINK)]
    ids = {row.page_id for row in proved if row.page_id} | _numbers(book.clips)
    names = {_plain(row.page_name) for row in proved if row.page_name} | {_plain(page_name)}
    kept = [one for one in found if one.by != BY_CAPTION or not _is_foreign(one.row, ids, names)]
    if len(kept) < len(found):
        rest = {one.row.row for one in kept}
        others = [*others, *(one.row for one in found if one.row.row not in rest)]
    foreign = [] if kept else [row for row in others if _is_foreign(row, ids, names)]
    if foreign:
        problems.append(_other_page(foreign, page_name, ids))
    return kept, others


def _is_foreign(row: CountRow, ids: set[str], names: set[str]) -> bool:
    """Whether its Page is told and is not ours."""
    if row.page_id and ids:
        return row.page_id not in ids
    return bool(row.page_name) and _plain(row.page_name) not in names


def _numbers(clips: Iterable[Posted]) -> set[str]:
    """The Page's ids that posts' own ids begin with."""
    own = (clip.post_id for clip in clips if clip.post_id and "_" in clip.post_id)
    return {post_id.partition("_")[0] for post_id in own}


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def check_dates(
    found: Iterable[Match], taken_at: datetime, zone: ZoneInfo
) -> list[Problem]:
    """Posts that the file says appeared after the moment of its counts, or not when ours did.

    zone: of the contest, for the file names none.
    """
    problems = []

    @cache  # clips that were released together say the same
    def judged(written: str, ours: datetime | None) -> str:
        moments = [moment.replace(tzinfo=zone) for moment in readings(written)]
        if moments and min(moments) - taken_at > ZONES:
            return "later"
        far = ours is not None and all(abs(moment - ours) > ZONES for moment in moments)
        return "another" if moments and far else ""

    for row, clip, _ in found:
        said = judged(row.published, clip.published_at)
        if said == "later":
            problems.append(_later(row))
        elif said and clip.published_at:
            problems.append(_at_another_time(row, clip, clip.published_at, zone))
    return problems


def check_release(
    found: Iterable[Match], taken_at: datetime, zone: ZoneInfo
) -> list[Problem]:
    """Rows of clips that were not posted yet at the moment of the file's counts."""
    problems = []
    for row, clip, _ in found:
        if taken_at >= clip.since:
            continue
        said = before_release(clip.code, taken_at, since=clip.since, zone=zone)
        if said is not None:
            vi, en = said
            problems.append(_problem(
                row, "before_release", f"{vi}; hãy sửa ô «Số liệu lúc»",
                f"{en}; correct “Counts as of”",
            ))
    return problems


# ----------------------------------------------------------------------------------- sentences


def another_post(row: CountRow, clip: Posted) -> Problem:
    """A post that only names a clip: its counts are not the clip's."""
    return _left_out(
        row, "names_clip", f"bài viết khác có nhắc mã {clip.code}; mã bài và liên kết không phải "
        "của clip nên không tính", f"another post that names the clip {clip.code}; its id and link "
        "are not the clip's, so it is not counted",
    )


def _later(row: CountRow) -> Problem:
    return _problem(
        row, "published_later", f"bài đăng lúc {row.published}, sau thời điểm của số liệu; hãy "
        "kiểm tra ô «Số liệu lúc»", f"the post appeared at {row.published}, after the moment of "
        "the counts; check “Counts as of”",
    )


def _at_another_time(row: CountRow, clip: Posted, ours: datetime, zone: ZoneInfo) -> Problem:
    vi, en = (write_date(ours, zone, language) for language in LANGUAGES)
    return _problem(
        row, "published_differs", f"tệp ghi bài đăng lúc {row.published}, còn {clip.code} đăng "
        f"ngày {vi}; hãy mở bài để đối chiếu",
        f"the file says that the post appeared at {row.published}, but {clip.code} did on "
        f"{en}; open the post and compare",
        level="warning",
    )


def _twice(one: Match, before: int) -> Problem:
    """Two rows of one clip, however each identifies it."""
    return _problem(
        one.row, "twice", f"clip {one.clip.code} đã có ở dòng {before}; hãy giữ lại một dòng",
        f"clip {one.clip.code} is in row {before} already; keep one of them",
    )


def _unknown(row: CountRow) -> Problem:
    """In our own template a row of no clip is a mistake; in Meta's export it is another post."""
    code = (row.clip_code or row.post_id or row.permalink or "")[:60]
    return _problem(
        row, "unknown_clip", f"mã {code} không phải của clip nào đã đăng; hãy sửa hoặc xoá dòng "
        "này", f"{code} is the code of no posted clip; correct or remove it",
    )


def _other_page(rows: Sequence[CountRow], page_name: str, ids: set[str]) -> Problem:
    name, number, ours = rows[0].page_name, rows[0].page_id, "".join(f" {one}" for one in ids)
    listed = ", ".join(str(row.row) for row in rows[:ROWS_NAMED])
    listed += ", …" if len(rows) > ROWS_NAMED else ""
    theirs = (f"«{name}» {number}" if name else number).strip()
    in_english = (f"“{name}” {number}" if name else number).strip()
    return Problem(
        None, "other_page",
        f"Tệp này là của Trang {theirs}, còn clip của hội thi đăng trên Trang «{page_name}»{ours}. "
        "Hãy chuyển sang đúng Trang trong Business Suite rồi xuất lại. Các dòng của Trang kia: "
        f"{listed}.",
        f"This file is of the Page {in_english}, but the contest's clips are on the Page "
        f"“{page_name}”{ours}. Switch to that Page in Business Suite and export again. The other "
        f"Page's rows: {listed}.",
    )


def _left_out(row: CountRow, code: str, vi: str, en: str) -> Problem:
    return _problem(row, code, vi, en, level="skipped")


def _problem(row: CountRow, code: str, vi: str, en: str, *, level: str = "error") -> Problem:
    return Problem(row.row, code, f"Dòng {row.row}: {vi}.", f"Row {row.row}: {en}.", level)
