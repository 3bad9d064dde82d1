"""Drawing into a cache: once, however many ask at the same time, and whole or not at all."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def drawn(path: Path, draw: Callable[[], bytes]) -> Path:
    """``path``, whose bytes ``draw`` makes where it is not there yet.

    Who comes while another draws, in whatever process, waits and finds it. What ``draw`` raises is
    raised, and nothing is kept.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        if not path.exists():
            keep(path, draw())
    return path


def keep(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step, also where the power fails meanwhile."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".fresh-", delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time of those whose names begin alike: few locks, which stay, beside the folder."""
    locks = path.parent.with_name(f".{path.parent.name}-locks")
    locks.mkdir(exist_ok=True)
    with (locks / path.name[:2]).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of this opening, so that threads exclude one another too
        yield
