"""More time for a unit, with a reason that everybody reads on the rules page; it is told so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.languages import write_time
from contest.models import Contest, TimeGrant, Unit
from contest.permissions import require
from contest.services.core import audit, deadlines, locks, mail, profiles, search


def grant(
    session: Session, unit: Unit, *, until: datetime, reason: str, actor: Actor, at: datetime
) -> TimeGrant:
    """Let a unit enter, send and replace clips until ``until``.

    Raises ``NotAllowed``; ``Invalid`` without a reason, for a moment that has passed, before the
    close of the rules or after that of the counts, when a clip could collect no points;
    ``Conflict`` for a retired unit.
    """
    require(actor, "unit.manage", unit)
    locks.lock(session, unit)
    if unit.retired_at:
        raise Conflict(f"{unit.name} đã thôi tham gia.", f"{unit.name} was retired.")
    _check(unit, until, reason, at)
    row = TimeGrant(
        unit_id=unit.id, until=until, reason=reason.strip(), granted_by=actor.label, granted_at=at
    )
    session.add(row)
    _keep(session, unit)
    audit.record(session, "unit.time_granted", unit, actor=actor, at=at,
                 after={"until": until.isoformat(), "reason": row.reason})
    _tell(session, unit, "time_granted", at=at, reason=row.reason)
    return row


def _tell(session: Session, unit: Unit, template: str, *, at: datetime, **said: str) -> None:
    """The unit hears of it at once. One without an address: in its browsers, and it stands on the
    list of texts to hand on (``messages/handing_on.py``)."""
    mail.enqueue(
        session, to=unit.contact_email, template=template, contest_id=unit.contest_id, at=at,
        params={"unit_id": unit.id, **said},
    )


def _check(unit: Unit, until: datetime, reason: str, at: datetime) -> None:
    profile = profiles.profile_of(unit.contest)
    schedule, latest = profile.schedule, deadlines.latest_until(profile)
    if not reason.strip():
        raise Invalid("Hãy ghi lý do; lý do hiện trên trang thể lệ.",
                      "Please state the reason; it is shown on the rules page.")
    least = max(at, schedule.entries_close)
    if not least < until <= latest:
        moments = until, least, latest
        told = {lang: [write_time(moment, schedule.zone, lang) for moment in moments]
                for lang in ("vi", "en")}
        raise Invalid(
            "Hạn mới là {}; phải sau {} và không quá giờ chốt tương tác {}.".format(*told["vi"]),
            "The new deadline is {}; it must be after {} and not after the counts close, "
            "{}.".format(*told["en"]),
        )


def revoke(
    session: Session, contest: Contest, grant_id: int, *, actor: Actor, at: datetime
) -> Unit:
    """Take a grant back; what was sent meanwhile stays. Raises ``NotAllowed``, ``NotFound``."""
    row = session.get(TimeGrant, grant_id, options=[joinedload(TimeGrant.unit)])
    if row is None or row.unit.contest_id != contest.id:
        raise not_found()
    require(actor, "unit.manage", row.unit)
    locks.lock(session, row.unit)
    if row.revoked_at is None:
        row.revoked_at = at
        _keep(session, row.unit)
        audit.record(session, "unit.time_revoked", row.unit, actor=actor, at=at,
                     after={"until": row.until.isoformat()})
        _tell(session, row.unit, "time_revoked", at=at)
    return row.unit


def move(
    session: Session, row: TimeGrant, until: datetime, *, reason: str, actor: Actor, at: datetime
) -> None:
    """A grant goes along with a contest that is postponed; who calls has asked whether it may."""
    locks.lock(session, row.unit)
    before, row.until = row.until, until
    _keep(session, row.unit)
    audit.record(session, "unit.time_granted", row.unit, actor=actor, at=at,
                 before={"until": before.isoformat()},
                 after={"until": until.isoformat(), "reason": reason})


def _keep(session: Session, unit: Unit) -> None:
    session.flush()
    unit.entries_until = session.scalar(
        select(func.max(TimeGrant.until)).where(
            TimeGrant.unit_id == unit.id, TimeGrant.revoked_at.is_(None)
        )
    )


def of_unit(session: Session, unit: Unit) -> Sequence[TimeGrant]:
    """All grants of a unit, the newest first."""
    query = select(TimeGrant).where(TimeGrant.unit_id == unit.id).order_by(TimeGrant.id.desc())
    return session.scalars(query).all()


def of_contest(session: Session, contest: Contest) -> Sequence[TimeGrant]:
    """The grants in force, for the public rules page; by moment and unit."""
    query = (
        select(TimeGrant).join(TimeGrant.unit).options(joinedload(TimeGrant.unit))
        .where(Unit.contest_id == contest.id, TimeGrant.revoked_at.is_(None))
        .order_by(TimeGrant.until, search.sortable(Unit.name))
    )
    return session.scalars(query).all()
