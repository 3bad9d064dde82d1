"""``python -m tests.contest.fanpage.one_task ID``: a worker for one outbox row, to be killed."""

import sys

from contest.jobs.worker import perform
from contest.wiring import platform_of_process

if __name__ == "__main__":
    perform(platform_of_process(), int(sys.argv[1]))
