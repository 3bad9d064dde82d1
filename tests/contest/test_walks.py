"""Random legal sequences of events: no dead end, no lost clip, no doubled post, messages that can
be followed, results that can be computed again. 40 walks, which the commit draws; all 2,000 in the
long form (``--long``), each half a second of a processor: a quarter of an hour, on two idle cores
half of that."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from contest.clock import FixedClock
from contest.config import Settings
from tests import seeds
from tests.contest.errands.standin import Standin, running
from tests.contest.factory import Factory
from tests.contest.walker import Walk

GROUPS, STEPS = 10, 26
SEEDS, EACH_RUN = range(2000), 40


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: the services are tested on both."""
    return sqlite_url


@pytest.fixture
def standin() -> Iterator[Standin]:
    """The server that links lead to."""
    with running() as made:
        yield made


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return replace(settings, link_standins=standin.setting)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("group", range(GROUPS))
def test_a_contest_walked_at_random_ends_nowhere_badly(
    make: Factory, clock: FixedClock, standin: Standin, request: pytest.FixtureRequest, group: int
) -> None:
    drawn = seeds.some(SEEDS, EACH_RUN, long=request.config.getoption("long"))
    for seed in drawn[group::GROUPS]:
        walk = Walk(make, clock, standin, seed=seed)
        try:
            walk.walk(STEPS)
        except Exception as error:
            error.add_note("\n".join([f"seed {seed}", *walk.history[-25:]]))
            raise
