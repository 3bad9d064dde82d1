"""A real S3 server for tests: SeaweedFS, once for each worker that asks for it."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contest.running.devservices import ending_with_parent
from tests.processes import free_port
from tests.s3_server import ACCESS, SECRET, S3Server, is_ready

PARTS = ("master", "volume", "filer", "s3")


@contextmanager
def running() -> Iterator[S3Server]:
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
    server = S3Server(f"http://127.0.0.1:{ports['s3'][0]}")
    try:
        if not is_ready(server, lambda: process.poll() is None):
            raise AssertionError((folder / "log").read_text(errors="replace")[-2000:])
        yield server
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
