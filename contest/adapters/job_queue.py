"""The queue: RQ, told to import nothing but one function.

RQ imports whatever name a job carries, even with the JSON serializer; ``OnlyRunTask`` is a job
class that knows one function and no callbacks, so a foreign entry in Redis can start nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from contest.models import Task

NAMES = ("high", "default", "low")
RUN_TASK = "contest.jobs.worker.run_task"
TIMEOUT_S = 6 * 3600  # the lease and the handlers' own limits are the real bounds


class OnlyRunTask(Job):
    """A job that can only be ``run_task(task_id)``, a function that the worker alone brings."""

    run_task: Callable[[int], None]

    @property
    def func(self) -> Any:
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


class JobQueue:
    """Puts outbox rows into RQ; one queue a priority."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(redis_url, socket_timeout=10, socket_connect_timeout=2)
        self.queues = {
            name: Queue(
                name, connection=self.redis, serializer=JSONSerializer, job_class=OnlyRunTask
            )
            for name in NAMES
        }

    def put(self, task: Task, nonce: int) -> None:
        """Queue one row. ``nonce`` tells this attempt's job from earlier ones."""
        with suppress(DuplicateJobError):  # it is there already, which is all that was wanted
            self.queues[task.priority].enqueue(
                RUN_TASK, task.id, job_id=f"task-{task.id}-{nonce}", unique=True,
                job_timeout=TIMEOUT_S, result_ttl=0, failure_ttl=3600,
            )

    def work(self, run_task: Callable[[int], None], *, burst: bool) -> None:
        """Carry out queued rows by ``run_task`` until a signal says stop, or none is left."""
        job_class = type("RunTask", (OnlyRunTask,), {"run_task": staticmethod(run_task)})
        worker = Worker(
            list(self.queues.values()), connection=self.redis, serializer=JSONSerializer,
            job_class=job_class,
        )
        worker.work(burst=burst, logging_level="WARNING")

    def alive(self) -> bool:
        return bool(self.redis.ping())
