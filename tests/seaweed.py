"""A real S3 server for tests: SeaweedFS, once for each worker that asks for it."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from contest.running.devservices import ending_with_parent
from tests.processes import free_port

ACCESS, SECRET = "hoithi-test", "a-key-of-the-tests-alone"
PARTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class Seaweed:
    """The address of a running server that knows one user."""

    endpoint: str


@contextmanager
def running() -> Iterator[Seaweed]:
    """Start one and end it."""
    folder = Path(tempfile.mkdtemp(prefix="hoithi-seaweed-"))
    users = folder / "s3.json"
    users.write_text(json.dumps({"identities": [{
        "name": "tests", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }]}))
    ports = {part: (free_port(), free_port()) for part in PARTS}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ending_with_parent("KILL", _command(folder, users, ports)), stdout=log, stderr=log,
            cwd=folder,
        )
    try:
        yield _ready(Seaweed(f"http://127.0.0.1:{ports['s3'][0]}"), process, folder)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _command(folder: Path, users: Path, ports: dict[str, tuple[int, int]]) -> list[str]:
    listening = [
        f"-{part}.port{kind}={port}" for part, both in ports.items()
        for kind, port in zip(("", ".grpc"), both, strict=True)
    ]
    return [
        str(Path(sys.executable).parent / "weed"), "server", f"-dir={folder}", "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1", "-filer", "-s3", f"-s3.config={users}", "-volume.max=50",
        "-master.volumeSizeLimitMB=64", f"-filer.localSocket={folder}/filer.sock",
        f"-s3.localSocket={folder}/s3.sock", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.telemetry=false", *listening,
    ]


def _ready(server: Seaweed, process: "subprocess.Popen[bytes]", folder: Path) -> Seaweed:
    """Once it asks who asks."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(server.endpoint, timeout=5).status_code == requests.codes.forbidden:
                return server
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    raise AssertionError((folder / "log").read_text(errors="replace")[-2000:])
