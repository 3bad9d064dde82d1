"""Every page of organisers, reviewers and jurors in a contest of 10,000 entries, against the same
page in a contest of 20.

Both contests are served in this process, each from a database of its own on one server: a private
PostgreSQL, or SQLite with HOITHI_BENCH_SQLITE=1. The pages are those that the application's own
list of routes has; files are left out. Each is asked for in turn, large, small, large, small …; the
figure is the median of the time to the whole answer. Beside it stands processor time, of this
process and of the database: what counts where other work shares the machine.

HOITHI_BENCH_FOLDER names a folder where both databases stay for the next run (the large one takes
a minute to make); HOITHI_BENCH_PAGES is a part of the pages' names, or several with commas between,
HOITHI_BENCH_ROUNDS how often each is asked for.
"""

import gc
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask.testing import FlaskClient
from psycopg.sql import SQL, Identifier
from sqlalchemy import event, select
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter

from bench.crowd import Crowd, Size
from bench.measure import Figure
from contest.actors import PUBLIC, Actor
from contest.models import Contest, Correction, Publication, SimilarPair, User
from contest.permissions import can
from contest.running.devservices import Service, start_postgres
from contest.services.people import people

LARGE, SMALL = Size(entries=10_000, units=3_000), Size(entries=20, units=20)
ROUNDS = int(os.environ.get("HOITHI_BENCH_ROUNDS", "5"))
LONG = 5.0  # a page that takes longer than this many seconds is asked for once more only
ROLES = ("organiser", "reviewer", "juror")
KINDS = {  # of figures: unit and target
    "p50 ÷ with 20 entries": ("ratio", 3), "p50": ("s", 0.3),
    "processor ÷ with 20 entries": ("ratio", 3), "processor": ("s", 0.3),
    "statements more": ("statements", 0),
}
VARIANTS = {  # pages that show other rows by what follows "?"
    "anomalies.list": ("", "show=decided"), "copies.listed": ("", "list=decided"),
    "entries.listed": ("", "state=published"), "interactions.list": ("", "page=3"),
    "organiser.jobs": ("", "state=done"), "organiser.log": ("", "subject=CX-000020", "page=3"),
    "reviews.queue": ("", "list=approved"), "units.manage": ("", "show=short"),
}


@dataclass(frozen=True)
class Page:
    """One address, its name in the figures, and the role that opens it."""

    name: str
    address: str
    role: str


@dataclass(frozen=True)
class Look:
    """One answer: seconds, processor seconds, SQL statements, bytes; ``page`` False for a file or a
    refusal."""

    seconds: float
    cpu_s: float
    statements: int
    size: int
    page: bool


@dataclass(frozen=True)
class Found:
    """What was found of one page in one contest: medians, and the statements of each visit."""

    seconds: float
    cpu_s: float
    statements: int

    @classmethod
    def of(cls, looks: Sequence[Look]) -> "Found":
        return cls(statistics.median(look.seconds for look in looks),
                   statistics.median(look.cpu_s for look in looks), looks[-1].statements)


def figures() -> Iterator[Figure]:
    """Ratio, median, processor time and statements of every page; then the worst of each."""
    with open_folder() as folder, open_databases(folder) as (urls, server):
        large = Crowd(urls[0], folder / "large", LARGE)
        small = Crowd(urls[1], folder / "small", SMALL)
        gc.freeze()  # as the pages' process does once its application is there
        yield from _compared(large, small, Processor(server.process.pid if server else None))


def _compared(large: Crowd, small: Crowd, processor: "Processor") -> Iterator[Figure]:
    worst: dict[str, list[float]] = {}
    browsers = [{role: crowd.browser(role) for role in ROLES} for crowd in (large, small)]
    wanted = os.environ.get("HOITHI_BENCH_PAGES", "").split(",")
    for page in (one for one in pages(large, small) if any(part in one.name for part in wanted)):
        pair = [(crowd, b[page.role]) for crowd, b in zip((large, small), browsers, strict=True)]
        found = _in_turn(pair, page, processor)
        for figure in _of_page(page, *found) if found else ():
            worst.setdefault(figure.figure.rpartition(": ")[2], []).append(figure.value)
            yield figure
    for name, (unit, target) in KINDS.items():
        yield Figure("pages", f"worst of {len(worst[name])} pages: {name}", max(worst[name]), unit,
                     target)


def _of_page(page: Page, large: Found, small: Found) -> Iterator[Figure]:
    values = (
        large.seconds / small.seconds, large.seconds, large.cpu_s / small.cpu_s, large.cpu_s,
        large.statements - small.statements,
    )
    for (name, (unit, target)), value in zip(KINDS.items(), values, strict=True):
        yield Figure("pages", f"{page.name}: {name}", value, unit, target)


def _in_turn(
    pair: list[tuple[Crowd, FlaskClient]], page: Page, processor: "Processor"
) -> list[Found] | None:
    """What was found in both; None for what is no page. The first visit of each does not count."""
    first = [_look(crowd, browser, page.address, processor) for crowd, browser in pair]
    if not all(look.page for look in first):
        return None
    rounds = 1 if first[0].seconds > LONG else ROUNDS
    looks: list[list[Look]] = [[], []]
    for _ in range(rounds):
        for number, (crowd, browser) in enumerate(pair):
            looks[number].append(_look(crowd, browser, page.address, processor))
    return [Found.of(some) for some in looks]


def _look(crowd: Crowd, browser: FlaskClient, address: str, processor: "Processor") -> Look:
    with _statements(crowd) as said:
        begun, before = time.perf_counter(), processor.seconds()
        try:
            answer = browser.get(address)
        except FileNotFoundError:  # a stored file, which only rows tell of here
            return Look(0, 0, 0, 0, False)
        body = answer.data
        seconds, after = time.perf_counter() - begun, processor.seconds()
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    answer.close()
    return Look(seconds, after - before, len(said), len(body), is_page)


@dataclass(frozen=True)
class Processor:
    """Processor time of this process and of the database server's, as Linux tells it. ``server``:
    the server's process, None for SQLite."""

    server: int | None

    def seconds(self) -> float:
        return time.process_time() + sum(map(_on_cpu, self._processes()))

    def with_ended(self) -> float:
        """The same, with the server's processes that have ended: connections that were closed, and
        workers of one query. In hundredths of a second."""
        if self.server is None:
            return self.seconds()
        stat = Path(f"/proc/{self.server}/stat").read_text().rpartition(")")[2].split()
        ended = sum(map(int, stat[13:15])) / os.sysconf("SC_CLK_TCK")  # cutime, cstime
        return self.seconds() + ended

    def _processes(self) -> Iterator[str]:
        if self.server is not None:
            children = Path(f"/proc/{self.server}/task/{self.server}/children")
            yield from children.read_text().split()


def _on_cpu(pid: str) -> float:
    """Seconds that a process has spent on a processor; 0 for one that has just ended."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


@contextmanager
def _statements(crowd: Crowd) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(crowd.platform.db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(crowd.platform.db.engine, "before_cursor_execute", hear)


# ---------------------------------------------------------------------------- which pages


def pages(large: Crowd, small: Crowd) -> Iterator[Page]:
    """Every GET route of a contest that the staff may open and the public may not."""
    actors, contest = _actors(small)
    adapter = large.app.url_map.bind("localhost")
    for rule in sorted(large.app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        action = large.app.view_functions[rule.endpoint].permission  # type: ignore[union-attr]
        role = next((r for r in ROLES if can(actors[r], action, contest)), None)
        if "GET" not in (rule.methods or ()) or "slug" not in rule.arguments:
            continue
        if role is None or can(PUBLIC, action, contest):
            continue
        for values in _values(rule, small):
            for query in VARIANTS.get(rule.endpoint, ("",)):
                address = adapter.build(rule.endpoint, values)
                kind = f" {values['kind']}" if "kind" in values else ""
                yield Page(f"{rule.endpoint}{kind}{'?' * bool(query)}{query}",
                           f"{address}{'?' * bool(query)}{query}", role)


def _actors(crowd: Crowd) -> tuple[dict[str, Actor], Contest]:
    with crowd.platform.db.read() as session:
        first = {"juror": 1, "reviewer": crowd.size.jurors + 1,
                 "organiser": 2 * crowd.size.jurors + 1}
        users = {role: session.get_one(User, first[role]) for role in ROLES}
        return ({role: people.actor_of(session, user) for role, user in users.items()},
                session.get_one(Contest, crowd.contest_id))


def _values(rule: Rule, crowd: Crowd) -> Iterator[dict[str, Any]]:
    """Values for the route's variables; one set for each choice that the route itself names. None
    for the page of a row that the crowd has none of: an errand, say."""
    number = 16 if rule.endpoint.startswith("reviews.") else 20  # in review; published
    values: dict[str, Any] = {
        "slug": crowd.slug, "code": f"CX-{number:06}", "number": 1,
        "part": "schedule", "user_id": 1, "unit_id": 1, "repair_id": 1, "sha256": "0" * 64,
        "pair_id": _first(crowd, select(SimilarPair.id).where(SimilarPair.version_id == 20)),
        "publication_id": _first(crowd, select(Publication.id)),
        "correction_id": _first(crowd, select(Correction.id)),
    }
    values = {name: values[name] for name in rule.arguments if name in values}
    kind = rule._converters.get("kind")
    choices = sorted(kind.items) if isinstance(kind, AnyConverter) else [None]
    for choice in choices:
        other = {"what": "entries"} if "what" in rule.arguments else {}
        found = values | other | ({"kind": choice} if choice else {})
        if rule.arguments <= found.keys():
            yield found


def _first(crowd: Crowd, query: Any) -> int:
    with crowd.platform.db.read() as session:
        return session.scalar(query.limit(1)) or 0


# ---------------------------------------------------------------------------- databases


@contextmanager
def open_folder() -> Iterator[Path]:
    """The folder that was named, to stay; else one that goes."""
    if given := os.environ.get("HOITHI_BENCH_FOLDER"):
        folder = Path(given).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@contextmanager
def open_databases(folder: Path) -> Iterator[tuple[list[str], Service | None]]:
    """The addresses of two databases on one server."""
    names = ("large", "small")
    if os.environ.get("HOITHI_BENCH_SQLITE"):
        yield [f"sqlite:///{folder}/{name}.db" for name in names], None
        return
    folder.chmod(0o755)
    service = start_postgres(folder / "postgres")
    try:
        yield [_database(service.url, name) for name in names], service
    finally:
        service.stop()


def _database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not known.rowcount:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    before, _, query = server.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{query}"
