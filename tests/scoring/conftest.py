"""The files of a signed bundle; the seeds of random contests."""

from functools import cache

import example
import pytest

from scoring import archive, bundle, verification
from scoring.manifest import own_sources
from tests import seeds

PART = 3  # one seed of so many is tried in each run


@pytest.fixture(scope="session", autouse=True)
def sources_read_once():
    """The program does not change while it is tested: to read its forty files anew was two fifths
    of each check of a bundle."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (bundle, verification):
            patch.setattr(module, "own_sources", cache(own_sources))
        yield


@pytest.fixture(scope="session")
def files():
    """The files of the example's bundle; tests change a copy."""
    return archive.read(bundle.build(example.contest(), **example.parts(), **example.SIGNED))[0]


@pytest.fixture
def drawn(request):
    """Seeds of random contests, of so many the third that the commit draws: ``drawn(300)``. In the
    long form all of them."""
    long = request.config.getoption("long", default=False)
    return lambda many: seeds.some(range(many), many // PART, long=long)
