"""What every test may ask for: real databases, a real Redis, a real browser, and no network."""

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from playwright.sync_api import Browser, sync_playwright

from contest.db import Database, upgrade
from contest.running.devservices import start_postgres, start_redis
from social.simulator.process import SimulatorProcess

LOOPBACK = ("127.", "::1", "localhost")
NUMBERS = count(1)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A test that reaches beyond this machine fails, whether or not there is a network."""
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: Any) -> None:
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", loopback_only)
        yield


@pytest.fixture(scope="session")
def short_dir() -> Iterator[Path]:
    """A folder with a short path that everybody may enter: sockets and PostgreSQL need that."""
    folder = Path(tempfile.mkdtemp(prefix="hoithi-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server(short_dir: Path) -> Iterator[str]:
    """The address of this worker's Redis: HOITHI_TEST_REDIS_URL, or one of its own."""
    if given := os.environ.get("HOITHI_TEST_REDIS_URL"):
        yield given
        return
    service = start_redis(short_dir)
    yield service.url
    service.stop()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of an empty Redis."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server


@pytest.fixture(scope="session")
def postgres_server(short_dir: Path) -> Iterator[str]:
    """The address of this worker's PostgreSQL: HOITHI_TEST_POSTGRES_URL, or one of its own."""
    if given := os.environ.get("HOITHI_TEST_POSTGRES_URL"):
        yield given
        return
    service = start_postgres(short_dir / "postgres")
    yield service.url
    service.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a PostgreSQL database at the newest migration, to be copied."""
    name = f"hoithi_template_{os.getpid()}"
    _on_postgres(postgres_server, f'CREATE DATABASE "{name}"')
    upgrade(_named(postgres_server, name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest migration, to be copied."""
    path = tmp_path_factory.mktemp("template") / "hoithi.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it, on each kind of server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with _postgres_database(request.getfixturevalue("postgres_server"), "template0") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database at the newest migration, on each kind of server."""
    if request.param == "sqlite":
        path = tmp_path / "hoithi.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    with _postgres_database(request.getfixturevalue("postgres_server"), template) as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database: for tests in which the kind of server changes nothing."""
    path = tmp_path / "hoithi.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database at the newest migration, its connections closed at the end."""
    database = Database(database_url)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: HOITHI_CHROMIUM, the system's, or the one Playwright has installed."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-quic", "--no-first-run"]
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[*flags, "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


def find_chromium() -> str | None:
    """The system's Chromium or Chrome, or None."""
    names = ("chromium", "google-chrome", "google-chrome-stable")
    found = (shutil.which(name) for name in names)
    return os.environ.get("HOITHI_CHROMIUM") or next(filter(None, found), None)


@contextlib.contextmanager
def _postgres_database(server: str, template: str) -> Iterator[str]:
    name = f"hoithi_{os.getpid()}_{next(NUMBERS)}"
    _on_postgres(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _named(server, name)
    finally:
        _on_postgres(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _named(server: str, name: str) -> str:
    """The address of database ``name`` on ``server``, given any address of that server."""
    before, _, query = server.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}"
    return f"{address}?{query}" if query else address


def _on_postgres(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(tmp_path_factory.mktemp("page"), chunk_size=1000) as running:
        yield running


@pytest.fixture
def simulator(one_simulator: SimulatorProcess) -> SimulatorProcess:
    """A Page as on its first day."""
    one_simulator.control("DELETE", "everything")
    return one_simulator
