"""The way to one server, on which a fault meets the n-th request: counted, so that a seed says when
and no clock does."""

import contextlib
import socket
import threading
from collections.abc import Callable

from tests.stumbling import StumblingProxy, reset

UP, DOWN = "half up", "half"  # what a proxy calls the two directions


class Way(StumblingProxy):
    """``reach`` opens a line to the server. ``met`` counts the pieces that were sent to it since
    ``count_from``; at piece ``at`` ``begin`` is called, and once the fault has met ``lasts`` pieces
    it is over. ``commit``: ``before`` or ``after``, the line breaks at the next COMMIT, so often.
    """

    def __init__(self, reach: Callable[[], socket.socket]) -> None:
        self.open_line = reach
        self.met, self.at, self.lasts = 0, 0, 0
        self.begin: Callable[[], None] | None = None
        self.commit, self.swallowed = "", set[socket.socket]()
        self.counting = threading.Lock()
        super().__init__(0)

    def _reach(self) -> socket.socket:
        return self.open_line()

    def arm(self, at: int, begin: Callable[[], None]) -> None:
        """From now on count; at the ``at``-th request call ``begin``, once."""
        with self.counting:
            self.met, self.at, self.begin = 0, at, begin

    def go_wrong(self, fault: str, lasts: int) -> None:
        self.fault, self.lasts = fault, lasts

    def _met(self, piece: bytes, source: socket.socket, target: socket.socket, cut: str) -> bool:
        if cut == DOWN:
            return self._swallow(source, target)
        self._count()
        if self.commit and b"COMMIT" in piece:
            return self._break(piece, source, target)
        return False

    def _count(self) -> None:
        with self.counting:
            self.met += 1
            begin = self.begin if self.met >= self.at else None
            if begin:
                self.begin = None
            elif self.fault:
                self.lasts -= 1
                if self.lasts < 0:
                    self.fault = ""
        if begin:
            begin()

    def _break(self, piece: bytes, source: socket.socket, target: socket.socket) -> bool:
        """At a commit: before the server has it, or after, so that its answer is lost."""
        how, self.commit = self.commit, ""
        self.stumbled += 1
        if how == "after":
            self.swallowed.add(source)
            target.sendall(piece)
            return self._handed_on(source, target)
        for line in (source, target):
            reset(line)
        return True

    @staticmethod
    def _handed_on(source: socket.socket, target: socket.socket) -> bool:
        """The piece is with the server already; nothing more is taken from this line."""
        with contextlib.suppress(OSError):
            while source.recv(1):
                pass
        return True

    def _swallow(self, source: socket.socket, target: socket.socket) -> bool:
        if target not in self.swallowed:
            return False
        self.swallowed.discard(target)
        for line in (source, target):
            reset(line)
        return True


def to_port(port: int) -> Callable[[], socket.socket]:
    return lambda: socket.create_connection(("127.0.0.1", port))


def to_socket(path: str) -> Callable[[], socket.socket]:
    def reach() -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.connect(path)
        return line

    return reach
