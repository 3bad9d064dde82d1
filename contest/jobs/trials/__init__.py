"""``trial.end``: removes an ended dry run, its rows and the files that no other row names."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import ready_pages
from contest.jobs import Later
from contest.models import Contest, Upload
from contest.safekeeping.clips import named
from contest.services.trials import ending
from contest.wiring import Platform

QUIET_S = 60  # a file that somebody has just put may be about to get a row elsewhere


def remove(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Done again it finds nothing more to do. Raises ``Later`` while a file is too new: then no row
    has gone yet."""
    with platform.db.write() as session:
        slug = session.get_one(Contest, contest_id).slug.removesuffix(f"-{contest_id}")
        files = [*_unfinished(platform, session, contest_id)]
        before = named(session.connection()).keys()
        ending.remove(session, contest_id, at=platform.clock.now())
        session.flush()
        gone = before - named(session.connection()).keys()
        beat()
        if any(map(_new, (*_changed(files), *_stored(platform, gone)))):
            raise Later(platform.clock.now() + timedelta(seconds=2 * QUIET_S), "a file is new")
        for path in files:
            path.unlink(missing_ok=True)
        for sha256 in gone:
            platform.blobs.delete(sha256)
    shutil.rmtree(ready_pages.folder(platform.settings.data_dir, slug), ignore_errors=True)


def _unfinished(platform: Platform, session: Session, contest_id: int) -> Iterable[Path]:
    for name in session.scalars(select(Upload.public_id).where(Upload.contest_id == contest_id)):
        yield from platform.settings.uploads_dir.glob(f"{name}*")


def _changed(files: Iterable[Path]) -> Iterator[float]:
    return (path.stat().st_mtime for path in files)


def _stored(platform: Platform, hashes: Iterable[str]) -> Iterator[float]:
    """When each of the files was put."""
    for sha256 in hashes:
        with contextlib.suppress(FileNotFoundError):
            yield platform.blobs.look(sha256).put_at


def _new(changed_at: float) -> bool:
    return changed_at > time.time() - QUIET_S


HANDLERS = {ending.TASK: remove}
