"""The jury round as the organisers see it: who still owes what, locking and unlocking.

Never a mark: only whether there is one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    null,
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


# juror -> (state, own unit, or None for all clips) -> ballots
Counts = dict[int, dict[tuple[str, int | None], int]]


def progress(session: Session, contest: Contest) -> list[Juror]:
    """Every juror's progress, in a few queries whatever their number."""
    seats = jurors.everyone(session, contest)
    units = {seat.unit_id for seat in seats if seat.unit_id is not None}
    clips = _clips(session, contest, units)
    states, complete = _states(session, contest, units), _complete(session, contest, seats)
    reminded = mail.last_asked(session, contest, "jury_reminder", "user_id")
    return [
        _juror(seat, clips, states, complete, reminded.get(seat.user.id)) for seat in seats
    ]


def _juror(
    seat: Seat, clips: dict[int | None, int], states: Counts, complete: Counts,
    reminded_at: datetime | None,
) -> Juror:
    due = clips.get(None, 0) - clips.get(seat.unit_id or 0, 0)
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


def _without(counts: dict[tuple[str, int | None], int], unit_id: int | None) -> dict[str, int]:
    """By state, without the clips of the juror's own unit."""
    return {
        state: count - (0 if unit_id is None else counts.get((state, unit_id), 0))
        for (state, unit), count in counts.items() if unit is None
    }


def _markable(contest: Contest) -> tuple[ColumnElement[bool], ...]:
    return Submission.contest_id == contest.id, Submission.state.in_(ballots.MARKABLE)


def _all_and_own(
    query: Select[Any], units: set[int], unit_id: SQLColumnExpression[int],
    *columns: SQLColumnExpression[Any],
) -> CompoundSelect[Any]:
    """``columns``, the unit and how many: of all rows, whose unit is None, and of each of the
    jurors' own ``units``. Few clips belong to those, so that all others need no look at theirs."""
    whole = query.with_only_columns(*columns, null().label("unit"), func.count())
    own = query.with_only_columns(*columns, unit_id, func.count()).where(unit_id.in_(units))
    return union_all(whole.group_by(*columns), own.group_by(*columns, unit_id))


def _clips(session: Session, contest: Contest, units: set[int]) -> dict[int | None, int]:
    clips = _all_and_own(
        select(Submission).where(*_markable(contest)), units, Submission.unit_id
    )
    return {unit: count for unit, count in session.execute(clips)}


def _states(session: Session, contest: Contest, units: set[int]) -> Counts:
    query = select(Ballot).join(Ballot.submission).where(*_markable(contest))
    return _counted(session.execute(
        _all_and_own(query, units, Submission.unit_id, Ballot.juror_id, Ballot.state)
    ))


def _counted(rows: Iterable[Any]) -> Counts:
    found: Counts = {}
    for juror, state, unit, count in rows:
        found.setdefault(juror, {})[state, unit] = count
    return found


def _complete(session: Session, contest: Contest, seats: Sequence[Seat]) -> Counts:
    """Open ballots with a mark in every criterion."""
    full = (
        select(Ballot.juror_id, Ballot.state, Submission.unit_id)
        .join(Ballot.submission)
        .join(Ballot.marks)
        .where(
            *_markable(contest), Ballot.juror_id.in_([seat.user.id for seat in seats]),
            Ballot.state == "open",
        )
        .group_by(Ballot.id, Ballot.juror_id, Ballot.state, Submission.unit_id)
        .having(func.count() >= len(profiles.profile_of(contest).jury.criteria))
        .cte("complete")
    )
    units = {seat.unit_id for seat in seats if seat.unit_id is not None}
    return _counted(session.execute(
        _all_and_own(select(full), units, full.c.unit_id, full.c.juror_id, full.c.state)
    ))


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
    """Where a good part is owed, a walk by code with a look at each clip's ballot soon has the
    first; where little is, the clips and all ballots of the juror are joined."""
    own = and_(Ballot.submission_id == Submission.id, Ballot.juror_id == juror.user.id)
    juror_id: ColumnElement[Any] = literal(juror.user.id).label("juror")
    query: Select[*tuple[Any, ...]] = select(juror_id, Submission.code)
    ballot: ColumnElement[Any] = Ballot.id.expression
    if juror.owed * WALK > juror.due:
        state, ballot = (
            select(column).where(own).correlate(Submission).scalar_subquery()
            for column in (Ballot.state, Ballot.id)
        )
        query = query.where(func.coalesce(state, "open") == "open")
    else:
        query = query.outerjoin(Ballot, own).where(or_(Ballot.id.is_(None), Ballot.state == "open"))
    query = query.add_columns(ballot.label("ballot")).where(*_markable(contest))
    if juror.unit_id is not None:
        query = query.where(Submission.unit_id != juror.unit_id)
    first = query.order_by(Submission.code).limit(ballot_lists.SHOWN)
    return select(*first.subquery().c)


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
