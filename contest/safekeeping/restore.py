"""A restore: a set of a backup folder into an empty installation, every hash checked on the way.

Files come first and the database last, whole or not at all: an installation whose database is there
has all its files. Run again after a kill, it goes on where it was.
"""

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from alembic.script import ScriptDirectory

from contest.config import Settings, kept_secret_file
from contest.db import Database, alembic_config
from contest.errors import ConfigError, Conflict, Invalid
from contest.safekeeping import checks, clips, databases, sealed_settings
from contest.safekeeping.backup import GIVEN_UP
from contest.safekeeping.checks import Found
from contest.safekeeping.folder import DAYS_OFF, BackupFolder, Manifest, read_json, write_json
from contest.safekeeping.progress import Progress, Say, silent
from contest.services.core.keys import Keys
from contest.services.privacy import again, tombstones
from contest.wiring import Platform

MARK = "restoring.json"  # while it stands, what is there came of this set


@dataclass(frozen=True)
class Wanted:
    """Which set (empty: the newest), and whether its keys are wanted."""

    name: str = ""
    secrets: bool = True
    say: Say = silent
    beat: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True)
class Restored:
    """What was restored and what was found in it."""

    manifest: Manifest
    found: list[Found]

    @property
    def holds(self) -> bool:
        return all(one.holds for one in self.found)


def restore(settings: Settings, source: Path, wanted: Wanted) -> Restored:
    """Put a set back and look whether it holds. Raises ``Conflict`` for a place that is not empty,
    ``Invalid`` for a folder, set or passphrase that does not serve, ``NoSpace``."""
    folder = BackupFolder.opened(source)
    with folder.reading(), clips.refusing_full_disks(settings.data_dir):
        manifest = folder.chosen(wanted.name)
        _require_fitting(settings, manifest)
        _require_empty(settings, manifest)
        opened = _opened(folder, manifest, settings, wanted)
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_json(settings.data_dir / MARK, {"set": manifest.name})
        found = put_back(folder, manifest, settings, wanted)
        _days_off(folder, manifest, settings)
        if opened:
            sealed_settings.put_back(opened, settings.data_dir)
        database = Database(settings.database_url)
        try:
            database.upgrade()  # a set of an earlier version
            found += look(database, settings)
            found += _keys(database, settings, opened)
            found += _erased_again(database, folder, settings)
        finally:
            database.engine.dispose()
        (settings.data_dir / MARK).unlink()
    return Restored(manifest, found)


def put_back(
    folder: BackupFolder, manifest: Manifest, target: Settings, wanted: Wanted
) -> list[Found]:
    """The files, then the database; what of them is not as it was."""
    found = _clips(folder, manifest, target, wanted)
    if databases.is_empty(target.database_url):
        name = databases.FILES[manifest.database]
        dump = folder.sets / manifest.name / name
        try:
            databases.put_back(
                dump, target.database_url, manifest.files[name][0], beat=wanted.beat
            )
        except (clips.Damaged, FileNotFoundError):
            raise _damaged_set(manifest) from None
    return found


def _days_off(folder: BackupFolder, manifest: Manifest, target: Settings) -> None:
    """By which requests of persons are due; damaged in the set, those that came with the platform
    are in force."""
    if DAYS_OFF in manifest.files:
        source, sha256 = folder.sets / manifest.name / DAYS_OFF, manifest.files[DAYS_OFF][0]
        with contextlib.suppress(clips.Damaged, FileNotFoundError):
            clips.bring(source, target.data_dir / DAYS_OFF, sha256, lambda _size: None,
                        mode=databases.PRIVATE)


def look(database: Database, settings: Settings) -> list[Found]:
    """The trail and the newest results of a restored installation."""
    with database.read() as session:
        blobs = Platform(settings).blobs
        return [checks.trail(session), *checks.newest_results(session, blobs)]


def _clips(
    folder: BackupFolder, manifest: Manifest, target: Settings, wanted: Wanted
) -> list[Found]:
    bring_one = _into_bucket if target.in_bucket else _into_folder
    blobs = Platform(target).blobs
    progress = Progress(sum(manifest.clips.values()), wanted.say, wanted.beat)
    damaged: list[str] = []

    def bring(sha256: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            if blobs.look(sha256).size == manifest.clips[sha256]:
                progress.add(manifest.clips[sha256])
                return
        try:
            bring_one(folder.clip(sha256), sha256, target, progress)
        except (clips.Damaged, FileNotFoundError):
            damaged.append(sha256)

    clips.for_each(bring, manifest.clips)
    return told_of_files(manifest, damaged)


def _into_folder(source: Path, sha256: str, target: Settings, progress: Progress) -> None:
    clips.bring(source, target.storage_dir / sha256[:2] / sha256, sha256, progress.add)


def _into_bucket(source: Path, sha256: str, target: Settings, progress: Progress) -> None:
    """The store takes a file over, so it is handed a copy, whose hash is taken on the way."""
    copy = target.data_dir / "restoring" / sha256
    clips.bring(source, copy, sha256, progress.add)
    Platform(target).blobs.put(copy, sha256)


def told_of_files(manifest: Manifest, damaged: list[str]) -> list[Found]:
    """One line on the files, and one on those that the set never had."""
    right = len(manifest.clips) - len(damaged)
    listed = f" ({', '.join(damaged[:3])}…)" if damaged else ""
    found = [Found(
        "files", not damaged,
        f"{right} / {len(manifest.clips)} tệp đúng mã kiểm tra{listed}.",
        f"{right} of {len(manifest.clips)} files have the right hash{listed}.",
    )]
    lost = [sha for sha, why in manifest.gone.items() if why != GIVEN_UP]
    if lost:
        found.append(Found(
            "gone", False, f"{len(lost)} tệp đã thiếu sẵn khi sao lưu ({lost[0]}…).",
            f"{len(lost)} files were missing when the backup was made ({lost[0]}…).",
        ))
    return found


def _require_fitting(settings: Settings, manifest: Manifest) -> None:
    kind = databases.kind_of(settings.database_url)
    if kind != manifest.database:
        raise Invalid(
            f"Bản sao lưu này của {manifest.database}, còn HOITHI_DATABASE_URL chỉ tới {kind}. Hãy "
            f"đặt một địa chỉ {manifest.database}.",
            f"This set is of {manifest.database}, and HOITHI_DATABASE_URL names {kind}. Give an "
            f"address of {manifest.database}.",
        )
    known = ScriptDirectory.from_config(alembic_config(settings.database_url))
    if manifest.migration not in {script.revision for script in known.walk_revisions()}:
        raise Invalid(
            f"Bản sao lưu do hoithi {manifest.version} ghi, mới hơn bản đang chạy. Hãy cài đúng "
            "bản ấy rồi khôi phục.",
            f"This set was made by hoithi {manifest.version}, which is newer than this one. "
            "Install that version, then restore.",
        )


def _require_empty(settings: Settings, manifest: Manifest) -> None:
    """Nothing is written over; what a killed restore of the same set left is gone on with."""
    begun = read_json(settings.data_dir / MARK)
    if begun == {"set": manifest.name}:
        return
    has_files = _holds_files(settings)
    if begun or has_files or not databases.is_empty(settings.database_url):
        raise Conflict(
            f"Nơi khôi phục không trống: {settings.data_dir} hoặc cơ sở dữ liệu đang có nội dung. "
            "Hãy đặt HOITHI_DATA_DIR và HOITHI_DATABASE_URL tới nơi trống; không có gì bị ghi đè.",
            f"The place to restore to is not empty: {settings.data_dir} or the database holds "
            "something. Set HOITHI_DATA_DIR and HOITHI_DATABASE_URL to empty places; nothing was "
            "written over.",
        )


def _holds_files(settings: Settings) -> bool:
    if settings.in_bucket:
        return next(Platform(settings).blobs.names(), None) is not None
    storage = settings.storage_dir
    return storage.exists() and any(p.is_file() for p in storage.glob("*/*"))


def _opened(
    folder: BackupFolder, manifest: Manifest, settings: Settings, wanted: Wanted
) -> dict[str, str]:
    if not (wanted.secrets and manifest.secrets):
        return {}
    path = folder.sets / manifest.name / sealed_settings.FILE
    opened = sealed_settings.opened(path, settings.backup_passphrase)
    sealed_settings.require_no_other_key(opened, settings.data_dir)
    return opened


def _keys(database: Database, settings: Settings, opened: dict[str, str]) -> list[Found]:
    """Whether the secret key in force opens what the database stores sealed."""
    kept = kept_secret_file(settings.data_dir)
    text = settings.secret_key or (kept.read_text() if kept.exists() else "")
    if not text:
        return [Found(
            "keys", True,
            "Các khoá không được khôi phục: hãy đặt HOITHI_SECRET_KEY cũ trước khi chạy.",
            "The keys were not restored: set the old HOITHI_SECRET_KEY before starting.",
        )]
    try:
        keys = Keys(Settings.keys_in(text), database.write)
        with database.read() as session:
            keys.check(session)
    except ConfigError as error:
        return [Found("keys", False, error.vi, error.en)]
    return [Found("keys", True, "Khoá mở được những gì cơ sở dữ liệu niêm phong.",
                  "The secret key opens what the database stores sealed.")]


def _erased_again(
    database: Database, folder: BackupFolder, settings: Settings
) -> list[Found]:
    """What was erased since the set was made is erased again, by the tombstones beside the sets;
    files that the set still had go with it."""
    path = folder.root / tombstones.FILE
    kept = kept_secret_file(settings.data_dir)
    text = settings.secret_key or (kept.read_text() if kept.exists() else "")
    if not path.exists() or not path.stat().st_size:
        return []
    if not text:
        return [Found(
            "erased", False,
            "Chưa xoá lại được những gì đã xoá sau bản sao lưu: hãy đặt HOITHI_SECRET_KEY cũ rồi "
            "chạy “hoithi privacy again”.",
            "What was erased after the backup is not erased again yet: set the old "
            'HOITHI_SECRET_KEY, then run "hoithi privacy again".',
        )]
    shutil.copyfile(path, settings.data_dir / tombstones.FILE)
    keys = Keys(Settings.keys_in(text), database.write)
    platform = Platform(settings)
    done = again.done(database.write, settings.data_dir, platform.blobs, platform.pdfs, keys)
    if not done:
        return []
    database.compact()
    return [Found("erased", True, f"{done} lần xoá sau bản sao lưu đã được làm lại.",
                  f"{done} erasures since the set were done again.")]


def _damaged_set(manifest: Manifest) -> Invalid:
    return Invalid(
        f"Cơ sở dữ liệu trong bản {manifest.name} bị hỏng hoặc mất. Hãy chọn bản khác bằng --set.",
        f"The database of the set {manifest.name} is damaged or gone. Choose another by --set.",
    )
