"""A platform whose Page is a simulator in its own process."""

import pytest

from contest.clock import FixedClock
from contest.config import Settings
from contest.models import Contest
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from tests.contest.factory import Factory
from tests.contest.posting import Bench, on_page


@pytest.fixture
def settings(settings: Settings, simulator: SimulatorProcess) -> Settings:
    return on_page(settings, simulator)


@pytest.fixture
def bench(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Bench:
    return Bench(platform, make, contest, clock)
