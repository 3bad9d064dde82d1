"""How far a backup or restore is, and how long it will still take."""

import threading
import time
from collections.abc import Callable

from contest.languages import write_size

EVERY_S = 1.0
Say = Callable[[str], None]


def silent(_line: str) -> None:
    """Says nothing."""


class Progress:
    """Counts bytes and says a line now and then; ``beat`` is called just as often."""

    def __init__(self, total: int, say: Say, beat: Callable[[], None] = lambda: None) -> None:
        self.total, self.done, self.say, self.beat = total, 0, say, beat
        self.turn = threading.Lock()
        self.begun = self.said = time.monotonic()

    def add(self, size: int) -> None:
        """More bytes are done; threads may call it."""
        with self.turn:
            self.done += size
            now = time.monotonic()
            if now - self.said >= EVERY_S:
                self.said = now
                self.beat()
                self.say(self.line(now))

    def line(self, now: float) -> str:
        """``1,2 GB / 10 GB, 12 %, 3 min 20 s``."""
        left = (self.total - self.done) * (now - self.begun) / max(self.done, 1)
        share = 100 * self.done // max(self.total, 1)
        done, total = write_size(self.done, "en"), write_size(self.total, "en")
        return f"{done} / {total} ({share} %), còn / left: {minutes(left)}"


def minutes(seconds: float) -> str:
    """``3 min 20 s``."""
    minutes, rest = divmod(int(max(seconds, 0)), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
