"""Clips are kept outside the tree, and each is checked once in a run of the tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from media_checks import Policy, Report, check, load_policy
from tests.clip_cache import cached
from tests.media_checks.corpus import CORPUS, SMALL

BY_NAME = {entry.name: entry for entry in CORPUS}


@pytest.fixture(scope="session")
def clip() -> Callable[[str], Path]:
    """A clip of the corpus by name; not to be changed."""
    return lambda name: cached(f"corpus/{name}", BY_NAME[name].build)


@pytest.fixture(scope="session")
def small() -> Policy:
    """The corpus's own policy."""
    return load_policy(SMALL)


@pytest.fixture(scope="session")
def report(small: Policy) -> Callable[[Path], Report]:
    """The quick check's report on a clip under that policy; raises what the check raises."""

    @cache
    def checked(path: Path) -> Report | Exception:
        try:
            return check(path, small)
        except Exception as error:
            return error

    def get(path: Path) -> Report:
        result = checked(path)
        if isinstance(result, Exception):
            raise result
        return result

    return get
