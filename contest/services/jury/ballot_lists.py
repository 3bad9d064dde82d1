"""One juror's work in lists and numbers: the clips in the juror's own order, what is still owed,
the next one, the last one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nsmallest
from typing import TypeVarTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.models import Ballot, Contest, Submission
from contest.permissions import can, require
from contest.services.core import pagination, profiles
from contest.services.core.pagination import Pagination
from contest.services.jury import assignments, jury_counts
from contest.services.jury.ballots import OUT

SHOWN = 20  # codes of what is owed; a longer list helps nobody
AHEAD = 5  # clips whose pages are kept on the juror's device
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
    still ``owed``, and how many of these are marked in full (``ready`` to be handed in); marks
    ``given`` out of ``of`` that are required."""

    clips: int
    due: int
    owed: int
    ready: int
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
    ids = _markable(select(Submission.id), contest, actor)  # thousands are sorted, fifty are read
    found = pagination.take(session, ids.order_by(_place(actor), Submission.id), number)
    found = replace(found, rows=_entries(session, found.rows))
    own = _of_juror(session, [submission.id for submission in found.rows], actor)
    of = len(profiles.profile_of(contest).jury.criteria)
    return replace(found, rows=[_clip(e, own.get(e.id), actor, of) for e in found.rows])


def tally(session: Session, contest: Contest, *, actor: Actor) -> Tally:
    """This juror's progress in numbers. Raises ``NotAllowed`` without ``jury.read``."""
    require(actor, "jury.read", contest)
    juror = actor.id or 0
    counted = jury_counts.of_jurors(session, contest, {juror: actor.unit_id})[juror]
    states, criteria = counted.states, len(profiles.profile_of(contest).jury.criteria)
    out = sum(states.get(state, 0) for state in OUT)
    given = sum(
        marks * count for (state, marks), count in counted.ballots.items() if state not in OUT
    )
    owed = states.get("new", 0) + states.get("open", 0)
    ready = sum(
        count for (state, marks), count in counted.ballots.items()
        if state == "open" and marks >= criteria
    )
    return Tally(counted.clips, counted.due, owed, ready, given, (counted.due - out) * criteria)


def next_due(
    session: Session, contest: Contest, *, actor: Actor, after: Submission | None = None
) -> Submission | None:
    """The next clip that is due, in the juror's order from ``after`` on and round; clips put off
    come last."""
    return next(iter(following(session, contest, actor=actor, after=after, most=1)), None)


def following(
    session: Session, contest: Contest, *, actor: Actor, after: Submission | None = None,
    most: int = AHEAD,
) -> Sequence[Submission]:
    """The next ``most`` clips that are due, in that order."""
    turns: list[ColumnElement[int]] = []
    query = _with_ballots(select(Submission.id), contest, actor).where(_due(actor))
    if after is not None:
        query = query.where(Submission.id != after.id)
        turns = _round_from(after, actor)
    ordered = query.order_by(*_put_off_last(), *turns, _place(actor))
    return _in_order(session, list(session.scalars(ordered.limit(most))))


def last_marked(
    session: Session, contest: Contest, *, actor: Actor, besides: Submission | None = None
) -> Submission | None:
    """The clip whose ballot this juror changed last, ``besides`` the one that is open."""
    joined = select(Submission.id).join(Ballot, Ballot.submission_id == Submission.id)
    query = _markable(joined, contest, actor).where(Ballot.juror_id == actor.id, _foreign(actor))
    if besides is not None:
        query = query.where(Submission.id != besides.id)
    newest = query.order_by(Ballot.updated_at.desc(), Ballot.id.desc())
    number = newest.limit(1).scalar_subquery()  # thousands are sorted, one is read
    return session.scalars(select(Submission).where(Submission.id == number)).first()


def still_due(
    session: Session, contest: Contest, *, actor: Actor, besides: Submission
) -> tuple[Owed, Sequence[Submission]]:
    """What this juror still has to mark besides one clip, and ``following`` it: both in one look
    at the clips, put into order here, which is half the work of numbering them twice there."""
    skipped = select(Ballot.submission_id).where(
        Ballot.juror_id == actor.id, Ballot.state == "open", Ballot.skipped)
    due = _markable(select(Submission.id, Submission.id.in_(skipped)), contest, actor).where(
        _due(actor), Submission.id != besides.id)
    put_off = {number: is_put_off for number, is_put_off in session.execute(due)}
    place, here = {one: _place_of(actor, one) for one in put_off}, _place_of(actor, besides.id)
    first = nsmallest(SHOWN, place, key=place.__getitem__)
    ahead = nsmallest(AHEAD, place, key=lambda one: (put_off[one], place[one] < here, place[one]))
    clips = dict(zip([*first, *ahead], _in_order(session, [*first, *ahead]), strict=True))
    return Owed(len(place), [clips[one].code for one in first]), [clips[one] for one in ahead]


def _put_off_last() -> list[ColumnElement[int]]:
    return [case((Ballot.skipped.is_(True), 1), else_=0)]


def _round_from(after: Submission, actor: Actor) -> list[ColumnElement[int]]:
    """From this clip on in the juror's order, and then from its beginning."""
    return [case((_place(actor) > _place_of(actor, after.id), 0), else_=1)]


def _in_order(session: Session, ids: Sequence[int]) -> Sequence[Submission]:
    found = {s.id: s for s in session.scalars(
        select(Submission).where(Submission.id.in_(set(ids))))}
    return [found[number] for number in ids]


def _markable(query: Select[*Columns], contest: Contest, actor: Actor) -> Select[*Columns]:
    """The clips that this juror is to look at."""
    return query.where(
        *jury_counts.markable(contest), *assignments.mine(contest, Submission.id, actor.id)
    )


def _with_ballots(
    query: Select[*Columns], contest: Contest, actor: Actor
) -> Select[*Columns]:
    """The clips to be marked, each with this juror's ballot or none."""
    own = and_(Ballot.submission_id == Submission.id, Ballot.juror_id == actor.id)
    return _markable(query.outerjoin(Ballot, own), contest, actor)


def _foreign(actor: Actor) -> ColumnElement[bool]:
    """Not of the juror's own unit (``permissions.not_own_unit``)."""
    return true() if actor.unit_id is None else Submission.unit_id != actor.unit_id


def _due(actor: Actor) -> ColumnElement[bool]:
    """Not among the clips that the juror is done with, which an index lists: the ballots themselves
    are looked up for what is left."""
    done = select(Ballot.submission_id).where(Ballot.juror_id == actor.id, Ballot.state != "open")
    return and_(_foreign(actor), Submission.id.not_in(done))


def _entries(session: Session, ids: Sequence[int]) -> list[Submission]:
    """The clips of these ids, with their units, in this order."""
    query = select(Submission).where(Submission.id.in_(ids)).options(joinedload(Submission.unit))
    found = {submission.id: submission for submission in session.scalars(query)}
    return [found[number] for number in ids]


def _of_juror(session: Session, submission_ids: list[int], actor: Actor) -> dict[int, Ballot]:
    query = select(Ballot).where(
        Ballot.submission_id.in_(submission_ids), Ballot.juror_id == actor.id
    )
    return {ballot.submission_id: ballot for ballot in session.scalars(query)}


def _clip(submission: Submission, ballot: Ballot | None, actor: Actor, criteria: int) -> Clip:
    if not can(actor, "jury.mark", submission):
        return Clip(submission, "own_unit", 0, criteria, False)
    if ballot is None:
        return Clip(submission, "new", 0, criteria, False)
    return Clip(submission, ballot.state, ballot.given, criteria, ballot.skipped)


def _turn(actor: Actor) -> tuple[int, int]:
    """Factor and offset of a juror's own order."""
    return _turn_of(actor.id)


@lru_cache(maxsize=1024)
def _turn_of(juror_id: int | None) -> tuple[int, int]:
    digest = hashlib.sha256(f"{juror_id}".encode()).digest()
    factor, offset = (int.from_bytes(part) % (PRIME - 1) for part in (digest[:16], digest[16:]))
    return factor + 1, offset


def _place_of(actor: Actor, submission_id: int) -> int:
    factor, offset = _turn(actor)
    turned = (submission_id * factor + offset) % PRIME
    return turned * turned % PRIME


def _place(actor: Actor) -> ColumnElement[int]:
    """``_place_of`` in SQL; below 2^62, which both databases' integers hold."""
    factor, offset = (literal(number, BigInteger) for number in _turn(actor))
    prime = literal(PRIME, BigInteger)
    turned = (cast(Submission.id, BigInteger) * factor + offset) % prime
    return turned * turned % prime
