"""Calibration: all jurors mark one trial clip, then compare how they understood the rubric.

Its marks lie in tables of their own, which nothing that computes a result reads: they never count,
and a juror who is given the same clip in the round marks it anew. Until the trial is closed nobody
but the juror sees a mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Calibration, CalibrationBallot, Contest, Submission
from contest.permissions import can, require
from contest.services.core import audit, locks, profiles
from contest.services.jury import ballots, jurors, jury_counts
from contest.services.jury.jurors import Seat


@dataclass(frozen=True)
class Compared:
    """A juror's marks of the trial clip (None: none given), their weighted sum in percent, and how
    far that is from the mean of all who marked."""

    seat: Seat
    marks: Mapping[str, int] | None
    percent: Fraction | None = None
    apart: Fraction | None = None


@dataclass(frozen=True)
class Comparison:
    """All jurors by code; by criterion the mean, lowest and highest mark."""

    jurors: list[Compared]
    criteria: Mapping[str, tuple[Fraction, int, int]]


def newest(session: Session, contest: Contest) -> Calibration | None:
    """The trial that is open, or was last."""
    query = select(Calibration).where(Calibration.contest_id == contest.id)
    found = query.options(joinedload(Calibration.submission)).order_by(Calibration.id.desc())
    return session.scalars(found.limit(1)).one_or_none()


def begin(
    session: Session, contest: Contest, code: str, *, actor: Actor, at: datetime
) -> Calibration:
    """Open a trial on an approved clip. Raises ``NotAllowed`` without ``result.close``,
    ``Conflict`` once the round is locked or while a trial is open, ``Invalid`` for a code that is
    no clip to be marked."""
    require(actor, "result.close", contest)
    locks.lock(session, contest)
    if contest.jury_locked_at is not None:
        raise Conflict("Vòng chấm đã khoá nên không chấm thử được nữa.",
                       "The jury round is locked, so a trial comes too late.")
    last = newest(session, contest)
    if last is not None and last.closed_at is None:
        raise Conflict(
            f"Clip {last.submission.code} đang được chấm thử. Hãy kết thúc lần đó trước.",
            f"Clip {last.submission.code} is being marked as a trial. Close that one first.",
        )
    query = select(Submission).where(
        *jury_counts.markable(contest), Submission.code == code.strip().upper()
    )
    clip = session.scalars(query).one_or_none()
    if clip is None:
        raise Invalid("Không có clip đã duyệt nào mang mã này. Hãy xem lại mã.",
                      "No approved clip has this code. Look at the code again.")
    made = Calibration(contest_id=contest.id, submission=clip, opened_at=at)
    session.add(made)
    audit.record(session, "calibration.opened", clip, actor=actor, at=at, contest_id=contest.id)
    return made


def close(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> Calibration:
    """End the trial: from now on the comparison is shown, and nobody marks. Raises ``NotAllowed``
    without ``result.close``, ``Conflict`` where none is open."""
    require(actor, "result.close", contest)
    locks.lock(session, contest)
    found = newest(session, contest)
    if found is None or found.closed_at is not None:
        raise Conflict("Không có lần chấm thử nào đang mở.", "No trial is open.")
    found.closed_at = at
    audit.record(session, "calibration.closed", found.submission, actor=actor, at=at,
                 contest_id=contest.id)
    return found


def to_mark(session: Session, contest: Contest, *, actor: Actor) -> Calibration | None:
    """The open trial, as far as this juror may mark its clip (not of the own unit, and still in
    the contest). Raises ``NotAllowed`` without ``jury.read``."""
    require(actor, "jury.read", contest)
    found = newest(session, contest)
    if found is None or found.closed_at is not None or contest.jury_locked_at is not None:
        return None
    there = found.submission.state in ballots.MARKABLE
    return found if there and can(actor, "jury.mark", found.submission) else None


def no_trial() -> Conflict:
    """What a juror is told who comes without a trial to mark."""
    return Conflict(
        "Hiện không có clip nào để bạn chấm thử. Hãy về trang Chấm điểm.",
        "There is no trial clip for you now. Please go back to Scoring.",
    )


def own(session: Session, calibration: Calibration, *, actor: Actor) -> Mapping[str, int]:
    """This juror's marks of the trial clip; empty while there are none."""
    found = _ballot(session, calibration, actor)
    return found.marks if found else {}


def save(
    session: Session, contest: Contest, marks: Mapping[str, int | None], *, actor: Actor,
    at: datetime,
) -> None:
    """Keep this juror's marks of the trial clip, in place of those given before. Raises
    ``NotAllowed`` without ``jury.read``, ``Conflict`` where there is no trial for this juror,
    ``Invalid`` while a criterion has no mark, or one out of range."""
    require(actor, "jury.read", contest)
    locks.lock(session, contest)
    found = to_mark(session, contest, actor=actor)
    if found is None:
        raise no_trial()
    profile = profiles.profile_of(contest)
    ballots.check_marks(marks, profile)
    given = {name: value for name, value in marks.items() if value is not None}
    if missing := [c.id for c in profile.jury.criteria if c.id not in given]:
        raise Invalid(f"Còn {len(missing)} tiêu chí chưa có điểm.",
                      f"{len(missing)} criteria have no mark yet.", criteria=missing)
    ballot = _ballot(session, found, actor)
    if ballot is None:
        ballot = CalibrationBallot(calibration_id=found.id, juror_id=actor.id)
        session.add(ballot)
    ballot.marks, ballot.updated_at = given, at


def _ballot(
    session: Session, calibration: Calibration, actor: Actor
) -> CalibrationBallot | None:
    return session.scalars(select(CalibrationBallot).where(
        CalibrationBallot.calibration_id == calibration.id, CalibrationBallot.juror_id == actor.id
    )).one_or_none()


def given(session: Session, calibration: Calibration) -> set[int]:
    """The ids of the jurors who have marked the trial clip; who, never what."""
    return set(session.scalars(select(CalibrationBallot.juror_id).where(
        CalibrationBallot.calibration_id == calibration.id
    )))


def comparison(
    session: Session, contest: Contest, calibration: Calibration, *, actor: Actor
) -> Comparison:
    """How the jurors marked the trial clip. Raises ``NotAllowed`` without ``organiser.read``,
    ``Conflict`` until the trial is closed. Marks of criteria that the rules no longer know are
    left out."""
    require(actor, "organiser.read", contest)
    if calibration.closed_at is None:
        raise Conflict("Điểm chấm thử chỉ hiện khi kết thúc chấm thử.",
                       "The trial's marks are shown once it is closed.")
    criteria = profiles.profile_of(contest).jury.criteria
    query = select(CalibrationBallot).where(CalibrationBallot.calibration_id == calibration.id)
    marks = {one.juror_id: one.marks for one in session.scalars(query)}
    possible = sum(c.weight * c.max for c in criteria)
    percents = {
        juror: Fraction(100 * sum(c.weight * theirs.get(c.id, 0) for c in criteria), possible)
        for juror, theirs in marks.items()
    }
    mean = sum(percents.values(), Fraction(0)) / len(percents) if percents else None
    seats = [seat for seat in jurors.everyone(session, contest)
             if seat.left is None or seat.user.id in marks]
    return Comparison(
        [_compared(seat, marks, percents, mean) for seat in seats],
        {c.id: _of_criterion([one[c.id] for one in marks.values() if c.id in one])
         for c in criteria if any(c.id in one for one in marks.values())},
    )


def _compared(
    seat: Seat, marks: Mapping[int, Mapping[str, int]], percents: Mapping[int, Fraction],
    mean: Fraction | None,
) -> Compared:
    percent = percents.get(seat.user.id)
    if percent is None or mean is None:
        return Compared(seat, None)
    return Compared(seat, marks[seat.user.id], percent, percent - mean)


def _of_criterion(marks: list[int]) -> tuple[Fraction, int, int]:
    return Fraction(sum(marks), len(marks)), min(marks), max(marks)
