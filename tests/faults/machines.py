"""Machines that share nothing but a database, a queue and a bucket: each process tree has a data
folder of its own, and whoever dies is started again."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from contest.running.devservices import ending_with_parent
from tests.processes import family, free_port

KINDS = ("front", "web", "uploads", "relay", "worker")
EACH = 2
NAMES = [f"{kind}-{number}" for kind in KINDS for number in range(1, EACH + 1)]
RESTART_S = 1.5
ENDS_S = 120  # what is at work may be finished


class Doors:
    """One address before several fronts, as a name with several addresses is: a line goes to the
    next of them that can be reached."""

    def __init__(self, ports: list[int]) -> None:
        self.turns = itertools.cycle(range(len(ports)))
        self.ports = ports
        self.port = free_port()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                down, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(down,), daemon=True).start()

    def _serve(self, down: socket.socket) -> None:
        first = next(self.turns)
        for port in self.ports[first:] + self.ports[:first]:
            with contextlib.suppress(OSError):
                up = socket.create_connection(("127.0.0.1", port))
                back = threading.Thread(target=_pass, args=(up, down), daemon=True)
                back.start()
                _pass(down, up)
                back.join()
                up.close()
                break
        down.close()

    def close(self) -> None:
        self.listener.close()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for end, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(how)


class Machines:
    """Two of each kind. ``environ`` names what they share."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder, self.environ = folder, dict(environ)
        self.ports = {n: free_port() for n in NAMES if n.split("-")[0] in KINDS[:3]}
        self.doors = Doors([self.ports[name] for name in NAMES if name.startswith("front")])
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: list[str] = []
        self.releases: dict[str, Path] = {}  # by machine the folder of the program that it runs
        self.replaced: dict[str, int] = {}  # how each that was replaced had ended: its exit code
        self.lock, self.over = threading.Lock(), threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.doors.port}"

    def disk(self, name: str) -> Path:
        return self.folder / name

    def at(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"

    def command(self, name: str) -> list[str]:
        kind = name.split("-", maxsplit=1)[0]
        if kind == "front":
            behind = [
                word for other in NAMES if other.split("-")[0] in ("web", "uploads")
                for word in (f"--{other.split('-')[0]}", self.at(other))
            ]
            return ["front", "--listen", self.at(name), "--processes", "1", *behind]
        return [kind, "--bind", self.at(name)] if name in self.ports else [kind]

    @contextmanager
    def running(self) -> Iterator[None]:
        for name in NAMES:
            self.start(name)
        keeper = threading.Thread(target=self._keep_on)
        keeper.start()
        try:
            yield
        finally:
            self.over.set()
            keeper.join()
            for process in self.processes.values():
                _kill(process)
            self.doors.close()

    def start(self, name: str) -> None:
        self.disk(name).mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "contest", *self.command(name)]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ending_with_parent("TERM", argv), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.environ, "HOITHI_DATA_DIR": str(self.disk(name))},
                start_new_session=True, cwd=self.releases.get(name),
            )

    def kill(self, name: str) -> None:
        """kill -9 the tree and lose its disk; after a while it is started again with an empty one.
        """
        with self.lock:
            _kill(self.processes[name])
            shutil.rmtree(self.disk(name))
            self.killed.append(name)

    def replace(self, name: str, release: Path) -> None:
        """Ask the tree to end, as an upgrade does, and start it from ``release``, on its own disk.
        """
        with self.lock:
            self.processes[name].terminate()
            self.replaced[name] = self.processes[name].wait(ENDS_S)
            self.releases[name] = release
            self.start(name)

    def _keep_on(self) -> None:
        """As a machine's own supervisor does."""
        while not self.over.wait(0.2):
            with self.lock:
                dead = [name for name, one in self.processes.items() if one.poll() is not None]
            if dead:
                time.sleep(RESTART_S)
            for name in dead:
                self.start(name)


def _kill(process: subprocess.Popen[bytes]) -> None:
    for one in family(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    process.wait()
