"""The published result's page at 64 connections: the page that five hundred phones open at once.

* The default set-up (``hoithi up``) against Flask's hello world on gunicorn, with the same number
  of workers and threads as our pages.
* The front server as in production (two processes) against nginx that sends the same bytes and
  headers from a file named like the address.
* While revisions are published one after another: how long 64 phones wait, and whether any of
  them receives a truncated page, or one older than a revision reported as published before the
  request.

Load comes from ``wrk`` where it is installed, otherwise from ``autocannon``.
"""

import asyncio
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scoring
from bench.measure import BUILD, ROOT, Figure
from bench.peers import node_with
from contest import ready_pages
from contest.config import Settings
from contest.models import Contest, Result
from contest.running.front import CONFIGURATION, Behind, Listen, nginx_command, write_configuration
from contest.services.core import outbox, profiles
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.processes import free_port

CONNECTIONS, SECONDS, ROUNDS = 64, 4, 5
ENCODINGS = "gzip, deflate, br, zstd"  # as browsers send it
UNITS = 60  # on the page
WATCH_S, PUBLISH_EVERY_S = 8, 1.0
ASK_EVERY_S = 0.1  # between the requests of each of the 64 phones
AT = datetime.fromisoformat("2023-06-30T09:00:00+07:00")
PAGE = "/c/quan11-2023/results"
REASON = re.compile(r"Lần công bố thứ (\d+)\.")

HELLO = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def hello():
    return "Hello, World!"
"""

PLAIN = """
daemon off; worker_processes 2; user root; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
  access_log off; server_tokens off; sendfile on; tcp_nopush on; keepalive_timeout 65;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port}; root {folder}; types {{ }} default_type "text/html; charset=utf-8";
    location / {{ add_header Content-Encoding gzip; {headers} }}
  }}
}}
"""


# ---------------------------------------------------------------------------- a contest


class Published:
    """A contest of 60 units with a result that is published repeatedly."""

    def __init__(self, folder: Path) -> None:
        self.environ = os.environ | {"HOITHI_DATA_DIR": str(folder)}
        self.platform = Platform(Settings.from_env(self.environ))
        self.platform.db.upgrade()
        self.make = Factory(self.platform)
        self.contest = self.make.contest()
        self.data = self._input()
        self.output = scoring.compute(self.data)
        self.app = create_app(self.platform)
        self.number = 1  # a first revision has no reason, by which the phones recognise revisions
        self.publish()

    def _input(self) -> dict[str, Any]:
        rules = profiles.profile_of(self.contest).scoring_rules()
        marks = {"content": 30, "creativity": 20, "craft": 15, "influence": 5}
        entries = [
            {"id": f"CX{n:06}", "unit": f"{n}", "marks": {"GK1": marks},
             "interactions": {"reactions": 3 * n, "shares": n}}
            for n in range(UNITS)
        ]  # fmt: skip
        return {"rules": rules, "jurors": ["GK1"], "entries": entries}

    def publish(self) -> None:
        """Publish one more revision, as the organisers' page does: commit, then write the page."""
        self.number += 1
        names = {
            e["id"]: {"title": f"Clip {e['unit']}", "unit": f"Đoàn {e['unit']}", "authors": ["An"]}
            for e in self.data["entries"]
        }
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            session.add(Result(
                contest_id=contest.id, number=self.number, state="published", input=self.data,
                names=names, output=self.output, input_sha256="1" * 64, output_sha256="2" * 64,
                profile_revision_id=contest.revision_id, created_by="user:1", created_at=AT,
                reason=f"Lần công bố thứ {self.number}.", published_at=AT,
            ))  # fmt: skip
            outbox.enqueue(session, "pages.render", contest.id, at=AT, contest_id=contest.id)
        ready_pages.refresh(self.app, self.platform.settings.data_dir, self.contest.slug)


# ---------------------------------------------------------------------------- servers


@contextmanager
def _serving(argv: list[str], address: str, **options: Any) -> Iterator[None]:
    """Run a server; enters once it answers, terminates it at the end."""
    quiet = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, **quiet, **options) as process:
        try:
            _until_answering(address)
            yield
        finally:
            process.terminate()
            process.wait()


def _until_answering(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer at {address}")


def _default(published: Published, doors: ExitStack) -> str:
    """Start ``hoithi up``; returns the page's address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-m", "contest", "up", "--listen", f"127.0.0.1:{port}"]
    environ = published.environ | {"HOITHI_BASE_URL": base}
    doors.enter_context(_serving(argv, f"{base}/readyz", env=environ))
    return base + PAGE


def production(published: Published, folder: Path, doors: ExitStack) -> str:
    """Start our front server with two processes; returns the page's address."""
    listen = Listen("127.0.0.1", free_port())
    nobody = f"127.0.0.1:{free_port()}"  # the page is on disk: no upstream is needed
    settings = published.platform.settings
    path = write_configuration(folder, settings, listen, Behind([nobody], nobody), processes=2)
    address = f"http://127.0.0.1:{listen.port}{PAGE}"
    doors.enter_context(_serving(nginx_command(path), address))
    return address


def _plain(published: Published, folder: Path, doors: ExitStack) -> str:
    """Start nginx with nothing but the page's compressed bytes; returns its address."""
    port = free_port()
    folder.mkdir()
    ready = ready_pages.folder(published.platform.settings.data_dir, published.contest.slug)
    shutil.copy(ready / "results.vi.html.gz", folder / "page")
    (folder / "nginx.conf").write_text(PLAIN.format(folder=folder, port=port, headers=_headers()))
    address = f"http://127.0.0.1:{port}/page"
    doors.enter_context(_serving(nginx_command(folder / "nginx.conf"), address))
    return address


def _headers() -> str:
    """The directives by which our configuration adds headers to the page."""
    ours = CONFIGURATION.read_text().partition("/results$")[2].partition("\n        }")[0]
    lines = re.findall(r"add_header .*;", ours)
    return " ".join(line for line in lines if "$" not in line)


def _hello(folder: Path, doors: ExitStack) -> str:
    """Start Flask's hello world, with two workers of eight threads like `hoithi web`."""
    (folder / "hello.py").write_text(HELLO)
    address = f"127.0.0.1:{free_port()}"
    argv = [sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "8", "--bind", address,
            "--keep-alive", "15", "hello:app"]  # fmt: skip
    doors.enter_context(_serving(argv, f"http://{address}/", cwd=folder))
    return f"http://{address}/"


# ---------------------------------------------------------------------------- load


@dataclass(frozen=True)
class Load:
    """Requests per second, and the 50th and 99th percentile of the latency in milliseconds."""

    rps: float
    p50: float
    p99: float


def _with_wrk(address: str) -> Load:
    argv = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-H",
            f"Accept-Encoding: {ENCODINGS}", address]  # fmt: skip
    told = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told:
        raise RuntimeError(told)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]
    spans = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
    found = re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|m|s)", told, re.MULTILINE)
    slow = {share: float(value) * spans[unit] for share, value, unit in found}
    return Load(rate, slow["50"], slow["99"])


def _with_autocannon(address: str) -> Load:
    program = node_with("autocannon@8.0.0") / "node_modules/autocannon/autocannon.js"
    argv = ["node", str(program), "-c", str(CONNECTIONS), "-d", str(SECONDS), "--json", "-H",
            f"Accept-Encoding={ENCODINGS}", address]  # fmt: skip
    told = json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    if told["non2xx"] or told["errors"]:
        raise RuntimeError(f"{address}: {told['non2xx']} refusals, {told['errors']} errors")
    return Load(told["requests"]["average"], told["latency"]["p50"], told["latency"]["p99"])


def _in_turn(addresses: dict[str, str]) -> dict[str, list[Load]]:
    """Rounds of load on each address in turn, after an uncounted first one."""
    load = _with_wrk if shutil.which("wrk") else _with_autocannon
    rounds = [
        {name: load(address) for name, address in addresses.items()} for _ in range(ROUNDS + 1)
    ]
    return {name: [one[name] for one in rounds[1:]] for name in addresses}


# ---------------------------------------------------------------------------- phones that watch


@dataclass(frozen=True)
class Seen:
    """One answer: when requested (monotonic s), duration (s), revision (0: not a whole page)."""

    asked: float
    took: float
    number: int


async def _phone(port: int, packed: bool, until: float, seen: list[Seen]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    encoding = "Accept-Encoding: gzip\r\n" if packed else ""
    request = f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n{encoding}\r\n".encode()
    while time.monotonic() < until:
        asked = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]
        body = await reader.readexactly(length)
        took = time.monotonic() - asked
        seen.append(Seen(asked, took, _revision(head, body, packed)))
        await asyncio.sleep(max(0.0, ASK_EVERY_S - took))
    writer.close()


def _revision(head: bytes, body: bytes, packed: bool) -> int:
    """The revision named by a whole page, or 0."""
    try:
        text = (gzip.decompress(body) if packed else body).decode()
    except (OSError, EOFError, UnicodeDecodeError):
        return 0
    told = set(REASON.findall(text))
    whole = head.startswith(b"HTTP/1.1 200 ") and text.rstrip().endswith("</html>")
    return int(told.pop()) if whole and len(told) == 1 else 0


async def _watch(port: int, seconds: float) -> list[Seen]:
    seen: list[Seen] = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(_phone(port, n % 2 == 0, until, seen) for n in range(CONNECTIONS)))
    return seen


@contextmanager
def _watching(port: int) -> Iterator[Callable[[], list[Seen]]]:
    """64 phones in a process of their own; the yielded function waits and returns their answers."""
    argv = [sys.executable, "-m", "bench.public", str(port), str(WATCH_S)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield lambda: [Seen(*one) for one in json.loads(process.communicate()[0])]


def _publishing(published: Published, address: str) -> Iterator[Figure]:
    """Figures of quiet and publishing periods, in turn; of each kind, the least disturbed one."""
    port = urlsplit(address).port or 80
    told: list[tuple[float, int]] = [(0.0, published.number)]
    quiet, busy = [], []
    for _ in range(ROUNDS):
        with _watching(port) as seen:
            quiet.append(seen())
        with _watching(port) as seen:
            told += _publish_on(published)
            busy.append(seen())
    before, during = (min(_p99(one) for one in rounds) for rounds in (quiet, busy))
    looked = [one for rounds in (*quiet, *busy) for one in rounds]
    yield Figure("public", "p99_quiet", before * 1000, "ms")
    yield Figure("public", "p99_while_publishing", during * 1000, "ms")
    yield Figure("public", "p99_while_publishing_against_quiet", during / before, "x", 1.5)
    yield Figure("public", "revisions_published", len(told) - 1, "")
    yield Figure("public", "pages_looked_at", len(looked), "")
    yield Figure("public", "stale_or_cut_short", _wrong(looked, told), "", 0)


def _publish_on(published: Published) -> list[tuple[float, int]]:
    """Publish a revision every second while the phones watch: (when reported, number) of each."""
    told, until = [], time.monotonic() + WATCH_S
    while time.monotonic() < until:
        published.publish()
        told.append((time.monotonic(), published.number))
        time.sleep(PUBLISH_EVERY_S)
    return told


def _p99(seen: list[Seen]) -> float:
    return sorted(one.took for one in seen)[len(seen) * 99 // 100]


def _wrong(seen: list[Seen], told: list[tuple[float, int]]) -> int:
    """How many answers were truncated, or older than a revision reported before the request."""
    return sum(
        one.number < max((number for at, number in told if at < one.asked), default=1)
        for one in seen
    )


# ---------------------------------------------------------------------------- figures


def figures() -> Iterator[Figure]:
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hoithi-bench-") as name, ExitStack() as doors:
        folder = Path(name)
        published = Published(folder / "data")
        ours = _default(published, doors)
        yield from _against("default", "hello", _in_turn(
            {"default": ours, "hello": _hello(folder, doors)}
        ))  # fmt: skip
        yield from _against("front", "nginx", _in_turn({
            "front": production(published, folder / "front", doors),
            "nginx": _plain(published, folder / "plain", doors),
        }))  # fmt: skip
        yield from _publishing(published, ours)


def _against(name: str, peer: str, loads: dict[str, list[Load]]) -> Iterator[Figure]:
    """The least disturbed round of each, and their ratio."""
    for one, rounds in loads.items():
        yield Figure("public", f"{one}_rate", max(r.rps for r in rounds), "1/s")
        yield Figure("public", f"{one}_p50", min(r.p50 for r in rounds), "ms")
        yield Figure("public", f"{one}_p99", min(r.p99 for r in rounds), "ms")
    best = {one: max(r.rps for r in rounds) for one, rounds in loads.items()}
    pairs = zip(loads[name], loads[peer], strict=True)
    ratio = best[name] / best[peer]
    yield Figure("public", f"{name}_rate_against_{peer}", ratio, "x", 0.8, "higher")
    median = statistics.median(a.rps / b.rps for a, b in pairs)
    yield Figure("public", f"{name}_rate_against_{peer}_median_of_rounds", median, "x")


if __name__ == "__main__":
    answers = asyncio.run(_watch(int(sys.argv[1]), float(sys.argv[2])))
    print(json.dumps([[one.asked, one.took, one.number] for one in answers]))
