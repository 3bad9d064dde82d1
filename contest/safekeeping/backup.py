"""A backup: one consistent set of database, files, settings, in a folder that holds many sets.

First the database, then the files that it named at that instant: files are never changed and go
only by the daily sweep, so what is named is there, or was given up since and is noted as gone. The
manifest comes last. Killed at any moment, the run leaves every earlier set as it was, and the files
it has copied are not copied again.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contest import __version__
from contest.safekeeping import clips, databases, sealed_settings, status
from contest.safekeeping.folder import DAYS_OFF, BackupFolder, Manifest
from contest.safekeeping.progress import Progress, Say, silent
from contest.services.privacy import tombstones
from contest.wiring import Platform

SPARE = 64 * 1024**2  # bytes left free on the backup's disk


@dataclass(frozen=True)
class Wishes:
    """How to make it: ``secrets`` sealed with the passphrase of the settings, or left out;
    ``keep`` sets at most, 0 for all; ``say`` is told the progress, ``beat`` called often."""

    secrets: bool = True
    keep: int = 0
    say: Say = silent
    beat: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True)
class Made:
    """A whole set, how many files and bytes of it were new, and the sets that went for it."""

    manifest: Manifest
    files: int
    size: int
    pruned: list[str]

    @property
    def lost(self) -> dict[str, str]:
        """Files that rows still need and the store has not, or has with other bytes."""
        return {sha: why for sha, why in self.manifest.gone.items() if why != GIVEN_UP}


GIVEN_UP, MISSING, DAMAGED = "given up after the snapshot", "missing", "damaged"


def back_up(platform: Platform, to: Path, wishes: Wishes) -> Made:
    """Make a set in the folder ``to``, and note in the data folder how it went. Raises ``Invalid``,
    ``Conflict`` (another is at work there), ``NoSpace``, ``ConfigError``."""
    settings = platform.settings
    with noting_failure(settings.data_dir):
        if wishes.secrets:
            sealed_settings.require_passphrase(settings.backup_passphrase)
        folder = BackupFolder.prepared(to, outside=(settings.data_dir, settings.storage_dir))
        with folder.alone(), clips.refusing_full_disks(to):
            made = make(platform, folder, wishes)
        status.backed_up(settings.data_dir, made.manifest, made.manifest.instant)
    return made


@contextmanager
def noting_failure(data_dir: Path) -> Iterator[None]:
    """Whatever ends it otherwise than well is told on the desk."""
    try:
        yield
    except Exception as error:
        if data_dir.is_dir():
            status.failed(data_dir, error, datetime.now(UTC))
        raise


def make(
    platform: Platform, folder: BackupFolder, wishes: Wishes, copying: "type[Copying] | None" = None
) -> Made:
    """Make a set in an opened folder; ``copying`` brings the files there. Raises as ``back_up``."""
    at = datetime.now(UTC)
    _require_room(folder, databases.size_of(platform.db))
    with ExitStack() as unless_whole:
        place = folder.new_set(at)
        unless_whole.callback(shutil.rmtree, place, ignore_errors=True)
        wishes.say("cơ sở dữ liệu / database …")
        snapshot = databases.take(platform.db, place, beat=wishes.beat)
        wishes.say(f"{len(snapshot.named)} tệp / files …")
        new = (copying or Copying)(platform, folder, wishes).all(snapshot.named)
        if wishes.secrets:
            passphrase = platform.settings.backup_passphrase
            sealed_settings.seal(platform.settings, place / sealed_settings.FILE, passphrase)
        if (days := platform.settings.data_dir / DAYS_OFF).exists():
            shutil.copyfile(days, place / DAYS_OFF)
            (place / DAYS_OFF).chmod(databases.PRIVATE)
        manifest = Manifest(
            name=place.name, at=at.isoformat(), version=__version__,
            migration=snapshot.migration, database=snapshot.kind, files=_files(place, wishes),
            clips=new.clips, gone=new.gone, secrets=wishes.secrets,
        )
        folder.keep(manifest)
        unless_whole.pop_all()
    with platform.db.read() as session:
        tombstones.write(session, folder.root)  # of all sets: what is erased stays so in each
    pruned = folder.prune(wishes.keep) if wishes.keep else []
    return Made(manifest, new.files, new.size, pruned)


def _files(place: Path, wishes: Wishes) -> dict[str, tuple[str, int]]:
    return {
        path.name: (clips.hash_of(path, lambda _size: wishes.beat()), path.stat().st_size)
        for path in sorted(place.iterdir())
    }


def _require_room(folder: BackupFolder, size: int) -> None:
    if shutil.disk_usage(folder.root).free < size + SPARE:
        raise clips.no_room(folder.root)


class Copying:
    """Brings what the folder has not yet, and knows what could not be brought."""

    def __init__(self, platform: Platform, folder: BackupFolder, wishes: Wishes) -> None:
        self.platform, self.folder, self.wishes = platform, folder, wishes
        self.clips: dict[str, int] = {}
        self.gone: dict[str, str] = {}
        self.files = self.size = 0

    def all(self, named: dict[str, str]) -> "Copying":
        """Bring each file that rows name."""
        new = self._look(named)
        _require_room(self.folder, sum(new.values()))
        progress = Progress(sum(new.values()), self.wishes.say, self.wishes.beat)
        clips.for_each(lambda sha256: self._bring(sha256, progress), new)
        self._judge()
        brought = self.clips.keys() & new.keys()
        self.files, self.size = len(brought), sum(self.clips[sha256] for sha256 in brought)
        return self

    def _look(self, named: dict[str, str]) -> dict[str, int]:
        """What is to be copied: SHA-256 -> bytes."""
        new: dict[str, int] = {}
        for sha256 in sorted(named):
            try:
                size = self.platform.blobs.look(sha256).size
            except FileNotFoundError:
                size = -1
            kept = self.folder.clip(sha256)
            if kept.exists() and size in (-1, kept.stat().st_size):
                self.clips[sha256] = kept.stat().st_size
            elif size < 0:
                self.gone[sha256] = MISSING
            else:
                new[sha256] = size
        return new

    def _bring(self, sha256: str, progress: Progress) -> None:
        try:
            self.clips[sha256] = self._brought(sha256, progress)
        except FileNotFoundError:
            self.gone[sha256] = MISSING
        except clips.Damaged:
            self.gone[sha256] = DAMAGED

    def _brought(self, sha256: str, progress: Progress) -> int:
        blobs, target = self.platform.blobs, self.folder.clip(sha256)
        if self.platform.settings.in_bucket:  # past the cache, which is for what people wait for
            return clips.bring_parts(blobs.chunks(sha256), target, sha256, progress.add)
        with blobs.open_local(sha256) as source:
            return clips.bring(source, target, sha256, progress.add)

    def _judge(self) -> None:
        """What no row names any more was given up by the sweep while the files were copied."""
        missing = [sha256 for sha256, why in self.gone.items() if why == MISSING]
        if missing:
            with self.platform.db.read_connection() as connection:
                still = clips.named(connection)
            self.gone |= {sha256: GIVEN_UP for sha256 in missing if sha256 not in still}
