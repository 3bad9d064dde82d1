"""Counts on the Page: immutable snapshots, and which of them is the official one.

Counts only grow and cannot be asked for as of a moment, so the official count of a clip is its last
snapshot taken at or before the cut-off (product 10). A later one, or one told too long after the
cut-off, needs a reason and a second organiser. NULL ("not known") is never 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import (
    Contest,
    Correction,
    CorrectionVerdict,
    Evidence,
    LateApproval,
    Publication,
    Result,
    ShareRecord,
    Snapshot,
    Submission,
)
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, bulk, outbox, profiles
from contest.services.core.gaps import Gap
from contest.services.jury import jury_round

TELLING = timedelta(hours=2)  # after the cut-off a count seen before it may still be written down
CLOCKS_DIFFER = timedelta(minutes=2)
BEFORE_CUT_OFF = tuple(timedelta(minutes=m) for m in (60, 15, 5, 1))
BETWEEN_POLLS = timedelta(hours=6)


@dataclass(frozen=True)
class Official:
    """What counts for a clip. ``ledger``: (account, shares) or None where nobody kept one.

    ``verified``: the shares could be capped per account, or earn nothing. ``raw_…``: what was read;
    it differs where an agreed correction (``correction_id``) stands beside it.
    """

    reactions: int
    shares: int | None
    ledger: list[tuple[str, int]] | None
    snapshot_id: int
    late: bool
    verified: bool
    taken_at: datetime
    raw_reactions: int
    raw_shares: int | None
    correction_id: int | None = None


@dataclass(frozen=True)
class Reading:
    """Counts of one clip as somebody read them."""

    reactions: int
    shares: int | None = None
    comments: int | None = None
    by_kind: Mapping[str, int] | None = None
    raw: Mapping[str, object] | None = None


def posted(session: Session, contest: Contest) -> Sequence[Publication]:
    """The clips that stand on the Page, in the order of their release."""
    query = (
        select(Publication)
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id, Publication.state == "published")
        .options(joinedload(Publication.submission).joinedload(Submission.unit))
        .order_by(Publication.position, Publication.id)
    )
    return session.scalars(query).all()


def is_late(profile: Profile, taken_at: datetime, *, told_at: datetime) -> bool:
    """Does a count need a reason and a second organiser?"""
    cut_off = profile.schedule.counts_close
    return taken_at > cut_off or told_at > cut_off + TELLING


def sealed(session: Session, contest: Contest) -> bool:
    """Is a revision frozen and not yet public? Waits for a freeze, keeps the next one waiting."""
    jury_round.hold(session, contest)
    frozen = select(Result.id).where(Result.contest_id == contest.id, Result.state == "frozen")
    return session.scalars(frozen).first() is not None


def hold(session: Session, contest: Contest) -> None:
    """Before counts change. ``Conflict`` from freezing to publication: what is published must be
    what the tables say."""
    if sealed(session, contest):
        raise Conflict(
            "Kết quả đã chốt và sắp công bố nên số liệu không đổi được. Hãy công bố, hoặc bỏ bản "
            "đã chốt bằng một bản mới có lý do.",
            "The result is frozen and about to be published, so no count can change. Publish it, "
            "or replace the frozen revision by a new one with a reason.",
        )


def take(
    session: Session, submission: Submission, reading: Reading, *, taken_at: datetime,
    source: str, actor: Actor, at: datetime, evidence: Evidence | None = None,
    late_reason: str = "",
) -> Snapshot:
    """Keep one reading for good. Source: graph, export, template or manual.

    Raises ``Invalid`` for a moment in the future, and for a late one without a reason.
    """
    late = _is_late(submission.contest, taken_at, source, late_reason, at=at)
    values = _values(
        reading, taken_at=taken_at, source=source, evidence_id=evidence.id if evidence else None,
        late_reason=_reason(late, late_reason), created_by=actor.label, created_at=at,
    )
    snapshot = Snapshot(submission=submission, **values)
    session.add(snapshot)
    return snapshot


def take_all(
    session: Session, contest: Contest, readings: Mapping[int, Reading], *, taken_at: datetime,
    source: str, actor: Actor, at: datetime, evidence: Evidence, late_reason: str = "",
) -> None:
    """Keep a file's readings, by the submission's id. As ``take``, all in one go."""
    late = _is_late(contest, taken_at, source, late_reason, at=at)
    same = {
        "taken_at": taken_at, "source": source, "evidence_id": evidence.id,
        "late_reason": _reason(late, late_reason), "created_by": actor.label, "created_at": at,
    }
    rows = [
        {"submission_id": number, **_values(reading, **same)}
        for number, reading in readings.items()
    ]
    if rows:
        table: Any = Snapshot.__table__
        bulk.send(session, table, list(rows[0]), (tuple(row.values()) for row in rows))


def _is_late(
    contest: Contest, taken_at: datetime, source: str, late_reason: str, *, at: datetime
) -> bool:
    if taken_at > at + CLOCKS_DIFFER:
        raise Invalid(
            "Thời điểm ghi nhận nằm trong tương lai. Hãy kiểm tra lại ngày giờ.",
            "The moment of the count lies in the future. Check the date and time.",
        )
    late = is_late(profiles.profile_of(contest), taken_at, told_at=at)
    if late and not late_reason.strip() and source != "graph":
        raise Invalid(
            "Số liệu sau giờ chốt cần có lý do, và một người khác trong Ban tổ chức xác nhận.",
            "Counts after the cut-off need a reason, and another organiser's agreement.",
        )
    return late


def _values(reading: Reading, **same: object) -> dict[str, object]:
    return {
        "reactions": reading.reactions, "shares": reading.shares, "comments": reading.comments,
        "reactions_by_kind": dict(reading.by_kind or {}), "raw": dict(reading.raw or {}), **same,
    }


def _reason(late: bool, reason: str) -> str:
    return (reason.strip() or "lấy tự động sau giờ chốt") if late else ""


def write_down(
    session: Session, contest: Contest, code: str, reading: Reading, *, taken_at: datetime,
    actor: Actor, at: datetime, evidence: Evidence | None = None, late_reason: str = "",
) -> Snapshot:
    """A person has read the counts on the Page and writes them down."""
    require(actor, "interaction.import", contest)
    hold(session, contest)
    snapshot = take(
        session, of_code(session, contest, code), reading, taken_at=taken_at, source="manual",
        actor=actor, at=at, evidence=evidence, late_reason=late_reason,
    )
    session.flush()
    audit.record(
        session, "snapshot.written", snapshot, actor=actor, at=at, contest_id=contest.id,
        after={"code": code, "reactions": reading.reactions, "shares": reading.shares,
               "taken_at": taken_at.isoformat(), "late": bool(snapshot.late_reason)},
    )
    return snapshot


def of_code(session: Session, contest: Contest, code: str) -> Submission:
    """The posted clip with this code; ``NotFound`` for any other."""
    for publication in posted(session, contest):
        if publication.submission.code == code.strip().upper().removeprefix("#"):
            return publication.submission
    raise not_found()


def approve_late(
    session: Session, contest: Contest, snapshot_ids: Iterable[int], *, actor: Actor, at: datetime
) -> int:
    """A second organiser agrees that late counts count; returns how many."""
    require(actor, "interaction.late", contest)
    hold(session, contest)
    waiting = {snapshot.id: snapshot for snapshot in late_waiting(session, contest)}
    chosen = [waiting[number] for number in snapshot_ids if number in waiting]
    if any(snapshot.created_by == actor.label for snapshot in chosen):
        raise Conflict(
            "Người nhập số liệu không thể tự xác nhận. Hãy nhờ một người khác trong Ban tổ chức.",
            "Whoever entered the counts cannot agree to them. Ask another organiser.",
        )
    for snapshot in chosen:
        session.add(LateApproval(
            snapshot_id=snapshot.id, entered_by=snapshot.created_by, approved_by=actor.label,
            created_at=at,
        ))
        audit.record(
            session, "snapshot.late_approved", snapshot, actor=actor, at=at,
            contest_id=contest.id, after={"reason": snapshot.late_reason},
        )
    return len(chosen)


def late_waiting(session: Session, contest: Contest) -> list[Snapshot]:
    """Late snapshots that nobody has agreed to yet, the newest first."""
    found = [s for s in _snapshots(session, contest) if s.late_reason and s.approval is None]
    return found[::-1]


# ------------------------------------------------------------------------------------- reading


def series(session: Session, contest: Contest) -> dict[int, list[Snapshot]]:
    """All snapshots of each clip, in the order of their moments."""
    found: dict[int, list[Snapshot]] = defaultdict(list)
    for snapshot in _snapshots(session, contest):
        found[snapshot.submission_id].append(snapshot)
    return found


def counts(snapshot: Snapshot) -> bool:
    """May a snapshot become the official one?"""
    return not snapshot.late_reason or snapshot.approval is not None


def last_counting(session: Session, contest: Contest) -> dict[int, Snapshot]:
    """Each clip's last snapshot that counts, by the submission's id."""
    newest_first = (Snapshot.taken_at.desc(), Snapshot.id.desc())
    place = func.row_number().over(partition_by=Snapshot.submission_id, order_by=newest_first)
    counting = (
        select(Snapshot.id, place.label("place"))
        .join(Snapshot.submission)
        .outerjoin(Snapshot.approval)
        .where(Submission.contest_id == contest.id)
        .where(or_(Snapshot.late_reason == "", LateApproval.id.is_not(None)))
        .subquery()
    )
    query = select(Snapshot).join(counting, counting.c.id == Snapshot.id).where(
        counting.c.place == 1
    )
    return {snapshot.submission_id: snapshot for snapshot in session.scalars(query)}


def official_counts(session: Session, contest: Contest) -> dict[int, Official]:
    """The official count of every posted clip that has one, by the submission's id."""
    free = profiles.profile_of(contest).scoring.points_per_share == 0
    ledgers, corrections = ledger_of(session, contest), agreed_corrections(session, contest)
    return {
        number: _official(last, ledgers.get(number), corrections.get(last.id), free=free)
        for number, last in last_counting(session, contest).items()
    }


def _official(
    last: Snapshot, ledger: list[tuple[str, int]] | None, correction: Correction | None, *,
    free: bool,
) -> Official:
    """A snapshot's counts, as corrected where somebody corrected them and another agreed."""
    out = {name.casefold() for name in correction.accounts_out} if correction else set()
    if ledger is not None and out:
        ledger = [(name, count) for name, count in ledger if name.casefold() not in out]
    said = (correction.reactions, correction.shares) if correction else (None, None)
    return Official(
        reactions=last.reactions if said[0] is None else said[0],
        shares=last.shares if said[1] is None else said[1],
        ledger=ledger, snapshot_id=last.id, late=bool(last.late_reason),
        verified=free or ledger is not None, taken_at=last.taken_at,
        raw_reactions=last.reactions, raw_shares=last.shares,
        correction_id=correction.id if correction else None,
    )


def agreed_corrections(session: Session, contest: Contest) -> dict[int, Correction]:
    """By the snapshot's id: the last correction that a second organiser agreed to."""
    query = (
        select(Correction)
        .join(Correction.snapshot)
        .join(Snapshot.submission)
        .join(Correction.verdict)
        .where(Submission.contest_id == contest.id, CorrectionVerdict.agreed)
        .order_by(CorrectionVerdict.id)
    )
    return {correction.snapshot_id: correction for correction in session.scalars(query)}


def ledger_of(session: Session, contest: Contest) -> dict[int, list[tuple[str, int]]]:
    """Who shared which clip how often, up to the cut-off; spellings of one name are one account."""
    cut_off = profiles.profile_of(contest).schedule.counts_close
    query = (
        select(ShareRecord.submission_id, ShareRecord.account, ShareRecord.count)
        .join(ShareRecord.submission)
        .where(Submission.contest_id == contest.id, ShareRecord.seen_at <= cut_off)
        .order_by(ShareRecord.id)
    )
    shares: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
    for submission_id, account, count in session.execute(query):
        name, before = shares[submission_id].get(account.casefold(), (account, 0))
        shares[submission_id][account.casefold()] = (name, before + count)
    return {number: sorted(accounts.values()) for number, accounts in shares.items()}


def gaps(session: Session, contest: Contest, *, at: datetime) -> list[Gap]:
    """Posted clips without an official count, late counts in doubt, shares nobody verified."""
    profile, official = profiles.profile_of(contest), official_counts(session, contest)
    clips = [publication.submission_id for publication in posted(session, contest)]
    missing = sum(number not in official for number in clips)
    late = len(late_waiting(session, contest))
    open_ = sum(not found.verified and found.shares != 0 for found in official.values())
    found = []
    if missing and at >= profile.release_at:
        found.append(_gap("missing", missing, "clip chưa có số tương tác chính thức.",
                          "Posted clips without an official count"))
    if late:
        found.append(_gap("late", late, "số liệu sau giờ chốt chờ người thứ hai xác nhận.",
                          "Counts after the cut-off that wait for a second organiser"))
    if open_:
        found.append(_gap("unverified", open_, "clip có lượt chia sẻ chưa đối chiếu tài khoản.",
                          "Clips with shares that are not verified per account"))
    return found


def _gap(code: str, count: int, vi: str, en: str) -> Gap:
    return Gap(f"interactions.{code}", f"{count} {vi}", f"{en}: {count}.", "interactions.list",
               count=count)


def _snapshots(session: Session, contest: Contest) -> Sequence[Snapshot]:
    query = (
        select(Snapshot)
        .join(Snapshot.submission)
        .where(Submission.contest_id == contest.id)
        .options(joinedload(Snapshot.submission), joinedload(Snapshot.evidence),
                 joinedload(Snapshot.approval))
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
    return session.scalars(query).all()


# ------------------------------------------------------------------------------------- polling


def plan_polls(session: Session, contest: Contest, *, at: datetime) -> None:
    """Wish for the counts to be read regularly until the cut-off, more often at its end.

    The last reading begins a minute before, so that it has ended when the cut-off comes.
    """
    cut_off = profiles.profile_of(contest).schedule.counts_close
    moments = {cut_off - before for before in BEFORE_CUT_OFF}
    moment = at + BETWEEN_POLLS
    while moment < cut_off - BEFORE_CUT_OFF[0]:
        moments.add(moment)
        moment += BETWEEN_POLLS
    for moment in sorted(moment for moment in moments if moment > at):
        outbox.add(
            session, "interactions.poll", contest.id, at=at, due_at=moment, contest_id=contest.id,
            key=f"interactions.poll:{contest.id}:{moment.isoformat()}", priority="high",
        )


def poll_now(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    require(actor, "interaction.import", contest)
    outbox.add(
        session, "interactions.poll", contest.id, at=at, contest_id=contest.id, priority="high",
        key=f"interactions.poll:{contest.id}:{at.isoformat()}",
    )
