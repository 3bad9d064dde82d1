"""Interrupted uploads: the unit is reminded, then they expire by the profile's rule."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from contest.actors import SYSTEM
from contest.jobs import Later
from contest.models import Upload
from contest.services.entry import uploads
from contest.uploads.storage import Folder
from contest.wiring import Platform

STRAY_S = 3600.0
LOST = timedelta(days=3)  # a machine that held whole clips may come back, and so may the bucket
AGAIN = timedelta(hours=1)


def remind(platform: Platform, upload_id: int, beat: Callable[[], None]) -> None:
    """Mail the unit about an unfinished upload; a complete one needs nothing."""
    with platform.db.write() as session:
        upload = session.get_one(Upload, upload_id)
        if upload.arrived_at is None and not _whole_here(platform, upload):
            uploads.remind(session, upload, at=platform.clock.now())


def expire(platform: Platform, upload_id: int, beat: Callable[[], None]) -> None:
    """Close an expired upload and remove its bytes; of an ended one, remove the bytes only.

    A complete upload is left to the upload process, which records it; one that is whole on another
    machine for ``LOST`` at most. Raises ``Later`` while the upload may go on.
    """
    at = platform.clock.now()
    with platform.db.write() as session:
        upload = session.get_one(Upload, upload_id)
        if upload.state == "complete" or _whole_here(platform, upload):
            return
        ends = upload.expires_at + (LOST if upload.arrived_at else timedelta())
        if upload.state == "open" and at < ends:
            raise Later(min(ends, max(at, upload.expires_at) + AGAIN), "still running")
        uploads.end(session, upload, "expired", actor=SYSTEM, at=at)
    _path(platform, upload).unlink(missing_ok=True)


def _path(platform: Platform, upload: Upload) -> Path:
    return platform.settings.uploads_dir / upload.public_id


def _whole_here(platform: Platform, upload: Upload) -> bool:
    """Whether every byte of an open upload has arrived on this machine."""
    path = _path(platform, upload)
    return upload.state == "open" and path.exists() and path.stat().st_size == upload.length


def sweep_strays(platform: Platform) -> None:
    """Remove files that have not grown for ``STRAY_S`` seconds and belong to no open upload.

    A row is created before its first byte, so files are listed before rows.
    """
    folder, oldest = Folder(platform.settings.uploads_dir), time.time() - STRAY_S
    names = folder.names()
    with platform.db.read() as session:
        names -= {upload.public_id for upload in uploads.all_open(session)}
    for path in map(folder.path, names):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


HANDLERS = {"upload.remind": remind, "upload.expire": expire}
