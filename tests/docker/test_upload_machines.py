"""The front before several upload machines: an upload stays where its bytes lie."""

import http.client
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from contest.config import Settings
from contest.running.devservices import ending_with_parent
from contest.running.front import Behind, Listen, nginx_command, write_configuration
from tests.docker.test_front import wait_for
from tests.processes import free_port

UPLOADS = [f"{number:032x}" for number in range(40)]


class Machine(ThreadingHTTPServer):
    """Stands for an upload machine; ``asked``: the uploads it was asked for."""

    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Answers)
        self.asked: dict[str, int] = defaultdict(int)


class Answers(BaseHTTPRequestHandler):
    server: Machine

    def do_PATCH(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked[self.path.rpartition("/")[2]] += 1
        self.send_response(204)
        self.end_headers()

    do_POST = do_PATCH

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def machine(port: int) -> Iterator[Machine]:
    server = Machine(port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ports() -> list[int]:
    return [free_port(), free_port()]


@pytest.fixture
def front(ports: list[int], tmp_path: Path) -> Iterator[int]:
    listen = Listen("127.0.0.1", free_port())
    settings = Settings.from_env({"HOITHI_DATA_DIR": str(tmp_path)}, keyed=False)
    behind = Behind(["127.0.0.1:1"], [f"127.0.0.1:{port}" for port in ports])
    path = write_configuration(tmp_path / "nginx", settings, listen, behind)
    process = subprocess.Popen(ending_with_parent("TERM", nginx_command(path)))
    wait_for(listen.port)
    yield listen.port
    process.terminate()
    process.wait()


def send(front: int, method: str, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", front, timeout=30)
    line.request(method, path, b"bytes", {"Content-Type": "application/offset+octet-stream"})
    status = line.getresponse().status
    line.close()
    return status


def test_an_upload_stays_with_its_machine_and_goes_to_another_while_that_is_away(
    front: int, ports: list[int]
) -> None:
    with machine(ports[0]) as one:
        with machine(ports[1]) as two:
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
        with machine(ports[1]) as two:  # it is back: so are its uploads, and no others
            first, deadline = min(away), time.monotonic() + 30
            while not two.asked and time.monotonic() < deadline:  # nginx believes it after a second
                send(front, "PATCH", f"/uploads/{first}")
                time.sleep(0.1)
            for name in UPLOADS:
                assert send(front, "PATCH", f"/uploads/{name}") == 204
            assert set(two.asked) == away
