"""Clips are kept outside the tree, and each is checked once in a run of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from media_checks import Policy, Report, check, load_policy
from tests.clip_cache import cached
from tests.media_checks.answer_store import AnswerStore, answer_store
from tests.media_checks.asked_once import asked_each_time, asked_once
from tests.media_checks.corpus import CORPUS, SMALL

LONGEST_S = SMALL["rules"]["duration"]["max_s"]
BY_NAME = {entry.name: entry for entry in CORPUS}


@pytest.fixture(scope="session", autouse=True)
def answers(request: pytest.FixtureRequest) -> Iterator[AnswerStore]:
    """What FFmpeg, MediaInfo and MediaConch have said of the tests' clips; each is asked once."""
    store = answer_store(long=request.config.getoption("long"))
    with asked_once(store):
        yield store
    store.close()


@pytest.fixture
def ffmpeg_itself() -> Iterator[None]:
    """For a test of how it is run: it is asked, whatever it has answered before."""
    with asked_each_time():
        yield


@pytest.fixture(scope="session")
def clip() -> Callable[[str], Path]:
    """A clip of the corpus by name; not to be changed."""
    return lambda name: cached(f"corpus/{name}", BY_NAME[name].build)


@pytest.fixture(scope="session")
def small() -> Policy:
    """The corpus's own policy."""
    return load_policy(SMALL)


def up_to(most_s: float) -> Policy:
    """The corpus's policy for clips of other lengths."""
    duration = SMALL["rules"]["duration"] | {"max_s": most_s}
    return load_policy(SMALL | {"rules": SMALL["rules"] | {"duration": duration}})


@pytest.fixture(scope="session")
def report(small: Policy) -> Callable[..., Report]:
    """The quick check's report on a clip under that policy; raises what the check raises.

    A second argument is another upper limit of the length, in seconds.
    """

    @cache
    def checked(path: Path, most_s: float) -> Report | Exception:
        try:
            return check(path, small if most_s == LONGEST_S else up_to(most_s))
        except Exception as error:
            return error

    def get(path: Path, most_s: float = LONGEST_S) -> Report:
        result = checked(path, most_s)
        if isinstance(result, Exception):
            raise result
        return result

    return get
