"""One link's file. What is here is the file's size; what its server called the content is kept in
the row before the first byte, so that whoever goes on asks for the rest of the same content."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from contest.clip_links import LinkRefused
from contest.db import retried
from contest.jobs import Later
from contest.models import LinkFetch
from contest.ports import LinkedFile, LinkInterrupted
from contest.services.core import outbox
from contest.services.entry import link_fetches, uploads
from contest.uploads.storage import Folder
from contest.wiring import Platform

TELL_EVERY_S = 1.5
LOOK_AT_DISK_EVERY = 64 << 20  # bytes
FULL_AGAIN, BUSY_AGAIN = timedelta(minutes=10), timedelta(seconds=30)
LONGEST_WAIT_S = 3600.0
NO_ROOM = ("Máy chủ tạm hết chỗ cho tệp này; sẽ tự thử lại. Hãy báo quản trị viên.",
           "The server has no room for this file just now and tries again. Tell the administrator.")
BROKEN = ("Đường truyền tới máy chủ của đường dẫn bị ngắt; sẽ tự tải tiếp.",
          "The line to the link's server broke; fetching goes on by itself.")
GIVEN_UP = ("Máy chủ của đường dẫn không trả lời sau nhiều lần thử. Hãy kiểm tra đường dẫn, hoặc "
            "gửi tệp từ máy.",
            "The link's server did not answer after several attempts. Check the link, or send the "
            "file from your device.")
Beat = Callable[[], None]


class _TooLarge(Exception):
    """More bytes than the contest takes."""


class _NoRoom(Exception):
    """The disk's own share would be taken."""


class _NotWanted(Exception):
    """Somebody has stopped it."""


def fetch(platform: Platform, fetch_id: int, beat: Beat) -> None:
    """Fetch the file of a link, or the rest of it, and make it a version of its entry's clip.

    Raises ``Later`` after a break in which something came, or while there is no room; whatever
    else may pass, to be retried.
    """
    with platform.db.write() as session:
        row = link_fetches.start(session, fetch_id, at=platform.clock.now())
    path = _path(platform, fetch_id)
    if row is None:
        path.unlink(missing_ok=True)
        return
    with _alone(path, platform.clock.now() + BUSY_AGAIN) as file:
        try:
            if row.length is None or _size(file) != row.length:
                _bring(platform, row, file, beat)
            _hand_over(platform, fetch_id, path, file, beat)
        except LinkRefused as refused:
            _fail(platform, fetch_id, (refused.vi, refused.en))
        except _TooLarge:
            with platform.db.read() as session:
                most = link_fetches.limit(session, session.get_one(LinkFetch, fetch_id))
            _fail(platform, fetch_id, link_fetches.too_large(most))
        except _NoRoom:
            _trouble(platform, fetch_id, NO_ROOM)
            raise Later(platform.clock.now() + FULL_AGAIN, "no room on the disk") from None
        except _NotWanted:
            pass
        except LinkInterrupted as broken:
            _broken(platform, row, _size(file), broken)
    path.unlink(missing_ok=True)


def _path(platform: Platform, fetch_id: int) -> Path:
    with platform.db.read() as session:
        return platform.settings.fetched_dir / session.get_one(LinkFetch, fetch_id).public_id


@contextmanager
def _alone(path: Path, again: datetime) -> Iterator[int]:
    """The file, held against another worker. Raises ``Later`` while one has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Later(again, "another worker has the file") from None
        yield file
    finally:
        os.close(file)


def _size(file: int) -> int:
    return os.fstat(file).st_size


def _bring(platform: Platform, row: LinkFetch, file: int, beat: Beat) -> None:
    """Ask the server and keep what it sends."""
    with platform.db.read() as session:
        most = link_fetches.limit(session, session.get_one(LinkFetch, row.id))
    had = _size(file)
    with platform.links.open(row.address, offset=had, validator=row.validator) as found:
        if found.length is not None and found.length > most:
            raise _TooLarge
        if found.offset == 0:
            os.ftruncate(file, 0)  # before the new content's name is kept
        _answered(platform, row, found)
        _keep(platform, row.id, file, found, most=most, beat=beat)
    with platform.db.write() as session:
        link_fetches.whole(session, row.id, _size(file))


def _answered(platform: Platform, row: LinkFetch, found: LinkedFile) -> None:
    with platform.db.write() as session:
        link_fetches.answered(
            session, row.id, length=found.length, validator=found.validator,
            filename=found.filename or row.filename,
        )


def _keep(platform: Platform, fetch_id: int, file: int, found: LinkedFile, *, most: int,
          beat: Beat) -> None:
    os.lseek(file, found.offset, os.SEEK_SET)
    size, told, looked = found.offset, 0.0, -LOOK_AT_DISK_EVERY
    for piece in found.chunks():
        if size + len(piece) > most:
            raise _TooLarge
        if size - looked >= LOOK_AT_DISK_EVERY:
            looked = size
            _require_room(platform, found.length - size if found.length else len(piece))
        size += _write(file, piece)
        if time.monotonic() - told >= TELL_EVERY_S:
            told = time.monotonic()
            _tell(platform, fetch_id, size)
        beat()


def _require_room(platform: Platform, wanted: int) -> None:
    with platform.db.read() as session:
        unfinished = {one.public_id: one.length for one in uploads.all_open(session)}
    if wanted > Folder(platform.settings.uploads_dir).room(unfinished):
        raise _NoRoom


def _write(file: int, piece: bytes) -> int:
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[os.write(file, rest):]
    except OSError as failed:
        raise _NoRoom from failed
    return len(piece)


@retried
def _tell(platform: Platform, fetch_id: int, size: int) -> None:
    with platform.db.write() as session:
        if not link_fetches.progressed(session, fetch_id, size):
            raise _NotWanted


def _hand_over(platform: Platform, fetch_id: int, path: Path, file: int, beat: Beat) -> None:
    """Store the whole file and record it; the first name stays until that is done."""
    os.fdatasync(file)
    received = platform.clock.now() - timedelta(
        seconds=max(time.time() - os.fstat(file).st_mtime, 0.0)
    )
    with path.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    beat()
    second = path.with_name(f"{path.name}.sealed")
    second.unlink(missing_ok=True)
    os.link(path, second)
    platform.blobs.put(second, digest)
    _record(platform, fetch_id, digest, _size(file), received)


@retried
def _record(platform: Platform, fetch_id: int, sha256: str, size: int, at: datetime) -> None:
    with platform.db.write() as session:
        link_fetches.finish(session, fetch_id, sha256=sha256, size=size, at=at)


@retried
def _fail(platform: Platform, fetch_id: int, said: tuple[str, str]) -> None:
    with platform.db.write() as session:
        row = session.get_one(LinkFetch, fetch_id)
        link_fetches.fail(session, row, said, at=platform.clock.now())


def _trouble(platform: Platform, fetch_id: int, said: tuple[str, str]) -> None:
    with platform.db.write() as session:
        link_fetches.troubled(session, fetch_id, said)


def _broken(platform: Platform, row: LinkFetch, size: int, broken: LinkInterrupted) -> None:
    """Something came: go on soon, which counts as no failure. Else it is a failed attempt, and
    after the last one whoever gave the link is told; before that this raises."""
    now = platform.clock.now()
    with platform.db.read() as session:
        last = outbox.is_last_attempt(session, link_fetches.KIND, row.id)
    came = size > row.received
    with platform.db.write() as session:
        link_fetches.progressed(session, row.id, size)
    if came or broken.retry_after:
        _trouble(platform, row.id, BROKEN)
        wait = min(broken.retry_after or 10.0, LONGEST_WAIT_S)
        raise Later(min(now + timedelta(seconds=wait), row.expires_at), str(broken)) from broken
    if last:
        _fail(platform, row.id, GIVEN_UP)
        return
    _trouble(platform, row.id, BROKEN)
    raise broken


def sweep_strays(platform: Platform) -> None:
    """Remove files that no link waits for; a row is there before its file."""
    folder = platform.settings.fetched_dir
    files = list(folder.iterdir()) if folder.is_dir() else []
    with platform.db.read() as session:
        wanted = link_fetches.waiting(session)
    for path in files:
        if path.name.removesuffix(".sealed") not in wanted:
            path.unlink(missing_ok=True)
