"""Whether a process of this container works, asked every few seconds: this file alone, no import
of ours, a few hundredths of a second of processor.

    python3 -IS contest/lanes/alive.py web|uploads|front|worker|relay [HOST:PORT]

Pages, uploads and the front answer at their address; a worker and the relay touch a file now and
then (``beat``), which stops when they hang. Exit 0: it works; 1: it does not, and why.
"""

import os
import socket
import sys
import time

LATEST_S = 180  # a worker that has nothing to do is heard of every 75 s
ANSWER_S = 5.0
GOOD = (b"200", b"204")


def folder(data_dir: str) -> str:
    """Where the processes of this machine, or container, tell that they work."""
    return os.path.join(data_dir, "run", "beats", socket.gethostname())  # noqa: PTH118 - no import


def beat(data_dir: str, name: str) -> None:
    """Tell that the process ``name`` works. A disk that takes nothing stops nobody."""
    try:
        os.makedirs(folder(data_dir), exist_ok=True)  # noqa: PTH103
        with open(os.path.join(folder(data_dir), name), "w"):  # noqa: PTH118, PTH123
            pass
    except OSError:
        pass


def forget(data_dir: str, kind: str) -> None:
    """Forget what processes of this kind told here before, as an earlier start named them."""
    for name in _told(data_dir, kind):
        os.unlink(os.path.join(folder(data_dir), name))  # noqa: PTH108, PTH118


def _told(data_dir: str, kind: str) -> list[str]:
    try:
        return [n for n in os.listdir(folder(data_dir)) if n.split("-")[0] == kind]  # noqa: PTH208
    except FileNotFoundError:
        return []


def silent(data_dir: str, kind: str) -> str:
    """Who of this kind has not been heard of lately; empty where all have."""
    names = _told(data_dir, kind)
    oldest = time.time() - LATEST_S
    late = [
        name for name in names
        if os.stat(os.path.join(folder(data_dir), name)).st_mtime < oldest  # noqa: PTH116, PTH118
    ]
    if not names:
        return f"no {kind} has been heard of here"
    return f"not heard of for {LATEST_S} s: {', '.join(sorted(late))}" if late else ""


def refused(kind: str, address: str) -> str:
    """Why the server at ``address`` is not well; empty where it answers."""
    host, _, port = address.rpartition(":")
    asked = "OPTIONS /uploads/" if kind == "uploads" else "GET /healthz"
    try:
        with socket.create_connection((host, int(port)), ANSWER_S) as line:
            line.sendall(f"{asked} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
            status = line.recv(64).split(b" ")[1:2]
    except OSError as error:
        return f"{address}: {error}"
    return "" if status and status[0] in GOOD else f"{address}: {asked}: {status}"


def main(arguments: list[str]) -> int:
    kind = arguments[0]
    if kind in ("worker", "relay"):
        ill = silent(os.environ.get("HOITHI_DATA_DIR", "data"), kind)
    else:
        ill = refused(kind, arguments[1] if arguments[1:] else "127.0.0.1:8000")
    if ill:
        sys.stderr.write(f"{ill}\n")
    return 1 if ill else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
