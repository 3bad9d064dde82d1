"""The front before several machines: an upload stays where its bytes lie, and an asset is found on
whichever machine has its build."""

import http.client
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from contest.config import Settings
from contest.running.devservices import ending_with_parent
from contest.running.front import Behind, Listen, nginx_command, write_configuration
from tests.docker.test_front import wait_for
from tests.processes import free_port
from tests.served import served

UPLOADS = [f"{number:032x}" for number in range(40)]


class Machine(ThreadingHTTPServer):
    """Stands for an upload machine; ``asked``: the uploads it was asked for."""

    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Answers)
        self.asked: dict[str, int] = defaultdict(int)


class Answers(BaseHTTPRequestHandler):
    server: Machine

    def do_GET(self) -> None:
        """Of the assets it has its own build's alone."""
        self.server.asked[self.path] += 1
        self.send_response(200 if f"-{self.server.server_address[1]}." in self.path else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PATCH(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked[self.path.rpartition("/")[2]] += 1
        self.send_response(204)
        self.end_headers()

    do_POST = do_PATCH

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def ports() -> list[int]:
    return [free_port(), free_port()]


@pytest.fixture
def front(ports: list[int], tmp_path: Path) -> Iterator[int]:
    listen = Listen("127.0.0.1", free_port())
    settings = Settings.from_env({"HOITHI_DATA_DIR": str(tmp_path)}, keyed=False)
    machines = [f"127.0.0.1:{port}" for port in ports]
    behind = Behind(machines, machines)
    path = write_configuration(tmp_path / "nginx", settings, listen, behind)
    process = subprocess.Popen(ending_with_parent("TERM", nginx_command(path)))
    wait_for(listen.port)
    yield listen.port
    process.terminate()
    process.wait()


def send(front: int, method: str, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", front, timeout=30)
    body = None if method == "GET" else b"bytes"
    line.request(method, path, body, {"Content-Type": "application/offset+octet-stream"})
    status = line.getresponse().status
    line.close()
    return status


def test_an_upload_stays_with_its_machine_and_goes_to_another_while_that_is_away(
    front: int, ports: list[int]
) -> None:
    with served(Machine(ports[0])) as one:
        with served(Machine(ports[1])) as two:
            for name in UPLOADS * 3:
                assert send(front, "PATCH", f"/uploads/{name}") == 204
            assert one.asked.keys() | two.asked.keys() == set(UPLOADS)
            assert not one.asked.keys() & two.asked.keys()
            assert set(one.asked.values()) == set(two.asked.values()) == {3}
            assert min(len(one.asked), len(two.asked)) > 8
            away = set(two.asked)
            for _ in range(40):  # one that has no bytes yet is made by either
                assert send(front, "POST", "/uploads/") == 204
            assert min(one.asked.pop(""), two.asked.pop("")) > 5
        for name in away:
            assert send(front, "PATCH", f"/uploads/{name}") == 204
        assert set(one.asked) == set(UPLOADS)
        with served(Machine(ports[1])) as two:  # it is back: so are its uploads, and no others
            first, deadline = min(away), time.monotonic() + 30
            while not two.asked and time.monotonic() < deadline:  # nginx believes it after a second
                send(front, "PATCH", f"/uploads/{first}")
                time.sleep(0.1)
            for name in UPLOADS:
                assert send(front, "PATCH", f"/uploads/{name}") == 204
            assert set(two.asked) == away


def test_a_page_of_one_build_finds_its_assets_while_another_build_runs_beside_it(
    front: int, ports: list[int]
) -> None:
    with served(Machine(ports[0])), served(Machine(ports[1])):
        for port in ports * 5:
            assert send(front, "GET", f"/static/app-{port}.js") == 200
        assert send(front, "GET", "/static/app-of-nobody.js") == 404
