"""A worker for one outbox row, to be killed: a process of its own, its settings in ``environ``."""

import multiprocessing
import os
from multiprocessing.context import ForkServerProcess

from contest.jobs import handlers
from contest.jobs.worker import perform
from contest.wiring import platform_of_process

# Forks of a process that has imported what a worker imports: importing it for each takes seconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", __name__])
handlers()


def begin(task_id: int, environ: dict[str, str]) -> ForkServerProcess:
    worker = FORKS.Process(target=_perform, args=(task_id, environ))
    worker.start()
    return worker


def _perform(task_id: int, environ: dict[str, str]) -> None:
    os.environ |= environ
    perform(platform_of_process(), task_id)
