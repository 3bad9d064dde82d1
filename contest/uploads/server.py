"""The upload process: gunicorn with many threads and one worker, which holds the writers' table."""

from __future__ import annotations

import select
from collections.abc import Callable

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from contest.pace.gunicorn_parts import Connection
from contest.pace.lines import Pace
from contest.pace.worker import PacedWorker
from contest.uploads.protocol import LEAST_BYTES_S, WINDOW_S

NEXT_PART_MS = 20  # how long a thread waits for the next part before it releases the connection
THREADS = 192
HEAD_S = 15.0  # seconds for the head of a request


class UploadWorker(PacedWorker):
    """A worker that a stalled client cannot block. Bodies have a pace of their own
    (``UploadApp.pace``): they are read past gunicorn's parser."""

    paces_bodies = False
    silence_s = WINDOW_S

    @staticmethod
    def make_pace() -> Pace:
        return Pace(least_bytes_s=LEAST_BYTES_S, window_s=HEAD_S)

    def one_request(self, conn: Connection) -> object:
        """On a fast line the next part follows at once: it need not go through the main thread."""
        again = super().one_request(conn)
        while again is True and self._next_part_is_here(conn):
            again = super().one_request(conn)
        return again

    @staticmethod
    def _next_part_is_here(conn: Connection) -> bool:
        if conn.parser.unreader.buf.getvalue():
            return False  # read ahead already; the main thread handles that
        waiting = select.poll()
        waiting.register(conn.sock, select.POLLIN)
        return bool(waiting.poll(NEXT_PART_MS))


class UploadServer(BaseApplication):  # type: ignore[misc]
    """gunicorn set up for uploads, without reading a command line or a config file.

    `load_app` runs in the worker, so that database connections are not shared by a fork.
    """

    def __init__(self, load_app: Callable[[], object], bind: str, **options: object) -> None:
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

    def load(self) -> object:
        """The WSGI application, built in the worker."""
        return self._load_app()
