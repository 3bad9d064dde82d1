"""Rows of several lanes, against a real Redis: who does them, who dies with whom, who gives way."""

import os
import signal
import time
from pathlib import Path

from rq.serializers import JSONSerializer

from contest.adapters.job_queue import OnlyRunTask
from contest.jobs import relay, worker
from contest.services.core import outbox
from contest.wiring import Platform
from tests.contest.core.test_jobs import NOW, Works, queued, relay_for, task, wish
from tests.processes import alive


def test_a_worker_of_some_lanes_leaves_the_others_alone(platform: Platform, works: Works) -> None:
    with platform.db.write() as session:
        for number, priority in enumerate(("low", "default", "high")):
            outbox.enqueue(session, "test.note", number, at=NOW, priority=priority)
    relay_for(platform, 1)
    worker.run(platform, burst=True, lanes=("now",))
    assert works.file.read_text() == "2\n"
    worker.run(platform, burst=True, lanes=("soon", "now"))
    assert works.file.read_text() == "2\n1\n"


def test_jobs_that_an_older_release_queued_are_done_and_not_queued_twice(
    platform: Platform, works: Works
) -> None:
    rows = [wish(platform, "test.note", number) for number in range(3)]
    for row, name in zip(rows, ("high", "default", "low"), strict=True):
        platform.queue.queues[name].enqueue_job(
            OnlyRunTask.create(
                "contest.jobs.worker.run_task", args=[row], id=f"task-{row}-0",
                connection=platform.queue.redis, serializer=JSONSerializer,
            )
        )
    relay_for(platform, 2)
    assert queued(platform) == sorted(f"task-{row}-0" for row in rows)
    worker.run(platform, burst=True, lanes=("now",))
    worker.run(platform, burst=True, lanes=("later",))
    assert sorted(works.file.read_text().split()) == ["0", "1", "2"]


def test_a_job_dies_with_the_worker_that_began_it(
    platform: Platform, works: Works, tmp_path: Path
) -> None:
    row = wish(platform, "test.sleep")
    relay_for(platform, 1)
    began = os.fork()
    if not began:
        worker.run(platform, burst=True)
        os._exit(0)
    horse = said_by(tmp_path / "horse")
    os.kill(began, signal.SIGKILL)
    os.waitpid(began, 0)
    deadline = time.monotonic() + 5
    while alive(horse) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(horse)
    assert relay.free_the_dead(platform) == 1
    assert task(platform, row).lease == ""


def said_by(file: Path) -> int:
    deadline = time.monotonic() + 30
    while not (file.exists() and file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return int(file.read_text())


def test_what_nobody_waits_for_gives_way(
    platform: Platform, works: Works, tmp_path: Path
) -> None:
    """The job is nicer, what it starts gets what is left over; another lane's is as it was."""
    seen = {}
    for number, priority in enumerate(("high", "low")):
        with platform.db.write() as session:
            outbox.enqueue(session, "test.policy", number, at=NOW, priority=priority)
        relay_for(platform, 1 + number * 2)
        worker.run(platform, burst=True)
        seen[priority] = (tmp_path / "policy").read_text().split()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert seen["high"] == [str(own), "SCHED_OTHER"]
    assert seen["low"] == [str(min(own + 10, 19)), "SCHED_IDLE"]
