"""Exceptions from retention, each with a reason: shown, with an end or for good, and lifted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import (
    Contest,
    Evidence,
    PostRemoval,
    PrivacyRequest,
    RetentionHold,
    Submission,
)
from contest.permissions import require
from contest.services.core import audit, locks
from contest.services.privacy.retention.kinds import KINDS

WORDS = 3  # of a reason
OF_KIND = "kind:"
TABLES: dict[str, type[Evidence | PostRemoval | PrivacyRequest | Submission]] = {
    "submission": Submission, "evidence": Evidence, "privacy_request": PrivacyRequest,
    "post_removal": PostRemoval,
}


@dataclass(frozen=True)
class Wish:
    """What is to be kept: a kind, an entry by its code, or a row (``evidence:5``); until when,
    None for good."""

    subject: str = ""
    code: str = ""
    reason: str = ""
    until: datetime | None = field(default=None)


def keep(
    session: Session, contest: Contest, wish: Wish, *, actor: Actor, at: datetime
) -> RetentionHold:
    """Keep something longer. Raises ``NotAllowed`` without ``privacy.manage``, ``Invalid`` for a
    reason below three words, a date that has passed and for what does not exist, ``Conflict``
    where it is kept already."""
    require(actor, "privacy.manage", contest)
    if len(wish.reason.split()) < WORDS:
        raise Invalid(f"Hãy ghi lý do giữ lại: ít nhất {WORDS} từ.",
                      f"State why it is kept: at least {WORDS} words.")
    if wish.until is not None and wish.until <= at:
        raise Invalid("Ngày giữ đến phải ở sau hôm nay.", "It is kept until a day after today.")
    locks.lock(session, contest)
    subject = _subject(session, contest, wish)
    if any(one.subject == subject for one in in_force(session, contest, at=at)):
        raise Conflict("Mục này đang được giữ lại. Hãy bỏ lần giữ trước rồi ghi lại.",
                       "This is kept already. Lift that first, then state it anew.")
    hold = RetentionHold(
        contest_id=contest.id, subject=subject, reason=wish.reason.strip(), until=wish.until,
        created_by=actor.label, created_at=at,
    )
    session.add(hold)
    session.flush()
    audit.record(session, "retention.held", hold, actor=actor, at=at,
                 after={"subject": subject, "reason": hold.reason,
                        "until": wish.until and wish.until.isoformat()})
    return hold


def _subject(session: Session, contest: Contest, wish: Wish) -> str:
    if wish.code.strip():
        found = session.scalars(select(Submission.id).where(
            Submission.contest_id == contest.id, Submission.code == wish.code.strip().upper()
        )).one_or_none()
        if found is None:
            raise Invalid(f"Không có bài {wish.code.strip()} trong hội thi này.",
                          f"There is no entry {wish.code.strip()} in this contest.")
        return f"submission:{found}"
    if wish.subject.startswith(OF_KIND) and wish.subject.removeprefix(OF_KIND) in KINDS:
        return wish.subject
    table, _, number = wish.subject.partition(":")
    row: Any = None
    if table in TABLES and number.isdigit():
        row = session.get(TABLES[table], int(number))
    if row is None or row.contest_id != contest.id:
        raise Invalid("Hãy chọn loại dữ liệu hoặc ghi mã bài cần giữ.",
                      "Choose a kind of data, or give the code of an entry.")
    return wish.subject


def lift(
    session: Session, contest: Contest, hold_id: int, *, actor: Actor, at: datetime
) -> RetentionHold:
    """End an exception; what it kept goes with the next sweep if its time is over. Raises
    ``NotAllowed``, ``NotFound``; lifted twice it changes nothing."""
    require(actor, "privacy.manage", contest)
    hold = session.get(RetentionHold, hold_id)
    if hold is None or hold.contest_id != contest.id:
        raise not_found()
    locks.lock(session, hold)
    if hold.lifted_at is None:
        hold.lifted_by, hold.lifted_at = actor.label, at
        audit.record(session, "retention.lifted", hold, actor=actor, at=at,
                     after={"subject": hold.subject})
    return hold


def in_force(session: Session, contest: Contest, *, at: datetime) -> Sequence[RetentionHold]:
    """The exceptions that hold now, the oldest first."""
    query = select(RetentionHold).where(
        RetentionHold.contest_id == contest.id, RetentionHold.lifted_at.is_(None),
        or_(RetentionHold.until.is_(None), RetentionHold.until > at),
    )
    return session.scalars(query.order_by(RetentionHold.id)).all()


def ended(session: Session, contest: Contest, *, at: datetime) -> Sequence[RetentionHold]:
    """Those that hold no longer, the latest first."""
    query = select(RetentionHold).where(
        RetentionHold.contest_id == contest.id,
        or_(RetentionHold.lifted_at.is_not(None), RetentionHold.until <= at),
    )
    return session.scalars(query.order_by(RetentionHold.id.desc()).limit(50)).all()
