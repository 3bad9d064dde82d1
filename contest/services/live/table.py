"""The table: a clerk types each juror's marks of a clip, and takes back what was typed wrongly."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor, Role
from contest.errors import not_found
from contest.models import Ballot, Contest, Submission, User
from contest.permissions import require
from contest.services.jury import assignments, ballots, jurors
from contest.services.jury.jurors import Seat
from contest.services.live import running


@dataclass(frozen=True)
class Place:
    """A juror at the table with the marks of a clip. ``marks``: what is stored; ``bar``: why this
    juror does not mark it (``own`` unit, ``given`` to others), empty otherwise; ``typed``: who
    typed it, empty where the juror did."""

    seat: Seat
    state: str
    marks: Mapping[str, int]
    version: int
    typed: str
    bar: str = ""

    @property
    def done(self) -> bool:
        return bool(self.bar) or self.state in ballots.FINISHED


def find(session: Session, contest: Contest, code: str, *, actor: Actor) -> Submission:
    """The clip of this code. Raises ``NotAllowed`` without ``jury.type``, ``NotFound`` where it is
    not being marked, or the round is not live."""
    require(actor, "jury.type", contest)
    running.require_live(contest)
    query = select(Submission).where(
        Submission.contest_id == contest.id, Submission.code == code,
        Submission.state.in_(ballots.MARKABLE),
    )
    submission = session.scalars(query.options(joinedload(Submission.unit))).one_or_none()
    if submission is None:
        raise not_found()
    return submission


def places(session: Session, contest: Contest, submission: Submission) -> list[Place]:
    """Every juror who sits, by code, with what is stored of this clip."""
    return _places(session, contest, [submission])[submission.id]


def of_all(
    session: Session, contest: Contest, submissions: Sequence[Submission]
) -> dict[int, list[Place]]:
    """The same of many clips at once, by id."""
    return _places(session, contest, submissions)


def _places(
    session: Session, contest: Contest, submissions: Sequence[Submission]
) -> dict[int, list[Place]]:
    query = select(Ballot).where(Ballot.submission_id.in_([one.id for one in submissions]))
    stored = {(one.submission_id, one.juror_id): one
              for one in session.scalars(query.options(joinedload(Ballot.marks))).unique()}
    given = (assignments.by_clip(session, contest) if assignments.shared_out(contest) else None)
    seats = jurors.sitting(session, contest)
    typists = _names(session, stored.values())
    return {
        one.id: [_place(one, seat, stored.get((one.id, seat.user.id)), given, typists)
                 for seat in seats]
        for one in submissions
    }


def _place(
    submission: Submission, seat: Seat, ballot: Ballot | None,
    given: Mapping[int, Collection[int]] | None, typists: Mapping[str, str],
) -> Place:
    bar = "own" if seat.unit_id == submission.unit_id else ""
    if given is not None and seat.user.id not in given.get(submission.id, ()):
        bar = "given"
    if ballot is None:
        return Place(seat, "open", {}, 0, "", bar)
    return Place(seat, ballot.state, ballots.marks_of(ballot), ballot.version,
                 typists.get(ballot.typed_by, ballot.typed_by), bar)


def _names(session: Session, stored: Iterable[Ballot]) -> dict[str, str]:
    """Actor's label -> the person's name."""
    labels = {one.typed_by for one in stored if one.typed_by}
    ids = [int(label.partition(":")[2]) for label in labels if label.startswith("user:")]
    if not ids:
        return {}
    people = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {f"user:{number}": name for number, name in people}


# ---------------------------------------------------------------------------- typing


def type_in(
    session: Session, submission: Submission, juror_id: int, marks: Mapping[str, int | None], *,
    version: int, actor: Actor, at: datetime,
) -> Ballot:
    """Save a juror's marks and hand the ballot in, in one step: from then on it is on the screen.

    ``version``: of the ballot that the clerk saw (0: none). Raises ``NotAllowed`` without
    ``jury.type`` or for a juror of the clip's own unit, ``NotFound`` for somebody who is no juror,
    and what a juror's own saving and handing in raise (``ballots.save``, ``ballots.submit``).
    """
    juror = _juror(session, submission, juror_id, actor)
    ballots.save(session, submission, marks, version=version, actor=juror, at=at)
    return ballots.submit(session, submission, actor=juror, at=at, typed=actor)


def take_back(
    session: Session, submission: Submission, juror_id: int, *, actor: Actor, at: datetime
) -> Ballot:
    """Undo: the ballot is open again and off the screen; its marks stay to be mended. Raises as
    ``type_in`` does, ``Conflict`` where it is open."""
    juror = _juror(session, submission, juror_id, actor)
    return ballots.reopen(session, submission, actor=juror, at=at, typed=actor)


def _juror(session: Session, submission: Submission, juror_id: int, actor: Actor) -> Actor:
    """The juror in whose place the clerk acts."""
    contest = session.get_one(Contest, submission.contest_id)
    require(actor, "jury.type", contest)
    running.require_live(contest)
    for seat in jurors.sitting(session, contest):
        if seat.user.id == juror_id:
            roles = {contest.id: frozenset({str(Role.JUROR)})}
            return Actor("user", juror_id, seat.user.name, roles=roles, unit_id=seat.unit_id)
    raise not_found()
