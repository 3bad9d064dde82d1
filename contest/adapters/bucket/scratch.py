"""Copies on this machine of what lies in a bucket: a cache with a bound, which may be emptied.

A copy in use is locked (flock on the file itself), so that nobody removes it and a killed process
holds nothing.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_S = 24 * 3600  # since its last use
PARTS = ".part"


class Scratch:
    """A folder of at most ``most`` bytes, besides those in use."""

    def __init__(self, root: Path, most: int) -> None:
        self.root, self.most = root, most

    @contextmanager
    def held(
        self, sha256: str, fetch: Callable[[Path], None], *, proven: bool = False
    ) -> Iterator[Path]:
        """The copy of a file, brought by ``fetch`` where it is not here, kept while it is held.
        ``proven``: one that is no longer what it was is brought anew."""
        place = self.root / sha256
        if proven and _hash(place) not in ("", sha256):
            self.remove(sha256)
        while (lock := _locked(place, fcntl.LOCK_SH)) is None:
            self._bring(place, fetch)
        try:
            os.utime(place)
            yield place
        finally:
            os.close(lock)
            self.trim()

    def _bring(self, place: Path, fetch: Callable[[Path], None]) -> None:
        """Under a name of its own first; two at once bring it twice and one of them stays."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.root / f"{place.name}.{secrets.token_hex(6)}{PARTS}"
        try:
            fetch(part)
            part.chmod(0o400)
            with contextlib.suppress(FileExistsError):
                os.link(part, place)
        finally:
            part.unlink(missing_ok=True)

    def remove(self, sha256: str) -> None:
        """Remove a copy, whoever reads it: an open file stays readable to its end."""
        (self.root / sha256).unlink(missing_ok=True)

    def trim(self) -> None:
        """Remove the copies that were used longest ago until the rest is within the bound, and
        those that nobody has used for a day."""
        left, now = 0, time.time()
        for used_at, size, place in sorted(self._copies(), reverse=True):
            left += size
            if left > self.most or used_at < now - LONGEST_S:
                left -= size if _removed(place) else 0

    def _copies(self) -> Iterator[tuple[float, int, Path]]:
        for place in self.root.iterdir() if self.root.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                found = place.stat()
                if place.suffix != PARTS or found.st_mtime < time.time() - LONGEST_S:
                    yield found.st_mtime, found.st_size, place


def _hash(place: Path) -> str:
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _locked(place: Path, kind: int) -> int | None:
    """A lock on the file that has this name now; None where there is none, or another holds it."""
    try:
        file = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, kind)
        if os.fstat(file).st_ino == place.stat().st_ino:
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(file)
    return None


def _removed(place: Path) -> bool:
    lock = _locked(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lock is None:
        return False
    place.unlink(missing_ok=True)
    os.close(lock)
    return True
