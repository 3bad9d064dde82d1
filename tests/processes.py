"""Looking at processes from outside."""

import os
import secrets
import socket
import time
from collections.abc import Iterable
from pathlib import Path

_given: set[int] = set()


def alive(pid: int) -> bool:
    """Whether ``pid`` is at work; one that has ended and was not waited for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def still_alive(pids: Iterable[int], timeout_s: float = 30) -> list[int]:
    """Those of ``pids`` that have not ended in ``timeout_s`` seconds."""
    deadline = time.monotonic() + timeout_s
    left = list(pids)
    while (left := [pid for pid in left if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def free_port() -> int:
    """A port that nobody listens at, and that nobody is given by chance before it is taken: below
    those that the system hands out, each worker of a run drawing from a thousand of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = 10_000 + int(worker) % 20 * 1000
    while True:
        port = first + secrets.randbelow(1000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port not in _given:
                _given.add(port)
                return port


def family(pid: int) -> list[int]:
    """``pid`` and all its descendants, whatever groups they have gone to."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found
