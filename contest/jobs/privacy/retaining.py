"""What the rules give a period goes once its time is over: a part of the daily sweep."""

from collections.abc import Callable

from sqlalchemy import select

from contest.db import retried
from contest.models import Contest
from contest.services.core import profiles
from contest.services.privacy.retention import kinds, sweeping
from contest.wiring import Platform


def run(platform: Platform, beat: Callable[[], None]) -> None:
    """Sweep every contest, a batch in each transaction; killed, the next sweep goes on."""
    at = platform.clock.now()
    with platform.db.read() as session:
        wanted = [(contest.id, kind) for contest in session.scalars(select(Contest))
                  for kind in kinds.named(profiles.profile_of(contest))]

    @retried
    def some(contest_id: int, kind: str) -> int:
        with platform.db.write() as session:
            contest = session.get_one(Contest, contest_id)
            return sweeping.sweep(session, contest, kind, keys=platform.keys, at=at)

    for contest_id, kind in wanted:
        while some(contest_id, kind):
            beat()
