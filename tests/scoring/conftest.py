"""The files of a signed bundle."""

import example
import pytest

from scoring import archive, bundle


@pytest.fixture(scope="session")
def files():
    """The files of the example's bundle; tests change a copy."""
    return archive.read(bundle.build(example.contest(), **example.parts(), **example.SIGNED))[0]
