"""The supervisor on real processes: order, new starts, and every way to end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contest.errors import ConfigError
from contest.running.front import Listen
from tests.processes import alive, still_alive

# Runs a supervisor over programs given as JSON, and prints "NAME LINE" for all that they say.
DRIVER = """
import json, os, sys
from pathlib import Path
from contest.running.supervisor import Program, StartError, Supervisor
folder = Path(sys.argv[1])
def say(name, line):  # at one stroke: several threads speak
    sys.stdout.write(f"{name} {line}\\n")
    sys.stdout.flush()
def ready(name):
    return lambda: (folder / name).exists()
programs = [
    Program(p["name"], p["command"], p["stage"], ready(p["name"]), grace_s=p.get("grace_s", 5),
            once=p.get("once", False))
    for p in json.loads(sys.argv[2])
]
supervisor = Supervisor(
    programs, environ=os.environ, run_dir=folder / "run",
    say=say,
)
supervisor.handle_signals()
try:
    supervisor.start(9, timeout_s=20)
    say("supervisor", "running")
    supervisor.run()
except StartError as error:
    say("supervisor", str(error))
finally:
    supervisor.stop()
say("supervisor", "stopped")
"""
POLITE = "trap 'echo ended; exit 0' TERM; touch $0; echo began; while :; do sleep 0.05; done"
STUBBORN = "trap 'echo no' TERM; touch $0; echo began; while :; do sleep 0.05; done"


class Driven:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, programs: list[dict[str, object]]) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(folder), json.dumps(programs)],
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        self.said: list[str] = []

    def until(self, line: str) -> None:
        """Read on until ``line`` is said; what came before stays in ``said``."""
        assert self.process.stdout
        for heard in self.process.stdout:
            self.said.append(heard.strip())
            if self.said[-1] == line:
                return
        pytest.fail(f"never said {line!r}: {self.said}")

    def pid(self, name: str) -> int:
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driven]]:
    running: list[Driven] = []

    def start(*programs: dict[str, object]) -> Driven:
        running.append(Driven(tmp_path, list(programs)))
        return running[-1]

    yield start
    for driven in running:
        driven.close()


def program(folder: Path, name: str, stage: int, script: str = POLITE) -> dict[str, object]:
    return {
        "name": name, "stage": stage, "grace_s": 0.5,
        "command": ["bash", "-c", script, str(folder / name)],
    }


def test_it_starts_in_order_and_stops_in_the_other(tmp_path: Path, drive) -> None:
    order = [(3, "front"), (1, "queue"), (2, "web")]
    driven = drive(*(program(tmp_path, name, stage) for stage, name in order))
    driven.until("supervisor running")
    driven.process.send_signal(signal.SIGINT)
    driven.until("supervisor stopped")
    assert [line for line in driven.said if "began" in line or "ended" in line] == [
        "queue began", "web began", "front began", "front ended", "web ended", "queue ended",
    ]
    assert driven.process.wait() == 0


def test_it_starts_again_what_was_killed(tmp_path: Path, drive) -> None:
    driven = drive(program(tmp_path, "web", 1))
    driven.until("supervisor running")
    first = driven.pid("web")
    os.kill(first, signal.SIGKILL)
    driven.until("web ended (-9); starts again in 0.5 s")
    driven.until("web began")
    assert driven.pid("web") != first


def test_what_is_killed_while_others_start_is_started_again(tmp_path: Path, drive) -> None:
    slow = program(tmp_path, "web", 2, f"sleep 1.5; {POLITE}")
    driven = drive(program(tmp_path, "queue", 1), slow)
    driven.until("queue began")
    os.kill(driven.pid("queue"), signal.SIGKILL)
    driven.until("queue began")
    driven.until("supervisor running")


def test_what_is_to_run_once_is_left_alone_when_it_has_ended_well(tmp_path: Path, drive) -> None:
    once = program(tmp_path, "sample", 1, "touch $0; echo began; test -e $0-again || "
                   "{ touch $0-again; exit 1; }") | {"once": True}
    driven = drive(once, program(tmp_path, "web", 2))
    driven.until("sample ended (1); starts again in 0.5 s")
    driven.until("sample began")
    time.sleep(1)
    driven.process.send_signal(signal.SIGTERM)
    driven.until("supervisor stopped")
    assert driven.said.count("sample began") == 2


def test_it_waits_longer_each_time_something_keeps_dying(tmp_path: Path, drive) -> None:
    driven = drive(program(tmp_path, "web", 1, "touch $0; sleep 0.2; exit 7"))
    for pause in ("0.5", "1", "2"):
        driven.until(f"web ended (7); starts again in {pause} s")


def test_it_says_what_did_not_come_up_and_stops_the_rest(tmp_path: Path, drive) -> None:
    driven = drive(program(tmp_path, "queue", 1), program(tmp_path, "web", 2, "exit 3"))
    driven.until("supervisor web ended at its start")
    driven.until("queue ended")
    driven.until("supervisor stopped")


def test_what_does_not_end_in_its_time_is_killed(tmp_path: Path, drive) -> None:
    driven = drive(program(tmp_path, "worker", 1, STUBBORN))
    driven.until("supervisor running")
    driven.process.send_signal(signal.SIGTERM)
    driven.until("supervisor stopped")
    assert driven.said.count("worker no") == 2
    assert not alive(driven.pid("worker"))


def test_asking_twice_ends_at_once(tmp_path: Path, drive) -> None:
    slow = program(tmp_path, "worker", 1, STUBBORN) | {"grace_s": 600}
    driven = drive(slow)
    driven.until("supervisor running")
    driven.process.send_signal(signal.SIGINT)
    driven.until("worker no")
    driven.process.send_signal(signal.SIGINT)
    driven.until("supervisor stopped")
    assert not alive(driven.pid("worker"))


def test_children_end_with_a_supervisor_that_was_killed(tmp_path: Path, drive) -> None:
    driven = drive(program(tmp_path, "queue", 1), program(tmp_path, "web", 2))
    driven.until("supervisor running")
    pids = [driven.pid("queue"), driven.pid("web")]
    driven.process.kill()
    assert still_alive(pids) == []


@pytest.mark.parametrize(
    ("base_url", "host", "port"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", 8000),
        ("http://localhost:9000", "127.0.0.1", 9000),
        ("http://192.168.1.20:8000", "0.0.0.0", 8000),
        ("http://may-chu.example", "0.0.0.0", 80),
        ("https://hoithi.example", "127.0.0.1", 8000),
    ],
)
def test_the_front_listens_where_its_address_points(base_url: str, host: str, port: int) -> None:
    assert Listen.for_base_url(base_url) == Listen(host, port)


@pytest.mark.parametrize("text", ["", "8000", ":8000", "localhost:http"])
def test_a_wrong_place_to_listen_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match=r"write HOST:PORT, such as 127\.0\.0\.1:8000"):
        Listen.parse(text)


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="Stop what uses that port"):
            Listen("127.0.0.1", taken.getsockname()[1]).check_free()

