"""One writer per upload, and a way to cut it off.

A phone that changes networks leaves a half-open connection behind. When it comes back it
first requests its offset: that request ends the old writer; what has arrived is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contest.uploads.failures import UploadFailure

RELEASE_WAIT = 0.9  # seconds a HEAD waits for the old writer to release the upload


class Writers:
    """The writers of one process, by upload id."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[str, Callable[[], None]] = {}
        self.turns = 0  # how often a writer has begun, of any upload

    @contextmanager
    def writing(self, upload_id: str, cut_off: Callable[[], None]) -> Iterator[None]:
        """Hold the upload's lock; `cut_off` is called from another thread to end the writer.

        Raises UploadFailure("busy") when another writer holds it.
        """
        with self._changed:
            if upload_id in self._held:
                raise UploadFailure("busy")
            self._held[upload_id] = cut_off
            self.turns += 1
        try:
            yield
        finally:
            with self._changed:
                del self._held[upload_id]
                self._changed.notify_all()

    def cut_off(self, upload_id: str, wait: float = RELEASE_WAIT) -> None:
        """End the current writer, if any, and wait until it has released the lock.

        Raises UploadFailure("busy") if it has not after `wait` seconds (it may be
        checking a complete file).
        """
        with self._changed:
            end = self._held.get(upload_id)
            if end is None:
                return
            end()
            if not self._changed.wait_for(lambda: upload_id not in self._held, wait):
                raise UploadFailure("busy")
