"""The database: engines with safe settings, sessions, and migration to head.

SQLite comes from the ``pysqlite3`` wheel: the SQLite of several systems has a bug that can corrupt
a WAL database with two writers (fixed in 3.51.3). Writers take the lock when they begin, so that
a transaction never fails half-way because another one got in between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql://…``, with durable settings."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)


def _sqlite(url: str) -> Engine:
    import pysqlite3  # noqa: PLC0415 - only where SQLite is used

    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=pysqlite3, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


class Database:
    """Sessions for reading and for writing; a write commits at the end or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self.reader = sessionmaker(self.engine, expire_on_commit=False)
        self.writer = sessionmaker(writing, expire_on_commit=False, info={"writes": True})

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self.reader() as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """One small query without a session around it, which would cost twice as much again."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.writer() as session, session.begin():
            yield session

    def upgrade(self) -> None:
        upgrade(self.url)


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``."""
    command.upgrade(alembic_config(url), revision)
