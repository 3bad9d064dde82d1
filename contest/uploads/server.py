"""The upload process: gunicorn with many threads and one worker, which holds the writers' table."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Callable
from typing import Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

RECEIVE_TIMEOUT = 10  # seconds without a byte before a connection releases its thread
NEXT_PART_MS = 20  # how long a thread waits for the next part before it releases the connection
THREADS = 64


class UploadWorker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker that a stalled client cannot block."""

    def handle(self, conn: Any) -> Any:
        """Let the kernel time out reads from a stalled peer, and linger here when closing.

        SO_RCVTIMEO covers headers and body and keeps one system call per read. gunicorn
        itself lingers up to two seconds in its main thread, blocking all others.
        """
        limit = struct.pack("ll", RECEIVE_TIMEOUT, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        again = super().handle(conn)
        while again is True and self._next_part_is_here(conn):
            again = super().handle(conn)
        if not again:
            util.close_graceful(conn.sock)
        return again

    @staticmethod
    def _next_part_is_here(conn: Any) -> bool:
        """On a fast line the next part follows at once: it need not go through the main thread."""
        if conn.parser.unreader.buf.getvalue():
            return False  # read ahead already; the main thread handles that
        waiting = select.poll()
        waiting.register(conn.sock, select.POLLIN)
        return bool(waiting.poll(NEXT_PART_MS))


class UploadServer(BaseApplication):  # type: ignore[misc]
    """gunicorn set up for uploads, without reading a command line or a config file.

    `load_app` runs in the worker, so that database connections are not shared by a fork.
    """

    def __init__(self, load_app: Callable[[], Any], bind: str, **options: Any) -> None:
        self._load_app = load_app
        self._options = {
            "bind": bind,
            "workers": 1,
            "worker_class": UploadWorker,
            "threads": THREADS,
            "graceful_timeout": 5,
            "keepalive": 15,
            "limit_request_field_size": 8190,
            "loglevel": "warning",
            "proc_name": "hoithi-uploads",
            "control_socket_disable": True,
        } | options
        super().__init__()

    def load_config(self) -> None:
        """Use the options given to the constructor only."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The WSGI application, built in the worker."""
        return self._load_app()
