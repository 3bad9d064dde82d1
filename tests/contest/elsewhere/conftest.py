"""A contest that counts other platforms too, while counts come in."""

import pytest

from contest.clock import FixedClock
from contest.models import Contest
from tests.contest.elsewhere.platforms import Posted, with_platforms
from tests.contest.factory import Factory
from tests.contest.stage import COUNTED


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=with_platforms)


@pytest.fixture
def room(make: Factory, contest: Contest, clock: FixedClock) -> Posted:
    clock.moment = COUNTED
    return Posted(make, contest)
