"""Work that goes on beside other work, and ends with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

RaiseIfStopped = Callable[[], None]
T = TypeVar("T")


class _Stopped(Exception):
    """What the work stood beside has ended with an error."""


class Beside:
    """Threads for the length of a ``with`` block, which are waited for at its end.

    When the block raises, work that asks by the function it was given ends, too.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor()
        self._stop = threading.Event()

    def start(self, work: Callable[[RaiseIfStopped], T]) -> Future[T]:
        """Begin ``work``, which is to call what it is given as often as it can."""
        return self._pool.submit(work, self._raise_if_stopped)

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stop.set()
        self._pool.shutdown()

    def _raise_if_stopped(self) -> None:
        if self._stop.is_set():
            raise _Stopped
