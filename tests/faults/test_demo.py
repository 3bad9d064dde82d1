"""The whole contest, undisturbed and with processes killed at seeded moments of it."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contest.demo import plot
from contest.demo.play import Play
from tests.processes import family

VICTIMS = ("web", "worker-1", "redis", "uploads", "relay", "page")
PAUSE_S = (3.0, 12.0)


class Killer(threading.Thread):
    """Kills one of the processes after the other, with all their children, by kill -9."""

    def __init__(self, run_dir: Path, seed: int) -> None:
        super().__init__()
        self.run_dir, self.chance = run_dir, random.Random(seed)
        self.over = threading.Event()
        self.killed: list[str] = []

    def run(self) -> None:
        while not self.over.wait(self.chance.uniform(*PAUSE_S)):
            self._kill(self.chance.choice(VICTIMS))

    def _kill(self, name: str) -> None:
        try:
            pid = int((self.run_dir / f"{name}.pid").read_text())
            for one in family(pid):
                os.kill(one, signal.SIGKILL)
        except (OSError, ValueError):
            return  # not started yet, or dead already
        self.killed.append(name)


@contextmanager
def killing(run_dir: Path, seed: int) -> Iterator[Killer]:
    killer = Killer(run_dir, seed)
    killer.start()
    try:
        yield killer
    finally:
        killer.over.set()
        killer.join()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_whole_contest_ends_with_the_ranking_that_was_reckoned_by_hand(short_dir: Path) -> None:
    outcome = Play(short_dir / "calm", print).perform()
    assert outcome.ranking == list(plot.EXPECTED)
    assert outcome.lost == []
    assert set(outcome.posts.values()) == {1}


@pytest.mark.slow
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("seed", [11, 2023])
def test_kills_change_nothing_of_the_outcome(short_dir: Path, seed: int) -> None:
    """No other ranking, no lost clip, no second post, whatever is killed when."""
    folder = short_dir / f"kills-{seed}"
    with killing(folder / "data" / "run", seed) as killer:
        outcome = Play(folder, print).perform()
    print("killed:", killer.killed)
    assert len(killer.killed) > 3
    assert outcome.ranking == list(plot.EXPECTED)
    assert outcome.lost == []
    assert set(outcome.posts.values()) == {1}
