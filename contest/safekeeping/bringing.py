"""Bringing back, from a backup folder, files of the store that are missing or have changed."""

from dataclasses import dataclass, field
from pathlib import Path

from contest.ports import BlobStore, StorageDamaged
from contest.safekeeping import clips
from contest.safekeeping.folder import BackupFolder
from contest.safekeeping.progress import Say
from contest.services.desk import stored_looks
from contest.wiring import Platform


@dataclass
class Brought:
    """Hashes of the files that were brought back, and of those that the backup has not whole."""

    right: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


def bring_back(platform: Platform, source: Path, *, every: bool, say: Say) -> Brought:
    """Put right what the daily look has told of and what is not there; ``every``: hash all files
    that rows name. What no row names stays as it is. Raises ``Invalid``, ``Conflict`` for the
    folder, ``StorageAway``."""
    folder, brought = BackupFolder.opened(source), Brought()
    with folder.reading():
        for sha256 in _doubtful(platform, every=every):
            if is_whole(platform.blobs, sha256):
                continue
            done = _bring(platform, folder, sha256)
            (brought.right if done else brought.lacking).append(sha256)
            say(f"{sha256}: {'đã khôi phục / brought back' if done else 'không có / not there'}")
    _tell(platform, brought)
    return brought


def _doubtful(platform: Platform, *, every: bool) -> list[str]:
    with platform.db.read_connection() as connection:
        named = set(clips.named(connection))
    if every:
        return sorted(named)
    with platform.db.read() as session:
        told = stored_looks.faulty(session)
    there = {one.sha256 for one in platform.blobs.names()}
    return sorted(named & told | named - there)


def is_whole(blobs: BlobStore, sha256: str) -> bool:
    """Whether the file is there with its own bytes."""
    try:
        blobs.verify(sha256)
    except (FileNotFoundError, StorageDamaged):
        return False
    return True


def put_right(blobs: BlobStore, copy: Path, sha256: str) -> None:
    """Put a file where another of its name may lie; afterwards it was read back. Raises
    ``StorageDamaged`` where it still is another."""
    if blobs.exists(sha256):
        if is_whole(blobs, sha256):
            return
        blobs.delete(sha256)
    blobs.put(copy, sha256)
    blobs.verify(sha256)


def _bring(platform: Platform, folder: BackupFolder, sha256: str) -> bool:
    copy = platform.settings.data_dir / "restoring" / sha256
    try:
        clips.bring(folder.clip(sha256), copy, sha256, lambda size: None)
        put_right(platform.blobs, copy, sha256)
    except (clips.Damaged, FileNotFoundError, StorageDamaged):
        return False
    finally:
        copy.unlink(missing_ok=True)
    return True


def _tell(platform: Platform, brought: Brought) -> None:
    """What was put right stands on the desk no longer."""
    with platform.db.write() as session:
        for what in (stored_looks.MISSING, stored_looks.DAMAGED):
            stored_looks.found(session, what, brought.right, (), at=platform.clock.now())
