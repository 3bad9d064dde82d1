"""What every long work on a clip needs: a folder of its own, its progress told, its files kept."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from contest.wiring import Platform

Beat = Callable[[], None]
Tell = Callable[[float], None]  # takes the share that is done, 0 to 1
TELL_EVERY_S = 1.5


class NotWanted(Exception):
    """A newer clip came in, or nobody waits for it any more: stop, there is nothing to record."""


@contextmanager
def work_folder(platform: Platform, name: str) -> Iterator[Path]:
    """A folder of this work's own; what a killed worker left in it is removed first."""
    folder = platform.settings.data_dir / "work" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def teller(platform: Platform, row_id: int, beat: Beat,
           progress: Callable[[Session, int, float], bool]) -> Tell:
    """Keeps the lease alive, and now and then writes the share done by ``progress``.

    ``progress(session, row_id, share)`` says whether the work is still wanted; if not, telling
    raises ``NotWanted``.
    """
    told = time.monotonic()

    def tell(share: float) -> None:
        nonlocal told
        beat()
        if time.monotonic() - told < TELL_EVERY_S:
            return
        told = time.monotonic()
        with platform.db.write() as session:
            wanted = progress(session, row_id, round(share, 3))
        if not wanted:
            raise NotWanted

    return tell


def store(platform: Platform, path: Path) -> str:
    """Move the file at ``path`` into the store; its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    platform.blobs.put(path, digest)
    return digest
