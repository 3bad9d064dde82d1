"""The share ledger: who shared which clip, so that the cap per account can be applied (III.3)."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Insert, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence, ShareRecord, Submission
from contest.permissions import require
from contest.services import audit, count_import, interactions, profiles
from social.imports import FileRefused, LedgerRow, Problem, iterate_ledger
from social.imports.counts import file_sha256
from social.links import read_link

BATCH = 2000
SHOWN = 50  # problems shown; the rest is counted


@dataclass(frozen=True)
class LedgerPreview:
    """What a file would add. by_clip: code -> rows. unknown: codes of no posted clip -> rows."""

    sha256: str
    rows: int
    by_clip: Counter[str]
    unknown: Counter[str]
    problems: Sequence[Problem]
    problem_count: int
    already: Evidence | None

    @property
    def usable(self) -> bool:
        clean = not self.problem_count and not self.unknown
        return clean and self.rows > 0 and self.already is None


def preview(session: Session, contest: Contest, path: Path) -> LedgerPreview:
    """Read the whole file once, in flat memory. ``Invalid`` names a file that is something else."""
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
        count_import.evidence_of(session, contest, sha256),
    )


def apply(
    session: Session, contest: Contest, path: Path, *, filename: str, actor: Actor, at: datetime
) -> int:
    """Add the file's shares, all or nothing; returns how many rows are new.

    The same file, and a share whose link is known already, add nothing.
    """
    require(actor, "interaction.import", contest)
    plan = preview(session, contest, path)
    if plan.already is not None:
        return 0
    if not plan.usable:
        raise Invalid(
            "Chưa nhập được: sổ còn dòng lỗi, hoặc có mã clip không thuộc clip đã đăng. Hãy sửa "
            "rồi thử lại.",
            "Nothing was imported: the ledger has faulty rows, or codes of no posted clip. Mend it "
            "and try again.",
        )
    evidence = count_import.keep(
        session, contest, plan.sha256, kind="ledger", filename=filename,
        size=path.stat().st_size, actor=actor, at=at,
    )
    before = _count(session, contest)
    rows = (item for item in _items(path) if isinstance(item, LedgerRow))
    _insert(session, contest, rows, evidence=evidence, actor=actor, at=at)
    added = _count(session, contest) - before
    audit.record(
        session, "ledger.imported", evidence, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": plan.sha256, "rows": plan.rows, "new": added},
    )
    return added


def add(
    session: Session, contest: Contest, code: str, account: str, *, link: str = "",
    seen_at: datetime, actor: Actor, at: datetime,
) -> ShareRecord:
    """One share that a person has seen."""
    require(actor, "interaction.import", contest)
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
        record.count += 1  # a share told without a link cannot be told from another
    session.flush()
    audit.record(
        session, "ledger.share_added", record, actor=actor, at=at, contest_id=contest.id,
        after={"code": entry.code, "count": record.count},
    )
    return record


def tidy(account: str) -> str:
    """An account's name in Unicode NFC, spaces made one."""
    return " ".join(unicodedata.normalize("NFC", account).split())


def _items(path: Path) -> Iterator[LedgerRow | Problem]:
    try:
        yield from iterate_ledger(path)
    except FileRefused as error:
        raise count_import.refused(error) from None


def _clips(session: Session, contest: Contest) -> dict[str, int]:
    return {p.submission.code: p.submission_id for p in interactions.posted(session, contest)}


def _count(session: Session, contest: Contest) -> int:
    query = (
        select(func.count(ShareRecord.id))
        .join(ShareRecord.submission)
        .where(Submission.contest_id == contest.id)
    )
    return session.scalar(query) or 0


def _insert(
    session: Session, contest: Contest, rows: Iterable[LedgerRow], *, evidence: Evidence,
    actor: Actor, at: datetime,
) -> None:
    clips, zone = _clips(session, contest), profiles.profile_of(contest).schedule.zone
    same: dict[str, Any] = {
        "evidence_id": evidence.id, "created_by": actor.label, "created_at": at
    }
    linkless: Counter[tuple[int, str]] = Counter()
    statement = _insert_new(session)

    def values() -> Iterator[dict[str, Any]]:
        for row in rows:
            seen = row.seen_at or at
            seen = seen.replace(tzinfo=zone) if seen.tzinfo is None else seen
            number, account = clips[row.clip_code], tidy(row.account)
            count = 1
            if not row.link:
                linkless[number, account] += 1
                count = linkless[number, account]
            yield {"submission_id": number, "account": account, "link": row.link or "",
                   "count": count, "seen_at": seen, **same}

    source = values()
    while batch := list(islice(source, BATCH)):
        unique = {(v["submission_id"], v["account"], v["link"]): v for v in batch}
        session.execute(statement, list(unique.values()))


def _insert_new(session: Session) -> Insert:
    """New shares are added. Of shares told without a link the larger number stays: ledgers of one
    Page overlap, and the same share told in two files is one."""
    if session.get_bind().dialect.name == "sqlite":
        lite = sqlite.insert(ShareRecord)
        return lite.on_conflict_do_update(
            index_elements=["submission_id", "account", "link"],
            set_={"count": func.max(ShareRecord.count, lite.excluded.count)},
        )
    post = postgresql.insert(ShareRecord)
    return post.on_conflict_do_update(
        index_elements=["submission_id", "account", "link"],
        set_={"count": func.greatest(ShareRecord.count, post.excluded.count)},
    )
