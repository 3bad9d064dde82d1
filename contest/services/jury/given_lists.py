"""What has been given out, in lists: of each juror how much, of each clip to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Assignment, Ballot, Contest, Submission
from contest.permissions import require
from contest.services.core import pagination, profiles
from contest.services.core.pagination import Pagination
from contest.services.jury import jurors, jury_counts
from contest.services.jury.jurors import Seat


@dataclass(frozen=True)
class Holder:
    """A juror who has a clip, and the ballot's state: ``new`` where nothing is begun."""

    seat: Seat
    state: str


@dataclass(frozen=True)
class Given:
    """A clip and who has it, by code."""

    submission: Submission
    holders: Sequence[Holder]


def listed(
    session: Session, contest: Contest, *, short: bool = False, number: int = 1, actor: Actor
) -> Pagination[Given]:
    """A page of the clips to be marked, by code; with ``short`` those that lack a juror. Raises
    ``NotAllowed`` without ``organiser.read``."""
    require(actor, "organiser.read", contest)
    query = select(Submission.id).where(*jury_counts.markable(contest))
    if short:
        has = select(func.count(Assignment.id)).where(Assignment.submission_id == Submission.id)
        least = profiles.profile_of(contest).jury.fewest_jurors
        query = query.where(has.scalar_subquery() < least)
    found = pagination.take(session, query.order_by(Submission.code), number)
    clips = session.scalars(
        select(Submission).where(Submission.id.in_(found.rows)).order_by(Submission.code)
    )
    holders = _holders(session, contest, found.rows)
    return replace(found, rows=[Given(clip, holders.get(clip.id, [])) for clip in clips])


def _holders(
    session: Session, contest: Contest, clips: Sequence[int]
) -> Mapping[int, list[Holder]]:
    seats = {seat.user.id: seat for seat in jurors.counted(session, contest)}
    own = (Ballot.submission_id == Assignment.submission_id) & (
        Ballot.juror_id == Assignment.juror_id
    )
    query = (
        select(Assignment.submission_id, Assignment.juror_id, Ballot.state, Ballot.given)
        .outerjoin(Ballot, own).where(Assignment.submission_id.in_(clips))
    )
    found: dict[int, list[Holder]] = {}
    for clip, juror, state, given in session.execute(query):
        if juror in seats:
            begun = state is not None and (state != "open" or given)
            found.setdefault(clip, []).append(Holder(seats[juror], state if begun else "new"))
    return {
        clip: sorted(theirs, key=lambda one: one.seat.number) for clip, theirs in found.items()
    }
