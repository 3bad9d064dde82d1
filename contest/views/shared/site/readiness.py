"""What the pages need, each part asked itself: /readyz, and the same as numbers for Prometheus.

``database``, ``queue`` (Redis), ``disk`` (the data folder), ``storage`` (the clips' folder or
bucket). Whoever has asked lately is told what was found then: the address is public.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from pathlib import Path

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from contest.ports import StorageAway
from contest.wiring import Platform

OK, AWAY, FULL, SLOW = "ok", "away", "full", "slow"
NEEDED = ("database", "disk")  # without these no page works, or nothing sent could be kept
KEPT_S, PATIENCE_S = 3.0, 2.0
ROOM = 16 * 1024  # bytes that the data folder must take


class Readiness:
    """The parts of one platform; a part that does not answer in ``PATIENCE_S`` is ``slow``."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.asked_at, self.found = float("-inf"), dict[str, str]()
        self.lock = threading.Lock()
        self.asking = ThreadPoolExecutor(3, "readiness")
        self.open: dict[str, Future[str]] = {}

    def parts(self, session: Session) -> dict[str, str]:
        """Part -> ``ok``, ``away``, ``full`` or ``slow``."""
        return {"database": database(session)} | self._outside()

    def _outside(self) -> dict[str, str]:
        with self.lock:
            if time.monotonic() - self.asked_at > KEPT_S:
                self.found = self._ask({
                    "queue": self._queue, "disk": self._disk, "storage": self._storage
                })
                self.asked_at = time.monotonic()
            return self.found

    def _ask(self, parts: dict[str, Callable[[], str]]) -> dict[str, str]:
        """All at once; what still waits for an earlier answer is not asked again."""
        for name, ask in parts.items():
            if name not in self.open or self.open[name].done():  # what it says may be old
                self.open[name] = self.asking.submit(ask)
        until = time.monotonic() + PATIENCE_S
        return {name: self._answer(name, until) for name in parts}

    def _answer(self, name: str, until: float) -> str:
        try:
            found = self.open[name].result(max(until - time.monotonic(), 0))
        except NotInTime:
            return SLOW
        del self.open[name]
        return found

    def _queue(self) -> str:
        try:
            self.platform.queue.alive()
        except (RedisError, OSError, ValueError):  # ValueError: no address set
            return AWAY
        return OK

    def _disk(self) -> str:
        return OK if writable(self.platform.settings.data_dir) else FULL

    def _storage(self) -> str:
        try:
            self.platform.blobs.ping()
        except StorageAway:
            return AWAY
        settings = self.platform.settings
        return OK if settings.in_bucket or writable(settings.storage_dir) else FULL


def database(session: Session) -> str:
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return AWAY
    return OK


def writable(folder: Path) -> bool:
    """Whether a folder takes a few kilobytes."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
            file.flush()
    except OSError:
        return False
    return True
