"""``sessions.sweep``: daily removes the rows that services/core/sweep.py lists as expired.

Also files without a row: bytes of ended uploads; what killed workers and requests left; the bytes
of clips that were replaced long ago; and what a contest's rules give a period
(``privacy/retaining``).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from contest.jobs import Later, clips, uploads
from contest.jobs.links import fetching
from contest.jobs.privacy import retaining
from contest.services.core import sweep
from contest.services.entry import stored_bytes
from contest.services.privacy import archive, requests
from contest.wiring import Platform

EVERY = timedelta(days=1)


def run(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """Sweep, then raise ``Later`` to run again tomorrow."""
    at = platform.clock.now()
    while _some_rows(platform, at):
        beat()
    while _some_bytes(platform, at):
        beat()
    _persons(platform, at)
    retaining.run(platform, beat)
    clips.sweep_all(platform)
    uploads.sweep_strays(platform)
    fetching.sweep_strays(platform)
    platform.blobs.tidy()
    raise Later(at + EVERY)


def _some_rows(platform: Platform, at: datetime) -> bool:
    """Sweep one batch in its own transaction; returns whether there may be more."""
    with platform.db.write() as session:
        return sweep.sweep(session, at=at) > 0


def _some_bytes(platform: Platform, at: datetime) -> bool:
    """Give up one batch of replaced clips; the files go once it is committed."""
    with platform.db.write() as session:
        freed = stored_bytes.give_up_replaced(session, at=at)
    for sha256 in freed.files:
        platform.blobs.drop(sha256)
    return freed.clips > 0


def _persons(platform: Platform, at: datetime) -> None:
    """Requests of which nobody showed who asks lapse; archives go when their link ends."""
    with platform.db.write() as session:
        requests.lapse(session, at=at)
        files = archive.over(session, at=at)
    for sha256 in files:
        platform.blobs.drop(sha256)


HANDLERS = {sweep.KIND: run}
