"""The worker: claims an outbox row, runs its handler, records the outcome."""

import gc
import logging
import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache

from contest import lanes as lanes_of
from contest import logs
from contest.db import retried
from contest.jobs import GiveUp, Later, LeaseLost, handlers, lease_owners, pages_app
from contest.jobs.machines import own_disk
from contest.lanes import alive
from contest.lanes.giving_way import end_with_parent, give_way
from contest.logs import traces
from contest.models import Task
from contest.ports import StorageAway
from contest.services.core import outbox
from contest.services.queueing import whose
from contest.wiring import Platform, platform_of_process
from media_checks import ToolsMissing, checking, sandbox

log = logging.getLogger("hoithi.worker")
BEAT_EVERY_S = 20.0
LOOK_EVERY_S = 30.0  # at what was done on other machines
WHILE_AWAY = timedelta(seconds=30)


def run_task(task_id: int) -> None:
    """The one function that RQ runs, in a process of its own: performs one outbox row."""
    end_with_parent(os.getppid())
    try:
        perform(platform_of_process(), task_id, begin=_give_way)
    finally:
        traces.flush()


def _give_way(task: Task) -> None:
    lane = lanes_of.lane_of(task.kind, task.priority)
    give_way(lane)
    if lane in (lanes_of.SOON, lanes_of.LATER):
        sandbox.in_background()


def perform(
    platform: Platform, task_id: int, *, begin: Callable[[Task], None] = lambda _: None
) -> None:
    """Claim task ``task_id`` and run it, ``begin`` first; does nothing if it is done or another
    worker holds the lease. Errors are recorded in the row, not raised."""
    with platform.db.write() as session:
        token = None if lease_owners.is_at_work(outbox.owner(session, task_id)) else outbox.claim(
            session, task_id, wall=outbox.database_time(session), owner=lease_owners.this_process()
        )
    if token is None:
        return
    with platform.db.read() as session:
        task = session.get_one(Task, task_id)
        about = whose.ids(session, task) if log.isEnabledFor(logging.INFO) else {}
    begin(task)
    with logs.about(**about):
        logs.say(log, "begun", attempt=task.attempts)
        _carry_out(platform, task, token)


def _carry_out(platform: Platform, task: Task, token: str) -> None:
    """Do a claimed task and record the outcome."""
    work, began = handlers().get(task.kind), time.monotonic()
    try:
        if work is None:
            raise GiveUp(f"no handler for {task.kind!r}")
        retried(work)(platform, task.row_id, _Beat(platform, task.id, token))
    except LeaseLost:
        log.warning("task %s (%s): another worker has it", task.id, task.kind)
    except Exception as error:
        _record(platform, task, token, error)
    else:
        with platform.db.write() as session:
            outbox.done(session, task.id, token, at=platform.clock.now())
        logs.say(log, "done", seconds=round(time.monotonic() - began, 3))


def _record(platform: Platform, task: Task, token: str, error: Exception) -> None:
    """Record a handler's error in its row."""
    at, text = platform.clock.now(), f"{type(error).__name__}: {error}"
    logs.say(log, "not done", error=type(error).__name__)
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
            wall = outbox.database_time(session)
            held = outbox.beat(session, self.task_id, self.token, wall=wall)
        if not held:
            raise LeaseLost


def run(
    platform: Platform, *, burst: bool = False, lanes: lanes_of.Lanes = lanes_of.LANES
) -> None:
    """Work on ``lanes`` until a signal stops it (the current task is finished first)."""
    prepare(platform)
    platform.db.engine.dispose()  # the child that does the work opens its own connections
    name = f"worker-{'+'.join(lanes)}"
    platform.queue.work(run_task, burst=burst, its=lanes, alive=_Heard(platform, name))


class _Heard:
    """At a heart-beat: tells that this worker works and, now and then, keeps its machine's own disk
    up to date."""

    def __init__(self, platform: Platform, name: str) -> None:
        self.platform, self.name, self.looked = platform, name, float("-inf")

    def __call__(self) -> None:
        alive.beat(str(self.platform.settings.data_dir), self.name)
        if time.monotonic() - self.looked < LOOK_EVERY_S:
            return
        self.looked = time.monotonic()
        own_disk.look(self.platform, pages_app.of(self.platform))
        self.platform.db.engine.dispose()  # a job is a fork, which opens its own connections


@lru_cache(maxsize=1)
def prepare(platform: Platform) -> None:
    """Import and make, once, what jobs need: each of them is a fork of this process."""
    handlers()
    checking.import_all()
    pages_app.of(platform)
    _loaded = platform.blobs  # with the library for a bucket
    with suppress(ToolsMissing):  # a job that wants them says so
        _tried = sandbox.isolated()  # FFmpeg's version, and whether it runs behind the fence
    gc.freeze()  # nor is what they share looked through, and thereby copied, in each of them
    platform.db.engine.dispose()
