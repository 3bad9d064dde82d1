"""Receiving clips: against ``@tus/server`` with ``@tus/file-store``, and a plain copy to a file.

Each server is a process of its own on loopback and receives 1 GiB from the same client in parts of
8 MiB, in turn. Ours is the whole upload process with its database. What the others do not do is in
it: the SHA-256, which follows while parts come in. What is left of it and syncing the file
(``fdatasync``) is measured apart: the last byte is sent on its own, and what follows it is
``sealing``.
"""

import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import BUILD, Figure
from bench.peers import node_with
from contest.db import upgrade
from tests.processes import family, free_port
from tests.uploads.house import House

GIB, PART = 1 << 30, 8 << 20
ROUNDS = 5
PAGES = 400
PHONES, PHONE_PART, RATE = 20, 1 << 20, 2_500_000  # bytes; 20 Mbit/s each: a good mobile line
DATA = os.urandom(PART)
TICKS = os.sysconf("SC_CLK_TCK")

NODE = """
import { Server } from "@tus/server";
import { FileStore } from "@tus/file-store";
const datastore = new FileStore({ directory: process.argv[2] });
const server = new Server({ path: "/uploads", datastore });
server.listen({ host: "127.0.0.1", port: Number(process.argv[3]) });
"""

COPY = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
buffer = memoryview(bytearray(1 << 17))
while True:
    line, _ = listener.accept()
    with line, open(os.path.join(sys.argv[1], "copy"), "wb", buffering=0) as file:
        while count := line.recv_into(buffer):
            file.write(buffer[:count])
        line.sendall(b"done")
"""


@dataclass(frozen=True)
class Cost:
    """The cost of one transfer: wall seconds, and processor seconds of the server."""

    wall_s: float
    cpu_s: float


# ---------------------------------------------------------------------------- servers


@contextmanager
def _process(argv: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[int]:
    """Run a server; yields its PID once it listens."""
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL)
    try:
        _until_listening(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _until_listening(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("a server did not start")


@contextmanager
def _house() -> Iterator[House]:
    """Our processes with an open contest, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="hoithi-bench-") as name:
        database = Path(name) / "template.db"
        upgrade(f"sqlite:///{database}")
        (Path(name) / "data").mkdir()
        house = House(Path(name) / "data", database)
        try:
            yield house
        finally:
            house.stop()


class Unit:
    """A unit with a cookie, and an entry for each upload."""

    def __init__(self, house: House) -> None:
        self.make = house.make
        contest = self.make.contest()
        self.page = f"/c/{contest.slug}/"
        self.row = self.make.unit(contest)
        self.cookie = f"hoithi_unit={self.make.unit_token(self.row)}"

    def headers(self) -> dict[str, str]:
        """The headers of a creation, apart from its length."""
        submission = self.make.submission(self.row, "uploading")
        pairs = {"entry": submission.code, "filename": "clip.mp4"}
        coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        return {"Cookie": self.cookie, "Upload-Metadata": coded}


# ---------------------------------------------------------------------------- the client


class Client:
    """Speaks tus over one connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Tus-Resumable": "1.0.0"} | headers

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.line.request(method, path, body, self.headers | named)
        answer = self.line.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {told!r}")
        return (answer.headers["Location"] or "").removeprefix(f"http://127.0.0.1:{self.line.port}")

    def create(self, length: int, path: str = "/uploads/") -> str:
        return self.ask("POST", path, Upload_Length=str(length), Content_Length="0")

    def patch(self, path: str, body: Any, offset: int) -> None:
        """Send one part on the bare socket, to measure the server rather than the client."""
        if self.line.sock is None:
            self.line.connect()
        given = self.headers | {
            "Host": "127.0.0.1", "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(len(body)), "Upload-Offset": str(offset),
        }  # fmt: skip
        lines = [f"PATCH {path} HTTP/1.1", *(f"{n}: {v}" for n, v in given.items()), "", ""]
        self.line.sock.sendall("\r\n".join(lines).encode())
        self.line.sock.sendall(body)
        answer = self.line.sock.recv(65536)
        if not answer.startswith(b"HTTP/1.1 204 "):
            raise RuntimeError(f"PATCH {path}: {answer!r}")

    def send(self, path: str, length: int) -> None:
        """Send ``length`` bytes in parts, from the start."""
        for offset in range(0, length, PART):
            self.patch(path, memoryview(DATA)[: length - offset], offset)


def _cost(pid: int, work: Any) -> Cost:
    cpu, begun = _cpu(pid), time.perf_counter()
    work()
    return Cost(time.perf_counter() - begun, _cpu(pid) - cpu)


def _cpu(pid: int) -> float:
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _peak_mb(pid: int) -> float:
    """Peak resident memory of the largest process of the family."""
    peaks = []
    for one in family(pid):
        lines = Path(f"/proc/{one}/status").read_text().splitlines()
        peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return max(peaks) / 1024


# ---------------------------------------------------------------------------- one after the other


def _receiving() -> Iterator[Figure]:
    folder = BUILD / "upload"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    script = node_with("@tus/server@2.4.5", "@tus/file-store@2.1.1") / "server.mjs"
    script.write_text(NODE)
    ports = [free_port() for _ in range(3)]
    node = ["node", str(script), str(folder), str(ports[1])]
    copy = [sys.executable, "-c", COPY, str(folder), str(ports[2])]
    with _house() as house:
        ours = [sys.executable, "-m", "contest", "uploads", "--bind", f"127.0.0.1:{ports[0]}"]
        with (
            _process(ours, ports[0], house.environ) as our_pid,
            _process(node, ports[1]) as node_pid,
            _process(copy, ports[2]) as copy_pid,
        ):
            unit = Unit(house)
            _ours(our_pid, ports[0], unit, PART, house)
            small = _peak_mb(our_pid)
            rounds = [
                (
                    *_ours(our_pid, ports[0], unit, GIB, house),
                    _node(node_pid, ports[1], folder),
                    _copy(copy_pid, ports[2], folder),
                )
                for _ in range(ROUNDS + 1)
            ][1:]
            peaks = (small, _peak_mb(our_pid), _peak_mb(node_pid))
    shutil.rmtree(folder)
    yield from _told([_least(costs) for costs in zip(*rounds, strict=True)], peaks)


def _ours(pid: int, port: int, unit: Unit, size: int, house: House) -> tuple[Cost, Cost]:
    """The costs of receiving ``size`` bytes, and of one more byte, the last: the sealing."""
    client = Client(port, unit.headers())
    path = client.create(size + 1)
    received = _cost(pid, lambda: client.send(path, size))
    sealed = _cost(pid, lambda: client.patch(path, b"x", size))
    for clip in house.platform.settings.storage_dir.rglob("*"):
        if clip.is_file():
            clip.unlink()
    return received, sealed


def _node(pid: int, port: int, folder: Path) -> Cost:
    client = Client(port, {})
    path = client.create(GIB, "/uploads")
    cost = _cost(pid, lambda: client.send(path, GIB))
    for file in folder.iterdir():
        file.unlink()
    return cost


def _copy(pid: int, port: int, folder: Path) -> Cost:
    """One stream without parts or answers, into a new file like the others."""

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as line:
            for _ in range(0, GIB, PART):
                line.sendall(DATA)
            line.shutdown(socket.SHUT_WR)
            line.recv(4)

    cost = _cost(pid, work)
    (folder / "copy").unlink()
    return cost


def _least(costs: tuple[Cost, ...]) -> Cost:
    """The least disturbed of the rounds: other load can only add time."""
    return Cost(min(c.wall_s for c in costs), min(c.cpu_s for c in costs))


def _told(costs: list[Cost], peaks: tuple[float, float, float]) -> Iterator[Figure]:
    ours, sealing, node, copy = costs
    whole = Cost(ours.wall_s + sealing.wall_s, ours.cpu_s + sealing.cpu_s)
    gb = GIB / 1e9
    for name, cost in (("ours", ours), ("ours_sealed", whole), ("node", node), ("copy", copy)):
        yield Figure("upload", f"{name}_speed", gb * 1000 / cost.wall_s, "MB/s")
        yield Figure("upload", f"{name}_cpu", cost.cpu_s / gb, "s/GB")
    yield Figure("upload", "sealing", sealing.wall_s / gb, "s/GB")
    yield Figure("upload", "speed_against_node", node.wall_s / ours.wall_s, "x", 1.8, "higher")
    yield Figure("upload", "cpu_against_node", ours.cpu_s / node.cpu_s, "x")  # its hash in it
    yield Figure("upload", "speed_against_copy", copy.wall_s / ours.wall_s, "x")
    yield Figure(
        "upload", "sealed_speed_against_node", node.wall_s / whole.wall_s, "x", 1.2, "higher"
    )
    yield Figure("upload", "sealed_cpu_against_node", whole.cpu_s / node.cpu_s, "x")
    yield Figure("upload", "sealed_speed_against_copy", copy.wall_s / whole.wall_s, "x")
    small, peak, node_peak = peaks
    yield Figure("upload", "peak_memory", peak, "MB")
    yield Figure("upload", "node_peak_memory", node_peak, "MB")
    yield Figure("upload", "memory_1_gib_against_8_mib", peak / small, "x", 1.1)


# ---------------------------------------------------------------------------- twenty phones


def _phones() -> Iterator[Figure]:
    """Figures of uploads by twenty phones through the front server, as in production."""
    with _house() as house:
        for name in ("web", "uploads"):
            house.start(name)
        house.start_front()
        unit = Unit(house)
        yield from _stalled(house, unit)
        yield from _public_page(house, unit)


def _stalled(house: House, unit: Unit) -> Iterator[Figure]:
    """The slowest answer to a HEAD while twenty phones have stalled in the middle of a part."""
    lines, slowest = [], 0.0
    for _ in range(PHONES):
        client = Client(house.port, unit.headers())
        path = client.create(PART)
        client.line.putrequest("PATCH", path)
        kind = "application/offset+octet-stream"
        given = {"Content-Length": str(PART), "Upload-Offset": "0", "Content-Type": kind}
        for name, value in (client.headers | given).items():
            client.line.putheader(name, value)
        client.line.endheaders(DATA[:100_000])
        lines.append((client, path))
    for _, path in lines:
        begun = time.perf_counter()
        Client(house.port, {"Cookie": unit.cookie}).ask("HEAD", path)
        slowest = max(slowest, time.perf_counter() - begun)
    yield Figure("upload", "answer_with_20_stalled_phones", slowest, "s", 1)


def _public_page(house: House, unit: Unit) -> Iterator[Figure]:
    """The page's 99th percentile, alone and while twenty phones send 400 Mbit/s."""
    _p99(house.port, unit.page)  # warm-up
    idle = _p99(house.port, unit.page)
    stop = time.monotonic() + 60
    senders = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.upload", str(house.port), json.dumps(unit.headers()),
             str(stop)], stdout=subprocess.PIPE, text=True,
        )
        for _ in range(PHONES)
    ]  # fmt: skip
    for sender in senders:
        assert sender.stdout is not None
        sender.stdout.readline()  # its first part has arrived
    loaded = _p99(house.port, unit.page)
    for sender in senders:
        sender.terminate()
        sender.wait()
    yield Figure("upload", "page_p99_idle", idle * 1000, "ms")
    yield Figure("upload", "page_p99_with_20_uploads", loaded * 1000, "ms")
    yield Figure("upload", "page_p99_with_20_uploads_against_idle", loaded / idle, "x", 5)


def _p99(port: int, page: str) -> float:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for _ in range(PAGES):
        begun = time.perf_counter()
        line.request("GET", page)
        answer = line.getresponse()
        answer.read()
        times.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise RuntimeError(f"{page}: {answer.status}")
    return sorted(times)[PAGES * 99 // 100]


def _send_on(port: str, headers: str, stop: str) -> None:
    """A phone in a process of its own, sending `RATE` bytes per second until `stop`."""
    client = Client(int(port), json.loads(headers))
    path = client.create(GIB // 2)  # twenty of them lie within what a unit may keep
    for offset in range(0, GIB // 2, PHONE_PART):
        begun = time.monotonic()
        client.patch(path, memoryview(DATA)[:PHONE_PART], offset)
        print(offset, flush=True)
        time.sleep(max(0.0, PHONE_PART / RATE - (time.monotonic() - begun)))
        if time.monotonic() > float(stop):
            return


def figures() -> Iterator[Figure]:
    yield from _receiving()
    yield from _phones()


if __name__ == "__main__":
    _send_on(*sys.argv[1:])
