"""The whole contest, with processes killed at seeded moments of it; in the long form without, too.

The seed is the commit's and stands in the test's name. ``HOITHI_SEEDS="11 2023"`` gives others.
"""

import os
import random
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contest.demo import acts, script
from contest.demo.play import Outcome, Play
from tests.clip_cache import cached
from tests.demo.films import FULL, SMALL, Filmed, film
from tests.processes import alive, family
from tests.seeds import given, of_commit

VICTIMS = ("web", "worker-1", "redis", "uploads", "relay", "page")
PAUSE = (0.5, 2.0)  # of the time in which all stood at first: some seconds, more on a busy machine
ALWAYS = (11, 2023)


class Killer(threading.Thread):
    """Kills one of the processes after the other, with all their children, by kill -9: the next
    one once all are back, for a busy machine may take longer to start one than the pause."""

    def __init__(self, run_dir: Path, seed: int) -> None:
        super().__init__()
        self.run_dir, self.chance = run_dir, random.Random(seed)
        self.over = threading.Event()
        self.killed: list[str] = []

    def run(self) -> None:
        begun = time.monotonic()
        self._wait()
        start_s = time.monotonic() - begun
        while not self.over.wait(start_s * self.chance.uniform(*PAUSE)):
            self._wait()
            if not self.over.is_set():
                self._kill(self.chance.choice(VICTIMS))

    def _wait(self) -> None:
        """Until all stand, or all is over."""
        while not (self.over.wait(0.1) or self._stands()):
            pass

    def _kill(self, name: str) -> None:
        try:
            for one in family(self._pid(name)):
                os.kill(one, signal.SIGKILL)
        except (OSError, ValueError):
            return  # dead already
        self.killed.append(name)

    def _pid(self, name: str) -> int:
        return int((self.run_dir / f"{name}.pid").read_text())

    def _stands(self) -> bool:
        """Whether each process is there, and those that are asked answer."""
        try:
            return all(alive(self._pid(name)) for name in VICTIMS) and all(
                answers(self.run_dir / f"{name}.sock") for name in ("web", "uploads")
            )
        except (OSError, ValueError):
            return False


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        line.connect(str(path))
        line.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        return line.recv(5) == b"HTTP/"


@contextmanager
def killing(run_dir: Path, seed: int) -> Iterator[Killer]:
    killer = Killer(run_dir, seed)
    killer.start()
    try:
        yield killer
    finally:
        killer.over.set()
        killer.join()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds(long=metafunc.config.getoption("long")))


def seeds(*, long: bool) -> list[int]:
    """HOITHI_SEEDS="1 2 3", or the commit's own; the long form adds those that are always tried."""
    return given() or [*(ALWAYS if long else ()), of_commit()]


def perform(folder: Path, kind: Filmed = FULL) -> Outcome:
    """The play, with films of the last run where their recipe is the same."""
    bring_films(folder, kind)
    return Play(folder, print, kind).perform()


def bring_films(folder: Path, kind: Filmed = FULL) -> None:
    films = folder / "clips"
    films.mkdir(parents=True)
    for number, part in enumerate(script.PARTS, start=1):
        for version in range(len(part.flaws)):
            kept = cached("demo/film.mp4", film, kind.filmed(acts.sample(number, part, version)))
            shutil.copyfile(kept, films / acts.film_name(number, version))


def test_the_commit_gives_the_seed() -> None:
    assert seeds(long=False) == [of_commit()]
    assert seeds(long=True) == [*ALWAYS, of_commit()]


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_whole_contest_ends_with_the_ranking_that_was_reckoned_by_hand(short_dir: Path) -> None:
    """With nothing from the cache: the films are made, too."""
    assert_right(Play(short_dir / "calm", print).perform())


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_kills_change_nothing_of_the_outcome(
    short_dir: Path, seed: int, request: pytest.FixtureRequest
) -> None:
    """No other ranking, no lost clip, no second post, whatever is killed when. In the long form
    with films in full size: there a check takes so long that most kills find one."""
    folder = short_dir / f"kills-{seed}"
    kind = FULL if request.config.getoption("long") else SMALL
    with killing(folder / "data" / "run", seed) as killer:
        outcome = perform(folder, kind)
    print("seed:", seed, "killed:", killer.killed)
    assert len(killer.killed) > 3
    assert_right(outcome)


def assert_right(outcome: Outcome) -> None:
    assert outcome.ranking == list(script.EXPECTED)
    assert outcome.lost == []
    assert set(outcome.posts.values()) == {1}
