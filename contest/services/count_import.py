"""Counts from a file: a preview that says what every row would do, then all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence, Publication, Snapshot
from contest.permissions import require
from contest.services import audit, interactions, profiles
from contest.services.interactions import Reading
from social.imports import CountRow, CountsFile, FileRefused, Problem, read_counts
from social.imports.counts import OWN_TEMPLATE
from social.links import read_link

SOURCES = {"meta_export": "export", OWN_TEMPLATE: "template"}


@dataclass(frozen=True)
class Line:
    """What one row would add. ``before``: the clip's last counting snapshot, if any."""

    row: CountRow
    publication: Publication
    before: Snapshot | None

    @property
    def drops(self) -> bool:
        """Counts only grow; a fall is a purge by Facebook, a mistake, or a wrong moment."""
        if self.before is None:
            return False
        pairs = ((self.row.reactions, self.before.reactions), (self.row.shares, self.before.shares))
        return any(now is not None and was is not None and now < was for now, was in pairs)


@dataclass(frozen=True)
class Preview:
    """unmatched: rows of no clip of ours. unread: clips' rows without reactions.
    absent: posted clips that the file does not tell of. already: the file was applied before.
    """

    kind: str
    sha256: str
    lines: Sequence[Line]
    unmatched: Sequence[CountRow]
    unread: Sequence[CountRow]
    absent: Sequence[Publication]
    problems: Sequence[Problem]
    already: Evidence | None
    late: bool

    @property
    def usable(self) -> bool:
        """Everything can be applied."""
        errors = any(problem.level == "error" for problem in self.problems)
        return bool(self.lines) and not errors and self.already is None


def preview(
    session: Session, contest: Contest, path: Path, *, taken_at: datetime, at: datetime
) -> Preview:
    """What the file would do. ``Invalid`` names a file that is something else."""
    file = _read(path)
    clips = interactions.posted(session, contest)
    found, unmatched = _match(file.rows, clips)
    series = interactions.series(session, contest)
    lines = [
        Line(row, clip, _last(series.get(clip.submission_id, [])))
        for row, clip in found if row.reactions is not None
    ]
    told = {clip.id for _, clip in found}
    return Preview(
        kind=file.kind, sha256=file.sha256, lines=lines, unmatched=unmatched,
        unread=[row for row, _ in found if row.reactions is None],
        absent=[clip for clip in clips if clip.id not in told],
        problems=[*file.problems, *_twice(found), *_unknown(file.kind, unmatched)],
        already=evidence_of(session, contest, file.sha256),
        late=interactions.is_late(profiles.profile_of(contest), taken_at, told_at=at),
    )


def apply(
    session: Session, contest: Contest, path: Path, *, filename: str, taken_at: datetime,
    actor: Actor, at: datetime, late_reason: str = "",
) -> int:
    """Keep the file as evidence and a snapshot of every line; the same file twice adds nothing."""
    require(actor, "interaction.import", contest)
    plan = preview(session, contest, path, taken_at=taken_at, at=at)
    if plan.already is not None:
        return 0
    if not plan.usable:
        raise Invalid(
            "Chưa nhập được: tệp còn lỗi hoặc không có dòng nào khớp clip đã đăng. Hãy sửa rồi thử "
            "lại.",
            "Nothing was imported: the file has errors, or no row matches a posted clip. Mend it "
            "and try again.",
        )
    evidence = keep(
        session, contest, plan.sha256, kind="counts", filename=filename,
        size=path.stat().st_size, actor=actor, at=at,
    )
    for line in plan.lines:
        reading = Reading(
            reactions=line.row.reactions or 0, shares=line.row.shares,
            comments=line.row.comments, raw=line.row.raw,
        )
        interactions.take(
            session, line.publication.submission, reading, taken_at=taken_at,
            source=SOURCES[plan.kind], actor=actor, at=at, evidence=evidence,
            late_reason=late_reason,
        )
    audit.record(
        session, "interaction.imported", evidence, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": plan.sha256, "kind": plan.kind, "clips": len(plan.lines),
               "taken_at": taken_at.isoformat(), "late_reason": late_reason},
    )
    return len(plan.lines)


def evidence_of(session: Session, contest: Contest, sha256: str) -> Evidence | None:
    query = select(Evidence).where(Evidence.contest_id == contest.id, Evidence.sha256 == sha256)
    return session.scalars(query).one_or_none()


def keep(
    session: Session, contest: Contest, sha256: str, *, kind: str, filename: str, size: int,
    actor: Actor, at: datetime,
) -> Evidence:
    """Note a kept file (its bytes are in the store already); the same content is one row."""
    if (known := evidence_of(session, contest, sha256)) is not None:
        return known
    evidence = Evidence(
        contest_id=contest.id, sha256=sha256, filename=filename[:255], size=size, kind=kind,
        created_by=actor.label, created_at=at,
    )
    session.add(evidence)
    session.flush()
    return evidence


def refused(error: FileRefused) -> Invalid:
    return Invalid(error.message_vi, error.message_en, kind=error.kind)


def _read(path: Path) -> CountsFile:
    try:
        return read_counts(path)
    except FileRefused as error:
        raise refused(error) from None


def _match(
    rows: Sequence[CountRow], clips: Sequence[Publication]
) -> tuple[list[tuple[CountRow, Publication]], list[CountRow]]:
    known: dict[str, Publication] = {}
    for clip in clips:
        known |= dict.fromkeys(_names(clip), clip)
    found: list[tuple[CountRow, Publication]] = []
    unmatched: list[CountRow] = []
    for row in rows:
        names = [name for name in _told(row, known) if name in known]
        if names:
            found.append((row, known[names[0]]))
        else:
            unmatched.append(row)
    return found, unmatched


def _names(clip: Publication) -> set[str]:
    """All that a file may call a clip by."""
    link = read_link(clip.permalink)
    names = {f"code:{clip.submission.code}"}
    if clip.post_id:
        names.add(f"post:{clip.post_id.rpartition('_')[2]}")
    if clip.video_id:
        names.add(f"video:{clip.video_id}")
    return names | {link.key} if link else names


def _told(row: CountRow, known: Mapping[str, Publication]) -> list[str]:
    """How a row names its post, the surest first; last, a clip's code in the post's text."""
    names = [f"code:{row.clip_code}"] if row.clip_code else []
    if row.post_id:
        number = row.post_id.rpartition("_")[2]
        names += [f"post:{number}", f"video:{number}"]
    if row.permalink and (link := read_link(row.permalink)):
        names.append(link.key)
    codes = [name for name in known if name.startswith("code:")]
    return names + [name for name in codes if f"#{name.removeprefix('code:')}" in row.text]


def _twice(found: Sequence[tuple[CountRow, Publication]]) -> list[Problem]:
    """Two rows of one clip, by whatever names."""
    first: dict[int, int] = {}
    problems = []
    for row, clip in found:
        before = first.setdefault(clip.id, row.row)
        if before != row.row:
            code = clip.submission.code
            vi = f"Dòng {row.row}: clip {code} đã có ở dòng {before}; hãy giữ lại một dòng."
            en = f"Row {row.row}: clip {code} is in row {before} already; keep one of them."
            problems.append(Problem(row.row, "twice", vi, en))
    return problems


def _unknown(kind: str, unmatched: Sequence[CountRow]) -> list[Problem]:
    """In our own template a row of no clip is a slip; in Meta's export it is another post."""
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


def _last(snapshots: Sequence[Snapshot]) -> Snapshot | None:
    usable = [snapshot for snapshot in snapshots if interactions.counts(snapshot)]
    return usable[-1] if usable else None
