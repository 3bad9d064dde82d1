"""A real gunicorn process per test, and a plain HTTP client that says exactly what it sends."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import free_port
from tests.uploads.folder_registry import FolderRegistry
from tests.uploads.house import House

OCTETS = "application/offset+octet-stream"


class Server:
    """The upload server over one folder; it can be killed and started again."""

    def __init__(self, folder: Path, **options) -> None:
        self.folder, self.options, self.port = folder, options, free_port()
        self.registry = FolderRegistry(folder / "rows")
        self.process = None

    def start(self):
        arguments = [str(self.folder), str(self.port), json.dumps(self.options)]
        command = [sys.executable, "-m", "tests.uploads.serve", *arguments]
        self.process = subprocess.Popen(command, start_new_session=True)
        self._wait_until_answering()
        return self

    def _wait_until_answering(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self.request("OPTIONS", "/uploads/")
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the upload server did not start")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def bytes_of(self, upload_id: str) -> bytes:
        return (self.folder / "bytes" / upload_id).read_bytes()

    def finished(self) -> list[list[str]]:
        log = self.folder / "rows" / ".finished"
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    def request(self, method, path, body=None, **headers):
        """One request on its own connection; header names take `_` for `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            response.content = response.read()
            return response
        finally:
            connection.close()

    def tus(self, method, path="/uploads/", body=None, **headers):
        """A request as the owner `unit-1` with the version header."""
        return self.request(
            method, path, body, **{"Tus_Resumable": "1.0.0", "X_Owner": "unit-1"} | headers
        )

    def create(self, length: int, **headers) -> str:
        response = self.tus("POST", Upload_Length=str(length), **headers)
        assert response.status == 201, response.content
        return response.headers["Location"]

    def patch(self, path, body, offset=0, **headers):
        given = {"Content_Type": OCTETS, "Upload_Offset": str(offset)} | headers
        return self.tus("PATCH", path, body, **given)

    def offset(self, path: str) -> int:
        response = self.tus("HEAD", path)
        assert response.status == 200
        return int(response.headers["Upload-Offset"])

    def begin_patch(self, path: str, length: int, offset: int = 0) -> socket.socket:
        """A raw connection that has announced a PATCH of `length` bytes and sent none."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        head = (
            f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\n"
            f"X-Owner: unit-1\r\nContent-Type: {OCTETS}\r\nUpload-Offset: {offset}\r\n"
            f"Content-Length: {length}\r\n\r\n"
        )
        sock.sendall(head.encode())
        return sock

    def wait_for_bytes(self, path: str, size: int) -> None:
        """Until the file has `size` bytes (looked at directly: a HEAD would cut off the writer)."""
        file = self.folder / "bytes" / path.rsplit("/", 1)[-1]
        until = time.monotonic() + 30
        while not (file.exists() and file.stat().st_size >= size):
            assert time.monotonic() < until, f"{file} did not reach {size} bytes"
            time.sleep(0.01)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server shared by a module's tests: no test may leave a writer behind."""
    running = Server(tmp_path_factory.mktemp("uploads"), max_size=1 << 20, headroom=0).start()
    yield running
    running.kill()


@pytest.fixture
def start_server(tmp_path):
    """Start servers with options of their own."""
    started = []

    def start(**options):
        started.append(Server(tmp_path / f"server-{len(started)}", **options).start())
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture(scope="module")
def house(request, sqlite_template, short_dir):
    """web, uploads and front with an open contest, for a module's tests."""
    folder = short_dir / request.module.__name__.rpartition(".")[2]
    folder.mkdir()
    house = House(folder, sqlite_template)
    for name in ("web", "uploads"):
        house.start(name)
    house.start_front()
    yield house
    house.stop()


@pytest.fixture(scope="module")
def contest(house):
    return house.make.contest()
