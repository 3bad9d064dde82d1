"""A crew: the workers of one machine, each a fork of a process that has imported everything once.

Who dies is replaced; a signal to end is handed on, and the crew ends when all have ended; if the
crew itself is killed, so are all.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from contest.lanes.giving_way import end_with_parent

PAUSE_S = 1.0  # before a dead member's replacement
LOOK_S = 0.2

Member = Callable[[], None]


class Crew:
    """Keeps one process running for each of ``members``."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members
        self.running: dict[int, int] = {}  # process -> which member
        self.due: dict[int, float] = dict.fromkeys(range(len(members)), 0.0)  # when to start
        self.ending = False

    def run(self) -> None:
        """Until a signal to end, and all have ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        while not self.ending or self.running:
            self._start_due()
            self._bury()
            time.sleep(LOOK_S)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True
        for process in list(self.running):
            os.kill(process, signal.SIGTERM)

    def _start_due(self) -> None:
        for member, when in list(self.due.items()):
            if self.ending or time.monotonic() < when:
                continue
            # A signal between the fork and the note of it would not reach the new one.
            held = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
            del self.due[member]
            self.running[self._fork(self.members[member])] = member
            signal.pthread_sigmask(signal.SIG_SETMASK, held)

    def _fork(self, work: Member) -> int:
        parent = os.getpid()
        process = os.fork()
        if process:
            return process
        status = 1
        try:
            os.setpgid(0, 0)  # Ctrl-C reaches the crew, which hands it on once
            end_with_parent(parent)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
            work()
            status = 0
        finally:
            os._exit(status)

    def _bury(self) -> None:
        """Take the end of whoever has ended, and have it started again."""
        while self.running:
            process, _ = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            if (member := self.running.pop(process, None)) is not None:
                self.due[member] = time.monotonic() + PAUSE_S
