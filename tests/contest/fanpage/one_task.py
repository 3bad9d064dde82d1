"""A worker for one outbox row, to be killed: a process of its own, its settings in ``environ``."""

import os
from multiprocessing.context import ForkServerProcess

from contest.jobs.worker import perform
from contest.wiring import platform_of_process
from tests import forks


def begin(task_id: int, environ: dict[str, str]) -> ForkServerProcess:
    return forks.begin(_perform, task_id, environ)


def _perform(task_id: int, environ: dict[str, str]) -> None:
    os.environ |= environ
    perform(platform_of_process(), task_id)
