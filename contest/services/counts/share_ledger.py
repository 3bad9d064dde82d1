"""The share ledger: who shared which clip, so that the cap per account can be applied (III.3)."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence, ShareRecord
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.counts import evidence, interactions, staged_shares
from social.imports import FileRefused, LedgerRow, Problem, iterate_ledger
from social.imports.counts import file_sha256
from social.links import read_link

SHOWN = 50  # problems shown; the rest is counted


@dataclass(frozen=True)
class LedgerPreview:
    """What a file would add. ``by_clip``: code -> rows. ``unknown``: the same for codes of no
    posted clip. ``already``: the evidence, if the file was applied before."""

    sha256: str
    rows: int
    by_clip: Counter[str]
    unknown: Counter[str]
    problems: Sequence[Problem]
    problem_count: int
    already: Evidence | None

    @property
    def usable(self) -> bool:
        """Whether it can be applied."""
        clean = not self.problem_count and not self.unknown
        return clean and self.rows > 0 and self.already is None


def preview(session: Session, contest: Contest, path: Path) -> LedgerPreview:
    """What the file would add; read once, in constant memory. Raises ``Invalid`` for a file of
    another kind."""
    clips = _clips(session, contest)
    by_clip, unknown = Counter[str](), Counter[str]()
    problems: list[Problem] = []
    count = 0
    for item in _items(path):
        if isinstance(item, Problem):
            count += 1
            if count <= SHOWN:
                problems.append(item)
        else:
            (by_clip if item.clip_code in clips else unknown)[item.clip_code] += 1
    sha256 = file_sha256(path)
    return LedgerPreview(
        sha256, sum(by_clip.values()), by_clip, unknown, problems, count,
        evidence.find(session, contest, sha256),
    )


def apply(
    session: Session, contest: Contest, path: Path, *, filename: str, actor: Actor, at: datetime
) -> int:
    """Add the file's shares, all or nothing; returns how many rows are new.

    The same file, and a share whose link is known already, add nothing. Raises ``NotAllowed``
    without ``interaction.import``, ``Invalid`` for a faulty or empty file, ``Conflict`` while
    counts are locked (``interactions.hold``).
    """
    require(actor, "interaction.import", contest)
    schedule, sha256 = profiles.profile_of(contest).schedule, file_sha256(path)
    if evidence.find(session, contest, sha256) is not None:
        return 0
    told = _usable(path, _clips(session, contest), zone=schedule.zone, at=at)
    interactions.hold(session, contest)
    if evidence.find(session, contest, sha256) is not None:
        return 0  # somebody else has applied it while this waited
    rows = staged_shares.stage(session, told)
    if not rows:
        raise _refused("sổ chưa có dòng nào", "the ledger has no rows")
    kept = evidence.keep(
        session, contest, sha256, kind="ledger", filename=filename, size=path.stat().st_size,
        actor=actor, at=at,
    )
    added = staged_shares.take_over(
        session, evidence_id=kept.id, created_by=actor.label, at=at,
        cut_off=schedule.counts_close,
    )
    audit.record(
        session, "ledger.imported", kept, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": sha256, "rows": rows, "new": added},
    )
    return added


def add(
    session: Session, contest: Contest, code: str, account: str, *, link: str = "",
    seen_at: datetime, actor: Actor, at: datetime,
) -> ShareRecord:
    """Store one share that a person has seen. Raises ``NotAllowed`` without ``interaction.import``,
    ``NotFound`` for a clip that is not posted, ``Invalid`` for a link that is no address or a late
    share without one, ``Conflict`` while counts are locked (``interactions.hold``)."""
    require(actor, "interaction.import", contest)
    interactions.hold(session, contest)
    entry = interactions.of_code(session, contest, code)
    if link and read_link(link) is None:
        raise Invalid(
            "Liên kết phải bắt đầu bằng https://. Hãy chép lại địa chỉ bài chia sẻ.",
            "The link must begin with https://. Copy the address of the share again.",
        )
    name = tidy(account)
    query = select(ShareRecord).where(
        ShareRecord.submission_id == entry.id, ShareRecord.account == name, ShareRecord.link == link
    )
    record = session.scalars(query).one_or_none()
    if record is None:
        record = ShareRecord(
            submission_id=entry.id, account=name, link=link, count=1, seen_at=seen_at,
            created_by=actor.label, created_at=at,
        )
        session.add(record)
    elif not link:
        _one_more(record, seen_at, profiles.profile_of(contest).schedule.counts_close)
    session.flush()
    audit.record(
        session, "ledger.share_added", record, actor=actor, at=at, contest_id=contest.id,
        after={"code": entry.code, "count": record.count},
    )
    return record


def _one_more(record: ShareRecord, seen_at: datetime, cut_off: datetime) -> None:
    """Count one more share without a link; shares seen by the cut-off replace later ones."""
    if seen_at > cut_off >= record.seen_at:
        raise Invalid(
            "Lượt chia sẻ này được thấy sau giờ chốt nên không được tính. Tài khoản đã có lượt "
            "trước giờ chốt; muốn ghi thêm, hãy kèm liên kết.",
            "This share was seen after the cut-off and does not count. The account has shares from "
            "before; to record another, give its link.",
        )
    if seen_at <= cut_off < record.seen_at:
        record.seen_at, record.count = seen_at, 1
    else:
        record.count += 1


def tidy(account: str) -> str:
    """An account's name in Unicode NFC, spaces made one."""
    return " ".join(unicodedata.normalize("NFC", account).split())


def _items(path: Path) -> Iterator[LedgerRow | Problem]:
    try:
        yield from iterate_ledger(path)
    except FileRefused as error:
        raise evidence.refused(error) from None


def _clips(session: Session, contest: Contest) -> dict[str, int]:
    return {clip.code: clip.submission_id for clip in interactions.posted(session, contest)}


def _usable(
    path: Path, clips: Mapping[str, int], *, zone: tzinfo, at: datetime
) -> Iterator[staged_shares.LedgerTuple]:
    """The rows as the ledger takes them. The first faulty one raises ``Invalid``."""
    for row in _items(path):
        if isinstance(row, Problem):
            raise _refused(row.message_vi, row.message_en)
        if row.clip_code not in clips:
            vi = f"dòng {row.row}: {row.clip_code[:20]} không phải mã của clip đã đăng"
            raise _refused(vi, f"row {row.row}: {row.clip_code[:20]} is no posted clip's code")
        seen = row.seen_at or at
        seen = seen if seen.tzinfo else seen.replace(tzinfo=zone)
        yield row.row, clips[row.clip_code], tidy(row.account), row.link or "", seen


def _refused(vi: str, en: str) -> Invalid:
    return Invalid(
        f"Chưa nhập được: {vi.rstrip('.')}. Hãy sửa rồi thử lại.",
        f"Nothing was imported: {en.rstrip('.')}. Mend it and try again.",
    )
