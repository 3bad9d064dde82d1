"""From outbox row to work done: relay, queue and worker against a real Redis."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq.serializers import JSONSerializer

from contest import jobs
from contest.adapters.job_queue import OnlyRunTask
from contest.config import Settings
from contest.jobs import GiveUp, Later, relay, worker
from contest.models import Task
from contest.services.core import outbox
from contest.wiring import Platform

NOW = datetime.now(UTC)


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

    def fail(self, platform: Platform, row_id: int, beat: Any) -> None:
        raise OSError("no route")

    def give_up(self, platform: Platform, row_id: int, beat: Any) -> None:
        raise GiveUp("the Page refuses this clip")

    def later(self, platform: Platform, row_id: int, beat: Any) -> None:
        raise Later(NOW.replace(year=2099), "throttled")


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Works:
    works = Works(tmp_path)
    kinds = {f"test.{n}": getattr(works, n) for n in ("note", "fail", "give_up", "later")}
    monkeypatch.setattr(worker, "handlers", lambda: jobs.handlers() | kinds)
    return works


def wish(platform: Platform, kind: str, row_id: int = 5) -> int:
    with platform.db.write() as session:
        return outbox.add(session, kind, row_id, at=NOW).id


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
    for nonce in (1, 1, 2):
        platform.queue.put(row, nonce)
    worker.run(platform, burst=True)
    assert works.file.read_text() == "5\n"


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
    platform.queue.queues["default"].enqueue_job(
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
