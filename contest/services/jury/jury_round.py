"""The jury round as the organisers see it: who still owes what, locking and unlocking.

Never a mark: only whether there is one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Ballot, Contest, JurorDeparture, Result, Submission, User
from contest.permissions import require
from contest.services.core import audit, locks, mail, profiles
from contest.services.core.blockers import Blocker
from contest.services.core.transitions import move_all
from contest.services.jury import (
    assignments,
    ballot_lists,
    ballots,
    jurors,
    jury_counts,
    shortages,
)
from contest.services.jury.jurors import Seat
from contest.services.jury.jury_counts import Counted

BALLOT_LOCKED = "ballot.locked"  # in the audit trail
WALK = 20  # where one clip of so many is owed, the first of them are found by walking


@dataclass(frozen=True)
class Juror:
    """One juror's progress: of the clips ``due``, ``owed`` have no ballot that was handed in, and
    for ``ready`` of these every mark is given. A juror who ``left`` owes nothing."""

    user: User
    code: str
    states: dict[str, int]
    due: int
    owed: int
    ready: int
    unit_id: int | None
    left: JurorDeparture | None = None
    reminded_at: datetime | None = None

    @property
    def done(self) -> int:
        """Clips with a ballot that was handed in, refusals to mark included."""
        return self.due - self.owed


def progress(session: Session, contest: Contest) -> list[Juror]:
    """Every juror's progress, in a few queries whatever the number of jurors and ballots."""
    seats = jurors.everyone(session, contest)
    counts = jury_counts.of_jurors(session, contest, {s.user.id: s.unit_id for s in seats})
    reminded = mail.last_asked(session, contest, "jury_reminder", "user_id")
    criteria = len(profiles.profile_of(contest).jury.criteria)
    return [
        _juror(seat, counts[seat.user.id], criteria, reminded.get(seat.user.id)) for seat in seats
    ]


def _juror(
    seat: Seat, counted: Counted, criteria: int, reminded_at: datetime | None
) -> Juror:
    states = counted.states
    owed = sum(count for state, count in states.items() if state not in ballots.FINISHED)
    ready = sum(
        count for (state, given), count in counted.ballots.items()
        if state == "open" and given >= criteria
    )
    return Juror(
        user=seat.user, code=seat.code, left=seat.left, reminded_at=reminded_at, due=counted.due,
        states=states, owed=0 if seat.left else owed, ready=0 if seat.left else ready,
        unit_id=seat.unit_id,
    )


@dataclass(frozen=True)
class OpenClip:
    """A clip that a juror still owes; ``ready``: marked in full and not submitted."""

    code: str
    ready: bool


def open_clips(
    session: Session, contest: Contest, found: Iterable[Juror]
) -> dict[int, list[OpenClip]]:
    """Juror's id -> the first clips that this juror owes, by code."""
    markable = jury_counts.markable(contest)
    if session.get_bind().dialect.name == "sqlite":  # whose planner would sort before it looks
        markable = tuple(func.coalesce(condition, False) for condition in markable)
    parts = [
        _first_open(
            juror, (*markable, *assignments.mine(contest, Submission.id, juror.user.id))
        )
        for juror in found if juror.owed
    ]
    criteria = len(profiles.profile_of(contest).jury.criteria)
    clips: dict[int, list[OpenClip]] = {}
    for juror, code, given in session.execute(union_all(*parts)) if parts else ():
        clips.setdefault(juror, []).append(OpenClip(code, (given or 0) >= criteria))
    return clips


def _first_open(juror: Juror, markable: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """Where a good part is owed, a walk by code with a look at each clip's ballot soon has the
    first; where little is, the clips and all ballots of the juror are joined."""
    own = and_(Ballot.submission_id == Submission.id, Ballot.juror_id == juror.user.id)
    juror_id = literal(juror.user.id).label("juror")
    query = select(juror_id, Submission.code)
    given: ColumnElement[int] = Ballot.given.expression
    if juror.owed * WALK > juror.due:
        state, given = (
            select(column).where(own).correlate(Submission).scalar_subquery()
            for column in (Ballot.state, Ballot.given)
        )
        query = query.where(func.coalesce(state, "open") == "open")
    else:
        query = query.outerjoin(Ballot, own).where(or_(Ballot.id.is_(None), Ballot.state == "open"))
    query = query.add_columns(given.label("given")).where(*markable)
    if juror.unit_id is not None:
        query = query.where(Submission.unit_id != juror.unit_id)
    first = query.order_by(Submission.code).limit(ballot_lists.SHOWN)
    return select(*first.subquery().c)


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: ballots that are owed, one line for each juror; clips that too few were given, or
    have marked; or that there is no juror."""
    if not profiles.profile_of(contest).scoring.jury_weight:
        return []  # the jury does not count
    found = [_gap(juror) for juror in progress(session, contest) if juror.owed]
    found += shortages.blockers(session, contest)
    if not jurors.counted(session, contest):
        found.append(Blocker("no_jurors", "Chưa có giám khảo nào.", "There is no juror.",
                         "ballots.overview"))
    return found


def _gap(juror: Juror) -> Blocker:
    count, ready = juror.owed, juror.ready
    vi = f"{juror.user.name} chưa nộp {count} phiếu"
    en = f"Ballots that {juror.user.name} has not submitted: {count}"
    if ready:
        vi += f" (trong đó {ready} phiếu đã chấm đủ)"
        en += f" ({ready} of them fully marked)"
    return Blocker("ballots", f"{vi}.", f"{en}.", "ballots.overview", count=count)


def lock(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """From now on no ballot changes; only then may anybody see an aggregate. Raises ``NotAllowed``
    without ``result.close``, ``Conflict`` if the round is locked."""
    require(actor, "result.close", contest)
    hold(session, contest)
    if contest.jury_locked_at is not None:
        raise Conflict("Vòng chấm đã được khoá.", "The jury round is locked already.")
    jury_counts.correct(session, contest)
    contest.jury_locked_at = at
    audit.record(session, "jury.locked", contest, actor=actor, at=at, contest_id=contest.id)


def unlock(
    session: Session, contest: Contest, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Let jurors mark again. Raises ``NotAllowed`` without ``result.close``, ``Invalid`` without a
    reason, ``Conflict`` if the round is open, once a result was frozen, or has begun to be."""
    require(actor, "result.close", contest)
    if not reason.strip():
        raise Invalid("Hãy ghi lý do mở lại vòng chấm.", "Please state why the round is reopened.")
    hold(session, contest)
    if contest.jury_locked_at is None:
        raise Conflict("Vòng chấm đang mở.", "The jury round is open.")
    for_good = locked_for_good(session, contest)
    if for_good is not None:
        raise for_good
    contest.jury_locked_at = None
    audit.record(
        session, "jury.unlocked", contest, actor=actor, at=at, contest_id=contest.id,
        after={"reason": reason.strip()},
    )


def locked_for_good(session: Session, contest: Contest) -> Conflict | None:
    """Why the round can no longer be reopened: its result is frozen, or is being frozen; ``None``
    as long as it can."""
    frozen = select(Result.id).where(
        Result.contest_id == contest.id, Result.frozen_at.is_not(None)
    )
    if session.scalars(frozen.limit(1)).first() is not None:
        return Conflict(
            "Kết quả đã chốt nên không mở lại vòng chấm được. Hãy lập bản kết quả mới có lý do.",
            "The result is frozen, so the round stays locked. Make a new revision with a reason.",
        )
    own = select(Submission.id).where(Submission.contest_id == contest.id)
    locked = select(Ballot.id).where(Ballot.submission_id.in_(own), Ballot.state == "locked")
    if session.scalars(locked.limit(1)).first() is not None:
        return Conflict(
            "Kết quả đang được chốt nên không mở lại vòng chấm được. Hãy chốt cho xong.",
            "The result is being frozen, so the round stays locked. Finish freezing it.",
        )
    return None


def hold(session: Session, contest: Contest) -> None:
    """Lock the contest: waits for every ballot that is being stored and makes new ones wait."""
    session.flush()
    locks.lock(session, contest)


def lock_ballots(
    session: Session, contest: Contest, *, actor: Actor, at: datetime, ids: range | None = None
) -> int:
    """Part of freezing a result: lock every ballot, or those of these ids, with what it counts as.
    Returns how many."""
    counts_as = case(
        (Ballot.state == "submitted", "marked"), (Ballot.state == "open", "missing"),
        else_=Ballot.state,
    )
    where = _unlocked(contest)
    if ids is not None:
        where += [Ballot.id >= ids.start, Ballot.id < ids.stop]
    return move_all(
        session, Ballot, where, "locked",
        actor=actor, at=at, contest_id=contest.id, outcome=counts_as,
    )


def unlocked_ballots(session: Session, contest: Contest) -> range:
    """The ids between which the ballots lie that freezing has still to lock."""
    ends = select(func.min(Ballot.id), func.max(Ballot.id)).where(*_unlocked(contest))
    first, last = session.execute(ends).one()
    return range(0) if first is None else range(first, last + 1)


def _unlocked(contest: Contest) -> list[ColumnElement[bool]]:
    own = select(Submission.id).where(Submission.contest_id == contest.id)
    return [Ballot.submission_id.in_(own), Ballot.state != "locked"]
