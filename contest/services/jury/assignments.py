"""Which clips were given to which juror, where the rules share clips out (``jury.assignment``).

Everywhere else each clip is every juror's, and nothing is read here.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contest.actors import Actor
from contest.errors import NotAllowed
from contest.models import Assignment, Ballot, Contest, JurorCategory, Submission
from contest.services.core import profiles


def shared_out(contest: Contest) -> bool:
    """Whether the rules in force give each clip to some of the jurors."""
    return profiles.profile_of(contest).jury.assigned


def mine(
    contest: Contest, clip: InstrumentedAttribute[int], juror_id: int | None
) -> tuple[ColumnElement[bool], ...]:
    """What keeps a query to the clips of this juror; nothing where all clips are everybody's."""
    if not shared_out(contest):
        return ()
    given = select(Assignment.submission_id).where(Assignment.juror_id == juror_id)
    return (clip.in_(given),)


def require_mine(
    session: Session, contest: Contest, submission: Submission, *, actor: Actor
) -> None:
    """Raises ``NotAllowed`` for a clip that was not given to this juror."""
    if not shared_out(contest):
        return
    query = select(Assignment.id).where(
        Assignment.submission_id == submission.id, Assignment.juror_id == actor.id
    )
    if session.scalars(query).one_or_none() is None:
        raise NotAllowed(
            f"Clip {submission.code} không được giao cho bạn chấm. Nếu có nhầm lẫn, hãy báo Ban "
            "Tổ chức.",
            f"Clip {submission.code} was not given to you to mark. If this is a mistake, please "
            "tell the organisers.",
        )


def by_clip(session: Session, contest: Contest) -> dict[int, set[int]]:
    """Clip's id -> the ids of its jurors; clips that nobody was given are left out."""
    found: dict[int, set[int]] = defaultdict(set)
    for clip, juror in session.execute(_of(contest)):
        found[clip].add(juror)
    return found


def _of(contest: Contest) -> Select[int, int]:
    return (
        select(Assignment.submission_id, Assignment.juror_id)
        .join(Submission, Submission.id == Assignment.submission_id)
        .where(Submission.contest_id == contest.id)
    )


def categories(session: Session, contest: Contest) -> dict[int, set[str]]:
    """Juror's id -> the categories whose clips this juror marks."""
    found: dict[int, set[str]] = defaultdict(set)
    query = select(JurorCategory.juror_id, JurorCategory.category)
    for juror, category in session.execute(query.where(JurorCategory.contest_id == contest.id)):
        found[juror].add(category)
    return found


def give_back(session: Session, contest: Contest, juror_id: int, *, keep: bool) -> None:
    """A juror leaves: with ``keep`` the clips stay theirs for which a ballot was handed in (or
    refused with a reason); all the others are nobody's again."""
    own = select(Submission.id).where(Submission.contest_id == contest.id)
    done = select(Ballot.submission_id).where(
        Ballot.juror_id == juror_id, Ballot.state != "open"
    )
    gone = delete(Assignment).where(
        Assignment.juror_id == juror_id, Assignment.submission_id.in_(own)
    )
    if keep:
        gone = gone.where(Assignment.submission_id.not_in(done))
    session.execute(gone)
    session.execute(delete(JurorCategory).where(
        JurorCategory.contest_id == contest.id, JurorCategory.juror_id == juror_id
    ))


def begun(session: Session, contest: Contest) -> Mapping[tuple[int, int], str]:
    """(Clip's id, juror's id) -> the state of the ballot; open ones only with a mark in them."""
    query: Select[*tuple[Any, ...]] = (
        select(Ballot.submission_id, Ballot.juror_id, Ballot.state)
        .join(Ballot.submission)
        .where(Submission.contest_id == contest.id)
        .where((Ballot.state != "open") | (Ballot.given > 0))
    )
    return {(clip, juror): state for clip, juror, state in session.execute(query)}
