"""A real S3 server for tests: SeaweedFS, once for each worker that asks for it."""

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from contest.adapters.bucket.place import Place, translated
from contest.config import Settings
from contest.ports import StorageAway
from contest.running.devservices import ending_with_parent
from tests.processes import free_port

ACCESS, SECRET = "hoithi-test", "a-key-of-the-tests-alone"
BUCKET = "contests"
PARTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class Seaweed:
    """The address of a running server that knows one user."""

    endpoint: str

    def place(self, *, endpoint: str = "") -> Place:
        """An empty place of its own, by the way of ``endpoint`` if that is another one. The bucket
        is shared: the server lays out files of some size for each."""
        prefix = f"{secrets.token_hex(8)}/clips/"
        return Place(endpoint or self.endpoint, "us-east-1", BUCKET, prefix, ACCESS, SECRET)

    def settings(self, place: Place) -> dict[str, str]:
        """The part of ``Settings`` that leads to a bucket."""
        return {
            "storage_url": f"s3://{place.bucket}/{place.prefix.rstrip('/')}",
            "s3_endpoint": place.endpoint, "s3_access_key": ACCESS, "s3_secret_key": SECRET,
        }


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


# Two of its listeners have ports that everybody gets: they are off, for workers run side by side.
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


def _ready(server: Seaweed, process: subprocess.Popen[bytes], folder: Path) -> Seaweed:
    deadline, place = time.monotonic() + 60, server.place()
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with translated("start"):
                place.client.create_bucket(Bucket=BUCKET)
                place.client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
        except StorageAway:
            time.sleep(0.2)
        else:
            return server
    raise AssertionError((folder / "log").read_text(errors="replace")[-2000:])


def moved_to(settings: Settings, server: Seaweed, place: Place) -> Settings:
    """The same settings with the clips in a bucket."""
    return replace(settings, **server.settings(place))  # type: ignore[arg-type]
