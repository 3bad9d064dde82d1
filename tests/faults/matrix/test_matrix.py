"""Twenty-six faults, each at twenty seeds of moments in the long form: nothing accepted is lost,
nothing is there twice, nothing is silently wrong (``checker.py``).

Every run of the suite has one contest with three of them, chosen by the commit's seed, and asks the
checker about losses that are planted. ``HOITHI_SEEDS="1 2"`` gives other seeds.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from contest.db import upgrade
from contest.running.devservices import start_postgres
from tests import compiled_once, seaweed, seeds
from tests.databases import own_database
from tests.faults.matrix.nursery import Nursery, nursery
from tests.faults.matrix.run import Order, performed
from tests.faults.matrix.trouble import FAULTS
from tests.s3_server import S3Server

TWENTY = range(1, 21)
# Of each of these one in every run: what is cheap to begin, and shares no server.
SHORT = (
    [name for name in FAULTS if name.startswith("postgres") and "crash" not in name],
    [name for name in FAULTS if name.startswith("redis") and "slow" not in name],
    [name for name in FAULTS if name.endswith("killed")],
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    asked = seeds.given()
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", FAULTS)
        metafunc.parametrize("seed", asked or TWENTY)
    elif "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", asked or [seeds.of_commit()])


@pytest.fixture(scope="session")
def templates(once_compiled: None) -> Path:
    found = compiled_once.templates_folder()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def durable(short_dir: Path) -> Iterator[str]:
    """A server that may be crashed: what it has said is stored is on the disk."""
    server = start_postgres(short_dir / "durable", durable=True)
    upgrade(server.url)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def runs(durable: str, short_dir: Path, templates: Path) -> Iterator[Nursery]:
    with (own_database(durable, "postgres") as direct,
          nursery(direct, short_dir / "calm", templates) as begun):
        yield begun


@pytest.fixture(scope="session")
def bucket() -> Iterator[S3Server]:
    with seaweed.running() as server:
        yield server


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_a_contest_holds_under_three_faults_and_the_checker_tells_what_is_planted(
    seed: int, postgres_server: str, postgres_template: str, short_dir: Path, templates: Path
) -> None:
    chosen = tuple(random.Random(seed).choice(names) for names in SHORT)
    with own_database(postgres_server, postgres_template) as direct:
        order = Order(chosen, seed, short_dir / f"three-{seed}", direct, planting=True)
        told = performed(order, templates)
    print(seed, chosen, told.moments, f"processor: {told.seconds:.1f} s", told.fell)
    assert told.wrongs == []
    assert sorted(told.begun) == sorted(chosen)
    assert {name for name, said in told.noticed.items() if not said} == set()
    assert len(told.noticed) == 11


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(2000)
def test_nothing_is_lost_doubled_or_silently_wrong(  # noqa: PLR0917 - the servers that a run has
    name: str, seed: int, durable: str, short_dir: Path, runs: Nursery,
    request: pytest.FixtureRequest,
) -> None:
    server = request.getfixturevalue("bucket") if name.startswith("bucket") else None
    folder = short_dir / f"run-{list(FAULTS).index(name)}-{seed}"
    with own_database(durable, "postgres") as direct:
        told = runs.performed(Order((name,), seed, folder, direct, server))
    print(told.moments, "turns:", told.turns, f"processor: {told.seconds:.1f} s", told.fell)
    assert told.wrongs == []
    assert told.begun == [name]
    if FAULTS[name].told:
        assert FAULTS[name].told in told.missing
