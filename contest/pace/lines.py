"""How long a process waits for a client's bytes: a least rate over a window, never a timeout that
one byte begins again.

Every line may be silent for ``window_s`` seconds; each byte buys ``1 / least_bytes_s`` seconds
back, up to the window. A byte every two seconds therefore ends after the window, a phone with
30 KB/s and pauses of a minute never does. Where lines get scarce, the slowest make room first.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

TICK_S = 0.5
SCARCE_S = 5.0  # what a line must have lost to be let go where others wait for a thread
log = logging.getLogger("hoithi.pace")


@dataclass(eq=False)
class Line:
    """A client that is waited for. ``received`` counts its bytes, ``cut_off`` ends a pending read.

    Time counts only while ``waiting``: a line is not blamed for our own work.
    """

    received: Callable[[], int]
    cut_off: Callable[[], None]
    waiting: bool = True
    left: float = 0.0  # seconds
    seen: int = field(default=0)


class Pace:
    """The lines of one process, looked at every ``TICK_S`` while there are any.

    ``most`` is how many may wait at once: beyond three quarters of it the slowest are let go.
    """

    def __init__(self, *, least_bytes_s: float, window_s: float, most: int = 1 << 30) -> None:
        self.least_bytes_s, self.window_s, self.most = least_bytes_s, window_s, most
        self._lines: set[Line] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, line: Line) -> Iterator[Line]:
        """Hold ``line`` to the pace until the end of the block."""
        line.left, line.seen = self.window_s, line.received()
        with self._lock:
            self._lines.add(line)
            if self._thread is None:  # not in __init__: a fork would leave it behind
                self._thread = threading.Thread(target=self._watch, daemon=True, name="pace")
                self._thread.start()
        try:
            yield line
        finally:
            with self._lock:
                self._lines.discard(line)

    def waiting(self) -> int:
        """How many lines are waited for just now."""
        with self._lock:
            return sum(line.waiting for line in self._lines)

    def _watch(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(TICK_S)
            now = time.monotonic()
            with self._lock:
                if not self._lines:
                    self._thread = None
                    return
            try:
                self.look(now - before)
            except Exception:  # the watch goes on whatever one line does
                log.exception("a line could not be looked at")
            before = now

    def look(self, passed_s: float) -> None:
        """Let ``passed_s`` seconds count, and end the lines that are too slow."""
        with self._lock:
            lines = [line for line in self._lines if line.waiting]
        slow = [line for line in lines if self._spend(line, passed_s) <= 0]
        scarce = len(lines) - len(slow) - self.most * 3 // 4
        if scarce > 0:
            others = sorted((one for one in lines if one.left > 0), key=lambda one: one.left)
            slow += [one for one in others[:scarce] if one.left <= self.window_s - SCARCE_S]
        for line in slow:
            line.cut_off()

    def _spend(self, line: Line, passed_s: float) -> float:
        """Counts time against a line and its bytes for it; returns the seconds it has left."""
        received = line.received()
        gained, line.seen = received - line.seen, received
        line.left = min(self.window_s, line.left - passed_s + gained / self.least_bytes_s)
        return line.left
