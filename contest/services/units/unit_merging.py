"""Wards are joined and split: clips, links and jurors go from one unit to another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import (
    Ballot,
    Contest,
    Filing,
    JurorDeparture,
    PrivacyRequest,
    PushSubscription,
    RoleGrant,
    Submission,
    TimeGrant,
    Unit,
    UnitLink,
    UnitSession,
    Upload,
    User,
)
from contest.permissions import require
from contest.services.core import audit, locks
from contest.services.units import units
from contest.services.units.unit_changes import require_reason


@dataclass(frozen=True)
class Merging:
    """What joining ``unit`` to ``into`` does. ``ballots``: (juror, code) whose marks count no more,
    because jurors never mark their own unit's clips; ``beyond``: clips above the quota."""

    unit: Unit
    into: Unit
    clips: int
    links: int
    jurors: Sequence[str]
    ballots: Sequence[tuple[str, str]]
    beyond: int


def preview(session: Session, unit: Unit, into: Unit, *, quota: int) -> Merging:
    """What ``merge`` would do; nothing is stored. Raises as ``merge`` does for the two units."""
    _require_pair(unit, into)
    jurors = select(User.name).join(RoleGrant, RoleGrant.user_id == User.id)
    return Merging(
        unit, into,
        clips=_count(session, Submission.unit_id == unit.id),
        links=_count(session, UnitLink.unit_id == unit.id, UnitLink.revoked_at.is_(None)),
        jurors=list(session.scalars(jurors.where(RoleGrant.unit_id == unit.id))),
        ballots=[
            *_own_ballots(session, unit, Submission.unit_id == into.id),
            *_own_ballots(session, into, Submission.unit_id == unit.id),
        ],
        beyond=max(0, units.counted(session, unit.id, into.id) - quota),
    )


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _own_ballots(
    session: Session, unit: Unit, clips: ColumnElement[bool]
) -> Sequence[tuple[str, str]]:
    """Ballots of the unit's jurors on ``clips``: name and code."""
    query = (
        select(User.name, Submission.code).select_from(Ballot)
        .join(Submission, Submission.id == Ballot.submission_id)
        .join(User, User.id == Ballot.juror_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.unit_id == unit.id, clips)
        .order_by(User.name, Submission.code)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def merge(
    session: Session, unit: Unit, into: Unit, *, reason: str, actor: Actor, at: datetime
) -> None:
    """``unit`` becomes a part of ``into``: clips, open uploads, printed links, signed-in phones and
    what they are told, granted time, jurors and what it asked about data go along; ``unit``
    retires. Nobody has to enter again.

    Raises ``NotAllowed``; ``Invalid`` without a reason; ``Conflict`` for one and the same unit, a
    retired one or one of another contest.
    """
    require(actor, "unit.manage", unit)
    _require_pair(unit, into)
    require_reason(reason)
    for one in sorted((unit, into), key=lambda u: u.id):
        locks.lock(session, one)
    _require_pair(unit, into)
    moved = list(session.scalars(select(Submission.id).where(Submission.unit_id == unit.id)))
    _give(session, moved, into, at=at)
    for table in (UnitLink, UnitSession, RoleGrant, JurorDeparture, TimeGrant, PushSubscription,
                  PrivacyRequest):
        session.execute(update(table).where(table.unit_id == unit.id).values(unit_id=into.id))
    theirs = select(Filing.filing).where(Filing.unit_id == into.id)
    session.execute(  # what both have filed stays with each
        update(Filing).where(Filing.unit_id == unit.id, Filing.filing.not_in(theirs))
        .values(unit_id=into.id)
    )
    untils = [u.entries_until for u in (unit, into) if u.entries_until]
    into.entries_until, unit.entries_until = max(untils, default=None), None
    unit.retired_at, unit.merged_into_id = at, into.id
    audit.record(session, "unit.merged", unit, actor=actor, at=at,
                 after={"into": into.id, "submissions": moved, "reason": reason})


def move(
    session: Session, contest: Contest, codes: Collection[str], into: Unit, *, reason: str,
    actor: Actor, at: datetime,
) -> int:
    """Give clips to another unit, as when a ward is split or a clip was sent with the wrong code;
    returns how many. Raises ``NotAllowed``; ``Invalid`` without a reason or clips; ``Conflict``."""
    require(actor, "unit.manage", into)
    require_reason(reason)
    locks.lock(session, into)
    _require_live(into)
    query = select(Submission).where(
        Submission.contest_id == contest.id, Submission.code.in_(codes),
        Submission.unit_id != into.id,
    )
    found = list(session.scalars(query.order_by(Submission.id)))
    if not found:
        raise Invalid("Chưa chọn clip nào để chuyển.", "No clip was chosen to be moved.")
    for submission in found:
        audit.record(
            session, "submission.moved", submission, actor=actor, at=at,
            before={"unit": submission.unit_id}, after={"unit": into.id, "reason": reason},
        )
    _give(session, [submission.id for submission in found], into, at=at)
    return len(found)


def _give(session: Session, ids: Sequence[int], into: Unit, *, at: datetime) -> None:
    session.flush()
    changed = {"unit_id": into.id, "updated_at": at}  # a frozen result looks what has changed since
    session.execute(update(Submission).where(Submission.id.in_(ids)).values(changed))
    session.execute(update(Upload).where(Upload.submission_id.in_(ids)).values(unit_id=into.id))
    session.expire_all()  # clips in this session have another unit now


def _require_pair(unit: Unit, into: Unit) -> None:
    if unit.id == into.id or unit.contest_id != into.contest_id:
        raise Conflict("Hãy chọn một đơn vị khác của hội thi này.",
                       "Choose another unit of this contest.")
    _require_live(unit)
    _require_live(into)


def _require_live(unit: Unit) -> None:
    if unit.retired_at:
        raise Conflict(
            f"{unit.name} đã thôi tham gia. Hãy cho đơn vị trở lại trước.",
            f"{unit.name} was retired. Bring it back first.",
        )
