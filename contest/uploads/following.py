"""SHA-256 of files while they grow, so that sealing has only their ends left to read.

What is hashed is read from the file, never taken from the line: the digest says what lies there. A
file only grows, under its writer's lock, so that what was read once stays what it is. A digest that
is not there (after a restart, or of an upload that was long silent) is made from the start.
"""

from __future__ import annotations

import ctypes
import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

LEAST = 16 << 20  # bytes: what is smaller is read in a moment when it is sealed
STEP = 8 << 20  # bytes in a row for one upload, then the next one's turn
BUFFER_SIZE = 1 << 17  # bytes, of which a core's own cache keeps all
SYNC_FILE_RANGE_WRITE = 2  # linux/fs.h: begin to write, wait for nothing
MOST = 256  # digests of a few hundred bytes each; the longest untouched goes first

_write_out = ctypes.CDLL(None).sync_file_range
_write_out.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)


class Growing:
    """The digest of a file's beginning; its lock keeps one reader at it."""

    def __init__(self, path: Path) -> None:
        self.path, self.lock = path, threading.Lock()
        self._digest, self.read = hashlib.sha256(), 0

    def go_on(self, buffer: memoryview, most: int | None = None) -> bool:
        """Read on, `most` bytes or to the end; whether something may be left. Raises OSError."""
        begun, end = self.read, None if most is None else self.read + most
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.read)
            while end is None or self.read < end:
                count = file.readinto(buffer)
                if not count:
                    return False
                self._digest.update(buffer[:count])
                self.read += count
            self._write_out(file.fileno(), begun)
        return True

    def _write_out(self, descriptor: int, begun: int) -> None:
        """Have the disk begin with what was read: the sync at the end then finds little left."""
        _write_out(descriptor, begun, self.read - begun, SYNC_FILE_RANGE_WRITE)

    def hexdigest(self) -> str:
        """The SHA-256 of what was read so far."""
        return self._digest.hexdigest()


class RunningHashes:
    """Digests of growing files by name, brought on by a thread that begins with the first one."""

    def __init__(self) -> None:
        self._growing: OrderedDict[str, Growing] = OrderedDict()
        self._turns: OrderedDict[str, None] = OrderedDict()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def grew(self, name: str, path: Path, size: int) -> None:
        """A file has `size` bytes now: read them soon, where it pays."""
        if size < LEAST:
            return
        with self._news:
            self._growing.setdefault(name, Growing(path))
            self._growing.move_to_end(name)
            while len(self._growing) > MOST:
                self._growing.popitem(last=False)
            self._turns[name] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hashes", daemon=True)
                self._thread.start()
            self._news.notify()

    def forget(self, name: str) -> None:
        """The file is gone."""
        self._take(name)

    def finish(self, name: str, path: Path) -> str:
        """The SHA-256 in hex of a file that grows no more. Raises OSError."""
        growing = self._take(name) or Growing(path)
        with growing.lock:
            growing.go_on(_buffer())
            return growing.hexdigest()

    def _take(self, name: str) -> Growing | None:
        with self._news:
            self._turns.pop(name, None)
            return self._growing.pop(name, None)

    def _run(self) -> None:
        buffer = _buffer()
        while True:
            with self._news:
                while not self._turns:
                    self._news.wait()
                name, _ = self._turns.popitem(last=False)
                growing = self._growing.get(name)
            if growing is not None and self._step(growing, buffer):
                with self._news:
                    if name in self._growing:
                        self._turns[name] = None

    def _step(self, growing: Growing, buffer: memoryview) -> bool:
        """Whether there is more to read; an unreadable file is left to its sealing, which tells."""
        with growing.lock:
            try:
                return growing.go_on(buffer, STEP)
            except OSError:
                return False


def _buffer() -> memoryview:
    return memoryview(bytearray(BUFFER_SIZE))
