"""The proof of a backup: its set restored into an empty place that is thrown away afterwards.

The files are read and hashed where they are and only linked to, so that the proof needs room for
the database alone.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from contest.config import Settings
from contest.db import Database
from contest.errors import ConfigError, Invalid
from contest.safekeeping import clips, databases, file_lock, postgres, sealed_settings, status
from contest.safekeeping.backup import noting_failure
from contest.safekeeping.checks import Found
from contest.safekeeping.folder import BackupFolder, Manifest
from contest.safekeeping.progress import Progress
from contest.safekeeping.restore import Restored, Wanted, look, put_back, told_of_files

SCHEMAS = r"SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"
DROP = "DROP DATABASE IF EXISTS {} WITH (FORCE)"


def prove(settings: Settings, source: Path, wanted: Wanted) -> Restored:
    """Restore the newest set, or the wanted one, aside and look whether it holds; the data folder
    remembers it. Raises as ``restore`` does, ``ConfigError`` where no database may be made."""
    with noting_failure(settings.data_dir):
        folder = BackupFolder.opened(source)
        with folder.reading(), clips.refusing_full_disks(settings.data_dir):
            manifest = folder.chosen(wanted.name)
            proved = Restored(manifest, _found(folder, manifest, settings, wanted))
        if not proved.holds:
            first = next(one for one in proved.found if not one.holds)
            status.failed(settings.data_dir, Invalid(first.vi, first.en), datetime.now(UTC))
        else:
            status.proved(settings.data_dir, manifest, datetime.now(UTC))
    return proved


def _found(
    folder: BackupFolder, manifest: Manifest, settings: Settings, wanted: Wanted
) -> list[Found]:
    with _aside(settings, manifest) as place:
        damaged = _linked(folder, manifest, place.storage_dir, wanted)
        put_back(folder, replace(manifest, clips={}, gone={}), place, wanted)
        database = Database(place.database_url)
        try:
            return [*told_of_files(manifest, damaged), *look(database, place),
                    *_passphrase(folder, manifest, settings)]
        finally:
            database.engine.dispose()


def _passphrase(folder: BackupFolder, manifest: Manifest, settings: Settings) -> list[Found]:
    """Whether the passphrase in force, if it is known here, opens the set's keys."""
    if not (manifest.secrets and settings.backup_passphrase):
        return []
    path = folder.sets / manifest.name / sealed_settings.FILE
    try:
        sealed_settings.opened(path, settings.backup_passphrase)
    except Invalid as error:
        return [Found("passphrase", False, error.vi, error.en)]
    return [Found("passphrase", True, "Câu mật mở được các khoá trong bản sao lưu.",
                  "The passphrase opens the keys of the set.")]


def _linked(
    folder: BackupFolder, manifest: Manifest, storage: Path, wanted: Wanted
) -> list[str]:
    """Hash every file and link to it. A damaged one is put aside, so that the next backup brings
    it anew."""
    progress = Progress(sum(manifest.clips.values()), wanted.say, wanted.beat)
    damaged: list[str] = []

    def link(sha256: str) -> None:
        kept = folder.clip(sha256)
        if not kept.exists():
            damaged.append(sha256)
        elif clips.hash_of(kept, progress.add) != sha256:
            kept.rename(kept.with_name(f"{sha256}.damaged"))
            damaged.append(sha256)
        else:
            place = storage / sha256[:2] / sha256
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.symlink_to(kept.resolve())

    clips.for_each(link, manifest.clips)
    return damaged


@contextmanager
def _aside(settings: Settings, manifest: Manifest) -> Iterator[Settings]:
    """An empty installation, gone at the end; a killed proof's is swept before the next."""
    place = settings.data_dir / "proof"
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # on another machine
    with file_lock.held(
        settings.data_dir / "proof.lock",
        "Đang có một lần kiểm chứng bản sao lưu khác. Hãy đợi nó xong.",
        "Another proof of a backup is at work. Wait until it is done.",
    ):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        try:
            with _database(settings, manifest, place) as url:
                yield replace(settings, data_dir=place, database_url=url,
                              storage_url=f"file://{place}/clips")
        finally:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _database(settings: Settings, manifest: Manifest, place: Path) -> Iterator[str]:
    if manifest.database == "sqlite":
        yield f"sqlite:///{place}/proof.db"
        return
    if databases.kind_of(settings.database_url) != "postgresql":
        raise Invalid("Bản sao lưu này của postgresql; hãy kiểm chứng ở máy có PostgreSQL.",
                      "This set is of postgresql; prove it where PostgreSQL is.")
    url = make_url(settings.database_url)
    name = f"{url.database}_proof"
    there = url.set(database=name).render_as_string(hide_password=False)
    empty = _made if _may_make(settings.database_url) else _emptied
    empty(settings.database_url, there, name)
    try:
        yield there
    finally:
        if empty is _emptied:
            _emptied(settings.database_url, there, name)
        else:
            _execute(settings.database_url, DROP, name)


def _may_make(url: str) -> bool:
    """Whether this user may make databases."""
    with psycopg.connect(postgres.plain(url)) as connection:
        return bool(connection.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (True,))


def _made(url: str, _there: str, name: str) -> None:
    _execute(url, DROP, name)
    _execute(url, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)


def _emptied(url: str, there: str, name: str) -> None:
    """The database that somebody made for proofs and this user owns: nothing stays in it."""
    try:
        with psycopg.connect(postgres.plain(there)) as connection:
            for (schema,) in connection.execute(SCHEMAS).fetchall():
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
            connection.execute("CREATE SCHEMA public")
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege):
        user = make_url(url).username
        raise ConfigError(
            "Không kiểm chứng được bản sao lưu: tài khoản PostgreSQL không có cơ sở dữ liệu tạm "
            f"{name} và không được tạo. Hãy chạy: CREATE DATABASE {name} OWNER {user} (trước "
            f"PostgreSQL 15: ALTER ROLE {user} CREATEDB).",
            f"The backup cannot be proved: PostgreSQL's user has no database {name} and may make "
            f"none. Run: CREATE DATABASE {name} OWNER {user} (before PostgreSQL 15: ALTER ROLE "
            f"{user} CREATEDB).",
        ) from None


def _execute(url: str, statement: str, name: str) -> None:
    with psycopg.connect(postgres.plain(url), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
