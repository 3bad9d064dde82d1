"""A short-lived cache of uploads, so that parts which follow at once need no query.

A part that has begun is received to its end even if its link is revoked meanwhile; so is one
that begins within `LOOK_AGAIN` of the last query. The last part of a file always queries: no
upload is finished by a cached row.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import NamedTuple

from contest.uploads.registry import Upload

LOOK_AGAIN = 1.0  # seconds
MOST = 256  # cached uploads before expired ones are dropped


class _Known(NamedTuple):
    requester_key: Hashable
    until: float
    upload: Upload


class RecentUploads:
    """The cache, by upload id. `keep` and `forget` need the writer's lock."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def get(self, requester_key: Hashable, upload_id: str) -> Upload | None:
        """The upload cached for this requester less than `LOOK_AGAIN` ago, or None."""
        known = self._known.get(upload_id)
        if known is None or known.requester_key != requester_key or time.monotonic() >= known.until:
            return None
        return known.upload

    def still(self, upload: Upload) -> bool:
        """Whether `upload` came from `get` and is still cached: nobody has ended it."""
        known = self._known.get(upload.id)
        return known is not None and known.upload is upload

    def keep(self, requester_key: Hashable, upload: Upload, looked_at: float) -> None:
        """Cache a row that was read at `looked_at` (monotonic seconds) or later."""
        if len(self._known) >= MOST:
            self._throw_away()
        self._known[upload.id] = _Known(requester_key, looked_at + LOOK_AGAIN, upload)

    def forget(self, upload_id: str) -> None:
        """Drop an upload that has ended or is about to."""
        self._known.pop(upload_id, None)

    def _throw_away(self) -> None:
        now = time.monotonic()
        for upload_id, known in list(self._known.items()):
            if now >= known.until:
                self.forget(upload_id)
