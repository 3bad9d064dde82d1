"""A new revision of the rules put in force, and everything planned by its dates moved along."""

from datetime import datetime

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.counts import polling
from contest.services.entry import link_fetches, uploads
from contest.services.fanpage import rescheduling


def adopt(
    session: Session, source: str, *, actor: Actor, at: datetime, reason: str = "",
    agreed: bool = False,
) -> tuple[Contest, bool]:
    """As ``profiles.import_profile``; planned publications, the readings of their counts and
    unfinished uploads follow the new dates."""
    contest, fresh = profiles.import_profile(
        session, source, actor=actor, at=at, reason=reason, agreed=agreed
    )
    if fresh:
        follow(session, contest, at=at)
    return contest, fresh


def follow(session: Session, contest: Contest, *, at: datetime) -> None:
    """Move what is planned to the dates of the rules in force; nothing moves where they stayed."""
    uploads.prolong(session, contest)
    link_fetches.prolong(session, contest)
    rescheduling.replan(session, contest, at=at)
    if at < profiles.profile_of(contest).schedule.counts_close:
        polling.plan_anew(session, contest, at=at)


def planned(session: Session, contest: Contest, old: Profile, new: Profile) -> tuple[int, int]:
    """How many planned publications would move, and how many unfinished uploads get more time."""
    posts = rescheduling.unreleased(session, contest) if old.release_at != new.release_at else []
    longer = (new.schedule.entries_close, new.schedule.grace_minutes) > (
        old.schedule.entries_close, old.schedule.grace_minutes
    )
    return len(posts), uploads.count_open(session, contest) if longer else 0
