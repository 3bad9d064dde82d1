"""A gunicorn worker whose threads wait for bytes only as long as ``lines.Pace`` allows."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.workers import gthread  # type: ignore[import-untyped]

from contest.pace.gunicorn_parts import Connection
from contest.pace.lines import Line, Pace

FIRST_BYTE_S = 0.02  # what a thread waits for the first byte of a new connection; then the poller
TAKE_S = 60  # seconds without a byte taken before an answer is given up


class PacedWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """Heads and bodies of requests must come at the pace that ``make_pace`` gives.

    Uses parts of gunicorn that are not public (``conn.parser.unreader``), so it is pinned.
    """

    make_pace: Callable[[], Pace]
    paces_bodies = True  # else the application watches over bodies itself
    silence_s = 60.0  # what the kernel waits for a byte, where the watch has not ended it before

    def init_process(self) -> None:
        """Make the watch in the worker itself: threads do not survive a fork."""
        self.pace = type(self).make_pace()
        super().init_process()

    def handle(self, conn: Connection) -> object:
        """One request of a connection. An idle new connection goes back to the poller at once, and
        a closing one lingers here: gunicorn would wait for it in its main thread."""
        if not conn.initialized and not conn.wait_for_data(FIRST_BYTE_S):
            return gthread._DEFER
        _set_time(conn.sock, socket.SO_RCVTIMEO, self.silence_s)
        _set_time(conn.sock, socket.SO_SNDTIMEO, TAKE_S)
        with contextlib.suppress(OSError):
            conn.sock.setblocking(True)
            conn.init()
        again = self.one_request(conn)
        if not again:
            util.close_graceful(conn.sock)
        return again

    def one_request(self, conn: Connection) -> object:
        """Read and answer one request; whether the connection goes on."""
        unreader = conn.parser.unreader
        received, line = [0], Line(lambda: received[0], lambda: end_reading(conn.sock), False)
        take = type(unreader).chunk

        def chunk(size_hint: int | None = None) -> bytes:
            with self.waiting(conn):
                line.waiting = self.paces_bodies or not getattr(conn, "in_body", False)
                try:
                    data = take(unreader, size_hint)
                except BlockingIOError:  # not a byte for the whole window
                    data = b""
                finally:
                    line.waiting = False
            received[0] += len(data)
            return data

        unreader.chunk = chunk  # type: ignore[method-assign]
        with self.pace.watching(line):
            return super().handle(conn)

    def handle_request(self, req: object, conn: Connection) -> object:
        """Answer a request whose head is complete."""
        conn.in_body = True
        try:
            return super().handle_request(req, conn)
        finally:
            conn.in_body = False

    def waiting(self, conn: Connection) -> contextlib.AbstractContextManager[None]:
        """Around each read from the line; for what a thread must not keep meanwhile."""
        return contextlib.nullcontext()


def end_reading(sock: socket.socket) -> None:
    """End a pending read of another thread; what has not been read is lost."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RD)


def _set_time(sock: socket.socket, option: int, seconds: float) -> None:
    whole = int(seconds)
    given = struct.pack("ll", whole, int((seconds - whole) * 1e6))
    sock.setsockopt(socket.SOL_SOCKET, option, given)
