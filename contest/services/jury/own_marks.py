"""What one juror sees of the own marks: a clip's total, the own order of the clips, how the scale
was used. Never another juror's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload

from contest.actors import Actor
from contest.models import Ballot, Contest, Mark, ProfileRevision, Submission
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import pagination, profiles
from contest.services.core.kept import kept
from contest.services.core.pagination import Pagination
from contest.services.jury import assignments, ballots, jury_counts
from contest.services.jury.ballots import OUT

Query = Select[*tuple[Any, ...]]
NEAR = 4  # clips shown beside one


@dataclass(frozen=True)
class Total:
    """The weighted sum of the marks given so far out of what is possible, and how many criteria
    have no mark yet. Whole numbers, as the rules have them."""

    points: int
    possible: int
    missing: int


@dataclass(frozen=True)
class Ranked:
    """A clip in the juror's own order: its place (the same for the same points), and the ballot's
    ``state``."""

    place: int
    points: int
    state: str
    submission: Submission


@dataclass(frozen=True)
class Spread:
    """How one criterion's scale was used: mark -> how many clips got it."""

    criterion: str
    most: int
    counts: Mapping[int, int]

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def lowest(self) -> int:
        return min(self.counts)

    @property
    def highest(self) -> int:
        return max(self.counts)

    @property
    def mean(self) -> float:
        return sum(value * times for value, times in self.counts.items()) / self.count


@dataclass(frozen=True)
class OwnFigures:
    """A juror's own complete ballots, in percent: how many, mean, lowest, highest."""

    count: int
    mean: float
    lowest: float
    highest: float


def total(profile: Profile, marks: Mapping[str, int]) -> Total:
    """What the marks add up to (``ballots.save`` stores the same, once none is missing)."""
    criteria = profile.jury.criteria
    points = sum(c.weight * marks[c.id] for c in criteria if c.id in marks)
    return Total(
        points, sum(c.weight * c.max for c in criteria), sum(c.id not in marks for c in criteria)
    )


def own_figures(session: Session, contest: Contest, *, actor: Actor) -> OwnFigures | None:
    """Of the juror's own complete ballots; None where there is none. Raises ``NotAllowed`` without
    ``jury.read``."""
    require(actor, "jury.read", contest)
    found = _complete(contest, actor).c.points
    query = select(func.count(found), func.avg(found), func.min(found), func.max(found))
    count, *figures = session.execute(query).one()
    possible = total(profiles.profile_of(contest), {}).possible
    return OwnFigures(count, *(float(100 * f / possible) for f in figures)) if count else None


def ranking(
    session: Session, contest: Contest, *, actor: Actor, number: int = 1
) -> Pagination[Ranked]:
    """A page of the clips that this juror has marked in full, the best first. Raises ``NotAllowed``
    without ``jury.read``."""
    require(actor, "jury.read", contest)
    complete = _complete(contest, actor)
    query, worth = _clips(contest, complete), complete.c.points
    counts, _ = _by_points(session, contest, complete)
    places = _places(counts)
    best_first = chain.from_iterable(repeat(one, counts[one]) for one in places)
    found = pagination.part(list(best_first), number)
    if not found.rows:
        return Pagination((), found.number, found.count, found.total)
    best, least = found.rows[0], found.rows[-1]  # of the page; only what lies between is sorted
    above = (found.number - 1) * pagination.ROWS + 1 - places[best]
    rows = session.execute(
        query.where(worth.between(least, best)).order_by(worth.desc(), Submission.code)
        .limit(len(found.rows)).offset(above)).all()
    return Pagination(_rows(session, rows, places), found.number, found.count, found.total)


def near(
    session: Session, contest: Contest, submission: Submission, *, actor: Actor
) -> tuple[Ranked | None, Sequence[Ranked]]:
    """A clip's place in the juror's own order (None until it is marked in full), and the clips with
    the nearest points, the best first. Raises ``NotAllowed`` without ``jury.read``."""
    require(actor, "jury.read", contest)
    complete = _complete(contest, actor)
    clips = _clips(contest, complete).subquery()
    counts, points = _by_points(session, contest, complete, submission)
    if points is None:
        return None, ()
    reach = _reach(points, counts)
    order = (clips.c.id != submission.id, func.abs(clips.c.points - points), clips.c.code)
    query = select(clips).where(clips.c.points.between(points - reach, points + reach))
    found = session.execute(query.order_by(*order).limit(1 + NEAR)).all()
    placed, *beside = _rows(session, found, _places(counts))
    return placed, sorted(beside, key=lambda one: (one.place, one.submission.code))


def _by_points(
    session: Session, contest: Contest, complete: Subquery, of: Submission | None = None
) -> tuple[dict[int, int], int | None]:
    """Points -> how many of these clips have them; and the points of the clip ``of``, if any."""
    points, clip = complete.c.points, complete.c.id
    own = func.max(case((clip == of.id, 1), else_=0) if of else literal(0))
    marked = select(Submission.id).where(*jury_counts.markable(contest))
    query = (
        select(points, func.count(), own)
        .where((clip + 0).in_(marked))  # + 0: SQLite would begin with all clips
        .group_by(points)
    )
    rows = session.execute(query).all()
    found = next((points for points, _, is_own in rows if is_own), None)
    return {points: count for points, count, _ in rows}, found


def _reach(points: int, counts: Mapping[int, int]) -> int:
    """How far from these points the nearest ``NEAR`` clips lie: fewer are compared by code."""
    seen = 0
    for found in sorted(counts, key=lambda one: abs(one - points)):
        seen += counts[found]
        if seen > NEAR:
            break
    return abs(found - points)


def _places(counts: Mapping[int, int]) -> dict[int, int]:
    """Points -> the place of the clips that have them, the best first, by how many have which."""
    ordered = sorted(counts, reverse=True)
    above = accumulate((counts[points] for points in ordered), initial=1)
    return dict(zip(ordered, above, strict=False))


def spread(session: Session, contest: Contest, *, actor: Actor) -> list[Spread]:
    """By criterion, in the rubric's order, those with a mark. Raises ``NotAllowed`` without
    ``jury.read``."""
    require(actor, "jury.read", contest)
    query = (
        select(Mark.criterion, Mark.value, func.count())
        .where(_on_one_of(session, _own_ballots(contest, actor)))
        .group_by(Mark.criterion, Mark.value)
    )
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for criterion, value, times in session.execute(query):
        counts[criterion][value] = times
    criteria = profiles.profile_of(contest).jury.criteria
    return [Spread(c.id, c.max, counts[c.id]) for c in criteria if c.id in counts]


def used(
    session: Session, contest: Contest, *, actor: Actor
) -> tuple[OwnFigures | None, Sequence[Spread]]:
    """``own_figures`` and ``spread``, kept until the juror changes a mark. Raises as these do."""
    require(actor, "jury.read", contest)
    return kept(session, _state(session, contest, actor), "scale", lambda: (
        own_figures(session, contest, actor=actor), spread(session, contest, actor=actor)))


def points_of(
    session: Session, contest: Contest, found: Iterable[Submission], *, actor: Actor
) -> dict[int, int]:
    """Clip's id -> this juror's points, for those of these clips that are marked in full."""
    complete = _complete(contest, actor).c
    ids = [submission.id for submission in found]
    rows = session.execute(select(complete.id, complete.points).where(complete.id.in_(ids)))
    return {row.id: row.points for row in rows}


def _rows(session: Session, rows: Sequence[Any], places: Mapping[int, int]) -> list[Ranked]:
    ids = [row.id for row in rows]
    query = select(Submission).where(Submission.id.in_(ids)).options(joinedload(Submission.unit))
    clips = {submission.id: submission for submission in session.scalars(query)}
    return [Ranked(places[row.points], row.points, row.state, clips[row.id]) for row in rows]


def _clips(contest: Contest, complete: Subquery) -> Query:
    """Clips that the juror has marked in full, with their points, in no order yet."""
    return (
        select(complete.c.id, complete.c.points, complete.c.state, Submission.code)
        .join(Submission, Submission.id == complete.c.id + 0)  # as in ``_by_points``
        .where(*jury_counts.markable(contest))
    )


def _own_ballots(contest: Contest, actor: Actor) -> Select[int]:
    """The ids of the juror's ballots, those left out excepted. A ballot's rules name its contest,
    so that no clip has to be looked up."""
    rules = select(ProfileRevision.id).where(ProfileRevision.contest_id == contest.id)
    return select(Ballot.id).where(
        Ballot.juror_id == actor.id, Ballot.state.not_in(OUT),
        Ballot.profile_revision_id.in_(rules),
        *assignments.mine(contest, Ballot.submission_id, actor.id),
    )


def _state(session: Session, contest: Contest, actor: Actor) -> tuple[object, ...]:
    """Another tuple as soon as the juror changes a mark or is given another clip: their ballots
    are read for it, which are a fifth of their marks."""
    key = contest.id, contest.revision_id, actor.id
    found = (Ballot.id, Ballot.version, Ballot.points, Ballot.given)
    query = _own_ballots(contest, actor).with_only_columns(
        func.count(), func.max(Ballot.updated_at), *map(func.sum, found),
        maintain_column_froms=True)
    return *key, *session.execute(query).one()


def _on_one_of(session: Session, found: Select[int]) -> ColumnElement[bool]:
    """Marks of these ballots. PostgreSQL is given them as an array, so that it takes each from the
    index; a join has it read the marks of all jurors."""
    if session.get_bind().dialect.name == "sqlite":
        return Mark.ballot_id.in_(found)
    return Mark.ballot_id == func.any(func.array(found.scalar_subquery()))


def _complete(contest: Contest, actor: Actor) -> Subquery:
    """Clip's id, points and state of the juror's complete ballots."""
    return union_all(_known_points(contest, actor), _summed_points(contest, actor)).subquery()


def _known_points(contest: Contest, actor: Actor) -> Query:
    """The points that stand on the juror's ballots, those left out excepted."""
    return select(
        Ballot.submission_id.label("id"), Ballot.points.label("points"), Ballot.state
    ).where(
        Ballot.juror_id == actor.id, Ballot.state.not_in(OUT),
        Ballot.points.is_not(None), Ballot.rubric == ballots.rubric(contest),
        *assignments.mine(contest, Ballot.submission_id, actor.id),
    )


def _summed_points(contest: Contest, actor: Actor) -> Query:
    """The points of ballots on which they do not stand, or under another rubric: added up. Which
    these few are is told by an index alone, where the juror's ballots are thousands."""
    criteria = profiles.profile_of(contest).jury.criteria
    weight = case({c.id: c.weight for c in criteria}, value=Mark.criterion)
    told = aliased(Ballot)
    unknown = or_(told.points.is_(None), told.rubric != ballots.rubric(contest))
    which = select(told.id).where(told.juror_id == actor.id, unknown)
    return (
        select(Ballot.submission_id.label("id"), func.sum(Mark.value * weight).label("points"),
               Ballot.state)
        .select_from(Ballot).join(Ballot.submission).join(Ballot.marks)
        .where(
            Ballot.id.in_(which), Submission.contest_id == contest.id, Ballot.state.not_in(OUT),
            Ballot.given >= len(criteria), Mark.criterion.in_([c.id for c in criteria]),
            *assignments.mine(contest, Submission.id, actor.id),
        )
        .group_by(Ballot.id, Ballot.submission_id, Ballot.state)
        .having(func.count() == len(criteria))
    )
