"""Every page of organisers, reviewers and jurors in a contest of 10,000 entries, against the same
page in a contest of 20.

Both contests are served in this process, each from a database of its own on one server: PostgreSQL
(HOITHI_TEST_POSTGRES_URL, or a private one), or SQLite with HOITHI_BENCH_SQLITE=1. The pages come
from the application's URL map; files are left out. Each is requested in turn, large, small, large,
small …; the figure is the median time to the whole answer.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter

from bench.crowd import Crowd, Size
from bench.measure import Figure
from contest.actors import PUBLIC, Actor
from contest.models import Contest, Correction, Publication, SimilarPair, User
from contest.permissions import can
from contest.running.devservices import start_postgres
from contest.services.people import people

LARGE, SMALL = Size(entries=10_000, units=3_000), Size(entries=20, units=20)
ROUNDS, LONG = 7, 5.0  # a page that takes longer than LONG seconds is requested only once more
ROLES = ("organiser", "reviewer", "juror")
VARIANTS = {  # pages whose rows depend on the query string
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
    """One measured answer: seconds, SQL statements, bytes; ``page`` False for files and errors."""

    seconds: float
    statements: int
    size: int
    page: bool


def figures() -> Iterator[Figure]:
    """Ratio, median and statements of every page; then the worst of each."""
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder)) as urls:
        large = Crowd(urls[0], Path(folder) / "large", LARGE)
        small = Crowd(urls[1], Path(folder) / "small", SMALL)
        yield from _compared(large, small)


def _compared(large: Crowd, small: Crowd) -> Iterator[Figure]:
    worst: dict[str, list[float]] = {"ratio": [], "p50": [], "statements": []}
    browsers = [{role: crowd.browser(role) for role in ROLES} for crowd in (large, small)]
    for page in pages(large, small):
        pair = [(crowd, b[page.role]) for crowd, b in zip((large, small), browsers, strict=True)]
        found = _in_turn(pair, page)
        if found is None:
            continue
        (slow, many), (quick, few) = found
        for name, figure in _of_page(page, slow, quick, many - few):
            worst[name].append(figure.value)
            yield figure
    yield Figure("pages", "pages looked at", len(worst["p50"]), "pages", len(worst["p50"]))
    yield Figure("pages", "worst ratio", max(worst["ratio"]), "ratio", 3)
    yield Figure("pages", "worst p50", max(worst["p50"]), "s", 0.3)
    yield Figure("pages", "most statements more", max(worst["statements"]), "statements", 0)


def _of_page(page: Page, slow: float, quick: float, more: int) -> Iterator[tuple[str, Figure]]:
    name = f"{page.name} ({slow * 1000:.0f} : {quick * 1000:.0f} ms)"
    yield "ratio", Figure("pages", f"{name}: p50 ÷ with 20 entries", slow / quick, "ratio", 3)
    yield "p50", Figure("pages", f"{page.name}: p50", slow, "s", 0.3)
    yield "statements", Figure("pages", f"{page.name}: statements more", more, "statements", 0)


def _in_turn(
    pair: list[tuple[Crowd, FlaskClient]], page: Page
) -> list[tuple[float, int]] | None:
    """(median seconds, statements) of both; None for what is no page."""
    first = [_look(crowd, browser, page.address) for crowd, browser in pair]
    if not all(look.page for look in first):
        return None
    rounds = 1 if first[0].seconds > LONG else ROUNDS
    times: list[list[Look]] = [[], []]
    for _ in range(rounds):
        for number, (crowd, browser) in enumerate(pair):
            times[number].append(_look(crowd, browser, page.address))
    return [(statistics.median(t.seconds for t in looks), looks[-1].statements) for looks in times]


def _look(crowd: Crowd, browser: FlaskClient, address: str) -> Look:
    with _statements(crowd) as said:
        begun = time.perf_counter()
        answer = browser.get(address)
        body = answer.data
        seconds = time.perf_counter() - begun
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    answer.close()
    return Look(seconds, len(said), len(body), is_page)


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
    """Values for the route's variables; one set for each choice that the route itself names."""
    number = 16 if rule.endpoint.startswith("reviews.") else 20  # in review; published
    values: dict[str, Any] = {
        "slug": crowd.slug, "code": f"CX-{number:06}", "number": 1,
        "user_id": 1, "unit_id": 1, "fix_id": 1, "sha256": "0" * 64,
        "pair_id": _first(crowd, select(SimilarPair.id).where(SimilarPair.version_id == 20)),
        "publication_id": _first(crowd, select(Publication.id)),
        "correction_id": _first(crowd, select(Correction.id)),
    }
    values = {name: values[name] for name in rule.arguments if name in values}
    kind = rule._converters.get("kind")
    choices = sorted(kind.items) if isinstance(kind, AnyConverter) else [None]
    for choice in choices:
        other = {"what": "entries"} if "what" in rule.arguments else {}
        yield values | other | ({"kind": choice} if choice else {})


def _first(crowd: Crowd, query: Any) -> int:
    with crowd.platform.db.read() as session:
        return session.scalar(query.limit(1)) or 0


# ---------------------------------------------------------------------------- databases


@contextmanager
def _databases(folder: Path) -> Iterator[list[str]]:
    """Two empty databases on one server."""
    if os.environ.get("HOITHI_BENCH_SQLITE"):
        yield [f"sqlite:///{folder}/{name}.db" for name in ("large", "small")]
        return
    folder.chmod(0o755)
    given = os.environ.get("HOITHI_TEST_POSTGRES_URL")
    service = None if given else start_postgres(folder / "postgres")
    try:
        server = given or service.url  # type: ignore[union-attr]
        yield [_made(server, name) for name in ("bench_pages_large", "bench_pages_small")]
    finally:
        if service:
            service.stop()


def _made(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    before, _, query = server.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}"
    return f"{address}?{query}" if query else address
