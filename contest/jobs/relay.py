"""The relay: turns due outbox rows into queued jobs, and queues overdue ones again."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from contest import logs
from contest.jobs import lease_owners
from contest.lanes import alive, lane_of
from contest.models import Task
from contest.safekeeping import schedule
from contest.services.core import outbox
from contest.services.queueing import whose
from contest.wiring import Platform

log = logging.getLogger("hoithi.relay")
PAUSE_S = 0.5


def relay_once(platform: Platform, *, wall: datetime | None = None) -> int:
    """Queue the due rows; returns for how many a job waits. ``wall``: the database's time, or now.

    A row is marked only after Redis has its job. Raises ``RedisError`` and ``OperationalError``.
    """
    with platform.db.read() as session:
        wall = wall or outbox.database_time(session)
        tasks = outbox.due(session, at=platform.clock.now(), wall=wall)
    waiting = platform.queue.put(tasks, wall=wall) if tasks else []
    if waiting:
        with platform.db.write() as session:
            outbox.queued(session, waiting, wall=wall)
        _tell(platform, [task for task in tasks if task.id in set(waiting)])
    return len(waiting)


def _tell(platform: Platform, tasks: list[Task]) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    with platform.db.read() as session:
        for task in tasks:
            logs.say(log, "queued", lane=lane_of(task.kind, task.priority),
                     **whose.ids(session, task))


def free_the_dead(platform: Platform) -> int:
    """Free the rows leased to killed workers of this machine; returns how many."""
    with platform.db.read() as session:
        gone = [(row, token) for row, token in outbox.held(session) if lease_owners.is_gone(token)]
    if not gone:
        return 0
    with platform.db.write() as session:
        wall = outbox.database_time(session)
        return sum(outbox.abandon(session, row, token, wall=wall) for row, token in gone)


def plan_daily(platform: Platform) -> bool:
    """Have the daily backup and the looks at stored files, at results and at the installation's
    Page wait for their time, as the settings say. True: it need not be asked again while this
    process runs."""
    if platform.settings.backup_to:
        with platform.db.write() as session:
            schedule.ensure(session, platform.settings, at=platform.clock.now())
    from contest.jobs.storage import scrub, verifying  # noqa: PLC0415 - asked once

    scrub.begin(platform)
    verifying.begin(platform)
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
            alive.beat(str(platform.settings.data_dir), "relay")
        except (RedisError, OperationalError) as error:
            log.warning("waiting: %s", error)
            moved = 0
        if not moved:
            time.sleep(PAUSE_S)
