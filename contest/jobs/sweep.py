"""``sessions.sweep``: every day removes what services/core/sweep.py calls of no use any more."""

from collections.abc import Callable
from datetime import timedelta

from contest.jobs import Later
from contest.services.core import sweep
from contest.wiring import Platform

EVERY = timedelta(days=1)


def run(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """Sweep, and be here again tomorrow."""
    at = platform.clock.now()
    with platform.db.write() as session:
        sweep.sweep(session, at=at)
    raise Later(at + EVERY)


HANDLERS = {sweep.KIND: run}
