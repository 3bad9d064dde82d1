"""The files of a signed bundle."""

from functools import cache

import example
import pytest

from scoring import archive, bundle, verification
from scoring.manifest import own_sources


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
