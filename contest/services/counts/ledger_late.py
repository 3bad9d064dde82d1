"""Lines of the share ledger that were seen or told after the cut-off: they count once another
organiser agrees, all of a file together, or a single one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.models import Contest, Evidence, LedgerVoid, ShareRecord, Submission
from contest.permissions import require
from contest.services.core import audit
from contest.services.core.blockers import Blocker
from contest.services.counts import interactions, ledger_statements


@dataclass(frozen=True)
class Waiting:
    """Late lines that wait together: those of a file (``evidence``), or a single ``line``."""

    evidence: Evidence | None
    line: ShareRecord | None
    lines: int
    clips: int
    reason: str
    created_by: str
    created_at: datetime

    @property
    def key(self) -> str:
        """By which ``agree`` knows it."""
        return f"file:{self.evidence.id}" if self.evidence else f"line:{self.line.id}"  # type: ignore[union-attr]


def waiting(session: Session, contest: Contest) -> list[Waiting]:
    """What waits for a second organiser, files first."""
    return [*_files(session, contest), *_singles(session, contest)]


def _late(contest: Contest) -> list[ColumnElement[bool]]:
    return [Submission.contest_id == contest.id, *_unagreed()]


def _unagreed() -> list[ColumnElement[bool]]:
    return [
        ShareRecord.late_reason != "", ShareRecord.agreed_by.is_(None), ~ShareRecord.voided,
    ]


def _files(session: Session, contest: Contest) -> list[Waiting]:
    found = (
        select(
            ShareRecord.evidence_id, func.count().label("lines"),
            func.count(ShareRecord.submission_id.distinct()).label("clips"),
            func.max(ShareRecord.late_reason).label("reason"),
            func.max(ShareRecord.created_by).label("by"),
            func.max(ShareRecord.created_at).label("at"),
        )
        .join(ShareRecord.submission)
        .where(*_late(contest), ShareRecord.evidence_id.is_not(None))
        .group_by(ShareRecord.evidence_id)
        .subquery()
    )
    query = select(Evidence, found).join(found, found.c.evidence_id == Evidence.id)
    return [
        Waiting(row.Evidence, None, row.lines, row.clips, row.reason, row.by, row.at)
        for row in session.execute(query.order_by(Evidence.id))
    ]


def _singles(session: Session, contest: Contest) -> list[Waiting]:
    query = (
        select(ShareRecord)
        .join(ShareRecord.submission)
        .where(*_late(contest), ShareRecord.evidence_id.is_(None))
        .options(joinedload(ShareRecord.submission))
        .order_by(ShareRecord.id)
    )
    return [
        Waiting(None, line, 1, 1, line.late_reason, line.created_by, line.created_at)
        for line in session.scalars(query)
    ]


def agree(
    session: Session, contest: Contest, keys: Collection[str], *, actor: Actor, at: datetime
) -> int:
    """A second organiser agrees to late lines (``Waiting.key``); returns how many lines. Raises
    ``NotAllowed`` without ``interaction.late``, ``Conflict`` for the actor's own, or while counts
    are locked (``interactions.hold``)."""
    require(actor, "interaction.late", contest)
    interactions.hold(session, contest)
    chosen = [one for one in waiting(session, contest) if one.key in set(keys)]
    interactions.require_another(
        chosen, actor, "nhập sổ", "entered the ledger cannot agree to it"
    )
    for one in chosen:
        _agreed(session, contest, one, actor=actor, at=at)
    return sum(one.lines for one in chosen)


def _agreed(
    session: Session, contest: Contest, one: Waiting, *, actor: Actor, at: datetime
) -> None:
    of = (
        ShareRecord.evidence_id == one.evidence.id if one.evidence
        else ShareRecord.id == (one.line.id if one.line else None)
    )
    clips = select(Submission.id).where(Submission.contest_id == contest.id)
    session.execute(
        update(ShareRecord)
        .where(of, ShareRecord.submission_id.in_(clips), *_unagreed())
        .values(agreed_by=actor.label, agreed_at=at)
        .execution_options(synchronize_session=False)
    )
    subject = one.evidence or one.line
    assert subject is not None  # noqa: S101
    session.expire(subject)
    audit.record(
        session, "ledger.late_agreed", subject, actor=actor, at=at, contest_id=contest.id,
        after={"lines": one.lines, "reason": one.reason},
    )


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: lines and statements of the ledger, and voids, that wait for a second organiser."""
    lines = select(func.count(ShareRecord.id)).join(ShareRecord.submission).where(*_late(contest))
    voids = select(func.count(LedgerVoid.id)).where(
        LedgerVoid.contest_id == contest.id, LedgerVoid.state == "proposed"
    )
    counts = (
        session.scalar(lines) or 0, len(ledger_statements.waiting(session, contest)),
        session.scalar(voids) or 0,
    )
    return [
        Blocker(f"ledger.{code}", f"{count} {vi}", f"{en}: {count}.", "share_ledger.list",
                count=count)
        for count, (code, vi, en) in zip(counts, _OPEN, strict=True) if count
    ]


_OPEN: Sequence[tuple[str, str, str]] = (
    ("late", "dòng sổ chia sẻ sau giờ chốt chờ người thứ hai xác nhận.",
     "Lines of the share ledger after the cut-off that wait for a second organiser"),
    ("statements", "lời ghi về sổ chia sẻ sau giờ chốt chờ người thứ hai xác nhận.",
     "Statements about share ledgers after the cut-off that wait for a second organiser"),
    ("voids", "đề nghị huỷ dòng trong sổ chia sẻ chờ người thứ hai xác nhận.",
     "Proposals to void lines of the share ledger that wait for a second organiser"),
)
