"""Which count of a clip is the official one, and what stands beside it: ledger and corrections.

Counts only grow and cannot be queried for a past moment, so the official count of a clip is its
last snapshot taken at or before the cut-off (product 10), or a later one that a second organiser
agreed to. The database does the grouping, and ``only`` limits it to the clips of one page.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from contest.models import (
    Contest,
    Correction,
    CorrectionVerdict,
    LateApproval,
    ShareRecord,
    Snapshot,
    Submission,
)
from contest.services.core import profiles

Ledger = list[tuple[str, int]]  # (account, shares), by account
Only = Collection[int] | None  # submissions' ids; None: every clip of the contest


@dataclass(frozen=True)
class Official:
    """What counts for a clip. ``ledger``: (account, shares), None if there is none.

    ``verified``: the shares can be capped per account, or earn nothing. ``raw_…``: what was read;
    it differs where an agreed correction (``correction_id``) applies.
    """

    reactions: int | None
    shares: int | None
    ledger: Ledger | None
    snapshot_id: int
    late: bool
    verified: bool
    taken_at: datetime
    raw_reactions: int | None
    raw_shares: int | None
    correction_id: int | None = None


def approved() -> ColumnElement[bool]:
    """Did a second organiser agree to the enclosing query's snapshot?"""
    agreed = select(LateApproval.id).where(LateApproval.snapshot_id == Snapshot.id)
    return agreed.correlate(Snapshot).exists()


def counting() -> ColumnElement[bool]:
    """May a snapshot become the official one?"""
    return or_(Snapshot.late_reason == "", approved())


def snapshot_id() -> ScalarSelect[int | None]:
    """The official snapshot of the enclosing query's submission: one look-up in the index."""
    newest_first = (Snapshot.taken_at.desc(), Snapshot.id.desc())
    return (
        select(Snapshot.id)
        .where(Snapshot.submission_id == Submission.id, counting())
        .order_by(*newest_first)
        .limit(1)
        .correlate(Submission)
        .scalar_subquery()
    )


def ids(contest: Contest, *, only: Only = None) -> Subquery:
    """The official snapshots of the contest's clips, as one column ``id`` to join with."""
    wanted = select(snapshot_id().label("id")).where(*_of(contest, Submission.id, only))
    return wanted.subquery()


def agreed_shares() -> ScalarSelect[int | None]:
    """The shares of the last agreed correction of the enclosing query's snapshot."""
    return (
        select(Correction.shares)
        .join(Correction.verdict)
        .where(Correction.snapshot_id == Snapshot.id, CorrectionVerdict.agreed)
        .order_by(CorrectionVerdict.id.desc())
        .limit(1)
        .correlate(Snapshot)
        .scalar_subquery()
    )


def kept(cut_off: datetime) -> ColumnElement[bool]:
    """Has the enclosing query's submission a share in the ledger up to the cut-off?"""
    return (
        select(ShareRecord.id)
        .where(ShareRecord.submission_id == Submission.id, ShareRecord.seen_at <= cut_off)
        .correlate(Submission)
        .exists()
    )


def last_counting(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, Snapshot]:
    """Each clip's last snapshot that counts, by the submission's id; without its ``raw`` data."""
    found = ids(contest, only=only)
    query = select(Snapshot).join(found, found.c.id == Snapshot.id).options(_NUMBERS)
    return {snapshot.submission_id: snapshot for snapshot in session.scalars(query)}


_NUMBERS = load_only(
    Snapshot.submission_id, Snapshot.taken_at, Snapshot.reactions, Snapshot.shares,
    Snapshot.late_reason,
)


def official_counts(
    session: Session, contest: Contest, *, only: Only = None,
    ledgers: Mapping[int, Ledger] | None = None,
) -> dict[int, Official]:
    """The official count of every posted clip that has one, by the submission's id.

    ``ledgers``: the result of ``ledger_of`` for the same clips, where the caller has it.
    """
    free = profiles.profile_of(contest).scoring.points_per_share == 0
    if ledgers is None:
        ledgers = ledger_of(session, contest, only=only)
    corrections = agreed_corrections(session, contest, only=only)
    return {
        number: _official(last, ledgers.get(number), corrections.get(last.id), free=free)
        for number, last in last_counting(session, contest, only=only).items()
    }


def _official(
    last: Snapshot, ledger: Ledger | None, correction: Correction | None, *, free: bool
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


def agreed_corrections(
    session: Session, contest: Contest, *, only: Only = None
) -> dict[int, Correction]:
    """By the snapshot's id: the last correction that a second organiser agreed to."""
    query = (
        select(Correction)
        .join(Correction.snapshot)
        .join(Snapshot.submission)
        .join(Correction.verdict)
        .where(*_of(contest, Submission.id, only), CorrectionVerdict.agreed)
        .order_by(CorrectionVerdict.id)
    )
    return {correction.snapshot_id: correction for correction in session.scalars(query)}


def ledger_of(session: Session, contest: Contest, *, only: Only = None) -> dict[int, Ledger]:
    """Who shared which clip how often, up to the cut-off; spellings of one name are one account.

    The database adds up each spelling; Python joins spellings that differ in case only, and shows
    the one that was recorded first.
    """
    cut_off = profiles.profile_of(contest).schedule.counts_close
    query = (
        select(ShareRecord.submission_id, ShareRecord.account, func.sum(ShareRecord.count))
        .join(ShareRecord.submission)
        .where(*_of(contest, ShareRecord.submission_id, only), ShareRecord.seen_at <= cut_off)
        .group_by(ShareRecord.submission_id, ShareRecord.account)
        .order_by(func.min(ShareRecord.id))
    )
    shares: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
    for submission_id, account, count in session.execute(query):
        name, before = shares[submission_id].get(account.casefold(), (account, 0))
        shares[submission_id][account.casefold()] = (name, before + int(count))
    return {number: sorted(accounts.values()) for number, accounts in shares.items()}


def _of(
    contest: Contest, column: InstrumentedAttribute[int], only: Only
) -> list[ColumnElement[bool]]:
    """Conditions: the contest's rows, of the clips asked for."""
    found: list[ColumnElement[bool]] = [Submission.contest_id == contest.id]
    return found if only is None else [*found, column.in_(only)]
