"""What every test may ask for: real databases, a real Redis, a real browser, and no network."""

import fcntl
import gc
import math
import os
import shutil
import socket
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
import redis
from playwright.sync_api import Browser, sync_playwright

from contest.db import Database, upgrade
from contest.running.devservices import start_postgres, start_redis
from social.simulator.process import SimulatorProcess
from tests import compiled_once, ffmpegs, matrices
from tests.databases import Reused, copied, fast_folder, own_database

LOOPBACK = ("127.", "::1", "localhost")
HERE = Path(__file__).parent
KINDS = matrices.KINDS
WORKERS_MEMORY = 3 * 2**29  # bytes
# How quickly a busy machine thinks of examples says nothing about us.
hypothesis.settings.register_profile(
    "ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")
YOUNG_OBJECTS = 20_000  # before the collector looks; Python's own number is 700


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true",
        help="the long form: tests marked `long`, tests of pages on both databases, every seed, "
        "every auditor on every page and size, pictures of the pages",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the long form; begin with the files that mostly wait, which are to
    stand beside others that keep the processors busy, then those that take longest.

    A worker that is handed minutes of work last would let the others wait for it. Files stay whole,
    for the sake of what their tests share.
    """
    if not config.getoption("long"):
        left_out = {item for item in items if item.get_closest_marker("long")}
        left_out |= matrices.halves(items)
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    longest: dict[Path, float] = {}
    for item in items:
        longest[item.path] = max(longest.get(item.path, 0), _may_take(item))
    items.sort(key=lambda item: -longest[item.path])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as processors: for a third of its time a worker waits for a pause, the
    disk or another process, and each compiles and builds for itself what it needs. A worker with
    all its servers and its browser wants 1.5 GB."""
    processors = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // WORKERS_MEMORY
    return max(1, min(processors + (processors + 1) // 2, memory))


def pytest_configure() -> None:
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    ffmpegs.newest_first()


def pytest_collection_finish() -> None:
    """What the tests are made of stays to the end: Python's collector of cycles, going through it
    again and again, took a sixth of the processor time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """pytest has just gone through everything to find what is left unclosed: the end of the process
    need not do so again, three times."""
    gc.freeze()


def _may_take(item: pytest.Item) -> float:
    """Seconds, roughly: a test that is given more time than others needs it."""
    if item.get_closest_marker("waits"):
        return math.inf
    if not item.get_closest_marker("slow"):
        return 0
    limit = item.get_closest_marker("timeout")
    return float(limit.args[0]) if limit else 60


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tests and the time of each folder, for ``tests/README.md``."""
    seconds, tests = Counter[str](), Counter[str]()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            folder = str(Path(report.nodeid.partition("::")[0]).parent)
            seconds[folder] += report.duration
            tests[folder] += report.when == "call"
    if len(seconds) > 1:
        terminalreporter.section("time of each folder")
    for folder in sorted(seconds if len(seconds) > 1 else []):
        terminalreporter.line(f"{folder:24}{tests[folder]:6} tests{seconds[folder]:8.0f} s")


@pytest.fixture(autouse=True)
def umask_is_kept() -> Iterator[None]:
    """A command that is run in this process makes its files its own; others' tests go on."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="module", autouse=True)
def system_ffmpeg(request: pytest.FixtureRequest) -> Iterator[None]:
    """In some rooms the system's FFmpeg, elsewhere the wheels' (``ffmpegs.py``)."""
    room = request.path.relative_to(HERE).parts[0]
    with ffmpegs.of_the_system() if room in ffmpegs.ROOMS_OF_THE_SYSTEM else nullcontext():
        yield


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


@pytest.fixture(scope="session", autouse=True)
def once_compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every test has an application and engines of its own; what they compile is the same."""
    with pytest.MonkeyPatch.context() as patch:
        compiled_once.routes(patch)
        compiled_once.templates(patch, of_all_workers(tmp_path_factory, "templates"))
        compiled_once.statements(patch)
        compiled_once.rules(patch)
        compiled_once.passwords(patch)
        yield


def of_all_workers(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder of this run: each worker has one of its own below that which all share."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    return folder


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


@pytest.fixture(scope="session")
def emptying_redis(redis_server: str) -> Iterator[redis.Redis]:
    """One client for all tests: to make one takes longer than to empty the server."""
    with redis.Redis.from_url(redis_server) as client:
        yield client


@pytest.fixture
def redis_url(redis_server: str, emptying_redis: redis.Redis) -> str:
    """The address of an empty Redis."""
    emptying_redis.flushdb()
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
def reused_postgres(postgres_server: str, postgres_template: str) -> Iterator[Reused]:
    """This worker's PostgreSQL database at the newest migration; it begins again for each test."""
    reused = Reused(postgres_server, postgres_template)
    yield reused
    reused.close()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database at the newest migration on this worker's server, for ``own_database``:
    a copy costs a fifth of what it costs to migrate one from nothing."""
    with own_database(postgres_server) as url:
        upgrade(url)
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest migration, to be copied: one for all workers."""
    folder = of_all_workers(tmp_path_factory, "template")
    path = folder / "hoithi.db"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            fresh = folder / "fresh.db"
            upgrade(f"sqlite:///{fresh}")
            fresh.rename(path)
    return path


@pytest.fixture(scope="session")
def database_folder() -> Iterator[Path]:
    """Where the tests' SQLite files lie: in memory, where there is room."""
    with fast_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def sqlite_in(sqlite_template: Path) -> Callable[[Path], str]:
    """Puts an SQLite database at the newest migration into a folder; its address. To migrate one
    from nothing costs a second."""

    def put(folder: Path) -> str:
        folder.mkdir(exist_ok=True)
        shutil.copyfile(sqlite_template, folder / "hoithi.db")
        return f"sqlite:///{folder}/hoithi.db"

    return put


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Which databases a test meets: see ``tests/README.md``, "Both databases"."""
    if "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", kinds_for(metafunc), scope="function")


def kinds_for(metafunc: pytest.Metafunc) -> list[str]:
    """Both kinds, but one of them, by the test's name, for a test of pages or of clips."""
    if only := metafunc.definition.get_closest_marker("database_kind"):
        return [str(only.args[0])]
    of_pages = "app" in metafunc.fixturenames
    of_clips = metafunc.definition.get_closest_marker("one_database")
    marked = metafunc.definition.get_closest_marker("both_databases")
    if not (of_pages or of_clips) or marked or metafunc.config.getoption("long"):
        return list(KINDS)
    return [KINDS[zlib.crc32(metafunc.definition.nodeid.encode()) % len(KINDS)]]


@pytest.fixture
def empty_database_url(
    request: pytest.FixtureRequest, database_kind: str, tmp_path: Path
) -> Iterator[str]:
    """The address of a database with nothing in it, on each kind of server."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with own_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str) -> str:
    """The address of a fresh database at the newest migration, on each kind of server."""
    if database_kind == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    reused: Reused = request.getfixturevalue("reused_postgres")
    reused.begin_again()
    return reused.url


@pytest.fixture
def sqlite_url(sqlite_template: Path, database_folder: Path) -> Iterator[str]:
    """A fresh SQLite database: for tests in which the kind of server changes nothing."""
    with copied(sqlite_template, database_folder / "hoithi.db") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database at the newest migration, its connections closed at the end."""
    database = Database(database_url)
    yield database
    database.engine.dispose()


UNOPTIMISED = "--js-flags=--no-opt,--no-maglev"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: HOITHI_CHROMIUM, the system's, or the one Playwright has installed. Scripts
    are not optimised: a page of a test is left before what that costs has paid."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-quic", "--no-first-run", UNOPTIMISED]
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[*flags, "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


def find_chromium() -> str | None:
    """The system's Chromium or Chrome, or None.

    First the one that was built without windows (as Playwright takes its own): the same engine, but
    to open a page costs a quarter, for there are no tabs and bars to draw that nobody sees.
    """
    found = shutil.which("chromium-headless-shell")
    return os.environ.get("HOITHI_CHROMIUM") or found or find_whole_chromium()


def find_whole_chromium() -> str | None:
    """The system's Chromium or Chrome with all that people have; the one without windows shows no
    notices."""
    found = (shutil.which(name) for name in ("chromium", "google-chrome", "google-chrome-stable"))
    return next(filter(None, found), None)


@pytest.fixture(scope="session")
def one_simulator(database_folder: Path) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(database_folder / "page", chunk_size=1000) as running:
        yield running


@pytest.fixture
def simulator(one_simulator: SimulatorProcess) -> SimulatorProcess:
    """A Page as on its first day."""
    one_simulator.control("DELETE", "everything")
    return one_simulator
