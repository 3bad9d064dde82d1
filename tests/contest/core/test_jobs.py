"""From outbox row to work done: relay, queue and worker against a real Redis."""

import json
import os
import signal
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.connection import Connection
from rq.serializers import JSONSerializer
from sqlalchemy import insert, text

from contest import jobs
from contest.adapters.job_queue import JobQueue, OnlyRunTask
from contest.config import Settings
from contest.jobs import GiveUp, Later, pages_app, relay, worker
from contest.models import Task
from contest.services.core import outbox
from contest.wiring import Platform
from media_checks.sandbox import Collector, Limits, Sandbox

NOW = datetime.now(UTC)
NAMES = ("note", "sleep", "policy", "die_once", "fail", "give_up", "later")


@pytest.fixture
def platform(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    """The platform as a worker process finds it in its environment."""
    environment = {
        "HOITHI_DATA_DIR": str(tmp_path), "HOITHI_DATABASE_URL": database_url,
        "HOITHI_REDIS_URL": redis_url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    platform = Platform(Settings.from_env())
    yield platform
    platform.db.engine.dispose()
    platform.queue.redis.close()


class Works:
    """Handlers of this test, in a real module's place in the list of handlers."""

    def __init__(self, tmp_path: Path) -> None:
        self.file = tmp_path / "done"

    def note(self, platform: Platform, row_id: int, beat: Any) -> None:
        with self.file.open("a") as file:
            file.write(f"{row_id}\n")

    def die_once(self, platform: Platform, row_id: int, beat: Any) -> None:
        mark = self.file.with_name("died")
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        self.note(platform, row_id, beat)

    def sleep(self, platform: Platform, row_id: int, beat: Any) -> None:
        self.file.with_name("horse").write_text(str(os.getpid()))
        time.sleep(600)

    def policy(self, platform: Platform, row_id: int, beat: Any) -> None:
        clip, policy = self.file.with_name("clip"), Collector(100)
        clip.touch()
        Sandbox(clip).run(
            Path("/usr/bin/chrt"), ["--pid", "0"], limits=Limits(), stdout=policy,
            stderr=Collector(10_000),
        )
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        self.file.with_name("policy").write_text(f"{nice} {policy.data.decode().split()[5]}")

    def fail(self, platform: Platform, row_id: int, beat: Any) -> None:
        raise OSError("no route")

    def give_up(self, platform: Platform, row_id: int, beat: Any) -> None:
        raise GiveUp("the Page refuses this clip")

    def later(self, platform: Platform, row_id: int, beat: Any) -> None:
        raise Later(NOW.replace(year=2099), "throttled")


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Works:
    works = Works(tmp_path)
    kinds = {f"test.{n}": getattr(works, n) for n in NAMES}
    monkeypatch.setattr(worker, "handlers", lambda: jobs.handlers() | kinds)
    return works


def wish(platform: Platform, kind: str, row_id: int = 5) -> int:
    with platform.db.write() as session:
        return outbox.enqueue(session, kind, row_id, at=NOW).id


def task(platform: Platform, task_id: int) -> Task:
    with platform.db.read() as session:
        return session.get_one(Task, task_id)


def test_a_row_becomes_work_done(platform: Platform, works: Works) -> None:
    task_id = wish(platform, "test.note")
    assert relay.relay_once(platform) == 1
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"
    assert task(platform, task_id).state == "done"
    assert relay.relay_once(platform) == 0


def test_the_application_that_writes_mails_is_made_before_the_jobs_and_once(
    platform: Platform, works: Works
) -> None:
    """A job is a fork of the worker and has a platform of its own, of the same settings."""
    pages_app.of.cache_clear()
    for _ in range(2):
        worker.run(platform, burst=True)
    in_a_job = Platform(Settings.from_env())
    assert pages_app.of(in_a_job) is pages_app.of(platform)
    assert pages_app.of.cache_info().misses == 1


def test_an_emptied_redis_loses_nothing(platform: Platform, works: Works) -> None:
    task_id = wish(platform, "test.note")
    relay.relay_once(platform)
    platform.queue.redis.flushdb()
    with platform.db.write() as session:  # as if a minute had gone by
        session.get_one(Task, task_id).queued_at = NOW.replace(year=2000)
    relay.relay_once(platform)
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"


def test_a_row_queued_twice_is_done_once(platform: Platform, works: Works) -> None:
    row = task(platform, wish(platform, "test.note"))
    platform.queue.put([row], wall=NOW)
    row.attempts = 1  # so that the job has another name
    platform.queue.put([row], wall=NOW)
    assert queued(platform) == [f"task-{row.id}-0", f"task-{row.id}-1"]
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"


def queued(platform: Platform) -> list[str]:
    return sorted(name for queue in platform.queue.queues.values() for name in queue.job_ids)


def relay_for(platform: Platform, minutes: int) -> None:
    """As if the relay had been at it for so many minutes, and no worker."""
    for minute in range(minutes):
        while relay.relay_once(platform, wall=NOW + timedelta(minutes=1.1 * minute)):
            pass


def test_a_backlog_keeps_one_job_a_row(platform: Platform) -> None:
    rows = [wish(platform, "test.note", number) for number in range(60)]
    relay_for(platform, 10)
    assert queued(platform) == sorted(f"task-{row}-0" for row in rows)
    assert len(list(platform.queue.redis.scan_iter("rq:job:*"))) == 60


def test_after_an_emptied_redis_each_row_is_queued_once_again(platform: Platform) -> None:
    rows = [wish(platform, "test.note", number) for number in range(5)]
    relay_for(platform, 1)
    platform.queue.redis.flushall()
    relay_for(platform, 10)
    assert queued(platform) == sorted(f"task-{row}-0" for row in rows)


def test_a_relay_that_died_before_it_could_note_what_it_queued_queues_nothing_twice(
    platform: Platform,
) -> None:
    row = wish(platform, "test.note")
    platform.queue.put([task(platform, row)], wall=NOW)
    assert relay.relay_once(platform) == 1
    assert queued(platform) == [f"task-{row}-0"]


def test_two_relays_at_once_queue_a_row_once(platform: Platform) -> None:
    rows = [task(platform, wish(platform, "test.note", number)) for number in range(20)]
    other = JobQueue(platform.settings.redis_url)
    together = threading.Barrier(2)

    def put(queue: JobQueue) -> None:
        together.wait()
        queue.put(rows, wall=NOW)

    threads = [threading.Thread(target=put, args=(queue,)) for queue in (platform.queue, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.redis.close()
    assert queued(platform) == sorted(f"task-{row.id}-0" for row in rows)


def test_two_thousand_rows_take_few_round_trips(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform.db.write() as session:
        session.execute(insert(Task), [
            {"kind": "test.note", "row_id": n, "key": f"test.note:{n}", "due_at": NOW,
             "created_at": NOW, "priority": ("high", "default", "low")[n % 3]}
            for n in range(2000)
        ])
    sent: list[object] = []
    send = Connection.send_packed_command

    def count(self: Connection, *args: object, **kwargs: object) -> object:
        sent.append(args)
        return send(self, *args, **kwargs)

    monkeypatch.setattr(Connection, "send_packed_command", count)
    relay_for(platform, 1)
    assert len(queued(platform)) == 2000
    first = len(sent)
    relay_for(platform, 2)  # its first minute is over: only the second asks
    assert len(queued(platform)) == 2000
    assert (first < 80, len(sent) - first < 80) == (True, True), (first, len(sent) - first)


def test_higher_priorities_are_done_first(platform: Platform, works: Works) -> None:
    for number, priority in enumerate(("low", "default", "high")):
        with platform.db.write() as session:
            outbox.enqueue(session, "test.note", number, at=NOW, priority=priority)
    relay_for(platform, 2)
    worker.run(platform, burst=True)
    assert works.file.read_text() == "2\n1\n0\n"


def test_a_job_that_ended_with_an_error_of_the_queue_is_replaced(
    platform: Platform, works: Works
) -> None:
    """As when the database was away just then: RQ keeps the failed job under the row's name."""
    row = wish(platform, "test.note")
    relay_for(platform, 1)
    with no_outbox(platform):
        worker.run(platform, burst=True)
    assert OnlyRunTask.fetch(
        f"task-{row}-0", connection=platform.queue.redis, serializer=JSONSerializer
    ).get_status() == "failed"
    relay_for(platform, 3)
    assert queued(platform) == [f"task-{row}-0"]
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"


@contextmanager
def no_outbox(platform: Platform) -> Iterator[None]:
    """No job can claim a row: its table is away."""
    with platform.db.engine.begin() as line:
        line.execute(text("ALTER TABLE outbox RENAME TO away"))
    try:
        yield
    finally:
        with platform.db.engine.begin() as line:
            line.execute(text("ALTER TABLE away RENAME TO outbox"))


def test_a_row_whose_worker_was_killed_is_run_again(
    platform: Platform, works: Works, redis_url: str
) -> None:
    row = wish(platform, "test.die_once")
    relay_for(platform, 1)
    worker.run(platform, burst=True)  # the process that does the work is killed in its midst
    assert (task(platform, row).state, task(platform, row).attempts) == ("leased", 1)
    assert relay.free_the_dead(platform) == 1
    assert relay.relay_once(platform) == 1
    assert queued(platform) == [f"task-{row}-1"]
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"
    assert task(platform, row).state == "done"


def test_a_job_that_a_dead_worker_took_out_is_queued_again(
    platform: Platform, works: Works
) -> None:
    """Killed before it claimed the row: RQ has the job neither in the queue nor among the begun."""
    row = wish(platform, "test.note")
    relay_for(platform, 1)
    queue = platform.queue.queues["soon"]
    taken = platform.queue.redis.lmove(queue.key, queue.intermediate_queue_key)
    assert taken == f"task-{row}-0".encode()
    relay_for(platform, 3)
    assert queued(platform) == [f"task-{row}-0"]
    assert platform.queue.redis.llen(queue.intermediate_queue_key) == 0
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"


def test_a_job_that_a_dead_worker_had_begun_is_queued_again_when_it_is_heard_of_no_more(
    platform: Platform, works: Works
) -> None:
    """Killed before it claimed the row: the job is among the begun until its time runs out, by the
    clock of the relay's leases."""
    row = wish(platform, "test.note")
    relay_for(platform, 1)
    queue = platform.queue.queues["soon"]
    assert platform.queue.redis.lpop(queue.key) == f"task-{row}-0".encode()
    until = NOW + timedelta(seconds=90)
    platform.queue.redis.zadd(
        queue.started_job_registry.key, {f"task-{row}-0:1a2b": until.timestamp()})
    assert relay.relay_once(platform, wall=until - timedelta(seconds=1)) == 0
    assert relay.relay_once(platform, wall=until + timedelta(seconds=1)) == 1
    assert queued(platform) == [f"task-{row}-0"]


@pytest.mark.parametrize(
    ("kind", "state", "error"),
    [
        ("test.fail", "pending", "OSError: no route"),
        ("test.give_up", "failed", "the Page refuses this clip"),
        ("test.later", "pending", "throttled"),
        ("no.such", "failed", "no handler for 'no.such'"),
    ],
)
def test_what_goes_wrong_is_written_down(
    platform: Platform, works: Works, kind: str, state: str, error: str
) -> None:
    task_id = wish(platform, kind)
    worker.perform(platform, task_id)
    found = task(platform, task_id)
    assert (found.state, found.error) == (state, error)


def test_a_foreign_job_in_redis_starts_nothing(platform: Platform, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    platform.queue.queues["soon"].enqueue_job(
        OnlyRunTask.create(
            "os.mkdir", args=[str(trap)], connection=platform.queue.redis,
            serializer=JSONSerializer,
        )
    )
    worker.run(platform, burst=True)
    assert not trap.exists()


def test_a_job_carries_one_number_and_no_pickle(platform: Platform, redis_url: str) -> None:
    task_id = wish(platform, "test.note")
    relay.relay_once(platform)
    with Redis.from_url(redis_url) as redis:
        (key,) = redis.keys("rq:job:*")
        data = json.loads(zlib.decompress(redis.hget(key, "data")))
    assert data == ["contest.jobs.worker.run_task", None, [task_id], {}]
