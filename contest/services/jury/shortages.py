"""Clips that too few jurors were given, and clips that too few have marked: by name, with the way.

Counted, never a mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from contest.models import Assignment, Ballot, Contest, Submission
from contest.services.core import profiles
from contest.services.core.blockers import Blocker
from contest.services.jury import jurors, jury_counts

NAMED = 5  # clips named in one sentence


@dataclass(frozen=True)
class Short:
    """A clip, and how many jurors or ballots it has."""

    code: str
    has: int


def ungiven(session: Session, contest: Contest) -> list[Short]:
    """Clips that fewer jurors have than the rules ask for, by code; one at least."""
    jury = profiles.profile_of(contest).jury
    if not jury.assigned:
        return []
    has = func.count(Assignment.id)
    query = select(Submission.code, has).outerjoin(
        Assignment, Assignment.submission_id == Submission.id
    )
    return _fewer_than(session, contest, query, has, jury.fewest_jurors)


def below_quorum(session: Session, contest: Contest) -> list[Short]:
    """Clips with fewer ballots handed in than the rules' quorum, by code. Those of jurors whose
    marks were dropped, of the own unit or of whom the clip is not are no ballots."""
    jury = profiles.profile_of(contest).jury
    if not jury.quorum:
        return []
    has = func.count(Ballot.id)
    query = select(Submission.code, has).select_from(Submission)
    if jury.assigned:
        query = query.outerjoin(Assignment, Assignment.submission_id == Submission.id)
    marked = _marked(session, contest, shared_out=jury.assigned)
    return _fewer_than(session, contest, query.outerjoin(Ballot, and_(*marked)), has, jury.quorum)


def _fewer_than(
    session: Session, contest: Contest, query: Select[str, int], has: ColumnElement[int],
    least: int,
) -> list[Short]:
    found = query.where(*jury_counts.markable(contest)).group_by(Submission.id, Submission.code)
    rows = session.execute(found.having(has < least).order_by(Submission.code))
    return [Short(code, count) for code, count in rows]


def _marked(
    session: Session, contest: Contest, *, shared_out: bool
) -> Sequence[ColumnElement[bool]]:
    """A ballot that counts, of this clip."""
    seats = jurors.counted(session, contest)
    own = [and_(Ballot.juror_id == seat.user.id, Submission.unit_id == seat.unit_id)
           for seat in seats if seat.unit_id is not None]
    found = [
        Ballot.submission_id == Submission.id,
        Ballot.juror_id.in_([seat.user.id for seat in seats]),
        or_(Ballot.state == "submitted",
            and_(Ballot.state == "locked", Ballot.outcome == "marked")),
    ]
    found += [~or_(*own)] if own else []
    return [*found, Ballot.juror_id == Assignment.juror_id] if shared_out else found


def blockers(session: Session, contest: Contest) -> list[Blocker]:
    """A line for either kind, the first clips by name, and the page where it is mended."""
    return [*not_given_out(session, contest), *_below_quorum(session, contest)]


def not_given_out(session: Session, contest: Contest) -> list[Blocker]:
    """At most one line: clips that too few jurors were given."""
    clips = ungiven(session, contest)
    if not clips:
        return []
    least = profiles.profile_of(contest).jury.fewest_jurors
    return [Blocker(
        "jury.ungiven",
        f"Clip chưa đủ giám khảo (cần {least}): {_named(clips, 'vi')}. Hãy phân công thêm.",
        f"Clips with too few jurors ({least} needed): {_named(clips, 'en')}. Give them out.",
        "assigning.overview", count=len(clips),
    )]


def _below_quorum(session: Session, contest: Contest) -> list[Blocker]:
    clips, jury = below_quorum(session, contest), profiles.profile_of(contest).jury
    if not clips:
        return []
    return [Blocker(
        "jury.quorum",
        f"Clip chưa đủ {jury.quorum} phiếu: {_named(clips, 'vi')}. Hãy nhắc người còn thiếu "
        "phiếu, hoặc giao thêm giám khảo.",
        f"Clips with fewer than {jury.quorum} ballots: {_named(clips, 'en')}. Remind who "
        "still owes one, or add a juror.",
        "assigning.overview" if jury.assigned else "ballots.overview", count=len(clips),
    )]


def _named(clips: Sequence[Short], language: str) -> str:
    """``CX7K2M9A (1), CX… (0) và 3 clip khác``."""
    named = ", ".join(f"{clip.code} ({clip.has})" for clip in clips[:NAMED])
    left = len(clips) - NAMED
    if left <= 0:
        return named
    return f"{named} và {left} clip khác" if language == "vi" else f"{named} and {left} more"
