"""The port from uploads to units, contests and deadlines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

Environ = Mapping[str, Any]


@dataclass(frozen=True)
class Upload:
    """One upload. `length` in bytes; `expires_at` None means it does not expire; of one `entry`
    only the newest upload is open. `begun_at` is known where several machines receive uploads."""

    id: str
    owner: str
    length: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    finished: bool = False
    entry: str = ""
    begun_at: datetime | None = None


class Registry(Protocol):
    """Decides who may upload what. Every method may raise UploadFailure with its sentence.

    Upload ids match `[0-9A-Za-z_-]{16,64}` and cannot be guessed. An unexpected error
    makes the request fail with 503, and the client retries.
    """

    def authorise(self, environ: Environ) -> str:
        """The owner behind a request (from its cookie or header).

        Raises UploadFailure: `signed_out`, `forbidden`, or `revoked` for a revoked link.
        """

    def create(self, owner: str, length: int, metadata: Mapping[str, str]) -> Upload:
        """Open an upload. Raises UploadFailure when closed, over quota or too large."""

    def requester_key(self, environ: Environ) -> Hashable:
        """A cache key of everything in the request that `authorise` depends on."""

    def find(self, environ: Environ, upload_id: str) -> Upload:
        """`authorise` and `get` in one query; raises what they raise."""

    def get(self, owner: str, upload_id: str) -> Upload:
        """The owner's upload. Raises UploadFailure: `not_found`, or `gone` for an ended one."""

    def unfinished(self) -> Iterable[Upload]:
        """All uploads whose bytes are still expected: disk space is reserved for them."""

    def finished(self, upload: Upload, path: Path, sha256: str) -> None:
        """Record a complete file. Idempotent. Raises UploadFailure where it came too late."""

    def terminated(self, upload: Upload) -> None:
        """Record that the owner cancelled; the caller removes the bytes afterwards."""

    def expired(self, upload: Upload) -> None:
        """Record that the upload expired; the caller removes the bytes afterwards."""
