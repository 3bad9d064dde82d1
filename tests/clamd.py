"""A stand-in for clamd that speaks PING and INSTREAM as clamd(8) says, on a socket of its own."""

import socket
import socketserver
import struct
from contextlib import AbstractContextManager
from pathlib import Path

from tests.served import served

# The harmless test file of the antivirus makers, in two halves so that no scanner takes this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon(socketserver.ThreadingUnixStreamServer):
    """``most``: StreamMaxLength. ``seen``: what was sent, whole. ``silent``: closes unanswered."""

    daemon_threads = True

    def __init__(self, path: Path, most: int = 1 << 30) -> None:
        self.most, self.silent, self.seen = most, False, list[bytes]()
        super().__init__(str(path), _Talk)


class _Talk(socketserver.BaseRequestHandler):
    server: Daemon

    def handle(self) -> None:
        word = self._until_null()
        if self.server.silent:
            return
        if word == b"zPING":
            self.request.sendall(b"PONG\0")
        elif word == b"zINSTREAM":
            self.request.sendall(self._verdict() + b"\0")
        else:
            self.request.sendall(b"UNKNOWN COMMAND\0")

    def _verdict(self) -> bytes:
        whole = b""
        while length := struct.unpack("!I", self._exactly(4))[0]:
            if len(whole) + length > self.server.most:
                return b"INSTREAM size limit exceeded. ERROR"
            whole += self._exactly(length)
        self.server.seen.append(whole)
        return b"stream: Eicar-Signature FOUND" if EICAR in whole else b"stream: OK"

    def _until_null(self) -> bytes:
        said = b""
        while not said.endswith(b"\0"):
            said += self._exactly(1)
        return said[:-1]

    def _exactly(self, count: int) -> bytes:
        got = self.request.recv(count, socket.MSG_WAITALL)
        if len(got) < count:
            raise ConnectionError("ended in the midst")
        return bytes(got)


def daemon(path: Path, most: int = 1 << 30) -> AbstractContextManager[Daemon]:
    return served(Daemon(path, most))
