"""The jury round as the organisers see it: who still owes what, locking and unlocking.

Never a mark: only whether there is one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Ballot, Contest, JurorLeft, Result, Submission, User
from contest.permissions import require
from contest.services.core import audit, mail, profiles
from contest.services.core.gaps import Gap
from contest.services.core.transitions import move_all
from contest.services.jury import ballots, jurors


@dataclass(frozen=True)
class Juror:
    """One juror's progress; ``open_codes`` are the clips still owed, ``ready`` of them complete
    but not submitted. A juror who ``left`` owes nothing."""

    user: User
    code: str
    states: dict[str, int]
    open_codes: tuple[str, ...]
    ready: tuple[str, ...]
    due: int
    left: JurorLeft | None = None
    reminded_at: datetime | None = None

    @property
    def done(self) -> int:
        return self.due - len(self.open_codes)


def progress(session: Session, contest: Contest) -> list[Juror]:
    """Every juror's progress, in a few queries whatever their number."""
    entries = session.execute(
        select(Submission.id, Submission.code, Submission.unit_id)
        .where(Submission.contest_id == contest.id, Submission.state.in_(ballots.MARKABLE))
        .order_by(Submission.code)
    ).all()
    states = _states(session, contest)
    complete = _complete(session, contest)
    found = []
    reminded = mail.last_asked(session, contest, "jury_reminder", "user_id")
    for seat in jurors.everyone(session, contest):
        user = seat.user
        due = [(i, code) for i, code, unit in entries if unit != seat.unit_id or unit is None]
        own = {i: states.get((user.id, i), "new") for i, _ in due}
        owed = [(i, code) for i, code in due if own[i] not in ballots.FINISHED and not seat.left]
        found.append(Juror(
            user=user, code=seat.code, left=seat.left, reminded_at=reminded.get(user.id),
            states={s: list(own.values()).count(s) for s in set(own.values())},
            open_codes=tuple(code for _, code in owed),
            ready=tuple(code for i, code in owed if (user.id, i) in complete), due=len(due),
        ))
    return found


def _states(session: Session, contest: Contest) -> dict[tuple[int, int], str]:
    query = (
        select(Ballot.juror_id, Ballot.submission_id, Ballot.state)
        .join(Ballot.submission)
        .where(Submission.contest_id == contest.id)
    )
    return {(juror, entry): state for juror, entry, state in session.execute(query)}


def _complete(session: Session, contest: Contest) -> set[tuple[int, int]]:
    """(juror, clip) of ballots with a mark in every criterion."""
    query = (
        select(Ballot.juror_id, Ballot.submission_id)
        .join(Ballot.submission)
        .join(Ballot.marks)
        .where(Submission.contest_id == contest.id)
        .group_by(Ballot.juror_id, Ballot.submission_id)
        .having(func.count() >= len(profiles.profile_of(contest).jury.criteria))
    )
    return {(juror, entry) for juror, entry in session.execute(query)}


def gaps(session: Session, contest: Contest, *, at: datetime) -> list[Gap]:
    """Ballots that are owed, one line for each juror; and whether the round is still open."""
    found = [_gap(juror) for juror in progress(session, contest) if juror.open_codes]
    if not jurors.counted(session, contest):
        found.append(Gap("no_jurors", "Chưa có giám khảo nào.", "There is no juror.",
                         "ballots.overview"))
    return found


def _gap(juror: Juror) -> Gap:
    count, ready = len(juror.open_codes), len(juror.ready)
    vi = f"{juror.user.name} chưa nộp {count} phiếu"
    en = f"Ballots that {juror.user.name} has not submitted: {count}"
    if ready:
        vi += f" (trong đó {ready} phiếu đã chấm đủ)"
        en += f" ({ready} of them fully marked)"
    return Gap("ballots", f"{vi}.", f"{en}.", "ballots.overview", count=count)


def lock(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """From now on no ballot changes; only then may anybody see an aggregate."""
    require(actor, "result.close", contest)
    hold(session, contest)
    if contest.jury_locked_at is not None:
        raise Conflict("Vòng chấm đã được khoá.", "The jury round is locked already.")
    contest.jury_locked_at = at
    audit.record(session, "jury.locked", contest, actor=actor, at=at, contest_id=contest.id)


def unlock(
    session: Session, contest: Contest, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Let jurors mark again, with a reason, as long as no result is frozen."""
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
    """Wait for every ballot that is being stored, and keep new ones waiting."""
    session.flush()
    session.refresh(contest, with_for_update=True)


def lock_ballots(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> int:
    """Freezing a result: every ballot says for good what it counts as. Called within that."""
    own = select(Submission.id).where(Submission.contest_id == contest.id)
    counts_as = case(
        (Ballot.state == "submitted", "marked"), (Ballot.state == "open", "missing"),
        else_=Ballot.state,
    )
    return move_all(
        session, Ballot, [Ballot.submission_id.in_(own), Ballot.state != "locked"], "locked",
        actor=actor, at=at, contest_id=contest.id, outcome=counts_as,
    )
