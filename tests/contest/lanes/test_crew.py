"""A crew of real processes: who dies is replaced, and nobody outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import alive

CREW = """
import os, sys, time
from pathlib import Path
from contest.lanes.crew import Crew
def member(name):
    def work():
        (Path(sys.argv[1]) / name).write_text(str(os.getpid()))
        time.sleep(600)
    return work
Crew([member("one"), member("two")]).run()
"""


@pytest.fixture
def crew(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", CREW, str(tmp_path)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(holds: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def member(folder: Path, name: str, *, but: int = 0) -> int:
    def pid() -> int:
        file = folder / name
        return int(file.read_text() or 0) if file.exists() else 0

    until(lambda: pid() not in (0, but))
    return pid()


def test_a_member_that_dies_is_replaced_and_the_others_go_on(
    crew: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    one, two = member(tmp_path, "one"), member(tmp_path, "two")
    os.kill(one, signal.SIGKILL)
    assert alive(member(tmp_path, "one", but=one))
    assert alive(two)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_crew_after_its_members(
    crew: "subprocess.Popen[bytes]", tmp_path: Path, number: int
) -> None:
    both = [member(tmp_path, name) for name in ("one", "two")]
    crew.send_signal(number)
    assert crew.wait(20) == 0
    assert [alive(pid) for pid in both] == [False, False]


def test_nobody_outlives_a_crew_that_was_killed(
    crew: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    both = [member(tmp_path, name) for name in ("one", "two")]
    crew.kill()
    crew.wait()
    until(lambda: not any(alive(pid) for pid in both), 5)
