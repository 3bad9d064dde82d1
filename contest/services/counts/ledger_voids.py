"""Taking lines out of the share ledger: one organiser proposes it with a reason, another agrees.

A line that somebody has just typed may be withdrawn by the same person alone: within fifteen
minutes and before the cut-off, when the slip can have served no one. A void line stays, and says
so; what was void by mistake is entered again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, Evidence, LedgerVoid, ShareRecord, Submission
from contest.permissions import require
from contest.services.core import audit, profiles
from contest.services.counts import interactions
from contest.services.jury import jury_round

CODES = 20  # named in the trail
AT_ONCE = timedelta(minutes=15)  # to withdraw a line of one's own


def propose(
    session: Session, contest: Contest, line_ids: Collection[int], *, reason: str, actor: Actor,
    at: datetime,
) -> LedgerVoid:
    """Propose that these lines do not count. Raises ``NotAllowed`` without ``interaction.import``,
    ``NotFound`` for a line of another contest, ``Invalid`` without a line or a reason, ``Conflict``
    for one that is void or proposed already."""
    lines = _free(session, contest, line_ids, actor=actor)
    return _proposed(session, contest, lines, None, reason=reason, actor=actor, at=at)


def propose_file(
    session: Session, contest: Contest, evidence_id: int, *, reason: str, actor: Actor,
    at: datetime,
) -> LedgerVoid:
    """The same of all lines that a file told. Raises as ``propose``."""
    require(actor, "interaction.import", contest)
    kept = session.get(Evidence, evidence_id)
    if kept is None or kept.contest_id != contest.id or kept.kind != "ledger":
        raise not_found()
    jury_round.hold(session, contest)
    lines = [ShareRecord.evidence_id == kept.id]
    return _proposed(session, contest, lines, kept, reason=reason, actor=actor, at=at)


def _free(
    session: Session, contest: Contest, line_ids: Collection[int], *, actor: Actor
) -> list[ColumnElement[bool]]:
    """The condition that selects the lines, all of which can be proposed."""
    require(actor, "interaction.import", contest)
    jury_round.hold(session, contest)
    wanted = {number for number in line_ids if 0 < number <= interactions.LARGEST_ID}
    if not wanted:
        raise Invalid("Hãy chọn ít nhất một dòng.", "Choose at least one line.")
    query = (
        select(func.count(ShareRecord.id))
        .join(ShareRecord.submission)
        .where(Submission.contest_id == contest.id, ShareRecord.id.in_(wanted))
    )
    if session.scalar(query) != len(wanted):
        raise not_found()
    if session.scalar(query.where(~_can_be())) != 0:
        raise Conflict(
            "Có dòng đã huỷ, hoặc đang chờ xác nhận huỷ. Hãy tải lại trang.",
            "One of the lines is void, or waits to be voided, already. Reload the page.",
        )
    return [ShareRecord.id.in_(wanted)]


def _can_be() -> ColumnElement[bool]:
    """Is a line neither void nor proposed?"""
    open_ = select(LedgerVoid.id).where(
        LedgerVoid.id == ShareRecord.void_id, LedgerVoid.state == "proposed"
    )
    return ~ShareRecord.voided & or_(ShareRecord.void_id.is_(None), ~open_.exists())


def _proposed(
    session: Session, contest: Contest, lines: list[ColumnElement[bool]], kept: Evidence | None, *,
    reason: str, actor: Actor, at: datetime,
) -> LedgerVoid:
    if not reason.strip():
        raise Invalid("Hãy ghi lý do huỷ.", "Give the reason for voiding.")
    found = select(func.count(ShareRecord.id)).where(*lines, _can_be())
    void = LedgerVoid(
        contest_id=contest.id, evidence_id=kept.id if kept else None, reason=reason.strip(),
        lines=session.scalar(found) or 0, created_by=actor.label, created_at=at,
    )
    if not void.lines:
        raise Conflict("Không còn dòng nào để huỷ.", "There is no line left to void.")
    free = _can_be()
    session.add(void)
    session.flush()
    _set(session, [*lines, free], void_id=void.id)
    audit.record(
        session, "ledger.void_proposed", void, actor=actor, at=at, contest_id=contest.id,
        after={"lines": void.lines, "codes": codes(session, void)[:CODES], "reason": void.reason},
    )
    return void


def _set(session: Session, lines: list[ColumnElement[bool]], **values: object) -> None:
    session.execute(
        update(ShareRecord).where(*lines).values(**values)
        .execution_options(synchronize_session=False)
    )


def decide(
    session: Session, contest: Contest, void_id: int, *, agreed: bool, actor: Actor, at: datetime
) -> LedgerVoid:
    """A second organiser agrees that the lines are void, or turns it down; once only. Raises
    ``NotAllowed`` without ``interaction.late``, ``NotFound`` for an unknown proposal, ``Conflict``
    for one that was decided or is the actor's own, and while counts are locked."""
    require(actor, "interaction.late", contest)
    interactions.hold(session, contest)
    void = session.get(LedgerVoid, void_id, populate_existing=True)
    if void is None or void.contest_id != contest.id:
        raise not_found()
    if void.state != "proposed":
        raise Conflict("Đề nghị huỷ này đã được quyết định rồi.",
                       "This proposal has been decided already.")
    interactions.require_another([void], actor, "đề nghị huỷ", "proposed this cannot agree to it")
    void.state = "agreed" if agreed else "refused"
    void.decided_by, void.decided_at = actor.label, at
    if agreed:
        _set(session, [ShareRecord.void_id == void.id], voided=True)
    audit.record(
        session, "ledger.voided" if agreed else "ledger.void_refused", void, actor=actor, at=at,
        contest_id=contest.id, after={"lines": void.lines, "codes": codes(session, void)[:CODES]},
    )
    return void


def can_withdraw(contest: Contest, line: ShareRecord, *, actor: Actor, at: datetime) -> bool:
    """May the actor take back this line alone?"""
    cut_off = profiles.profile_of(contest).schedule.counts_close
    return (
        line.created_by == actor.label and line.evidence_id is None and not line.voided
        and at <= min(line.created_at + AT_ONCE, cut_off)
    )


def withdraw(
    session: Session, contest: Contest, line_id: int, *, actor: Actor, at: datetime
) -> LedgerVoid:
    """Take back a line that the actor has just typed. Raises ``NotAllowed`` without
    ``interaction.import``, ``NotFound`` for another contest's, ``Conflict`` where ``can_withdraw``
    says no, or while counts are locked."""
    require(actor, "interaction.import", contest)
    interactions.hold(session, contest)
    line = session.get(ShareRecord, line_id) if line_id <= interactions.LARGEST_ID else None
    if line is None or line.submission.contest_id != contest.id:
        raise not_found()
    if not can_withdraw(contest, line, actor=actor, at=at):
        raise Conflict(
            "Chỉ rút lại được dòng của chính mình, trong 15 phút và trước giờ chốt. Hãy đề nghị "
            "huỷ dòng này.",
            "Only a line of one's own can be withdrawn, within 15 minutes and before the cut-off. "
            "Propose to void it instead.",
        )
    void = LedgerVoid(
        contest_id=contest.id, state="withdrawn", lines=1, reason="người ghi rút lại",
        created_by=actor.label, created_at=at,
    )
    session.add(void)
    session.flush()
    line.void_id, line.voided = void.id, True
    audit.record(
        session, "ledger.withdrawn", line, actor=actor, at=at, contest_id=contest.id,
        after={"code": line.submission.code, "account": line.account},
    )
    return void


def codes(session: Session, void: LedgerVoid) -> Sequence[str]:
    """The clips concerned, by code."""
    return codes_of(session, [void])[void.id]


def codes_of(session: Session, voids: Collection[LedgerVoid]) -> dict[int, list[str]]:
    """By the void's id: the clips concerned, by code."""
    query = (
        select(ShareRecord.void_id, Submission.code)
        .join(ShareRecord.submission)
        .where(ShareRecord.void_id.in_([void.id for void in voids]))
        .distinct()
        .order_by(Submission.code)
    )
    found: dict[int, list[str]] = {void.id: [] for void in voids}
    for void_id, code in session.execute(query):
        if void_id is not None:
            found[void_id].append(code)
    return found


def listed(
    session: Session, contest: Contest, *, only: Collection[str] = ("proposed",), most: int = 100
) -> Sequence[LedgerVoid]:
    """The newest voids in these states, with their files."""
    query = (
        select(LedgerVoid)
        .where(LedgerVoid.contest_id == contest.id, LedgerVoid.state.in_(only))
        .options(joinedload(LedgerVoid.evidence))
        .order_by(LedgerVoid.id.desc())
        .limit(most)
    )
    return session.scalars(query).all()


def of_lines(session: Session, lines: Collection[ShareRecord]) -> dict[int, LedgerVoid]:
    """By its id: every void that one of these lines belongs to."""
    wanted = {line.void_id for line in lines if line.void_id is not None}
    query = select(LedgerVoid).where(LedgerVoid.id.in_(wanted))
    return {void.id: void for void in session.scalars(query)}
