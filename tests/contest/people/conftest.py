"""What the tests of people share: an organiser with a password."""

import pytest

from tests.contest.signing import HASH


@pytest.fixture
def boss(make, contest):
    return make.user("organiser", contest=contest, email="an@example.vn", password_hash=HASH)
