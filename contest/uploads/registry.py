"""The port between uploads and whoever knows units, contests and deadlines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

Environ = Mapping[str, Any]


@dataclass(frozen=True)
class Upload:
    """One file on its way. `length` in bytes; `expires_at` None means it does not expire."""

    id: str
    owner: str
    length: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    finished: bool = False


class Registry(Protocol):
    """Knows who may upload what. Every method may raise UploadFailure with its sentence.

    Upload ids match `[0-9A-Za-z_-]{16,64}` and cannot be guessed. An unexpected error
    makes the request fail with 503, and the client tries again.
    """

    def authorise(self, environ: Environ) -> str:
        """Return the owner behind a request (from its cookie or header).

        Raises UploadFailure: `signed_out`, `forbidden`, or `gone` for a revoked link.
        """

    def create(self, owner: str, length: int, metadata: Mapping[str, str]) -> Upload:
        """Open an upload. Raises UploadFailure when closed, over quota or too large."""

    def requester_key(self, environ: Environ) -> Hashable:
        """All of a request that `authorise` looks at: requests alike in it have one answer."""

    def find(self, environ: Environ, upload_id: str) -> Upload:
        """`authorise` and `get` in one look."""

    def get(self, owner: str, upload_id: str) -> Upload:
        """Find the owner's upload; another owner's raises `not_found`, a dead one `gone`."""

    def unfinished(self) -> Iterable[Upload]:
        """All uploads whose bytes are still expected: what the disk has been promised to."""

    def finished(self, upload: Upload, path: Path, sha256: str) -> None:
        """Record a complete file; called again with the same values, it changes nothing."""

    def terminated(self, upload: Upload) -> None:
        """Record that the owner gave up; the bytes are removed afterwards."""

    def expired(self, upload: Upload) -> None:
        """Record that the time ran out; the bytes are removed afterwards."""
