"""The real processes, and people who mean well or ill at addresses of their own (127.0.0.x)."""

import http.client
import os
import re
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from contest.clock import FileClock
from contest.config import Settings
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.processes import free_port
from tests.uploads.house import WHILE_OPEN, House, beside

FLOOR_S = 1.0  # a busy machine of ours answers some pages as late as this without any attack
OPEN: list["Slow"] = []  # closed after each test
OCTETS = "application/offset+octet-stream"


class Site(House):
    """front, pages and uploads over PostgreSQL."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, **more: str) -> None:
        self.port = free_port()
        self.base = more.pop("HOITHI_BASE_URL", f"http://127.0.0.1:{self.port}")
        clock = FileClock(folder / "clock.json")
        clock.set(WHILE_OPEN)
        self.environ = os.environ | {
            "HOITHI_DATA_DIR": str(folder),
            "HOITHI_DATABASE_URL": database_url,
            "HOITHI_REDIS_URL": redis_url,
            "HOITHI_BASE_URL": self.base,
            "HOITHI_CLOCK_FILE": str(clock.path),
            "HOITHI_SECOND_FACTOR": "optional",
            "HOITHI_TRUSTED_PROXIES": "1",
            "HOITHI_SENDFILE": "x-accel",
        } | more  # fmt: skip
        self.platform = Platform(Settings.from_env(self.environ))
        self.make = Factory(self.platform)
        self.sockets = {name: folder / f"{name}.sock" for name in ("web", "uploads")}
        self.says = beside(folder)
        self.running = {}

    def _answers(self) -> bool:
        try:
            return Person(self).get("/healthz").status == 200
        except OSError:
            return False

    def start_everything(self) -> "Site":
        self.start("web")
        self.start("uploads")
        self.start_front()
        return self


class Person:
    """Somebody with a browser: keeps cookies, reads the token of forms."""

    def __init__(self, site: Site, address: str = "127.0.0.1") -> None:
        self.site, self.address, self.cookies = site, address, dict[str, str]()

    def connect(self) -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self.site.port), timeout=30, source_address=(self.address, 0)
        )

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> "Answer":
        line = http.client.HTTPConnection(
            "127.0.0.1", self.site.port, timeout=60, source_address=(self.address, 0)
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            line.request(method, path, body, sent)
            response = line.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(response, response.read())
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> "Answer":
        return self.ask("GET", path, **headers)

    def post(self, path: str, form: str = "", **values: str) -> "Answer":
        """Fill in the form of the page ``form`` (else ``path``) and send it to ``path``."""
        page = self.get(form or path).body.decode()
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page[:500]
        told = urlencode(values | {"csrf_token": found[1]})
        return self.ask(
            "POST", path, told.encode(), Content_Type="application/x-www-form-urlencoded"
        )

    def tus(self, method: str, path: str, body: bytes | None = None, **headers: str) -> "Answer":
        return self.ask(method, path, body, Tus_Resumable="1.0.0", **headers)

    def slow_post(self, path: str, head: str = "", first: bytes = b"") -> "Slow":
        """A form of a megabyte of which nobody knows when it ends."""
        cookies = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        line = self.connect()
        line.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nContent-Length: 1000000\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\n{head}\r\n".encode() + first
        )
        return Slow(line)

    def slow_patch(self, path: str, length: int, offset: int = 0) -> "Slow":
        cookies = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        line = self.connect()
        line.sendall(
            f"PATCH {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nTus-Resumable: 1.0.0\r\n"
            f"Content-Type: {OCTETS}\r\nUpload-Offset: {offset}\r\n"
            f"Content-Length: {length}\r\n\r\n".encode()
        )
        return Slow(line)


class Answer:
    def __init__(self, response: http.client.HTTPResponse, body: bytes) -> None:
        self.status, self.headers, self.body = response.status, response.headers, body


class Slow:
    """A line on which a byte comes now and then."""

    def __init__(self, line: socket.socket) -> None:
        self.line, self.ended = line, False
        line.settimeout(10)
        OPEN.append(self)

    def trickle(self) -> None:
        """One more byte; notices when the server has had enough."""
        try:
            self.line.setblocking(False)
            try:
                self.ended |= self.line.recv(65536) == b"" or True
            except BlockingIOError:
                self.line.setblocking(True)
                self.line.sendall(b"x")
        except OSError:
            self.ended = True

    def close(self) -> None:
        self.line.close()


@contextmanager
def trickling(lines: list[Slow], every_s: float = 2.0) -> Iterator[None]:
    """A byte on each line every ``every_s`` seconds, until the end of the block."""
    over = threading.Event()

    def drip() -> None:
        while not over.wait(every_s):
            for line in lines:
                if not line.ended:
                    line.trickle()

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for line in lines:
            line.close()


def p99(work: Callable[[], object], times: int = 60) -> float:
    """Seconds within which 99 of 100 calls return."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        work()
        took.append(time.monotonic() - began)
    return statistics.quantiles(took, n=100, method="inclusive")[98]


def no_slower(during: float, quiet: float) -> bool:
    """Within three times the quiet figure of the same run."""
    return during <= max(3 * quiet, FLOOR_S)


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def scaled(module: str) -> list[str]:
    """The command line of a process of ours with other time constants."""
    return [sys.executable, "-m", module]
