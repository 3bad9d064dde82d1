"""One juror's work in lists and numbers: the clips in the juror's own order, what is still owed,
the next one, and statistics of the juror's own marks, never of another's."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, TypeVarTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from contest.actors import Actor
from contest.models import Ballot, Contest, Mark, Submission
from contest.permissions import can, require
from contest.services.core import pagination, profiles
from contest.services.core.pagination import Pagination
from contest.services.jury.ballots import MARKABLE, OUT

SHOWN = 20  # codes of what is owed; a longer list helps nobody
PRIME = 2**31 - 1

Columns = TypeVarTuple("Columns")  # of a query


@dataclass(frozen=True)
class Clip:
    """A clip as one juror sees it in the list. ``state``: own_unit, new, open, or the ballot's."""

    submission: Submission
    state: str
    given: int
    of: int
    skipped: bool

    @property
    def due(self) -> bool:
        """Whether this juror still has to hand in a ballot."""
        return self.state in ("new", "open")


@dataclass(frozen=True)
class Tally:
    """A juror's progress: all ``clips``; those ``due`` from this juror (not of the own unit); those
    still ``owed``; marks ``given`` out of ``of`` that are required."""

    clips: int
    due: int
    owed: int
    given: int
    of: int


@dataclass(frozen=True)
class Owed:
    """``count`` clips that are still due, and the codes of the first of them."""

    count: int
    codes: list[str]


def listed(
    session: Session, contest: Contest, *, actor: Actor, number: int = 1
) -> Pagination[Clip]:
    """A page of the clips to be marked, in this juror's own order, so that no clip is everybody's
    last. Raises ``NotAllowed`` without ``jury.read``."""
    require(actor, "jury.read", contest)
    query = _markable(select(Submission), contest).options(joinedload(Submission.unit))
    found = pagination.take(session, query.order_by(_place(actor), Submission.id), number)
    own = _of_juror(session, [entry.id for entry in found.rows], actor)
    of = len(profiles.profile_of(contest).jury.criteria)
    return replace(found, rows=[_clip(e, own.get(e.id), actor, of) for e in found.rows])


def tally(session: Session, contest: Contest, *, actor: Actor) -> Tally:
    """This juror's progress in numbers. Raises ``NotAllowed`` without ``jury.read``."""
    require(actor, "jury.read", contest)
    marks = select(func.count(Mark.id)).where(Mark.ballot_id == Ballot.id).scalar_subquery()
    marked = and_(_foreign(actor), Ballot.state.not_in(OUT))
    query = select(
        func.count(), _how_many(_foreign(actor)), _how_many(_due(actor)),
        _how_many(and_(_foreign(actor), Ballot.state.in_(OUT))),
        func.sum(case((marked, marks), else_=0)),
    )
    row = session.execute(_with_ballots(query.select_from(Submission), contest, actor)).one()
    clips, due, owed, out, given = (int(value or 0) for value in row)
    asked = (due - out) * len(profiles.profile_of(contest).jury.criteria)
    return Tally(clips, due, owed, given, asked)


def next_due(
    session: Session, contest: Contest, *, actor: Actor, after: Submission | None = None
) -> Submission | None:
    """The next clip that is due, in the juror's order from ``after`` on and round; clips put off
    come last."""
    place, turns = _place(actor), []
    query = _with_ballots(select(Submission), contest, actor).where(_due(actor))
    if after is not None:
        query = query.where(Submission.id != after.id)
        turns = [case((place > _place_of(actor, after.id), 0), else_=1)]
    put_off = case((Ballot.skipped.is_(True), 1), else_=0)
    return session.scalars(query.order_by(put_off, *turns, place).limit(1)).first()


def owed(session: Session, contest: Contest, *, actor: Actor, besides: Submission) -> Owed:
    """What this juror still has to mark besides one clip."""
    query = _with_ballots(select(Submission.code), contest, actor)
    query = query.where(_due(actor), Submission.id != besides.id)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return Owed(count, list(session.scalars(query.order_by(_place(actor)).limit(SHOWN))))


def _markable(query: Select[*Columns], contest: Contest) -> Select[*Columns]:
    return query.where(Submission.contest_id == contest.id, Submission.state.in_(MARKABLE))


def _with_ballots(
    query: Select[*Columns], contest: Contest, actor: Actor
) -> Select[*Columns]:
    """The clips to be marked, each with this juror's ballot or none."""
    own = and_(Ballot.submission_id == Submission.id, Ballot.juror_id == actor.id)
    return _markable(query.outerjoin(Ballot, own), contest)


def _foreign(actor: Actor) -> ColumnElement[bool]:
    """Not of the juror's own unit (``permissions.not_own_unit``)."""
    return true() if actor.unit_id is None else Submission.unit_id != actor.unit_id


def _due(actor: Actor) -> ColumnElement[bool]:
    return and_(_foreign(actor), or_(Ballot.id.is_(None), Ballot.state == "open"))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _of_juror(session: Session, entry_ids: list[int], actor: Actor) -> dict[int, Ballot]:
    query = select(Ballot).where(
        Ballot.submission_id.in_(entry_ids), Ballot.juror_id == actor.id
    )
    found = session.scalars(query.options(selectinload(Ballot.marks)))
    return {ballot.submission_id: ballot for ballot in found}


def _clip(entry: Submission, ballot: Ballot | None, actor: Actor, criteria: int) -> Clip:
    if not can(actor, "jury.mark", entry):
        return Clip(entry, "own_unit", 0, criteria, False)
    if ballot is None:
        return Clip(entry, "new", 0, criteria, False)
    return Clip(entry, ballot.state, len(ballot.marks), criteria, ballot.skipped)


def _turn(actor: Actor) -> tuple[int, int]:
    """Factor and offset of a juror's own order."""
    digest = hashlib.sha256(f"{actor.id}".encode()).digest()
    factor, offset = (int.from_bytes(part) % (PRIME - 1) for part in (digest[:16], digest[16:]))
    return factor + 1, offset


def _place_of(actor: Actor, entry_id: int) -> int:
    factor, offset = _turn(actor)
    turned = (entry_id * factor + offset) % PRIME
    return turned * turned % PRIME


def _place(actor: Actor) -> ColumnElement[int]:
    """``_place_of`` in SQL; below 2^62, which both databases' integers hold."""
    factor, offset = (literal(number, BigInteger) for number in _turn(actor))
    prime = literal(PRIME, BigInteger)
    turned = (cast(Submission.id, BigInteger) * factor + offset) % prime
    return turned * turned % prime


# ---------------------------------------------------------------------------- one's own figures


@dataclass(frozen=True)
class OwnFigures:
    """A juror's own complete ballots, in percent: how many, mean, lowest, highest."""

    count: int
    mean: float
    lowest: float
    highest: float


def own_figures(session: Session, contest: Contest, *, actor: Actor) -> OwnFigures | None:
    """Of the juror's own complete ballots; None where there is none. Raises ``NotAllowed`` without
    ``jury.read``."""
    require(actor, "jury.read", contest)
    rubric = profiles.profile_of(contest).jury.criteria
    possible = sum(c.weight * c.max for c in rubric)
    weight = case({c.id: c.weight for c in rubric}, value=Mark.criterion)
    of_ballot = (  # looked up for each of the juror's own ballots: there are many more marks
        select(func.sum(Mark.value * weight))
        .where(Mark.ballot_id == Ballot.id, Mark.criterion.in_([c.id for c in rubric]))
        .group_by(Mark.ballot_id)
        .having(func.count() == len(rubric))
        .scalar_subquery()
    )
    given = _given(contest, actor).with_only_columns(of_ballot.label("points"))
    points = given.offset(0).subquery().c.points  # offset: looked up once, not for each figure
    count, *figures = session.execute(
        select(func.count(points), func.avg(points), func.min(points), func.max(points))
    ).one()
    return OwnFigures(count, *(float(100 * f / possible) for f in figures)) if count else None


def _given(contest: Contest, actor: Actor) -> Select[Any]:
    """This juror's ballots in a contest, those left out excepted."""
    return select(Ballot).join(Ballot.submission).where(
        Submission.contest_id == contest.id, Ballot.juror_id == actor.id, Ballot.state.not_in(OUT)
    )
