"""One at a time, among processes of this machine: a lock of a file that ends with its holder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contest.errors import Conflict


@contextmanager
def held(path: Path, vi: str, en: str, *, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold the lock of ``path``; an exclusive one makes the file, a shared one (``LOCK_SH``) may be
    had of a folder that is only read. Raises ``Conflict`` in these words while somebody else holds
    it."""
    way = os.O_RDWR | os.O_CREAT if kind == fcntl.LOCK_EX else os.O_RDONLY
    number = os.open(path, way, 0o600)
    try:
        try:
            fcntl.flock(number, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(vi, en) from None
        yield
    finally:
        os.close(number)
