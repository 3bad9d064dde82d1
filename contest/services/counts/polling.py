"""When the counts are read from the Page: regularly until the cut-off, and when somebody asks."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest
from contest.permissions import require
from contest.services.core import outbox, profiles

BEFORE_CUT_OFF = tuple(timedelta(minutes=m) for m in (60, 15, 5, 1))
BETWEEN_POLLS = timedelta(hours=6)


def plan(session: Session, contest: Contest, *, at: datetime) -> None:
    """Enqueue regular readings of the counts until the cut-off, more frequent towards it.

    The last one begins a minute before, so that it has ended by the cut-off.
    """
    cut_off = profiles.profile_of(contest).schedule.counts_close
    moments = {cut_off - before for before in BEFORE_CUT_OFF}
    moment = at + BETWEEN_POLLS
    while moment < cut_off - BEFORE_CUT_OFF[0]:
        moments.add(moment)
        moment += BETWEEN_POLLS
    for moment in sorted(moment for moment in moments if moment > at):
        outbox.enqueue(
            session, "interactions.poll", contest.id, at=at, due_at=moment, contest_id=contest.id,
            key=f"interactions.poll:{contest.id}:{moment.isoformat()}", priority="high",
        )


def now(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """Enqueue a reading of the counts now. Raises ``NotAllowed`` without ``interaction.import``."""
    require(actor, "interaction.import", contest)
    outbox.enqueue(
        session, "interactions.poll", contest.id, at=at, contest_id=contest.id, priority="high",
        key=f"interactions.poll:{contest.id}:{at.isoformat()}",
    )
