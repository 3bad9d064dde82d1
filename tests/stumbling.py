"""A way to a server on which things go wrong: a TCP proxy, slow, refusing, cutting or gone."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

REFUSAL = (b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 0\r\n"
           b"Connection: close\r\n\r\n")


class StumblingProxy:
    """``fault``: empty, or ``gone``, ``refusing``, ``half`` (an answer is cut after ``cut_after``
    bytes), ``half up`` (what is sent is cut), ``slow`` (a pause before each piece)."""

    def __init__(self, port: int) -> None:
        self.target, self.fault, self.cut_after, self.stumbled = port, "", 200_000, 0
        self.pause = 0.2  # seconds
        self.passed_up = 0  # bytes that the server was sent
        self.lines: dict[socket.socket, threading.Thread] = {}  # that are open
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def going_wrong(self, fault: str) -> Iterator[None]:
        self.fault = fault
        yield
        self.fault = ""

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                down, _ = self.listener.accept()
                serving = threading.Thread(target=self._serve, args=(down,), daemon=True)
                self.lines[down] = serving
                serving.start()

    def hang_up(self) -> None:
        """End all lines, with what lies in them; returns when none of it can arrive any more."""
        for down, serving in list(self.lines.items()):
            reset(down)
            serving.join()

    def _serve(self, down: socket.socket) -> None:
        with down, contextlib.suppress(OSError), self._reach() as up:
            back = threading.Thread(target=self._pass, args=(up, down, "half"), daemon=True)
            back.start()
            self._pass(down, up, "half up")
            back.join()
        self.lines.pop(down, None)

    def _reach(self) -> socket.socket:
        """A new line to the server."""
        return socket.create_connection(("127.0.0.1", self.target))

    def _met(self, piece: bytes, source: socket.socket, target: socket.socket, cut: str) -> bool:
        """Called with every piece before it is passed on; True: it was dealt with."""
        return False

    def _pass(self, source: socket.socket, target: socket.socket, cut: str) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if self._met(piece, source, target, cut) or self._ends(
                    source, target, cut, passed + len(piece)
                ):
                    return
                if self.fault == "slow":
                    time.sleep(self.pause)
                target.sendall(piece)
                passed += len(piece)
                self.passed_up += len(piece) if cut == "half up" else 0
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _ends(self, source: socket.socket, target: socket.socket, cut: str, passed: int) -> bool:
        """Whether the fault of the hour ends this connection here."""
        wrong = self.fault == "gone" or (self.fault == cut and passed > self.cut_after)
        if self.fault == "refusing" and cut == "half up":
            source.sendall(REFUSAL)
            wrong = True
        if wrong:
            self.stumbled += 1
            for line in (source, target):
                (_end if self.fault == "half" else reset)(line)
        return wrong

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def _end(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def reset(line: socket.socket) -> None:
    """With RST, as a line that is gone; whoever reads from it is woken."""
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)
