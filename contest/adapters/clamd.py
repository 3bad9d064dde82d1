"""ClamAV's daemon by its socket: the command INSTREAM of clamd(8), the file in pieces.

The daemon reads what is sent, so it needs no access to our folders and may run elsewhere.
"""

import logging
import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from contest.ports import ScanUnavailable

log = logging.getLogger("hoithi.clamd")
PIECE = 1 << 16
ANSWER_S = 120.0  # the daemon may unpack for long after the last piece
LOOK_S = 1.0
LONGEST_ANSWER = 4096


class Clamd:
    """An ``Antivirus``; ``address`` is ``unix:///path/of/the.socket`` or ``tcp://host:port``."""

    def __init__(self, address: str) -> None:
        self.address = urlsplit(address)

    def answers(self) -> bool:
        """Whether the daemon is there; waits a second at most."""
        try:
            with self._open(LOOK_S) as line:
                line.sendall(b"zPING\0")
                return _answer(line) == "PONG"
        except OSError:
            return False

    def scan(self, path: Path) -> str | None:
        """The name of what was found in the file, or None. Raises ``ScanUnavailable``.

        A file beyond the daemon's own limit (StreamMaxLength) counts as clean, with a warning.
        """
        try:
            with self._open(ANSWER_S) as line:
                _send(line, path)
                said = _answer(line)
        except OSError as error:
            raise ScanUnavailable(str(error)) from error
        return _judged(said, path)

    def _open(self, timeout_s: float) -> socket.socket:
        if self.address.scheme == "unix":
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(timeout_s)
            try:
                line.connect(self.address.path)
            except OSError:
                line.close()
                raise
            return line
        place = (self.address.hostname or "", self.address.port or 3310)
        return socket.create_connection(place, timeout=timeout_s)


def _send(line: socket.socket, path: Path) -> None:
    try:
        line.sendall(b"zINSTREAM\0")
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # the daemon has answered already, or the answer will be missing


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        try:
            piece = line.recv(LONGEST_ANSWER)
        except ConnectionResetError:
            break
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _judged(said: str, path: Path) -> str | None:
    verdict = said.removeprefix("stream: ")
    if verdict == "OK":
        return None
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    if "size limit exceeded" in said:
        log.warning("%s was not scanned: %s Raise StreamMaxLength.", path.name, said)
        return None
    raise ScanUnavailable(said or "the daemon did not answer")
