"""A database's copy at one instant, with the files that it names then; and its way back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text

from contest.db import Database
from contest.safekeeping import clips, postgres

FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
PRIVATE = 0o600


@dataclass(frozen=True)
class Snapshot:
    """A copied database: its kind, file and migration, and ``named``, the files it needs
    (SHA-256 -> kind of row)."""

    kind: str
    path: Path
    migration: str
    named: dict[str, str]


def kind_of(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def size_of(database: Database) -> int:
    """About how many bytes the database takes."""
    if kind_of(database.url) == "sqlite":
        return sqlite_file(database.url).stat().st_size
    with database.read_connection() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def sqlite_file(url: str) -> Path:
    return Path(make_url(url).database or "")


def take(database: Database, folder: Path, *, beat: Callable[[], None]) -> Snapshot:
    """Copy the database into ``folder``, consistently, while others go on writing."""
    kind = kind_of(database.url)
    path = folder / FILES[kind]
    path.touch(mode=PRIVATE)
    return (_from_sqlite if kind == "sqlite" else _from_postgres)(database, path, beat)


def _from_sqlite(database: Database, path: Path, _beat: Callable[[], None]) -> Snapshot:
    import pysqlite3  # noqa: PLC0415 - only where SQLite is used

    source = pysqlite3.connect(str(sqlite_file(database.url)), timeout=30)
    copy = pysqlite3.connect(str(path))
    try:
        source.backup(copy)  # in one step: it reads one state of the log and starts never again
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
        source.close()
    engine = create_engine(f"sqlite:///{path}", module=pysqlite3)
    try:
        with engine.connect() as connection:  # what the copy itself names: nothing is between
            return Snapshot("sqlite", path, migration_of(connection), clips.named(connection))
    finally:
        engine.dispose()


def _from_postgres(database: Database, path: Path, beat: Callable[[], None]) -> Snapshot:
    program = postgres.tool("pg_dump", postgres.server_major(database.url))
    repeatable = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with repeatable.connect() as connection, connection.begin():
        exported = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = Snapshot("postgresql", path, migration_of(connection), clips.named(connection))
        postgres.run(database.url, [
            program, "--format=custom", "--compress=1", "--no-owner", "--no-privileges",
            f"--snapshot={exported}", f"--file={path}",
        ], beat=beat)
    return found


def migration_of(connection: Connection) -> str:
    """The migration that the database is at; empty where it has no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def is_empty(url: str) -> bool:
    """Whether there is no table yet; a file that is not there is not made."""
    if kind_of(url) == "sqlite" and not sqlite_file(url).exists():
        return True
    database = Database(url)
    try:
        with database.read_connection() as connection:
            return not inspect(connection).get_table_names()
    finally:
        database.engine.dispose()


def put_back(dump: Path, url: str, sha256: str, *, beat: Callable[[], None]) -> None:
    """Restore into an empty database, whole or not at all. Raises ``clips.Damaged``."""
    if kind_of(url) == "sqlite":
        for left in ("-wal", "-shm"):
            Path(f"{sqlite_file(url)}{left}").unlink(missing_ok=True)
        clips.bring(dump, sqlite_file(url), sha256, lambda _size: beat(), mode=PRIVATE)
        return
    if clips.hash_of(dump, lambda _size: beat()) != sha256:
        raise clips.Damaged(sha256)
    program = postgres.tool("pg_restore", postgres.server_major(url))
    postgres.run(url, [
        program, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        "--dbname=", str(dump),
    ], beat=beat)
