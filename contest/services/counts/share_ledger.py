"""The share ledger: who shared which clip, so that the cap per account can be applied (III.3).

A line seen or told after the cut-off counts once another organiser agrees (``ledger_late``); one
that should not be there is voided (``ledger_voids``).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Invalid
from contest.languages import counted
from contest.models import Contest, Evidence, ShareRecord, Submission
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.counts import (
    evidence,
    interactions,
    ledger_accounts,
    ledger_statements,
    staged_shares,
)
from contest.services.counts.ledger_accounts import OF_ANOTHER_CLIP
from contest.services.counts.ledger_moments import Moments, Seen, minute
from social import accounts
from social.imports import FileRefused, LedgerRow, Problem, open_ledger
from social.imports.cells import code_key
from social.imports.counts import file_sha256
from social.imports.moments import Order
from social.links import LONGEST_LINK, fitting, is_link, share_key

SHOWN = 50  # problems shown; the rest is counted


@dataclass(frozen=True)
class LedgerPreview:
    """What a file would add. ``by_clip``: code -> rows. ``unknown``: the same for codes of no
    posted clip. ``undated``: rows without a moment. ``late``: rows that need a reason and a second
    organiser. ``repeats``: rows whose share is told already. ``elsewhere``: rows whose link is told
    of another clip, too. ``unread``: headings of columns that nobody reads. ``already``: the
    evidence, if the file was applied before."""

    sha256: str
    rows: int
    by_clip: Counter[str]
    unknown: Counter[str]
    problems: Sequence[Problem]
    problem_count: int
    repeats: Sequence[Problem]
    repeat_count: int
    elsewhere: Sequence[Problem]
    elsewhere_count: int
    unread: Sequence[str]
    undated: int
    late: int
    already: Evidence | None

    @property
    def usable(self) -> bool:
        """Whether it can be applied."""
        clean = not self.problem_count and not self.unknown
        return clean and self.rows > 0 and self.already is None


class Clip(NamedTuple):
    """A posted clip: its submission's id, and since when it is on the Page; ``minute``: the same in
    seconds, without those of the minute."""

    id: int
    since: datetime
    minute: float


Line = tuple[LedgerRow, Clip | None, Seen]


class Reader:
    """Reads a file's rows against the contest: clips, moments. ``seen_at``: of rows without a
    moment of their own; ``order`` of day and month, where a person has chosen it."""

    def __init__(
        self, session: Session, contest: Contest, path: Path, *, at: datetime,
        seen_at: datetime | None = None, order: Order | None = None,
    ) -> None:
        self.path, self.order, self.seen_at = path, order, seen_at
        posted = clips_of(session, contest)
        self.clips = {code_key(code): clip for code, clip in posted.items()} | posted
        self.moments = Moments(profiles.profile_of(contest).schedule, at=at)
        self.undated = self.late = 0
        self.unread: Sequence[str] = ()

    def rows(self) -> Iterator[Line | Problem]:
        """Each row with its clip and moment; None for a code of no posted clip."""
        clips, judged = self.clips, self.moments.seen
        for row in self._items():
            if isinstance(row, Problem):
                yield row
                continue
            code = row.clip_code
            clip = clips.get(code) or clips.get(code_key(code))
            told = row.seen_at or self.seen_at
            self.undated += told is None
            seen = judged(told)
            self.late += seen.late
            if clip and (seen.future or seen.stamp < clip.minute):
                yield self._fault(row, clip, seen)
            else:
                yield row, clip, seen

    def _fault(self, row: LedgerRow, clip: Clip, seen: Seen) -> Line | Problem:
        fault = self.moments.fault(seen.moment, since=clip.since)
        return fault.of_row(row.row) if fault else (row, clip, seen)

    def _items(self) -> Iterator[LedgerRow | Problem]:
        try:
            file = open_ledger(self.path, order=self.order)
            self.unread = file.unread
            yield from file.rows
        except FileRefused as error:
            raise evidence.refused(error) from None


def clips_of(session: Session, contest: Contest) -> dict[str, Clip]:
    """The posted clips by their code."""
    return {
        clip.code: Clip(clip.submission_id, clip.since, minute(clip.since).timestamp())
        for clip in interactions.posted(session, contest)
    }


def preview(
    session: Session, contest: Contest, path: Path, *, at: datetime,
    seen_at: datetime | None = None, order: Order | None = None,
) -> LedgerPreview:
    """What the file would add; read once, in constant memory. Raises ``Invalid`` for a file of
    another kind."""
    reader = Reader(session, contest, path, at=at, seen_at=seen_at, order=order)
    by_clip, unknown = Counter[str](), Counter[str]()
    problems, repeats, elsewhere = _Some(), _Some(), _Some()
    told = ledger_accounts.Repeats(session, contest)
    for item in reader.rows():
        if isinstance(item, Problem):
            problems.add(item)
            continue
        row, clip, _seen = item
        (by_clip if clip else unknown)[row.clip_code] += 1
        if clip and (note := told.note(row, clip.id)):
            (elsewhere if note.code == OF_ANOTHER_CLIP else repeats).add(note)
    sha256 = file_sha256(path)
    return LedgerPreview(
        sha256, sum(by_clip.values()), by_clip, unknown, problems.first, problems.count,
        repeats.first, repeats.count, elsewhere.first, elsewhere.count, reader.unread,
        reader.undated, reader.late, evidence.find(session, contest, sha256),
    )


class _Some:
    """The first problems, and how many there are."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.count = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.first.append(problem)


def apply(
    session: Session, contest: Contest, path: Path, *, filename: str, actor: Actor, at: datetime,
    seen_at: datetime | None = None, order: Order | None = None, late_reason: str = "",
    state: str | None = None,
) -> int:
    """Add the file's shares, all or nothing; returns how many are new.

    ``seen_at``: when the rows without a moment were seen. ``state``: what its clips' ledgers are
    now (complete, partial), None: as said before. The same file adds nothing. Raises ``NotAllowed``
    without ``interaction.import``, ``Invalid`` for a faulty or empty file, rows without a moment
    where none is given, or late ones without a reason, ``Conflict`` while counts are locked
    (``interactions.hold``).
    """
    require(actor, "interaction.import", contest)
    sha256, reason = file_sha256(path), late_reason.strip()
    if evidence.find(session, contest, sha256) is not None:
        return 0
    reader = Reader(session, contest, path, at=at, seen_at=seen_at, order=order)
    interactions.hold(session, contest)
    if evidence.find(session, contest, sha256) is not None:
        return 0  # somebody else has applied it while this waited
    rows = staged_shares.stage(session, _usable(reader, explained=bool(reason)))
    if not rows:
        raise _refused("sổ chưa có dòng nào", "the ledger has no rows")
    kept = evidence.keep(
        session, contest, sha256, kind="ledger", filename=filename, size=path.stat().st_size,
        actor=actor, at=at,
    )
    added = _taken_over(
        session, contest, reader, kept, state=state, late_reason=reason, actor=actor, at=at
    )
    audit.record(
        session, "ledger.imported", kept, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": sha256, "rows": rows, "new": added, "late": reader.late,
               "late_reason": reason if reader.late else "", "ledger": state},
    )
    return added


def _taken_over(
    session: Session, contest: Contest, reader: Reader, kept: Evidence, *, state: str | None,
    late_reason: str, actor: Actor, at: datetime,
) -> int:
    """Write the staged rows into the ledger, and what its clips' ledgers are now."""
    moments = reader.moments
    if state:
        ledger_statements.say_of_all(
            session, staged_shares.clips(session), state, kept=kept, actor=actor, at=at,
            late_reason=late_reason if moments.told_late else "",
        )
    return staged_shares.take_over(
        session, evidence_id=kept.id, created_by=actor.label, at=at, late_reason=late_reason,
        cut_off=moments.cut_off, late=reader.late, all_late=moments.told_late,
        per_day=profiles.profile_of(contest).scoring.per_day,
    )


def add(
    session: Session, contest: Contest, code: str, account: str, *, link: str = "",
    profile: str = "", seen_at: datetime, actor: Actor, at: datetime, late_reason: str = "",
) -> ShareRecord:
    """Store one share that a person has seen. Raises ``NotAllowed`` without ``interaction.import``,
    ``NotFound`` for a clip that is not posted, ``Invalid`` for a link that is no address, a profile
    that names no account, a moment in the future or before the clip was posted, a late share
    without a reason, ``Conflict`` while counts are locked (``interactions.hold``)."""
    require(actor, "interaction.import", contest)
    interactions.hold(session, contest)
    submission = interactions.of_code(session, contest, code)
    moments = Moments(profiles.profile_of(contest).schedule, at=at)
    link = fitting(link)
    _refuse(link, profile, account)
    if fault := moments.fault(seen_at, since=clips_of(session, contest)[submission.code].since):
        raise fault.refusal()
    reason = interactions.reason_of(contest, seen_at, "manual", late_reason, at=at)
    name = accounts.tidy(account)
    record = ShareRecord(
        submission_id=submission.id, account=name, identity=accounts.identity(name, profile),
        profile=profile, link=link, link_key=share_key(link), seen_at=seen_at,
        day=moments.day(seen_at), late_reason=reason, created_by=actor.label, created_at=at,
    )
    record.count = 1 if link else 1 + _before(session, contest, record)
    session.add(record)
    session.flush()
    audit.record(
        session, "ledger.share_added", record, actor=actor, at=at, contest_id=contest.id,
        after={"code": submission.code, "count": record.count, "late_reason": reason},
    )
    return record


def _before(session: Session, contest: Contest, new: ShareRecord) -> int:
    """The largest number of shares without a link that the account has: one more is told now."""
    profile, line = profiles.profile_of(contest), ShareRecord
    same = [
        line.submission_id == new.submission_id, line.identity == new.identity,
        line.link_key == "",
    ]
    if profile.scoring.per_day:
        same.append(line.day == new.day)
    counting = ledger_accounts.counting(profile.schedule.counts_close)
    waiting = (line.late_reason != "") & ~line.voided
    known = counting | waiting if new.late_reason else counting
    return session.scalar(select(func.max(line.count)).where(*same, known)) or 0


def _refuse(link: str, profile: str, account: str) -> None:
    if link and (len(link) > LONGEST_LINK or not is_link(link)):
        raise Invalid(
            f"Liên kết phải bắt đầu bằng https:// và không quá {LONGEST_LINK} ký tự. Hãy chép lại "
            "địa chỉ bài chia sẻ.",
            f"The link must begin with https:// and have at most {LONGEST_LINK} characters. Copy "
            "the address of the share again.",
        )
    for text in (profile, account if accounts.is_address(account) else ""):
        if text and accounts.read_profile(text) is None:
            raise Invalid(
                f"«{text[:60]}» không cho biết tài khoản nào. Hãy chép địa chỉ trang cá nhân, như "
                "https://www.facebook.com/ten.tai.khoan, hoặc số ID của tài khoản.",
                f"“{text[:60]}” does not say which account. Copy the profile's address, like "
                "https://www.facebook.com/their.name, or the account's number.",
            )


def _usable(reader: Reader, *, explained: bool) -> Iterator[staged_shares.LedgerTuple]:
    """The rows as the ledger takes them. The first faulty one raises ``Invalid``; so does the end
    of a file with rows without a moment, or with late ones while nothing is ``explained``."""
    identity = lru_cache(maxsize=4096)(accounts.identity)
    for item in reader.rows():
        if isinstance(item, Problem):
            raise _refused(item.message_vi, item.message_en)
        row, clip, seen = item
        if clip is None:
            vi = f"dòng {row.row}: {row.clip_code[:20]} không phải mã của clip đã đăng"
            raise _refused(vi, f"row {row.row}: {row.clip_code[:20]} is no posted clip's code")
        yield (
            row.row, clip.id, row.account, identity(row.account, row.profile), row.profile,
            row.link or "", share_key(row.link) if row.link else "", seen.moment, seen.day,
        )
    if reader.undated:
        raise _undated(reader.undated)
    if reader.late and not explained:
        raise _unexplained(reader.late)


def _undated(rows: int) -> Invalid:
    return Invalid(
        f"Chưa nhập được: {rows} dòng không ghi thời điểm thấy. Hãy ghi một thời điểm cho cả tệp.",
        f"Nothing was imported: {counted(rows, 'row does', 'rows do')} not say when the share "
        "was seen. Give one moment "
        "for the whole file.",
    )


def _unexplained(rows: int) -> Invalid:
    return Invalid(
        f"Chưa nhập được: {rows} dòng được thấy, hoặc nhập, sau giờ chốt: cần lý do, và một người "
        "khác trong Ban Tổ chức xác nhận.",
        f"Nothing was imported: {counted(rows, 'row was', 'rows were')} seen or entered after the "
        "cut-off, which needs a reason, and another organiser's agreement.",
    )


def _refused(vi: str, en: str) -> Invalid:
    return Invalid(
        f"Chưa nhập được: {vi.rstrip('.')}. Hãy sửa rồi thử lại.",
        f"Nothing was imported: {en.rstrip('.')}. Correct it and try again.",
    )


def lines_of(session: Session, submission: Submission, *, most: int) -> Sequence[ShareRecord]:
    """A clip's lines, the newest first, void ones too."""
    query = (
        select(ShareRecord)
        .where(ShareRecord.submission_id == submission.id)
        .options(joinedload(ShareRecord.evidence))
        .order_by(ShareRecord.id.desc())
        .limit(most)
    )
    return session.scalars(query).all()


@dataclass(frozen=True)
class LedgerFile:
    """A file that was applied, and how many of its lines are there and void."""

    evidence: Evidence
    lines: int
    void: int


def files(session: Session, contest: Contest, *, most: int = 50) -> list[LedgerFile]:
    """The newest files that were applied."""
    newest = (
        select(Evidence.id)
        .where(Evidence.contest_id == contest.id, Evidence.kind == "ledger")
        .order_by(Evidence.id.desc())
        .limit(most)
        .subquery()
    )
    lines = (
        select(
            ShareRecord.evidence_id, func.count().label("lines"),
            func.sum(case((ShareRecord.voided, 1), else_=0)).label("void"),
        )
        .where(ShareRecord.evidence_id.in_(select(newest.c.id)))
        .group_by(ShareRecord.evidence_id)
        .subquery()
    )
    query = (
        select(Evidence, lines.c.lines, lines.c.void)
        .join(lines, lines.c.evidence_id == Evidence.id)
        .order_by(Evidence.id.desc())
    )
    return [LedgerFile(kept, count, int(void)) for kept, count, void in session.execute(query)]
