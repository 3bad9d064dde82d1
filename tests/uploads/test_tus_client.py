"""tus-js-client in Node against the whole house, over a line that drops and a server that dies.

What runs is the page's own `_sending.js`; the house is web, uploads and front as in production.
"""

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
from tests.uploads.house import metadata
from tests.uploads.small_proxy import SmallProxy

CLIENT = Path(__file__).with_name("tus_client.mjs")
SIZE = 24 << 20
GIB = 1 << 30


@pytest.fixture
def submission(house, contest):
    return house.make.submission(house.make.unit(contest), "uploading")


@pytest.fixture
def clip(tmp_path):
    return written(tmp_path / "clip.mp4", SIZE)


def written(path, size):
    """A file in which no MiB is like another."""
    noise = os.urandom(1 << 20)  # a gigabyte of it takes seconds of the processor
    with path.open("wb") as file:
        for at in range(0, size, 1 << 20):
            file.write((at.to_bytes(8) + noise)[:min(1 << 20, size - at)])
    return path


def sha256(path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def send(house, submission, clip, port, *, part=8 << 20, aborts=0):
    """Start the client; its cookie is the unit's."""
    with house.platform.db.read() as session:
        unit = session.merge(submission).unit
    cookie = f"hoithi_unit={house.make.unit_token(unit)}"
    told = [f"http://127.0.0.1:{port}/uploads/", cookie, clip, metadata(submission, clip.name)]
    command = ["node", CLIENT, *told, part, aborts]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)


def said(client) -> dict:
    """What the client tells at its end, which has to be a good one."""
    out, _ = client.communicate(timeout=300)
    assert client.returncode == 0
    return json.loads(out)


def kill_until_done(house, client, *, every) -> int:
    """kill -9 and start again every few seconds; how often.

    A little later each time: sealing 1 GiB takes longer than that on a slow processor, and must
    come to its end once.
    """
    for kills in range(40):
        try:
            client.wait(timeout=every + kills / 2)
        except subprocess.TimeoutExpired:
            house.kill("uploads")
            house.start("uploads")
        else:
            return kills
    raise AssertionError("the client did not come to an end")


def stored(house, submission) -> list[str]:
    """The SHA-256 of each stored clip of an entry, computed anew."""
    with house.platform.db.read() as session:
        query = select(ClipVersion).where(ClipVersion.submission_id == submission.id)
        versions = session.scalars(query).all()
    return [sha256(house.platform.blobs.path(v.sha256)) for v in versions]


def test_a_good_line_needs_no_retry(house, submission, clip):
    with send(house, submission, clip, house.port) as client:
        assert said(client) == {"retries": 0, "created": 1, "part": 8 << 20}
    assert stored(house, submission) == [sha256(clip)]


def test_a_client_that_breaks_off_at_random(house, submission, clip):
    proxy = CuttingProxy(house.port, least=GIB, most=GIB, bytes_per_second=8_000_000)
    with send(house, submission, clip, proxy.port, aborts=4) as client:
        assert said(client)["created"] == 1
    proxy.close()
    assert stored(house, submission) == [sha256(clip)]


def test_a_proxy_that_cuts_connections(house, submission, clip):
    proxy = CuttingProxy(house.port, least=300_000, most=5_000_000)
    with send(house, submission, clip, proxy.port) as client:
        told = said(client)
    proxy.close()
    assert proxy.cuts >= 4
    assert (told["created"], told["retries"] >= 4) == (1, True)
    assert stored(house, submission) == [sha256(clip)]


def test_a_server_that_is_killed_every_other_second(house, submission, clip):
    """Its front answers 503 meanwhile; the client goes on, it does not begin another upload."""
    proxy = CuttingProxy(house.port, least=GIB, most=GIB, bytes_per_second=4_000_000)
    with send(house, submission, clip, proxy.port) as client:
        assert kill_until_done(house, client, every=2) >= 2
        assert said(client)["created"] == 1
    proxy.close()
    assert stored(house, submission) == [sha256(clip)]


@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_proxy_with_a_small_limit_gets_smaller_parts(house, submission, clip, tmp_path, hangs_up):
    with (
        SmallProxy(tmp_path, house.port, limit=1 << 20, hangs_up=hangs_up) as proxy,
        send(house, submission, clip, proxy.port) as client,
    ):
        told = said(client)
    assert (told["created"], told["part"]) == (1, 1 << 20)
    assert stored(house, submission) == [sha256(clip)]


@pytest.mark.slow
def test_one_gigabyte_through_all_of_it(house, submission, tmp_path):
    """Cuts, a small body limit, a client that breaks off, a server killed again and again."""
    clip = written(tmp_path / "clip.mp4", GIB)
    with SmallProxy(tmp_path, house.port, limit=20 << 20) as small:
        proxy = CuttingProxy(small.port, least=20_000_000, most=200_000_000)
        with send(house, submission, clip, proxy.port, part=32 << 20, aborts=5) as client:
            kills = kill_until_done(house, client, every=3)
            told = said(client)
        proxy.close()
    assert kills >= 1
    assert proxy.cuts >= 4
    assert (told["created"], told["part"]) == (1, 16 << 20)
    assert stored(house, submission) == [sha256(clip)]


def test_a_phone_that_comes_back_takes_over_through_the_front_server(house, submission):
    """The old connection is half open behind nginx; the HEAD ends it, and the phone goes on."""
    phone = Tus(house, submission)
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
    assert stored(house, submission) == [hashlib.sha256(bytes(1_000_000)).hexdigest()]


def test_phones_that_finish_at_once_make_one_version(house, submission):
    """All bytes are there and nothing is recorded yet: each of these questions would finish it."""
    phone = Tus(house, submission)
    path = phone.create(1_000_000)
    (house.platform.settings.uploads_dir / path[-32:]).write_bytes(bytes(1_000_000))
    lines = [phone.ask("HEAD", path) for _ in range(8)]
    for line in lines:
        with line:
            assert line.recv(65536).split()[1] in (b"200", b"423")
    assert phone.offset(path) == 1_000_000
    assert stored(house, submission) == [hashlib.sha256(bytes(1_000_000)).hexdigest()]


class Tus:
    """Raw requests of one unit at the house's address."""

    def __init__(self, house, submission) -> None:
        with house.platform.db.read() as session:
            unit = session.merge(submission).unit
        self.port, self.submission = house.port, submission
        self.cookie = f"hoithi_unit={house.make.unit_token(unit)}"

    def ask(self, method, path, *headers) -> socket.socket:
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
        pairs = {"entry": self.submission.code, "filename": "clip.mp4"}.items()
        coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs)
        headers = ["Content-Length: 0", f"Upload-Length: {length}", f"Upload-Metadata: {coded}"]
        return self._header(self.ask("POST", "/uploads/", *headers), "Location")

    def offset(self, path: str) -> int:
        return int(self._header(self.ask("HEAD", path), "Upload-Offset"))

    def begin(self, path: str, length: int, offset: int = 0) -> socket.socket:
        return self.ask(
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
