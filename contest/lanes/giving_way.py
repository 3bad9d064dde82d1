"""How work that nobody waits for leaves the processor to what people wait for.

The job itself is only made nicer, never idle: it takes locks in the database, and an idle process
that holds one is a whole machine that waits. FFmpeg and its like hold none and do the work, so they
run with ``SCHED_IDLE`` (``media_checks.sandbox.in_background``): they get what is left over.
"""

import ctypes
import os
import signal
from contextlib import suppress

from contest.lanes import LATER, MAIL, NOW, SOON

NICER = {NOW: 0, MAIL: 2, SOON: 5, LATER: 10}
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def give_way(lane: str) -> None:
    """Make this process, and what it starts, as nice as its lane asks for."""
    with suppress(OSError):
        os.nice(NICER[lane])


def end_with_parent(parent: int) -> None:
    """Have this process killed as soon as its parent ends, however that ends.

    ``parent``: the process that forked this one; if it has ended meanwhile, this one ends at once.
    A job that is killed is done again: its row's lease is freed (``jobs.relay.free_the_dead``).
    """
    with suppress(OSError, AttributeError):  # no Linux: nothing watches
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
