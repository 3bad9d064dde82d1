"""tus-js-client in Node against the whole house, over a line that drops and a server that dies."""

import hashlib
import json
import os
import subprocess
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
