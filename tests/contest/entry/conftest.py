"""A clip whose verdict was reached before has the same again."""

from collections.abc import Iterator

import pytest

from tests.contest.entry.checked_once import checked_once


@pytest.fixture(scope="session", autouse=True)
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """FFmpeg looks at each clip once; what the jobs do with the verdict is done each time."""
    with checked_once(tmp_path_factory.mktemp("verdicts")):
        yield
