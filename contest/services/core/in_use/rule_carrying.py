"""Ballots carried over to changed rules, as ``rule_guard`` has shown before."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Ballot, Contest, Mark, Submission
from contest.profile import Profile
from contest.services.core import audit
from contest.services.core.in_use import rule_guard
from contest.services.core.transitions import move_all


def carry(
    session: Session, contest: Contest, old: Profile, new: Profile, *, said: list[str],
    actor: Actor, at: datetime,
) -> None:
    """Marks follow the criterion's new id; ballots handed in are reopened where a criterion was
    added. With the contest's row locked, so that no ballot is stored meanwhile. ``said``: what was
    agreed to, for the trail."""
    given = rule_guard.given_so_far(session, contest)
    names = rule_guard.renamed(given, old, new)
    for before, after in names.items():
        session.execute(
            update(Mark)
            .where(Mark.criterion == before, Mark.ballot_id.in_(
                select(Ballot.id).join(Ballot.submission)
                .where(Submission.contest_id == contest.id)
            ))
            .values(criterion=after)
            .execution_options(synchronize_session=False)
        )
    if given.submitted and rule_guard.added(given, old, new):
        own = select(Submission.id).where(Submission.contest_id == contest.id)
        move_all(
            session, Ballot, [Ballot.submission_id.in_(own), Ballot.state == "submitted"], "open",
            actor=actor, at=at, contest_id=contest.id, submitted_at=None,
        )
    session.expire_all()
    audit.record(
        session, "profile.carried", contest, actor=actor, at=at, contest_id=contest.id,
        after={"changes": said},
    )
