"""Lease owners are processes, so that others on the same machine can see that one has ended.

A killed worker leaves its row leased for minutes. A relay on the same machine checks whether the
lease owner is alive and frees the row at once; elsewhere the lease runs out. An owner is written
``HOST.PID.START.``; START, in clock ticks since boot, distinguishes a process from a later one
with the same PID.
"""

import os
import socket
import zlib
from pathlib import Path


def this_process() -> str:
    """This process as a lease owner."""
    return lease_owner(os.getpid())


def lease_owner(pid: int) -> str:
    """A process of this machine as a lease owner; at most 24 characters."""
    return f"{_host()}.{pid}.{_started(pid)}."


def is_gone(token: str) -> bool:
    """Whether the lease owner in ``token`` was a process of this machine and has ended."""
    host, _, rest = token.partition(".")
    pid, _, rest = rest.partition(".")
    started, dot, _ = rest.partition(".")
    return bool(dot) and host == _host() and pid.isdigit() and _started(int(pid)) != started


def is_at_work(token: str) -> bool:
    """Whether the lease owner in ``token`` is another process of this machine, and runs: its lease
    has not ended, whatever a clock that has jumped says."""
    own = this_process()
    host, pid, started, *_ = [*token.split("."), "", "", ""]
    if token.startswith(own) or host != _host() or not pid.isdigit():
        return False
    return bool(started) and _started(int(pid)) == started


def _host() -> str:
    """Identifies this machine, or this container, which has PIDs of its own."""
    return f"{zlib.crc32(socket.gethostname().encode()) & 0xFFFFFF:06x}"


def _started(pid: int) -> str:
    """When ``pid`` began; empty when there is no such process, or only a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else f"{int(fields[19]):x}"
