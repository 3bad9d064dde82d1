"""``storage.scrub``: every day, whether each file is there; and, some gigabytes a day, whether its
bytes are still those of its hash, so that in time all of the store is read.

What is found stands on the desk. A store that is away ends the day's look; nothing is told of it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from contest.jobs import Later
from contest.ports import StorageDamaged
from contest.safekeeping import clips
from contest.services.core import outbox
from contest.services.desk import stored_looks
from contest.wiring import Platform

KIND = "storage.scrub"
EVERY = timedelta(days=1)
GIGABYTE = 1000**3
TOGETHER = 50  # files between two notes of how far it is


def begin(platform: Platform) -> None:
    """Have it wait for its day, where the settings do not say 0."""
    if platform.settings.scrub:
        with platform.db.write() as session:
            outbox.enqueue(session, KIND, 0, at=platform.clock.now(), key=KIND)


def run(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """Look, then raise ``Later`` to go on tomorrow."""
    if not platform.settings.scrub:
        return
    _missing(platform, beat)
    left = platform.settings.scrub * GIGABYTE
    for some in _batches(platform):
        left -= _hashed(platform, some, beat)
        if left <= 0:
            break
    else:
        with platform.db.write() as session:
            stored_looks.go_on(session, "", at=platform.clock.now())
    raise Later(platform.clock.now() + EVERY)


def _named(platform: Platform) -> set[str]:
    with platform.db.read_connection() as connection:
        return set(clips.named(connection))


def _missing(platform: Platform, beat: Callable[[], None]) -> None:
    """Asked in this order, what is put or given up meanwhile is not called missing."""
    before = _named(platform)
    there = set()
    for one in platform.blobs.names():
        there.add(one.sha256)
        beat()
    lacking = (before & _named(platform)) - there
    gone = {sha256 for sha256 in lacking if not platform.blobs.exists(sha256)}
    with platform.db.write() as session:
        stored_looks.forget(session, before)
        stored_looks.found(
            session, stored_looks.MISSING, before, gone, at=platform.clock.now()
        )


def _batches(platform: Platform) -> Iterator[list[str]]:
    with platform.db.read() as session:
        after = stored_looks.reached(session)
    rest = sorted(sha256 for sha256 in _named(platform) if sha256 > after)
    for start in range(0, len(rest), TOGETHER):
        yield rest[start : start + TOGETHER]


def _hashed(platform: Platform, some: list[str], beat: Callable[[], None]) -> int:
    """Read these files; returns their bytes."""
    damaged, size = set(), 0

    def told(length: int) -> None:
        nonlocal size
        size += length
        beat()

    for sha256 in some:
        try:
            platform.blobs.verify(sha256, told)
        except StorageDamaged:
            damaged.add(sha256)
        except FileNotFoundError:  # told as missing, or given up just now
            continue
    with platform.db.write() as session:
        at = platform.clock.now()
        stored_looks.found(session, stored_looks.DAMAGED, some, damaged, at=at)
        stored_looks.go_on(session, some[-1], at=at)
    return size
