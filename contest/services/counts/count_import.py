"""Counts from a file: a preview of what every row would do, then the import of all or nothing.

``apply`` keeps the file as evidence and stores a snapshot of every line; the same file twice adds
nothing. It raises ``NotAllowed`` without ``interaction.import``, ``Invalid`` for a file that is not
``usable``, a moment in the future or a late one without a reason, ``Conflict`` while counts are
locked (``interactions.hold``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.counts import evidence, interactions, official
from contest.services.counts.interactions import Posted, Reading
from contest.services.counts.official import LastCounting
from social.imports import CountRow, CountsFile, FileRefused, Problem, read_counts
from social.imports.counts import OWN_TEMPLATE
from social.links import read_link

MARKER = re.compile(r"#([A-Z]{2,4}-?[0-9A-Z]+)")  # a clip's code in a text
SOURCES = {"meta_export": "export", OWN_TEMPLATE: "template"}


@dataclass(frozen=True)
class Line:
    """What one row would add. ``before``: the clip's last counting snapshot, if any."""

    row: CountRow
    clip: Posted
    before: LastCounting | None

    @property
    def drops(self) -> bool:
        """Counts only grow; a fall is a purge by Facebook, a mistake, or a wrong moment."""
        if self.before is None:
            return False
        pairs = ((self.row.reactions, self.before.reactions), (self.row.shares, self.before.shares))
        return any(now is not None and was is not None and now < was for now, was in pairs)


@dataclass(frozen=True)
class Preview:
    """What a file would add. ``unmatched``: rows of no clip of ours. ``unread``: clips' rows
    without reactions. ``absent``: posted clips that are not in the file. ``already``: the evidence,
    if the file was applied before.
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
        errors = any(problem.level == "error" for problem in self.problems)
        return bool(self.lines) and not errors and self.already is None


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
    file = _read(path)
    clips = interactions.posted(session, contest)
    found, unmatched = _match(file.rows, clips)
    told = {clip.submission_id for _, clip in found}
    return Preview(
        kind=file.kind, sha256=file.sha256, unmatched=unmatched,
        lines=[
            Line(row, clip, before.get(clip.submission_id))
            for row, clip in found if row.reactions is not None
        ],
        unread=[row for row, _ in found if row.reactions is None],
        absent=[clip for clip in clips if clip.submission_id not in told],
        problems=[*file.problems, *_twice(found), *_unknown(file.kind, unmatched)],
        already=evidence.find(session, contest, file.sha256),
        late=interactions.is_late(profiles.profile_of(contest), taken_at, told_at=at),
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
        raise Invalid(
            "Chưa nhập được: tệp còn lỗi hoặc không có dòng nào khớp clip đã đăng. Hãy sửa rồi thử "
            "lại.",
            "Nothing was imported: the file has errors, or no row matches a posted clip. Mend it "
            "and try again.",
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
            reactions=line.row.reactions or 0, shares=line.row.shares,
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
        return read_counts(path)
    except FileRefused as error:
        raise evidence.refused(error) from None


def _match(
    rows: Sequence[CountRow], clips: Sequence[Posted]
) -> tuple[list[tuple[CountRow, Posted]], list[CountRow]]:
    book = _Names(clips)
    found: list[tuple[CountRow, Posted]] = []
    unmatched: list[CountRow] = []
    for row in rows:
        clip = book.clip_of(row)
        if clip:
            found.append((row, clip))
        else:
            unmatched.append(row)
    return found, unmatched


class _Names:
    """Everything by which a file may identify clips. Addresses are parsed only if ids fail."""

    def __init__(self, clips: Sequence[Posted]) -> None:
        self.clips = clips
        self.codes = {clip.code: clip for clip in clips}
        self.ids = {clip.video_id: clip for clip in clips if clip.video_id}
        self.ids |= {_short(clip.post_id): clip for clip in clips if clip.post_id}

    def clip_of(self, row: CountRow) -> Posted | None:
        """By the most reliable identifier first; last, by a clip's code in the post's text."""
        return (
            self.codes.get(row.clip_code or "")
            or self.ids.get(_short(row.post_id or ""))
            or self._linked(row.permalink)
            or next((self.codes[c] for c in MARKER.findall(row.text) if c in self.codes), None)
        )

    def _linked(self, permalink: str | None) -> Posted | None:
        link = read_link(permalink or "")
        if link is None:
            return None
        return self.links.get(link.key) or self.ids.get(link.object_id or "")

    @cached_property
    def links(self) -> dict[str, Posted]:
        """Addresses in comparable form."""
        known = ((read_link(clip.permalink), clip) for clip in self.clips)
        return {link.key: clip for link, clip in known if link}


def _short(post_id: str) -> str:
    """A post's own id: in files it stands with or without the Page's id before it."""
    return post_id.rpartition("_")[2]


def _twice(found: Sequence[tuple[CountRow, Posted]]) -> list[Problem]:
    """Two rows of one clip, however each identifies it."""
    first: dict[int, int] = {}
    problems = []
    for row, clip in found:
        before = first.setdefault(clip.submission_id, row.row)
        if before != row.row:
            vi = f"Dòng {row.row}: clip {clip.code} đã có ở dòng {before}; hãy giữ lại một dòng."
            en = f"Row {row.row}: clip {clip.code} is in row {before} already; keep one of them."
            problems.append(Problem(row.row, "twice", vi, en))
    return problems


def _unknown(kind: str, unmatched: Sequence[CountRow]) -> list[Problem]:
    """In our own template a row of no clip is a mistake; in Meta's export it is another post."""
    rows = unmatched if kind == OWN_TEMPLATE else []
    return [
        Problem(
            row.row, "unknown_clip",
            f"Dòng {row.row}: mã {row.clip_code} không phải của clip nào đã đăng; hãy sửa hoặc xoá "
            "dòng này.",
            f"Row {row.row}: {row.clip_code} is the code of no posted clip; mend or remove it.",
        )
        for row in rows
    ]

