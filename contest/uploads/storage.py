"""Bytes of unfinished uploads: one file each in one directory. Its size is the offset."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path

from contest.uploads.body import Body
from contest.uploads.failures import Size, UploadFailure
from contest.uploads.following import RunningHashes

BUFFER_SIZE = 1 << 17  # bytes; has to stay in a core's own cache between socket and file
HEADROOM = 1 << 30  # bytes of disk that uploads leave free, and
KEPT_SHARE = 10  # a tenth of the disk: database, audit trail and results must go on when it fills
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_ID = re.compile(r"[0-9A-Za-z_-]{16,64}")
_threads = threading.local()


class Folder:
    """A directory of growing files. `append`, `seal` and `remove` need the writer's lock."""

    def __init__(self, root: Path) -> None:
        self.root, self._hashes = root, RunningHashes()
        root.mkdir(parents=True, exist_ok=True)

    def path(self, upload_id: str) -> Path:
        """Where an upload's bytes are. Raises UploadFailure("not_found") for a malformed id."""
        if not _ID.fullmatch(upload_id):
            raise UploadFailure("not_found")
        return self.root / upload_id

    def size(self, upload_id: str) -> int:
        """Bytes written so far; 0 before the first one."""
        try:
            return self.path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def names(self) -> set[str]:
        """The uploads that have bytes here."""
        return {path.name for path in self.root.iterdir() if _ID.fullmatch(path.name)}

    def free_bytes(self) -> int:
        """Bytes that an ordinary user may still write on this disk."""
        disk = os.statvfs(self.root)
        return disk.f_bavail * disk.f_frsize

    def total_bytes(self) -> int:
        """The size of this disk."""
        disk = os.statvfs(self.root)
        return disk.f_blocks * disk.f_frsize

    def kept_bytes(self) -> int:
        """What of the disk is the platform's own: no upload begins that would take from it."""
        return max(HEADROOM, self.total_bytes() // KEPT_SHARE)

    def room(self, unfinished: Mapping[str, int], *, headroom: int | None = None) -> int:
        """Bytes for one more file: free, beyond the headroom, and reserved for no upload.

        ``unfinished``: upload id -> length; its missing bytes are reserved. ``headroom``: bytes,
        otherwise ``kept_bytes``.
        """
        headroom = self.kept_bytes() if headroom is None else headroom
        promised = sum(length - self.size(name) for name, length in unfinished.items())
        return self.free_bytes() - headroom - promised

    def append(self, upload_id: str, body: Body, *, offset: int, limit: int) -> int:
        """Write the body from `offset` on until the file has `limit` bytes; return the size.

        Keeps every byte that arrived, whatever ends the body. Raises UploadFailure
        (`offset`, `busy`, `disk_full`) or the body's Interrupted.
        """
        fd = os.open(self.path(upload_id), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(fd)
            held = os.lseek(fd, 0, os.SEEK_END)
            if held != offset:
                raise UploadFailure("offset", held=held, offset=offset)
            return _copy(body, fd, offset, limit)
        finally:
            self._hashes.grew(upload_id, self.path(upload_id), os.lseek(fd, 0, os.SEEK_CUR))
            os.close(fd)

    def seal(self, upload_id: str) -> str:
        """Sync a complete file to disk against a power cut; returns its SHA-256 in hex."""
        path = self.path(upload_id)
        with path.open("rb") as file:
            os.fdatasync(file.fileno())
        digest = self._hashes.finish(upload_id, path)
        self._sync_directory()
        return digest

    def remove(self, upload_id: str) -> None:
        """Delete an upload's bytes; nothing happens if there are none."""
        self._hashes.forget(upload_id)
        self.path(upload_id).unlink(missing_ok=True)

    def _sync_directory(self) -> None:
        fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _lock(fd: int) -> None:
    """Keep out writers of another process, for instance during a restart.

    Raises UploadFailure("busy").
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        raise UploadFailure("busy") from held


def _buffer() -> memoryview:
    """This thread's buffer, made once: memory does not grow with the file."""
    if not hasattr(_threads, "buffer"):
        _threads.buffer = memoryview(bytearray(BUFFER_SIZE))
    buffer: memoryview = _threads.buffer
    return buffer


def _copy(body: Body, fd: int, offset: int, limit: int) -> int:
    for chunk in body.chunks(_buffer(), limit - offset):
        offset += _write(fd, chunk)
    return offset


def _write(fd: int, data: memoryview) -> int:
    written = 0
    try:
        while written < len(data):
            written += os.write(fd, data[written:])
    except OSError as failed:
        if failed.errno in NO_ROOM:
            raise UploadFailure("disk_full", found=Size(len(data))) from failed
        raise
    return written
