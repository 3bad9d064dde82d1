"""Who sits on the jury, under which code; a juror who leaves.

A code (GK1, GK2, …) belongs to its juror for good: nobody's changes when somebody leaves, and no
code is given twice. The role of a juror who has marked ends by ``retire`` only, so that no marks
are dropped unseen.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor, Role
from contest.errors import Conflict, Invalid, not_found
from contest.models import Ballot, Contest, JurorDeparture, RoleGrant, Submission, User
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.core import audit
from contest.services.jury import assignments


@dataclass(frozen=True)
class Seat:
    """One juror, present or former. ``left`` is None while the juror sits."""

    user: User
    number: int
    unit_id: int | None
    left: JurorDeparture | None

    @property
    def code(self) -> str:
        return f"GK{self.number}"

    @property
    def counts(self) -> bool:
        """Whether this juror's ballots are part of the result."""
        return self.left is None or self.left.keeps_marks


def everyone(session: Session, contest: Contest) -> list[Seat]:
    """Every juror, present or former, by code. Those who left keep their numbers; the others take
    the free ones in the order in which they were appointed."""
    gone = {left.user_id: left for left in session.scalars(_left(contest))}
    taken, found = {left.number for left in gone.values()}, []
    sitting = list(session.scalars(_grants(contest)))
    for grant in sitting:
        own = gone.pop(grant.user_id, None)  # appointed again: the old number
        number = own.number if own else min(set(range(1, len(taken) + 2)) - taken)
        taken.add(number)
        found.append(Seat(grant.user, number, grant.unit_id, None))
    found += [Seat(left.user, left.number, left.unit_id, left) for left in gone.values()]
    return sorted(found, key=lambda seat: seat.number)


def sitting(session: Session, contest: Contest) -> list[Seat]:
    """The jurors who mark, by code."""
    return [seat for seat in everyone(session, contest) if seat.left is None]


def counted(session: Session, contest: Contest) -> list[Seat]:
    """The jurors whose ballots count: those who sit, and those who left their marks."""
    return [seat for seat in everyone(session, contest) if seat.counts]


def _left(contest: Contest) -> Select[JurorDeparture]:
    query = select(JurorDeparture).where(JurorDeparture.contest_id == contest.id)
    return query.options(joinedload(JurorDeparture.user, innerjoin=True))


def _grants(contest: Contest) -> Select[RoleGrant]:
    return (
        select(RoleGrant)
        .where(RoleGrant.contest_id == contest.id, RoleGrant.role == Role.JUROR)
        .options(joinedload(RoleGrant.user, innerjoin=True))
        .order_by(RoleGrant.id)
    )


# ---------------------------------------------------------------------------- leaving


def retire(
    session: Session, contest: Contest, user_id: int, *, keep: bool, reason: str, actor: Actor,
    at: datetime,
) -> JurorDeparture:
    """End a juror's membership: with ``keep`` submitted ballots count, otherwise none of them does.

    A juror who left owes no ballots. Raises ``NotAllowed`` without ``result.close``, ``Invalid``
    without a reason, ``NotFound`` for a person who is no juror here, ``Conflict`` once the round is
    locked.
    """
    require(actor, "result.close", contest)
    if not reason.strip():
        raise Invalid("Hãy ghi lý do thôi làm giám khảo.", "Please state why the juror leaves.")
    grant = _hold(session, contest, user_id)
    left = _leave(session, grant, keep=keep, reason=reason.strip(), actor=actor, at=at)
    session.delete(grant)
    session.flush()
    audit.record(
        session, "juror.retired", left.user, actor=actor, at=at, contest_id=contest.id,
        after={"juror": f"GK{left.number}", "keeps_marks": keep, "reason": left.reason},
    )
    return left


def before_role_ends(
    session: Session, contest: Contest, user: User, *, actor: Actor, at: datetime
) -> None:
    """Called where the role is taken away. Raises ``Conflict`` for a juror with ballots (who leaves
    by ``retire`` only) or once the round is locked, ``NotFound`` for a person who is no juror."""
    grant = _hold(session, contest, user.id)
    marked = select(Ballot.id).join(Ballot.submission).where(
        Submission.contest_id == contest.id, Ballot.juror_id == user.id
    )
    if session.scalars(marked.limit(1)).first() is not None:
        raise Conflict(
            f"{user.name} đã có phiếu chấm. Hãy cho thôi làm giám khảo tại trang Giám khảo, "
            "ở đó chọn giữ hay bỏ điểm.",
            f"{user.name} has ballots. Retire this juror on the Jury page, "
            "where you choose to keep or drop the marks.",
        )
    _leave(session, grant, keep=False, reason="", actor=actor, at=at)


def _hold(session: Session, contest: Contest, user_id: int) -> RoleGrant:
    """The juror's grant; locks the contest, so waits for every ballot that is being stored."""
    session.flush()
    held = session.scalars(
        select(Contest)
        .where(Contest.id == contest.id)
        .with_for_update(of=Contest, **LOCK)
        .execution_options(populate_existing=True)
    ).one()
    grant = session.scalars(_grants(contest).where(RoleGrant.user_id == user_id)).one_or_none()
    if grant is None:
        raise not_found()
    if held.jury_locked_at is not None:
        raise Conflict(
            "Vòng chấm đã khoá nên danh sách giám khảo không đổi được nữa.",
            "The jury round is locked, so the jury can no longer change.",
        )
    return grant


def _leave(
    session: Session, grant: RoleGrant, *, keep: bool, reason: str, actor: Actor, at: datetime
) -> JurorDeparture:
    """Record that a juror leaves, under the same number; again where that has happened before."""
    seats = everyone(session, session.get_one(Contest, grant.contest_id))
    number = next(seat.number for seat in seats if seat.user.id == grant.user_id)
    query = select(JurorDeparture).where(
        JurorDeparture.contest_id == grant.contest_id, JurorDeparture.user_id == grant.user_id
    )
    left = session.scalars(query).one_or_none() or JurorDeparture(
        contest_id=grant.contest_id, user_id=grant.user_id, number=number
    )
    left.unit_id, left.keeps_marks, left.reason = grant.unit_id, keep, reason
    left.left_by, left.left_at = actor.label, at
    session.add(left)
    session.flush()
    contest = session.get_one(Contest, grant.contest_id)
    assignments.give_back(session, contest, grant.user_id, keep=keep)
    return left
