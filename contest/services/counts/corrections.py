"""Adjusted counts beside the raw ones: one organiser writes them with a reason, another agrees.

A correction belongs to one snapshot, which never changes. When a later snapshot becomes the
official one, the correction no longer applies, and a gap says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, Correction, CorrectionVerdict, Snapshot, Submission
from contest.permissions import require
from contest.services.core import audit
from contest.services.core.gaps import Gap
from contest.services.counts import interactions
from contest.services.counts.interactions import Official
from contest.services.jury import jury_round


@dataclass(frozen=True)
class Adjusted:
    """What shall count instead. None: as read. accounts_out: names of the ledger left out."""

    reactions: int | None = None
    shares: int | None = None
    accounts_out: tuple[str, ...] = ()


def propose(
    session: Session, contest: Contest, code: str, adjusted: Adjusted, *, reason: str,
    actor: Actor, at: datetime,
) -> Correction:
    """Write a correction of a clip's official count; it counts once another organiser agrees."""
    require(actor, "interaction.import", contest)
    jury_round.hold(session, contest)
    entry = interactions.of_code(session, contest, code)
    official = interactions.official_counts(session, contest).get(entry.id)
    if official is None:
        raise Conflict(
            "Clip chưa có số chính thức nên chưa có gì để điều chỉnh. Hãy ghi số liệu trước.",
            "The clip has no official count yet, so there is nothing to correct. Record one first.",
        )
    _refuse_pending(session, official)
    accounts = _known(interactions.ledger_of(session, contest).get(entry.id), adjusted)
    _refuse_nothing(official, adjusted, reason)
    correction = Correction(
        snapshot_id=official.snapshot_id, reactions=adjusted.reactions, shares=adjusted.shares,
        accounts_out=accounts, reason=reason.strip(), created_by=actor.label, created_at=at,
    )
    session.add(correction)
    session.flush()
    audit.record(
        session, "correction.written", correction, actor=actor, at=at, contest_id=contest.id,
        before={"reactions": official.raw_reactions, "shares": official.raw_shares},
        after={"code": entry.code, "reactions": adjusted.reactions, "shares": adjusted.shares,
               "accounts_out": accounts, "reason": correction.reason},
    )
    return correction


def decide(
    session: Session, contest: Contest, correction_id: int, *, agreed: bool, actor: Actor,
    at: datetime,
) -> Correction:
    """A second organiser agrees to a correction, or turns it down; once only."""
    require(actor, "interaction.late", contest)
    interactions.hold(session, contest)
    found = {c.id: c for c in of_contest(session, contest)}.get(correction_id)
    if found is None:
        raise not_found()
    if found.verdict is not None:
        raise Conflict("Điều chỉnh này đã được quyết định rồi.",
                       "This correction has been decided already.")
    if found.created_by == actor.label:
        raise Conflict(
            "Người điều chỉnh không thể tự xác nhận. Hãy nhờ một người khác trong Ban tổ chức.",
            "Whoever wrote the correction cannot agree to it. Ask another organiser.",
        )
    session.add(CorrectionVerdict(
        correction_id=found.id, agreed=agreed, entered_by=found.created_by,
        decided_by=actor.label, created_at=at,
    ))
    session.flush()
    session.expire(found, ["verdict"])
    audit.record(
        session, "correction.agreed" if agreed else "correction.refused", found, actor=actor,
        at=at, contest_id=contest.id, after={"code": found.snapshot.submission.code},
    )
    return found


def of_contest(session: Session, contest: Contest) -> Sequence[Correction]:
    """All corrections, the newest first."""
    query = (
        select(Correction)
        .join(Correction.snapshot)
        .join(Snapshot.submission)
        .where(Submission.contest_id == contest.id)
        .options(joinedload(Correction.snapshot).joinedload(Snapshot.submission),
                 joinedload(Correction.verdict))
        .order_by(Correction.id.desc())
    )
    return session.scalars(query).all()


def waiting(session: Session, contest: Contest) -> list[Correction]:
    return [found for found in of_contest(session, contest) if found.verdict is None]


def lapsed(session: Session, contest: Contest) -> list[Correction]:
    """Agreed corrections of a snapshot that is no longer the official one."""
    official = interactions.official_counts(session, contest)
    now = {found.snapshot_id for found in official.values()}
    again = {s.submission_id for s in _corrected_now(session, contest, now)}
    return [
        found for found in interactions.agreed_corrections(session, contest).values()
        if found.snapshot_id not in now and found.snapshot.submission_id not in again
    ]


def gaps(session: Session, contest: Contest, *, at: datetime) -> list[Gap]:
    """Corrections that wait for a second organiser, and such as no longer apply."""
    found = []
    if count := len(waiting(session, contest)):
        found.append(Gap(
            "corrections.waiting", f"{count} điều chỉnh số liệu chờ người thứ hai xác nhận.",
            f"Corrections that wait for a second organiser: {count}.", "interactions.list",
            count=count,
        ))
    if count := len(lapsed(session, contest)):
        found.append(Gap(
            "corrections.lapsed",
            f"{count} điều chỉnh không còn hiệu lực vì đã có số liệu mới; hãy xem lại.",
            f"Corrections that newer counts have overtaken: {count}. Please look again.",
            "interactions.list", count=count,
        ))
    return found


def _corrected_now(session: Session, contest: Contest, now: set[int]) -> list[Snapshot]:
    """Official snapshots that have a correction of their own, decided or not."""
    return [c.snapshot for c in of_contest(session, contest) if c.snapshot_id in now]


def _refuse_pending(session: Session, official: Official) -> None:
    query = select(Correction).where(Correction.snapshot_id == official.snapshot_id)
    if any(found.verdict is None for found in session.scalars(query)):
        raise Conflict(
            "Clip này đã có một điều chỉnh chờ xác nhận. Hãy xác nhận hoặc từ chối trước.",
            "This clip has a correction that waits already. Agree to it or turn it down first.",
        )


def _known(ledger: list[tuple[str, int]] | None, adjusted: Adjusted) -> list[str]:
    """The ledger's own spelling of the accounts that are left out."""
    names = {name.casefold(): name for name, _ in ledger or []}
    unknown = [name for name in adjusted.accounts_out if name.casefold() not in names]
    if unknown:
        raise Invalid(
            f"Sổ chia sẻ của clip không có tài khoản: {', '.join(unknown)}.",
            f"The clip's share ledger has no account: {', '.join(unknown)}.",
        )
    return [names[name.casefold()] for name in adjusted.accounts_out]


def _refuse_nothing(official: Official, adjusted: Adjusted, reason: str) -> None:
    if not reason.strip():
        raise Invalid("Hãy ghi lý do điều chỉnh.", "Give the reason of the correction.")
    same = (adjusted.reactions in (None, official.reactions)
            and adjusted.shares in (None, official.shares) and not adjusted.accounts_out)
    if same and official.correction_id is None:
        raise Invalid(
            "Số điều chỉnh giống số đã ghi. Hãy nhập số khác, hoặc không cần điều chỉnh.",
            "The corrected counts are those recorded. Enter others, or leave them as they are.",
        )
