"""The queue: RQ, restricted to one function.

RQ imports whatever name a job carries, even with the JSON serializer; ``OnlyRunTask`` is a job
class that knows one function and no callbacks, so a foreign entry in Redis can start nothing.

Each lane (``contest.lanes``) is a queue. A row has at most one job: its id is made of the row's id
and the number of attempts so far, and a job that waits or runs is not queued again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from redis import Redis
from redis.client import Pipeline
from rq import Queue, Worker
from rq.job import Job, parse_job_id
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer

from contest import lanes

if TYPE_CHECKING:
    from contest.models import Task

NAMES = (*lanes.LANES, *lanes.BEFORE_LANES)
RUN_TASK = "contest.jobs.worker.run_task"
TIMEOUT_S = 6 * 3600  # the lease and the handlers' own limits are the real bounds
WORKER_TTL_S = 90  # it is heard of a little more often, so that its health can be told
FAILED_FOR_S = 3600  # how long RQ remembers a job that ended with an error
LOCK, LOCK_S, LOCK_WAIT_S = "hoithi:relay", 10, 5  # only one relay enqueues at a time


class OnlyRunTask(Job):
    """A job that can only be ``run_task(task_id)``; the worker alone provides that function."""

    run_task: Callable[[int], None]

    @property
    def func(self) -> Callable[..., object]:
        """The function to run. Raises ``PermissionError`` for a job with any other name."""
        if self.func_name != RUN_TASK:
            raise PermissionError(f"a job named {self.func_name!r} is not run here")
        return self.run_task

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None


class _Heard(Worker):
    """A worker that also tells ``alive`` of each of its heart-beats."""

    alive: Callable[[], None]

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        super().heartbeat(timeout, pipeline)
        self.alive()


def job_id(task: "Task") -> str:
    """The id of the RQ job for this row's next attempt."""
    return f"task-{task.id}-{task.attempts}"


def _data(task: "Task") -> EnqueueData:
    return Queue.prepare_data(
        RUN_TASK, args=[task.id], job_id=job_id(task), timeout=TIMEOUT_S, result_ttl=0,
        failure_ttl=FAILED_FOR_S,
    )


class JobQueue:
    """Puts outbox rows into RQ, one queue for each lane."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(redis_url, socket_timeout=10, socket_connect_timeout=2)
        self.queues = {
            name: Queue(
                name, connection=self.redis, serializer=JSONSerializer, job_class=OnlyRunTask
            )
            for name in NAMES
        }

    def put(self, tasks: "Sequence[Task]", *, wall: datetime) -> list[int]:
        """Ensure that a job waits for each row; returns the ids of the rows for which one does.

        Left out are rows whose job is running: it is about to claim its row, or has just put it
        back. Takes four round trips for any number of rows. Raises ``RedisError``.
        """
        with self.redis.lock(LOCK, timeout=LOCK_S, blocking_timeout=LOCK_WAIT_S):
            waiting, running = self._present(wall)
            self._push([task for task in tasks if job_id(task) not in waiting | running])
        return [task.id for task in tasks if job_id(task) not in running]

    def _present(self, wall: datetime) -> tuple[set[str], set[str]]:
        """The ids of the jobs that wait, and of those that a live worker has begun.

        RQ stores an execution's expiry as its score; a live worker keeps extending it.
        """
        with self.redis.pipeline(transaction=False) as pipe:
            for queue in self.queues.values():
                pipe.lrange(queue.key, 0, -1)
                pipe.zrangebyscore(queue.started_job_registry.key, wall.timestamp(), "+inf")
            found = pipe.execute()
        waiting, begun = found[::2], found[1::2]
        return (
            {name.decode() for names in waiting for name in names},
            {parse_job_id(name.decode()) for names in begun for name in names},
        )

    def _push(self, tasks: "Sequence[Task]") -> None:
        """Enqueue rows in one transaction; leftovers of lost or failed jobs are deleted first."""
        with self.redis.pipeline() as pipe:
            for name, queue in self.queues.items():
                its = [task for task in tasks if lanes.lane_of(task.kind, task.priority) == name]
                names = [job_id(task) for task in its]
                if not names:
                    continue
                pipe.delete(*(OnlyRunTask.key_for(name) for name in names))
                for stuck in names:  # its worker died between taking and beginning it
                    pipe.lrem(queue.intermediate_queue_key, 0, stuck)
                queue.enqueue_many([_data(task) for task in its], pipeline=pipe)
            pipe.execute()

    def work(
        self, run_task: Callable[[int], None], *, burst: bool, its: lanes.Lanes = lanes.LANES,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        """Run queued jobs of the lanes ``its`` through ``run_task``, the first lane first, until a
        signal; with ``burst``, until none is left. Calls ``alive`` whenever it is heard of.

        Raises ``RedisError``.
        """
        job_class = type("RunTask", (OnlyRunTask,), {"run_task": staticmethod(run_task)})
        heard = type("Heard", (_Heard,), {"alive": staticmethod(alive)})
        worker = heard(
            [self.queues[name] for name in lanes.queues_of(its)], connection=self.redis,
            serializer=JSONSerializer, job_class=job_class, worker_ttl=WORKER_TTL_S,
        )
        worker.work(burst=burst, logging_level="WARNING")

    def alive(self) -> bool:
        """Whether Redis answers. Raises ``RedisError`` where it cannot be reached."""
        return bool(self.redis.ping())
