"""Adjusted counts beside the raw ones: one organiser writes them with a reason, another agrees.

A correction belongs to the snapshots that the numbers were read from, which never change. When a
later one becomes the official one of a number, the correction of that number no longer applies, and
a blocker says so.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, Correction, CorrectionVerdict, Snapshot, Submission
from contest.permissions import require
from contest.services.core import audit
from contest.services.core.blockers import Blocker
from contest.services.counts import interactions, ledger_accounts, official
from contest.services.counts.ledger_accounts import Account
from contest.services.counts.official import LastCounting, Official
from contest.services.jury import jury_round
from social.accounts import identity, name_identity


@dataclass(frozen=True)
class Adjusted:
    """The corrected values. None: as read. ``accounts_out``: names of the ledger left out."""

    reactions: int | None = None
    shares: int | None = None
    accounts_out: tuple[str, ...] = ()


def propose(
    session: Session, contest: Contest, code: str, adjusted: Adjusted, *, reason: str,
    actor: Actor, at: datetime,
) -> Correction:
    """Propose a correction of a clip's official count; it counts once another organiser agrees.

    Raises ``NotAllowed`` without ``interaction.import``, ``NotFound`` if the clip is not posted,
    ``Conflict`` without an official count or while another correction waits, ``Invalid`` for an
    account that is not in the ledger, without a reason, or if nothing would change.
    """
    require(actor, "interaction.import", contest)
    jury_round.hold(session, contest)
    submission = interactions.of_code(session, contest, code)
    ledger = ledger_accounts.accounts_of(session, contest, only=[submission.id])
    found = official.official_counts(session, contest, only=[submission.id], accounts=ledger)
    counted = found.get(submission.id)
    if counted is None:
        raise Conflict(
            "Clip chưa có số chính thức nên chưa có gì để điều chỉnh. Hãy ghi số liệu trước.",
            "The clip has no official count yet, so there is nothing to correct. Record one first.",
        )
    _refuse_pending(session, counted)
    out = _known(ledger.get(submission.id, []), adjusted)
    _refuse_nothing(counted, adjusted, reason)
    correction = Correction(
        snapshot_id=counted.snapshot_id, shares_snapshot_id=counted.shares_snapshot_id,
        reactions=adjusted.reactions, shares=adjusted.shares,
        accounts_out=[one.name for one in out], identities_out=[one.identity for one in out],
        reason=reason.strip(), created_by=actor.label, created_at=at,
    )
    session.add(correction)
    session.flush()
    audit.record(
        session, "correction.written", correction, actor=actor, at=at, contest_id=contest.id,
        before={"reactions": counted.raw_reactions, "shares": counted.raw_shares},
        after={"code": submission.code, "reactions": adjusted.reactions, "shares": adjusted.shares,
               "accounts_out": correction.accounts_out, "reason": correction.reason},
    )
    return correction


def decide(
    session: Session, contest: Contest, correction_id: int, *, agreed: bool, actor: Actor,
    at: datetime,
) -> Correction:
    """A second organiser agrees to a correction, or turns it down; once only. Raises ``NotAllowed``
    without ``interaction.late``, ``NotFound`` for an unknown correction, ``Conflict`` for one that
    was decided or that the actor wrote, and while counts are locked (``interactions.hold``)."""
    require(actor, "interaction.late", contest)
    interactions.hold(session, contest)
    query = _of_contest(contest).where(Correction.id == correction_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise not_found()
    if found.verdict is not None:
        raise Conflict("Điều chỉnh này đã được quyết định rồi.",
                       "This correction has been decided already.")
    interactions.require_another(
        [found], actor, "điều chỉnh", "wrote the correction cannot agree to it"
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


def of_clip(session: Session, submission: Submission) -> Sequence[Correction]:
    """A clip's corrections, the newest first."""
    query = _of_contest(submission.contest).where(Snapshot.submission_id == submission.id)
    return session.scalars(query.order_by(Correction.id.desc())).all()


def waiting(
    session: Session, contest: Contest, *, most: int | None = None
) -> Sequence[Correction]:
    """Corrections that wait for a second organiser, the newest first."""
    query = _waiting(contest).order_by(Correction.id.desc()).limit(most)
    return session.scalars(query).all()


def waiting_count(session: Session, contest: Contest) -> int:
    """How many wait. Asked from the corrections on, which are few: joined, SQLite begins with the
    thousands of clips."""
    decided = select(CorrectionVerdict.id).where(CorrectionVerdict.correction_id == Correction.id)
    own = select(Snapshot.id).join(Snapshot.submission).where(
        Snapshot.id == Correction.snapshot_id, Submission.contest_id == contest.id)
    query = select(func.count(Correction.id)).where(~decided.exists(), own.exists())
    return session.scalar(query) or 0


def _of_contest(contest: Contest) -> Select[Correction]:
    """With their clips, verdicts and what the snapshot says."""
    snapshot = contains_eager(Correction.snapshot)
    return (
        select(Correction)
        .join(Correction.snapshot)
        .join(Snapshot.submission)
        .outerjoin(Correction.verdict)
        .where(Submission.contest_id == contest.id)
        .options(
            snapshot.contains_eager(Snapshot.submission), contains_eager(Correction.verdict),
            snapshot.defer(Snapshot.raw), snapshot.defer(Snapshot.reactions_by_kind),
        )
    )


def _waiting(contest: Contest) -> Select[Correction]:
    return _of_contest(contest).where(CorrectionVerdict.id.is_(None))


def _lapsed(session: Session, contest: Contest) -> int:
    """How many clips have an agreed correction of a number that is no longer the official one,
    where the official one has no correction of its own, decided or not."""
    made = official.agreed_corrections(session, contest)
    last = official.last_counting(session, contest, only=list(made))
    query = (
        select(Correction.snapshot_id, Correction.shares_snapshot_id)
        .join(Correction.snapshot)
        .where(Snapshot.submission_id.in_(list(made)))
    )
    known = [(of_reactions, of_shares or of_reactions)
             for of_reactions, of_shares in session.execute(query)]
    again = {one for one, _ in known}, {one for _, one in known}
    return sum(_overtaken(last.get(number), found, again) for number, found in made.items())


def _overtaken(
    last: LastCounting | None, made: Sequence[Correction], again: tuple[set[int], set[int]]
) -> bool:
    if last is None:
        return True
    anchors = last.reactions_from or last.shares_from, last.shares_from or last.reactions_from
    spoken = (
        any(one.reactions is not None for one in made),
        any(one.shares is not None or one.accounts_out for one in made),
    )
    return any(
        said and (anchor is None or anchor.id not in now)
        for said, anchor, now in zip(spoken, anchors, again, strict=True)
    )


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: corrections that wait for a second organiser, or no longer apply."""
    found = []
    if count := waiting_count(session, contest):
        found.append(Blocker(
            "corrections.waiting", f"{count} điều chỉnh số liệu chờ người thứ hai xác nhận.",
            f"Corrections that wait for a second organiser: {count}.", "interactions.list",
            count=count,
        ))
    if count := _lapsed(session, contest):
        found.append(Blocker(
            "corrections.lapsed",
            f"Điều chỉnh của {count} clip không còn hiệu lực vì đã có số liệu mới; hãy xem lại.",
            f"Clips whose correction newer counts have overtaken: {count}. Please look again.",
            "interactions.list", count=count,
        ))
    return found


def _refuse_pending(session: Session, counted: Official) -> None:
    query = select(Correction).where(
        or_(Correction.snapshot_id == counted.snapshot_id,
            Correction.shares_snapshot_id == counted.shares_snapshot_id)
    )
    if any(found.verdict is None for found in session.scalars(query)):
        raise Conflict(
            "Clip này đã có một điều chỉnh chờ xác nhận. Hãy xác nhận hoặc từ chối trước.",
            "This clip has a correction that waits already. Agree to it or turn it down first.",
        )


def _known(ledger: Sequence[Account], adjusted: Adjusted) -> list[Account]:
    """The accounts that are left out, each named as in the ledger or by its profile."""
    found: dict[str, list[Account]] = defaultdict(list)
    for one in ledger:
        found[name_identity(one.name)].append(one)
        found[one.identity].append(one)
    named = [(text, found.get(name_identity(text)) or found.get(identity(text), []))
             for text in adjusted.accounts_out]
    if unknown := [text for text, accounts in named if not accounts]:
        raise Invalid(
            f"Sổ chia sẻ của clip không có tài khoản: {', '.join(unknown)}.",
            f"The clip's share ledger has no account: {', '.join(unknown)}.",
        )
    several = [text for text, accounts in named if len({one.identity for one in accounts}) > 1]
    if several:
        raise Invalid(
            f"Sổ có nhiều tài khoản cùng tên {', '.join(several)}. Hãy ghi liên kết trang cá nhân "
            "hoặc số ID của tài khoản.",
            f"The ledger has several accounts named {', '.join(several)}. Give the profile's link "
            "or the account's number.",
        )
    return list(dict.fromkeys(accounts[0] for _, accounts in named))


def _refuse_nothing(counted: Official, adjusted: Adjusted, reason: str) -> None:
    if not reason.strip():
        raise Invalid("Hãy ghi lý do điều chỉnh.", "Give the reason of the correction.")
    same = (adjusted.reactions in (None, counted.reactions)
            and adjusted.shares in (None, counted.shares) and not adjusted.accounts_out)
    if same and counted.correction_id is None:
        raise Invalid(
            "Số điều chỉnh giống số đã ghi. Hãy nhập số khác, hoặc không cần điều chỉnh.",
            "The corrected counts are those recorded. Enter others, or leave them as they are.",
        )
