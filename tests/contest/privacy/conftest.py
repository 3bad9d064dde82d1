"""A person who stands in every field of a contest, for what erases, hands out or keeps."""

from collections.abc import Callable

import pytest

from contest.clock import FixedClock
from tests.contest.factory import Factory
from tests.contest.privacy import planting
from tests.contest.seen.phases import Phase
from tests.contest.stage import Build

Planted = Callable[..., Phase]


@pytest.fixture
def planted(make: Factory, clock: FixedClock, built: Build) -> Planted:
    """``planted(name, kind)``: see ``planting.planted``; stored once a worker where that can be put
    back."""

    def put(name: str = "published", kind: type[Phase] = Phase) -> Phase:
        phase: Phase = built(
            ("planted", name, kind.__name__), lambda: planting.planted(make, clock, name, kind)
        )
        return phase

    return put
