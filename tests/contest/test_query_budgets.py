"""Each page has a budget of SQL statements that does not grow with its rows.

Every GET route either has a line in ``query_budgets.toml`` or is named there among the routes
without rows, with the reason. One kind of database is enough: both are sent the same statements.
"""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.contest.crowd import Crowd
from tests.contest.test_permissions import LINES, allowed

TABLE = tomllib.loads((Path(__file__).parent / "query_budgets.toml").read_text())
BUDGETS: dict[str, int] = TABLE["budgets"]
WITHOUT_ROWS: dict[str, list[str]] = TABLE["without_rows"]
ROLES = ("public", "organiser", "reviewer", "juror", "unit", "admin")
FEW, MANY = 1, 30


@pytest.fixture(scope="module")
def crowds(
    database_folder: Path, sqlite_in: Callable[[Path], str]
) -> Iterator[dict[int, Crowd]]:
    folders = {n: database_folder / f"crowd{n}" for n in (FEW, MANY)}
    made = {n: Crowd(folder, n, sqlite_in(folder)) for n, folder in folders.items()}
    yield made
    for crowd in made.values():
        crowd.platform.db.engine.dispose()


def endpoint_of(line: str) -> str:
    return line.partition("?")[0]


def looks(crowd: Crowd, line: str) -> tuple[list[str], int]:
    """The statements that a line's page sends, and how long its answer is."""
    endpoint, _, values = line.partition("?")
    role = next(role for role in ROLES if role in allowed(LINES[endpoint]))
    answer, said = crowd.get(role, crowd.address(endpoint, dict(parse_qsl(values))))
    assert answer.status_code == 200, (line, answer.status_code, answer.text)
    length = len(answer.data)
    answer.close()
    return said, length


def test_every_page_is_in_the_table(crowds: dict[int, Crowd]) -> None:
    routes = {r.endpoint for r in crowds[FEW].app.url_map.iter_rules() if "GET" in r.methods}
    named = [e for endpoints in WITHOUT_ROWS.values() for e in endpoints]
    with_rows = {endpoint_of(line) for line in BUDGETS}
    assert with_rows | set(named) == routes
    assert with_rows & set(named) == set()
    assert len(named) == len(set(named))


@pytest.mark.parametrize("line", sorted(BUDGETS))
def test_a_page_asks_as_often_for_thirty_rows_as_for_one(
    crowds: dict[int, Crowd], line: str
) -> None:
    few, short = looks(crowds[FEW], line)
    many, long = looks(crowds[MANY], line)
    more = [statement for statement in many if many.count(statement) > few.count(statement)]
    assert len(many) == len(few), "\n\n".join(dict.fromkeys(more))
    assert len(many) <= BUDGETS[line], "\n\n".join(many)
    assert long > short, "more rows are there, and the page does not show them"
