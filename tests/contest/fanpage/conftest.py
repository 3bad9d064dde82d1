"""A platform whose Page is a simulator in its own process, and a bench to post clips from."""

import pytest

from social.simulator.process import SimulatorProcess
from tests.contest.fanpage.two_pages import board, other, second
from tests.contest.posting import Bench, bench, settings

__all__ = ["bench", "board", "other", "route", "second", "settings"]


@pytest.fixture(params=["videos", "reels"])
def route(request: pytest.FixtureRequest, bench: Bench, simulator: SimulatorProcess) -> str:
    """The one route that the Page takes clips on, as its check has found out."""
    found = str(request.param)
    simulator.answers(routes=found)
    assert bench.built is not None
    bench.route = found
    bench.built(("route", found, bench.contest.revision_id), lambda: bench.routes(found))
    return found
