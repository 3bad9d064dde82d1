"""What every long task on a clip needs: a scratch folder, progress reports, storing its files."""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from contest.db import retried
from contest.jobs import Later, LeaseLost, lease_owners
from contest.ports import StorageAway
from contest.wiring import Platform

Beat = Callable[[], None]
ProgressReporter = Callable[[float], None]  # reports the share that is done, 0 to 1
Work = TypeVar("Work")
Made = TypeVar("Made")
TELL_EVERY_S = 1.5
ABANDONED_S = 24 * 3600  # no task on a clip runs so long (``adapters.job_queue.TIMEOUT_S``)


class NotWanted(Exception):
    """The task was superseded, by a newer clip for instance: stop, there is nothing to record."""


@dataclass(frozen=True)
class Steps(Generic[Work, Made]):
    """A kind of long task on a clip: the services' steps, and ``make`` in between.

    ``failed(platform, row_id, error)`` records an error and returns whether to try again.
    """

    name: str
    start: Callable[..., Work | None]  # (session, row_id, at=…): None when no longer needed
    make: Callable[[Platform, Work, Path, ProgressReporter], Made]
    progress: Callable[[Session, int, float], bool]
    finish: Callable[..., None]  # (session, row_id, made, at=…)
    failed: Callable[[Platform, int, Exception], bool]


def carry_out(platform: Platform, row_id: int, beat: Beat, steps: Steps[Work, Made]) -> None:
    """Start the task, make its files in a scratch folder, record the result or the error.

    Raises ``LeaseLost``, ``Later``, errors to be retried, and what ``steps.failed`` raises.
    """
    with platform.db.write() as session:
        work = steps.start(session, row_id, at=platform.clock.now())
    if work is None:
        return
    try:
        with work_folder(platform, f"{steps.name}-{row_id}") as folder:
            report_progress = progress_reporter(platform, row_id, beat, steps.progress)
            made = steps.make(platform, work, folder, report_progress)
            beat()
            _finish(platform, row_id, made, steps)
    except NotWanted:
        return
    except (LeaseLost, Later, StorageAway):  # the task is right; the worker tries it later
        raise
    except Exception as error:
        if steps.failed(platform, row_id, error):
            raise


@retried
def _finish(platform: Platform, row_id: int, made: Made, steps: Steps[Work, Made]) -> None:
    with platform.db.write() as session:
        steps.finish(session, row_id, made, at=platform.clock.now())


@contextmanager
def work_folder(platform: Platform, name: str) -> Iterator[Path]:
    """A scratch folder for one worker alone, even if another runs the same task concurrently.

    ``name`` has no dots. Folders of killed workers are removed first.
    """
    work = work_dir(platform)
    work.mkdir(parents=True, exist_ok=True)
    sweep_work(work)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}.{lease_owners.this_process()}", dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def work_dir(platform: Platform) -> Path:
    """The parent of all scratch folders."""
    return platform.settings.data_dir / "work"


def sweep_all(platform: Platform) -> None:
    """Remove what killed workers left, and what killed requests were receiving."""
    for name in ("work", "incoming"):
        sweep_work(platform.settings.data_dir / name)


def sweep_work(work: Path) -> None:
    """Remove folders whose process has ended; other machines', and files, once too old to be in
    use."""
    oldest = time.time() - ABANDONED_S
    for one in work.iterdir() if work.is_dir() else ():
        if lease_owners.is_gone(one.name.partition(".")[2]) or _changed(one) < oldest:
            _remove(one)


def _remove(one: Path) -> None:
    if one.is_dir():
        shutil.rmtree(one, ignore_errors=True)
    else:
        one.unlink(missing_ok=True)


def _changed(one: Path) -> float:
    try:
        return one.stat().st_mtime
    except FileNotFoundError:  # another worker has swept it
        return time.time()


def progress_reporter(platform: Platform, row_id: int, beat: Beat,
           progress: Callable[[Session, int, float], bool]) -> ProgressReporter:
    """A progress reporter: extends the lease, and every ``TELL_EVERY_S`` seconds stores the share.

    ``progress(session, row_id, share)`` returns whether the task is still needed; if not, the
    reporter raises ``NotWanted``. It raises ``LeaseLost`` too.
    """
    told = time.monotonic()

    def report_progress(share: float) -> None:
        nonlocal told
        beat()
        if time.monotonic() - told < TELL_EVERY_S:
            return
        told = time.monotonic()
        with platform.db.write() as session:
            wanted = progress(session, row_id, round(share, 3))
        if not wanted:
            raise NotWanted

    return report_progress


def store(platform: Platform, path: Path) -> str:
    """Move the file at ``path`` into the store; returns its SHA-256. Raises ``StorageFull``."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    platform.blobs.put(path, digest)
    return digest
