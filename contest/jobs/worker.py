"""The worker: claims an outbox row, runs its handler, records the outcome."""

import gc
import logging
import time
import traceback
from datetime import timedelta

from contest.clock import SystemClock
from contest.db import retried
from contest.jobs import GiveUp, Later, LeaseLost, handlers, lease_owners, pages_app
from contest.models import Task
from contest.ports import StorageAway
from contest.services.core import outbox
from contest.wiring import Platform, platform_of_process

log = logging.getLogger("hoithi.worker")
BEAT_EVERY_S = 20.0
WHILE_AWAY = timedelta(seconds=30)


def run_task(task_id: int) -> None:
    """The one function that RQ runs: performs one outbox row."""
    perform(platform_of_process(), task_id)


def perform(platform: Platform, task_id: int) -> None:
    """Claim task ``task_id`` and run it; does nothing if it is done or another worker holds the
    lease. Errors are recorded in the row, not raised."""
    with platform.db.write() as session:
        token = outbox.claim(
            session, task_id, wall=SystemClock().now(), owner=lease_owners.this_process()
        )
    if token is None:
        return
    with platform.db.read() as session:
        task = session.get_one(Task, task_id)
    work = handlers().get(task.kind)
    try:
        if work is None:
            raise GiveUp(f"no handler for {task.kind!r}")
        retried(work)(platform, task.row_id, _Beat(platform, task_id, token))
    except LeaseLost:
        log.warning("task %s (%s): another worker has it", task_id, task.kind)
    except Exception as error:
        _record(platform, task, token, error)
    else:
        with platform.db.write() as session:
            outbox.done(session, task_id, token, at=platform.clock.now())


def _record(platform: Platform, task: Task, token: str, error: Exception) -> None:
    """Record a handler's error in its row."""
    at, text = platform.clock.now(), f"{type(error).__name__}: {error}"
    with platform.db.write() as session:
        if isinstance(error, Later):
            outbox.later(session, task.id, token, due_at=error.due_at, error=error.why)
        elif isinstance(error, StorageAway):  # nothing is wrong with the task: no attempt is lost
            outbox.later(session, task.id, token, due_at=at + WHILE_AWAY, error=text)
        elif isinstance(error, GiveUp):
            outbox.give_up(session, task.id, token, at=at, error=str(error))
        else:
            log.error("task %s (%s)\n%s", task.id, task.kind, traceback.format_exc())
            outbox.failed(session, task.id, token, at=at, error=text)


class _Beat:
    """Extends the lease, at most every ``BEAT_EVERY_S`` seconds."""

    def __init__(self, platform: Platform, task_id: int, token: str) -> None:
        self.platform, self.task_id, self.token = platform, task_id, token
        self.last = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self.last < BEAT_EVERY_S:
            return
        self.last = time.monotonic()
        with self.platform.db.write() as session:
            held = outbox.beat(session, self.task_id, self.token, wall=SystemClock().now())
        if not held:
            raise LeaseLost


def run(platform: Platform, *, burst: bool = False) -> None:
    """Work until a signal stops it (the current task is finished first).

    What jobs need is imported and made here, once: each of them is a fork of this process.
    """
    handlers()
    pages_app.of(platform)
    queue = platform.queue
    _loaded = platform.blobs  # with the library for a bucket
    gc.freeze()  # nor is what they share looked through, and thereby copied, in each of them
    platform.db.engine.dispose()  # the child that does the work opens its own connections
    queue.work(run_task, burst=burst)
