"""tus-js-client in Node against the whole house, over a line that drops and a server that dies."""

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.models import ClipVersion
from tests.uploads.cutting_proxy import CuttingProxy
from tests.uploads.house import House, metadata

CLIENT = Path(__file__).with_name("tus_client.mjs")
SIZE = 24 << 20


@pytest.fixture
def house(sqlite_template, short_dir, tmp_path):
    folder = short_dir / tmp_path.name
    folder.mkdir()
    house = House(folder, sqlite_template)
    for name in ("web", "uploads"):
        house.start(name)
    house.start_front()
    yield house
    house.stop()


@pytest.fixture
def entry(house):
    return house.make.submission(house.make.unit(house.make.contest()), "uploading")


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


def send(house, entry, clip, port):
    """Start the client; its cookie is the unit's."""
    with house.platform.db.read() as session:
        unit = session.merge(entry).unit
    cookie = f"hoithi_unit={house.make.unit_token(unit)}"
    told = [f"http://127.0.0.1:{port}/uploads/", cookie, clip, metadata(entry, clip.name), 8 << 20]
    command = ["node", CLIENT, *told]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)


def stored(house) -> list[str]:
    with house.platform.db.read() as session:
        versions = session.scalars(select(ClipVersion)).all()
    return [
        hashlib.sha256(house.platform.blobs.path(v.sha256).read_bytes()).hexdigest()
        for v in versions
    ]


def test_a_line_that_drops_and_a_server_that_is_killed(house, entry, clip):
    proxy = CuttingProxy(house.port, least=300_000, most=5_000_000)
    with send(house, entry, clip, proxy.port) as client:
        for _ in range(3):
            try:
                client.wait(timeout=1.5)
            except subprocess.TimeoutExpired:
                house.kill("uploads")
                house.start("uploads")
        out, _ = client.communicate(timeout=120)
    proxy.close()
    assert client.returncode == 0
    assert json.loads(out)["retries"] > 0
    assert proxy.cuts > 0
    assert stored(house) == [hashlib.sha256(clip.read_bytes()).hexdigest()]


def test_a_good_line_needs_no_retry(house, entry, clip):
    with send(house, entry, clip, house.port) as client:
        out, _ = client.communicate(timeout=60)
    assert json.loads(out)["retries"] == 0
    assert stored(house) == [hashlib.sha256(clip.read_bytes()).hexdigest()]


def test_a_phone_that_comes_back_takes_over_through_the_front_server(house, entry):
    """The old connection is half open behind nginx; the HEAD ends it, and the phone goes on."""
    phone = Tus(house, entry)
    path = phone.create(1_000_000)
    old = phone.begin(path, 1_000_000)
    old.sendall(bytes(300_000))
    file = house.platform.settings.data_dir / "uploads" / path[-32:]
    while not (file.exists() and file.stat().st_size == 300_000):
        time.sleep(0.01)
    assert phone.offset(path) == 300_000
    with phone.begin(path, 700_000, offset=300_000) as fresh:
        fresh.sendall(bytes(700_000))
        assert fresh.recv(1000).startswith(b"HTTP/1.1 204 ")
    old.close()
    assert stored(house) == [hashlib.sha256(bytes(1_000_000)).hexdigest()]


class Tus:
    """Raw requests of one unit at the house's address."""

    def __init__(self, house, entry) -> None:
        with house.platform.db.read() as session:
            unit = session.merge(entry).unit
        self.port, self.entry = house.port, entry
        self.cookie = f"hoithi_unit={house.make.unit_token(unit)}"

    def _ask(self, method, path, *headers) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            "Tus-Resumable: 1.0.0",
            f"Cookie: {self.cookie}",
            *headers,
            "",
            "",
        ]
        sock.sendall("\r\n".join(lines).encode())
        return sock

    def create(self, length: int) -> str:
        pairs = {"entry": self.entry.code, "filename": "clip.mp4"}.items()
        coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs)
        headers = ["Content-Length: 0", f"Upload-Length: {length}", f"Upload-Metadata: {coded}"]
        return self._header(self._ask("POST", "/uploads/", *headers), "Location")

    def offset(self, path: str) -> int:
        return int(self._header(self._ask("HEAD", path), "Upload-Offset"))

    def begin(self, path: str, length: int, offset: int = 0) -> socket.socket:
        return self._ask(
            "PATCH",
            path,
            f"Content-Length: {length}",
            f"Upload-Offset: {offset}",
            "Content-Type: application/offset+octet-stream",
        )

    @staticmethod
    def _header(sock: socket.socket, name: str) -> str:
        with sock:
            head = sock.recv(65536).decode()
        found = re.search(rf"^{name}: (\S+)\r$", head, re.M | re.I)
        assert found, head
        return found[1]
