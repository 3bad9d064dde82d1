"""Counts from a file: a preview of what every row would do, then the import of all or nothing.

``apply`` keeps the file as evidence and stores a snapshot of every line; the same file twice adds
nothing. It raises ``NotAllowed`` without ``interaction.import``, ``Invalid`` for a file that is not
``usable``, a moment in the future or a late one without a reason, ``Conflict`` while counts are
locked (``interactions.hold``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.counts import evidence, interactions, jumps, official, row_matching
from contest.services.counts.interactions import Posted, Reading
from contest.services.counts.official import LastCounting
from contest.services.counts.row_matching import BY_CAPTION, Match
from social.imports import CountRow, CountsFile, FileRefused, Problem, read_counts
from social.imports.counts import OWN_TEMPLATE, file_sha256

SOURCES = {"meta_export": "export", OWN_TEMPLATE: "template"}
COLUMNS_NAMED = 20  # in one sentence
OF_OTHERS = frozenset({"sum_differs", "twice"})  # no matter for posts that are no clip's


class Line(NamedTuple):
    """What one row would add. ``before``: the clip's last counting snapshot, if any."""

    row: CountRow
    clip: Posted
    before: LastCounting | None

    @property
    def drops(self) -> bool:
        """Counts only grow; a fall is a purge by Facebook, a mistake, or a wrong moment."""
        return "fell" in self._steps()

    @property
    def jumps(self) -> bool:
        """A rise that a person should look at, as on the screen of the cut-off."""
        return "times" in self._steps()

    def _steps(self) -> list[str | None]:
        return [jumps.step(was, now) for now, was in self._pairs()]

    def _pairs(self) -> list[tuple[int, int]]:
        if self.before is None:
            return []
        pairs = ((self.row.reactions, self.before.reactions), (self.row.shares, self.before.shares))
        return [(now, was) for now, was in pairs if now is not None and was is not None]


class Preview(NamedTuple):
    """What a file would add. ``unmatched``: rows of no clip of ours. ``unread``: clips' rows
    without reactions and shares. ``absent``: posted clips that are not in the file. ``problems``:
    errors stop the file, and one that is not ``usable`` and not ``already`` applied has at least
    one; a row that is ``skipped`` stops nothing. ``already``: the evidence, if the file was
    applied before.
    """

    kind: str
    sha256: str
    lines: Sequence[Line]
    unmatched: Sequence[CountRow]
    unread: Sequence[CountRow]
    absent: Sequence[Posted]
    problems: Sequence[Problem]
    already: Evidence | None
    late: bool

    @property
    def usable(self) -> bool:
        """Whether it can be applied."""
        return bool(self.lines) and not self.errors and self.already is None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == "error"]


def preview(
    session: Session, contest: Contest, path: Path, *, taken_at: datetime, at: datetime
) -> Preview:
    """What the file would add. Raises ``Invalid`` for a file of another kind."""
    before = official.last_counting(session, contest)
    return _plan(session, contest, path, before, taken_at=taken_at, at=at)


def _plan(
    session: Session, contest: Contest, path: Path, before: Mapping[int, LastCounting], *,
    taken_at: datetime, at: datetime,
) -> Preview:
    file, profile = _read(path), profiles.profile_of(contest)
    clips = tuple(interactions.posted(session, contest))
    matched = _matched(file.sha256, clips, profile.contest.page_name, path)
    told = {clip.submission_id for _, clip, _ in matched.found}
    problems = [
        *unread_columns(file), *_of_rows(file, matched.found),
        *matched.problems, *_by_caption(matched.found),
        *row_matching.check_dates(matched.found, taken_at, profile.schedule.zone),
        *row_matching.check_release(matched.found, taken_at, profile.schedule.zone),
    ]
    lines = [
        Line(row, clip, before.get(clip.submission_id))
        for row, clip, _ in matched.found if _is_read(row)
    ]
    if not lines and all(problem.level != "error" for problem in problems):
        problems.append(_nothing(file, told=bool(told)))
    return Preview(
        kind=file.kind, sha256=file.sha256, lines=lines, unmatched=matched.others,
        unread=[row for row, _, _ in matched.found if not _is_read(row)],
        absent=[clip for clip in clips if clip.submission_id not in told],
        problems=each_once(problems),
        already=evidence.find(session, contest, file.sha256),
        late=interactions.is_late(profile, taken_at, told_at=at),
    )


def unread_columns(file: CountsFile) -> list[Problem]:
    """A heading that is not known may hold what is meant."""
    if not file.unread:
        return []
    names = file.unread[:COLUMNS_NAMED]
    vi, en = ", ".join(f"«{name}»" for name in names), ", ".join(f"“{name}”" for name in names)
    return [Problem(
        None, "unread_columns",
        f"Cột không được đọc: {vi}. Nếu cột đó có mã clip, liên kết, số cảm xúc, chia sẻ hay bình "
        "luận, hãy sửa tên cột như tệp mẫu rồi chọn lại tệp.",
        f"Columns that are not read: {en}. If one holds the clip code, link, reactions, shares or "
        "comments, correct its heading as in the template and choose the file again.",
        "warning",
    )]


def each_once(problems: Sequence[Problem]) -> list[Problem]:
    """By row; what both the reader and the matching found is said once."""
    first: dict[tuple[int | None, str, str | None], Problem] = {}
    for problem in problems:
        first.setdefault((problem.row, problem.code, problem.column), problem)
    return sorted(first.values(), key=lambda problem: problem.row or 0)


def _is_read(row: CountRow) -> bool:
    return row.reactions is not None or row.shares is not None


def _of_rows(file: CountsFile, found: Sequence[Match]) -> list[Problem]:
    """The file's own problems. In an export, a fault in another post's row is no fault of ours."""
    if file.kind == OWN_TEMPLATE:
        return list(file.problems)
    ours = {one.row.row for one in found}
    return [
        problem if problem.row in ours or problem.level == "skipped"
        else replace(problem, level="skipped")
        for problem in file.problems if problem.row in ours or problem.code not in OF_OTHERS
    ]


def _by_caption(found: Sequence[Match]) -> list[Problem]:
    return [
        Problem(
            row.row, "by_caption",
            f"Dòng {row.row}: chỉ khớp clip {clip.code} nhờ mã trong lời bài, vì chưa biết mã bài "
            "của clip; hãy mở bài để đối chiếu.",
            f"Row {row.row}: matches the clip {clip.code} only by the code in its caption, since "
            "the clip's post id is not known; open the post and compare.",
            "warning",
        )
        for row, clip, by in found if by == BY_CAPTION
    ]


def _nothing(file: CountsFile, *, told: bool) -> Problem:
    """Why a file without a single error adds nothing."""
    if told:
        return Problem(
            None, "no_figures", "Các dòng của clip trong tệp đều để trống số cảm xúc và chia sẻ.",
            "The clips' rows in the file have neither reactions nor shares.",
        )
    count = len(file.rows)
    return Problem(
        None, "no_clip",
        f"Không dòng nào trong {count} dòng là bài đăng của một clip: đã so mã bài, liên kết, và "
        "mã clip trong lời bài. Hãy xem tệp có đúng Trang và đúng khoảng ngày đăng hay không.",
        f"None of the {count} rows is the post of a clip: ids, links and the codes in captions "
        "were compared. Check that the file is of the right Page and days.",
    )


def apply(
    session: Session, contest: Contest, path: Path, *, filename: str, taken_at: datetime,
    actor: Actor, at: datetime, late_reason: str = "",
) -> int:
    """Import; returns how many lines. Raises ``NotAllowed``, ``Invalid``, ``Conflict`` (above)."""
    require(actor, "interaction.import", contest)
    plan = _plan(session, contest, path, {}, taken_at=taken_at, at=at)
    if plan.already is not None:
        return 0
    if not plan.usable:
        first = plan.errors[0]
        raise Invalid(
            f"Chưa nhập được gì. {first.message_vi}", f"Nothing was imported. {first.message_en}"
        )
    interactions.hold(session, contest)
    if evidence.find(session, contest, plan.sha256) is not None:
        return 0  # somebody else has applied it while this waited
    kept = evidence.keep(
        session, contest, plan.sha256, kind="counts", filename=filename,
        size=path.stat().st_size, actor=actor, at=at,
    )
    readings = {
        line.clip.submission_id: Reading(
            reactions=line.row.reactions, shares=line.row.shares,
            comments=line.row.comments, raw=line.row.raw,
        )
        for line in plan.lines
    }
    interactions.take_all(
        session, contest, readings, taken_at=taken_at, source=SOURCES[plan.kind], actor=actor,
        at=at, evidence=kept, late_reason=late_reason,
    )
    audit.record(
        session, "interaction.imported", kept, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": plan.sha256, "kind": plan.kind, "clips": len(plan.lines),
               "taken_at": taken_at.isoformat(), "late_reason": late_reason},
    )
    return len(plan.lines)


def _read(path: Path) -> CountsFile:
    try:
        return _parsed(file_sha256(path), path)
    except FileRefused as error:
        raise evidence.refused(error) from None


@lru_cache(maxsize=1)  # where neither the file nor what is on the Page has changed since
def _matched(
    sha256: str, clips: tuple[Posted, ...], page_name: str, path: Path
) -> row_matching.Matched:
    return row_matching.match(_parsed(sha256, path), clips, page_name=page_name)


@lru_cache(maxsize=1)  # what was previewed is what is applied next, as a rule
def _parsed(sha256: str, path: Path) -> CountsFile:  # the key is the content
    return read_counts(path)
