"""The jury round as the organisers see it: who still owes what, locking and unlocking.

Never a mark: only whether there is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Ballot, Contest, JurorDeparture, Mark, Result, Submission, User
from contest.permissions import require
from contest.services.core import audit, locks, mail, profiles
from contest.services.core.blockers import Blocker
from contest.services.core.transitions import move_all
from contest.services.jury import ballot_lists, ballots, jurors
from contest.services.jury.jurors import Seat


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


Counts = dict[int, dict[tuple[str, int], int]]  # juror -> (state, own unit or 0) -> ballots


def progress(session: Session, contest: Contest) -> list[Juror]:
    """Every juror's progress, in a few queries whatever their number."""
    seats = jurors.everyone(session, contest)
    units = {seat.unit_id for seat in seats if seat.unit_id is not None}
    clips = _clips(session, contest, units)
    states, complete = _states(session, contest, units), _complete(session, contest, units)
    reminded = mail.last_asked(session, contest, "jury_reminder", "user_id")
    return [
        _juror(seat, clips, states, complete, reminded.get(seat.user.id)) for seat in seats
    ]


def _juror(
    seat: Seat, clips: dict[int, int], states: Counts, complete: Counts,
    reminded_at: datetime | None,
) -> Juror:
    due = sum(count for unit, count in clips.items() if unit != seat.unit_id)
    own = _without(states.get(seat.user.id, {}), seat.unit_id)
    own["new"] = due - sum(own.values())
    owed = sum(count for state, count in own.items() if state not in ballots.FINISHED)
    ready = _without(complete.get(seat.user.id, {}), seat.unit_id)
    return Juror(
        user=seat.user, code=seat.code, left=seat.left, reminded_at=reminded_at, due=due,
        states={state: count for state, count in own.items() if count},
        owed=0 if seat.left else owed, ready=0 if seat.left else sum(ready.values()),
        unit_id=seat.unit_id,
    )


def _without(counts: dict[tuple[str, int], int], unit_id: int | None) -> dict[str, int]:
    """By state, without the clips of the juror's own unit."""
    found: dict[str, int] = {}
    for (state, unit), count in counts.items():
        if unit != unit_id:
            found[state] = found.get(state, 0) + count
    return found


def _own(unit_id: SQLColumnExpression[int], units: set[int]) -> ColumnElement[int]:
    """The clip's unit where it is some juror's own, else 0."""
    return case((unit_id.in_(units), unit_id), else_=0).label("own")


def _markable(contest: Contest) -> tuple[ColumnElement[bool], ...]:
    return Submission.contest_id == contest.id, Submission.state.in_(ballots.MARKABLE)


def _clips(session: Session, contest: Contest, units: set[int]) -> dict[int, int]:
    query = select(_own(Submission.unit_id, units), func.count()).where(*_markable(contest))
    return {unit: count for unit, count in session.execute(query.group_by("own"))}


def _states(session: Session, contest: Contest, units: set[int]) -> Counts:
    query = (
        select(Ballot.juror_id, Ballot.state, _own(Submission.unit_id, units), func.count())
        .join(Ballot.submission)
        .where(*_markable(contest))
        .group_by(Ballot.juror_id, Ballot.state, "own")
    )
    return _counted(session.execute(query))


def _counted(rows: Iterable[Any]) -> Counts:
    found: Counts = {}
    for juror, state, unit, count in rows:
        found.setdefault(juror, {})[state, unit] = count
    return found


def _complete(session: Session, contest: Contest, units: set[int]) -> Counts:
    """Open ballots with a mark in every criterion."""
    full = (
        select(Ballot.juror_id, Ballot.state, Submission.unit_id)
        .join(Ballot.submission)
        .join(Ballot.marks)
        .where(*_markable(contest), Ballot.state == "open")
        .group_by(Ballot.id, Ballot.juror_id, Ballot.state, Submission.unit_id)
        .having(func.count() >= len(profiles.profile_of(contest).jury.criteria))
        .subquery()
    )
    query = select(full.c.juror_id, full.c.state, _own(full.c.unit_id, units), func.count())
    return _counted(session.execute(query.group_by(full.c.juror_id, full.c.state, "own")))


@dataclass(frozen=True)
class OpenClip:
    """A clip that a juror still owes; ``ready``: marked in full and not submitted."""

    code: str
    ready: bool


def open_clips(
    session: Session, contest: Contest, found: Iterable[Juror]
) -> dict[int, list[OpenClip]]:
    """Juror's id -> the first clips that this juror owes, by code."""
    parts = [_first_open(contest, juror) for juror in found if juror.owed]
    rows = session.execute(union_all(*parts)).all() if parts else []
    full = set(session.scalars(
        select(Mark.ballot_id).where(Mark.ballot_id.in_([row.ballot for row in rows]))
        .group_by(Mark.ballot_id)
        .having(func.count() >= len(profiles.profile_of(contest).jury.criteria))
    ))
    clips: dict[int, list[OpenClip]] = {}
    for juror, code, ballot in rows:
        clips.setdefault(juror, []).append(OpenClip(code, ballot in full))
    return clips


def _first_open(contest: Contest, juror: Juror) -> Select[Any]:
    own = and_(Ballot.submission_id == Submission.id, Ballot.juror_id == juror.user.id)
    query = (
        select(literal(juror.user.id).label("juror"), Submission.code, Ballot.id.label("ballot"))
        .outerjoin(Ballot, own)
        .where(*_markable(contest), or_(Ballot.id.is_(None), Ballot.state == "open"))
        .order_by(Submission.code)
        .limit(ballot_lists.SHOWN)
    )
    if juror.unit_id is not None:
        query = query.where(Submission.unit_id != juror.unit_id)
    return select(*query.subquery().c)


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: ballots that are owed, one line for each juror; or that there is no juror."""
    found = [_gap(juror) for juror in progress(session, contest) if juror.owed]
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
    contest.jury_locked_at = at
    audit.record(session, "jury.locked", contest, actor=actor, at=at, contest_id=contest.id)


def unlock(
    session: Session, contest: Contest, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Let jurors mark again. Raises ``NotAllowed`` without ``result.close``, ``Invalid`` without a
    reason, ``Conflict`` if the round is open or once a result was frozen."""
    require(actor, "result.close", contest)
    if not reason.strip():
        raise Invalid("Hãy ghi lý do mở lại vòng chấm.", "Please state why the round is reopened.")
    hold(session, contest)
    if contest.jury_locked_at is None:
        raise Conflict("Vòng chấm đang mở.", "The jury round is open.")
    frozen = select(Result.id).where(
        Result.contest_id == contest.id, Result.frozen_at.is_not(None)
    )
    if session.scalars(frozen.limit(1)).first() is not None:
        raise Conflict(
            "Kết quả đã chốt nên không mở lại vòng chấm được. Hãy lập bản kết quả mới có lý do.",
            "The result is frozen, so the round stays locked. Make a new revision with a reason.",
        )
    contest.jury_locked_at = None
    audit.record(
        session, "jury.unlocked", contest, actor=actor, at=at, contest_id=contest.id,
        after={"reason": reason.strip()},
    )


def hold(session: Session, contest: Contest) -> None:
    """Lock the contest: waits for every ballot that is being stored and makes new ones wait."""
    session.flush()
    locks.lock(session, contest)


def lock_ballots(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> int:
    """Part of freezing a result: lock every ballot with what it counts as. Returns how many."""
    own = select(Submission.id).where(Submission.contest_id == contest.id)
    counts_as = case(
        (Ballot.state == "submitted", "marked"), (Ballot.state == "open", "missing"),
        else_=Ballot.state,
    )
    return move_all(
        session, Ballot, [Ballot.submission_id.in_(own), Ballot.state != "locked"], "locked",
        actor=actor, at=at, contest_id=contest.id, outcome=counts_as,
    )
