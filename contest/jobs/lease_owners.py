"""Who holds a lease: the process, so that on its own machine the others see when it is no more.

A worker that was killed leaves its row leased for minutes. Where the relay runs on the same
machine it looks whether the holder still lives, and frees the row at once; elsewhere the lease
runs out. A holder is ``HOST.PID.START.``; START, in clock ticks since boot, tells a process from
a later one with the same number.
"""

import os
import socket
import zlib
from pathlib import Path


def this_process() -> str:
    """This process as a holder."""
    return lease_owner(os.getpid())


def lease_owner(pid: int) -> str:
    """A process of this machine as a holder; at most 24 characters."""
    return f"{_host()}.{pid}.{_started(pid)}."


def is_gone(token: str) -> bool:
    """Whether the holder in ``token`` was a process of this machine and has ended."""
    host, _, rest = token.partition(".")
    pid, _, rest = rest.partition(".")
    started, dot, _ = rest.partition(".")
    return bool(dot) and host == _host() and pid.isdigit() and _started(int(pid)) != started


def _host() -> str:
    """This machine, and in a container this container (its process numbers are its own)."""
    return f"{zlib.crc32(socket.gethostname().encode()) & 0xFFFFFF:06x}"


def _started(pid: int) -> str:
    """When ``pid`` began; empty when there is no such process, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else f"{int(fields[19]):x}"
