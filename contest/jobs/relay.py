"""The relay: turns due outbox rows into queued jobs, and queues overdue ones again."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from contest.clock import SystemClock
from contest.jobs import lease_owners
from contest.safekeeping import schedule
from contest.services.core import outbox
from contest.wiring import Platform

log = logging.getLogger("hoithi.relay")
PAUSE_S = 0.5


def relay_once(platform: Platform, *, wall: datetime | None = None) -> int:
    """Queue the due rows; returns for how many a job waits. ``wall``: the machine's time, or now.

    A row is marked only after Redis has its job. Raises ``RedisError`` and ``OperationalError``.
    """
    wall = wall or SystemClock().now()
    with platform.db.read() as session:
        tasks = outbox.due(session, at=platform.clock.now(), wall=wall)
    waiting = platform.queue.put(tasks) if tasks else []
    if waiting:
        with platform.db.write() as session:
            outbox.queued(session, waiting, wall=wall)
    return len(waiting)


def free_the_dead(platform: Platform) -> int:
    """Free the rows leased to killed workers of this machine; returns how many."""
    with platform.db.read() as session:
        gone = [(row, token) for row, token in outbox.held(session) if lease_owners.is_gone(token)]
    if not gone:
        return 0
    with platform.db.write() as session:
        wall = SystemClock().now()
        return sum(outbox.abandon(session, row, token, wall=wall) for row, token in gone)


def plan_daily(platform: Platform) -> bool:
    """Have the daily backup and the look at the installation's Page wait for their time, as the
    settings say. True: it need not be asked again while this process runs."""
    if platform.settings.backup_to:
        with platform.db.write() as session:
            schedule.ensure(session, platform.settings, at=platform.clock.now())
    from contest.jobs.storage import scrub  # noqa: PLC0415 - asked once

    scrub.begin(platform)
    if platform.default_fanpage is not None:
        from contest.jobs import page_watch  # noqa: PLC0415 - only where there is such a Page

        page_watch.begin(platform)
    return True


def run(platform: Platform, stop: Callable[[], bool]) -> None:
    """Relay until ``stop()``. An unavailable database or Redis is logged and waited for."""
    planned = False
    while not stop():
        try:
            planned = planned or plan_daily(platform)
            free_the_dead(platform)
            moved = relay_once(platform)
        except (RedisError, OperationalError) as error:
            log.warning("waiting: %s", error)
            moved = 0
        if not moved:
            time.sleep(PAUSE_S)
