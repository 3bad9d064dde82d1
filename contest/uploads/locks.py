"""One writer per upload, a few per unit, and a way to cut them off.

A phone that changes networks leaves a half-open connection behind. When it comes back, its next
request (HEAD or PATCH) ends the old writer; what has arrived is kept.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contest.uploads.failures import UploadFailure

RELEASE_WAIT = 0.9  # seconds a new beginning waits for the old writer to release the upload
WRITERS_EACH = 12  # clips that one unit sends at once; nobody has so many phones at work


class Writers:
    """The writers of one process, by upload id; at most ``each`` of one owner send bytes."""

    def __init__(self, each: int = WRITERS_EACH) -> None:
        self.each = each
        self._owners: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._held: dict[str, Callable[[], None]] = {}
        self.turns = 0  # how often a writer has begun, of any upload

    @contextmanager
    def writing(
        self, upload_id: str, cut_off: Callable[[], None], owner: str = ""
    ) -> Iterator[None]:
        """Hold the upload's lock; `cut_off` is called from another thread to end the writer.

        Raises UploadFailure("busy") when another writer holds it, ("many") where `owner` sends as
        many clips as may be sent at once.
        """
        with self._changed:
            if upload_id in self._held:
                raise UploadFailure("busy")
            if owner and self._owners[owner] >= self.each:
                raise UploadFailure("many", most=self.each)
            self._held[upload_id] = cut_off
            self._owners[owner] += 1
            self.turns += 1
        try:
            yield
        finally:
            with self._changed:
                del self._held[upload_id]
                self._owners -= Counter([owner])  # drops owners who have none left
                self._changed.notify_all()

    def held(self) -> set[str]:
        """The uploads that have a writer just now."""
        with self._changed:
            return set(self._held)

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
