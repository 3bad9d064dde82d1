"""A backup in an sftp place or a bucket: the same set, sent by restic with the clips as they lie.

The set (database, settings, manifest) is made in ``elsewhere/`` of the data folder, sent, and
removed there. To restore one, restic brings both folders back, and they are put together to a
backup folder as any other. What was erased is told by the newest set's tombstones, whichever set is
taken.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contest.config import Settings, without_password
from contest.errors import Invalid
from contest.safekeeping import clips, file_lock, proof, sealed_settings, status
from contest.safekeeping import folder as folders
from contest.safekeeping import restore as restoring
from contest.safekeeping.backup import Copying, Made, Wishes, make, noting_failure
from contest.safekeeping.folder import MARK, BackupFolder
from contest.safekeeping.restic import Repository
from contest.safekeeping.restore import Restored, Wanted
from contest.services.privacy import tombstones
from contest.wiring import Platform

FOLDER = "elsewhere"
PROVED_EVERY = timedelta(days=6)  # a proof brings everything back, which costs


class Named(Copying):
    """Brings nothing, for restic does: it only looks what is there."""

    def all(self, named: dict[str, str]) -> "Copying":
        """Which of the named files the store has, and how large they are."""
        self.clips |= self._look(named)
        self.files, self.size = len(self.clips), sum(self.clips.values())
        return self


def back_up(platform: Platform, place: str, wishes: Wishes) -> Made:
    """Send a set to ``place``; the data folder remembers how it went. Raises as ``backup.back_up``,
    ``Invalid`` where restic could not do it."""
    settings = platform.settings
    with noting_failure(settings.data_dir):
        _require_folder(settings)
        repository = Repository.of(settings, place)
        if wishes.secrets:
            sealed_settings.require_passphrase(settings.backup_passphrase)
        folder = BackupFolder.prepared(settings.data_dir / FOLDER, outside=())
        with folder.alone(), clips.refusing_full_disks(settings.data_dir):
            repository.ready()
            _empty(folder)  # of what a killed run left
            try:
                made = make(platform, folder, wishes, Named)
                repository.add(folder.root, settings.storage_dir, made.manifest.name,
                               say=wishes.say, beat=wishes.beat)
            finally:
                _empty(folder)
            if wishes.keep:
                repository.forget(wishes.keep, beat=wishes.beat)
        status.backed_up(settings.data_dir, made.manifest, made.manifest.instant)
    return made


def _require_folder(settings: Settings) -> None:
    """restic reads folders, and a bucket's files may be more than this machine has room for."""
    if settings.in_bucket:
        raise Invalid(
            "Clip nằm trong bucket nên không sao lưu bằng restic được. Hãy đặt HOITHI_BACKUP_TO là "
            "một thư mục trên ổ đĩa đủ lớn.",
            "The clips lie in a bucket, which restic cannot read. Set HOITHI_BACKUP_TO to a folder "
            "on a disk that is large enough.",
        )


def _empty(folder: BackupFolder) -> None:
    for place in folder.sets.iterdir():
        shutil.rmtree(place)


def restore(settings: Settings, place: str, wanted: Wanted) -> Restored:
    """As ``restore.restore``, of a set that lies elsewhere; room for its clips is needed twice."""
    with _fetched(settings, place, wanted) as folder:
        return restoring.restore(settings, folder, wanted)


def prove(settings: Settings, place: str, wanted: Wanted) -> Restored:
    """As ``proof.prove``, of a set that lies elsewhere: brought back whole, and looked at."""
    with noting_failure(settings.data_dir), _fetched(settings, place, wanted, check=True) as folder:
        return proof.prove(settings, folder, wanted)


def is_proof_due(settings: Settings) -> bool:
    """Whether the last proof is so old that the next one is due."""
    found = status.standing(settings.data_dir, scheduled=True, at=datetime.now(UTC))
    return found.proved_at is None or found.at - found.proved_at > PROVED_EVERY


@contextmanager
def _fetched(
    settings: Settings, place: str, wanted: Wanted, *, check: bool = False
) -> Iterator[Path]:
    """The wanted set as a backup folder of its own, gone at the end."""
    repository = Repository.of(settings, place)
    home = settings.data_dir / "fetched"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file_lock.held(
        home / "lock",
        f"Đang có một lần lấy bản sao lưu khác về {home}. Hãy đợi nó xong.",
        f"Another run is bringing a backup to {home}. Wait until it is done.",
    ):
        try:
            if check:
                repository.check(beat=wanted.beat)
            yield _brought(repository, home / "brought", wanted)
        finally:
            shutil.rmtree(home, ignore_errors=True)


def _brought(repository: Repository, target: Path, wanted: Wanted) -> Path:
    sets = repository.snapshots()
    if not sets:
        raise _none(repository)
    chosen = folders.chosen(sets, wanted.name)
    shutil.rmtree(target, ignore_errors=True)
    wanted.say(f"{chosen.name}: restic restore …")
    with clips.refusing_full_disks(target):
        repository.fetch(chosen, target, beat=wanted.beat)
    folder = BackupFolder(_below(target, chosen.folder))
    if not (folder.root / MARK).is_file():
        raise _none(repository)
    _take_clips(_below(target, chosen.storage), folder)
    if sets[0] != chosen:
        newest = f"{sets[0].folder}/{tombstones.FILE}"
        repository.fetch(sets[0], target / "newest", only=newest, beat=wanted.beat)
        later = _below(target / "newest", newest)
        if later.is_file():
            later.replace(folder.root / tombstones.FILE)
    return folder.root


def _take_clips(storage: Path, folder: BackupFolder) -> None:
    """The store's files have the places there that a backup folder gives them."""
    shutil.rmtree(folder.clips, ignore_errors=True)
    folder.clips.mkdir(mode=0o700)
    for place in storage.glob("??") if storage.is_dir() else ():
        place.rename(folder.clips / place.name)


def _below(target: Path, path: str) -> Path:
    return target / path.lstrip("/")


def _none(repository: Repository) -> Invalid:
    place = without_password(repository.place)
    return Invalid(f"{place} chưa có bản sao lưu trọn vẹn nào của hoithi.",
                   f"{place} holds no whole backup of hoithi yet.")
