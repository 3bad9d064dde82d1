"""A container's health check: right, and next to nothing."""

import os
import resource
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from contest.adapters import job_queue
from contest.jobs import worker
from contest.lanes import alive
from contest.wiring import Platform
from tests.processes import free_port
from tests.served import served

FILE = Path(alive.__file__)


def ask(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """As compose.yaml and the image ask it."""
    return subprocess.run(
        [sys.executable, "-IS", str(FILE), *arguments], capture_output=True, text=True,
        env={"HOITHI_DATA_DIR": str(folder)}, check=False,
    )


def test_a_worker_is_well_as_long_as_each_of_its_crew_is_heard_of(
    platform: Platform, tmp_path: Path
) -> None:
    assert ask(tmp_path, "worker").returncode == 1
    for lanes in (("now",), ("later",)):
        worker.run(platform, burst=True, lanes=lanes)
    assert ask(tmp_path, "worker").returncode == 0
    long_ago = time.time() - alive.LATEST_S - 5
    os.utime(Path(alive.folder(str(tmp_path))) / "worker-later", (long_ago, long_ago))
    said = ask(tmp_path, "worker")
    assert (said.returncode, "worker-later" in said.stderr) == (1, True)
    alive.forget(str(tmp_path), "worker")
    alive.beat(str(tmp_path), "worker-now")
    assert ask(tmp_path, "worker").returncode == 0
    assert ask(tmp_path, "relay").returncode == 1
    alive.beat(str(tmp_path), "relay")
    assert ask(tmp_path, "relay").returncode == 0


def test_an_idle_worker_is_heard_of_more_often_than_it_must_be() -> None:
    assert job_queue.WORKER_TTL_S < alive.LATEST_S


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def do_OPTIONS(self) -> None:
        self.send_response(503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_server_is_well_that_answers(tmp_path: Path) -> None:
    with served(HTTPServer(("127.0.0.1", 0), _Answers)) as server:
        address = f"127.0.0.1:{server.server_port}"
        assert ask(tmp_path, "web", address).returncode == 0
        assert ask(tmp_path, "uploads", address).returncode == 1
    assert ask(tmp_path, "web", f"127.0.0.1:{free_port()}").returncode == 1


def test_asking_costs_next_to_nothing(tmp_path: Path) -> None:
    """3 s of processor for each look were a core for the containers together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(3):
        ask(tmp_path, "worker")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent / 3 < 0.3
    listed = subprocess.run(
        [sys.executable, "-IS", "-X", "importtime", str(FILE), "worker"], capture_output=True,
        text=True, env={"HOITHI_DATA_DIR": str(tmp_path)}, check=False,
    ).stderr
    assert not {"click", "contest", "redis", "sqlalchemy"} & set(listed.replace("|", " ").split())
