"""``privacy.tidy``: after an erasure was committed, its files go, caches are emptied, the database
gives its freed pages back, and the tombstones are written beside the data and the backups.

Done again it changes nothing, so a killed run is simply repeated.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import ready_pages
from contest.jobs import Later, pages_app
from contest.models import Contest, Tombstone
from contest.safekeeping import clips, restic, schedule
from contest.safekeeping.folder import BackupFolder
from contest.services.privacy import leftovers, stored_files, tombstones
from contest.services.privacy.person import DigestFinder
from contest.services.results import prospects, standings
from contest.wiring import Platform

AGAIN = timedelta(hours=25)  # a file that has just been put stays for a day (``folder_store``)
FILE = "file:"


def run(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Tidy up after every erasure of the contest. Raises ``Later`` while a file is too young."""
    with platform.db.read() as session:
        contest = session.get_one(Contest, contest_id)
        files = _files(session, contest)
        for finder in _finders(platform, session, contest):
            beat()
            named = set(clips.named(session.connection()))
            files += leftovers.strays(platform.blobs, named, finder, platform.pdfs)
        tombstones.write(session, platform.settings.data_dir)
    for sha256 in files:
        platform.blobs.drop(sha256)
    platform.shelf.clear(prospects.SHELF)
    _from_backups(platform, files)
    beat()
    own_disk(platform, contest_id, app=pages_app.of(platform))
    beat()
    platform.db.compact()
    if any(platform.blobs.exists(sha256) for sha256 in files):
        raise Later(platform.clock.now() + AGAIN, "files of today are removed tomorrow")


def own_disk(platform: Platform, contest_id: int, *, app: Flask) -> None:
    """What of it lies on this machine's own disk: files that wait, caches, published pages. Every
    machine does this (``jobs/machines``)."""
    data_dir = platform.settings.data_dir
    with platform.db.read() as session:
        contest = session.get(Contest, contest_id)
        if contest is None:
            return
        published = standings.newest(session, contest)
        for finder in _finders(platform, session, contest):
            leftovers.remove_waiting(data_dir, finder, platform.pdfs)
    leftovers.empty_caches(data_dir)
    if published is not None:
        ready_pages.refresh(app, data_dir, contest.slug)


def _files(session: Session, contest: Contest) -> list[str]:
    """Files that erasures gave up and that nobody has put again since."""
    query = select(Tombstone.digest).where(
        Tombstone.contest_id == contest.id, Tombstone.subject.startswith(FILE)
    )
    return stored_files.unneeded(session, list(session.scalars(query)))


def _finders(
    platform: Platform, session: Session, contest: Contest
) -> Iterator[DigestFinder]:
    secret = tombstones.key(session, platform.keys, contest)
    query = select(Tombstone.ground).where(
        Tombstone.contest_id == contest.id, Tombstone.subject.startswith(tombstones.WORD)
    ).distinct()  # a sweep by retention looks for nobody
    for ground in session.scalars(query).all():
        yield tombstones.finder_of(session, contest, ground, secret)


def _from_backups(platform: Platform, files: list[str]) -> None:
    """Remove the files from the backup folder and leave it the tombstones. Its databases keep what
    they held until they are pruned; a restore of one applies the tombstones."""
    if restic.is_place(platform.settings.backup_to):
        with platform.db.write() as session:  # the tombstones go there at once
            schedule.hurry(session, at=platform.clock.now())
        return
    if not platform.settings.backup_to or not Path(platform.settings.backup_to).is_dir():
        return
    folder = BackupFolder.opened(Path(platform.settings.backup_to))
    with folder.alone():
        for sha256 in files:
            folder.clip(sha256).unlink(missing_ok=True)
        with platform.db.read() as session:
            tombstones.write(session, folder.root)
