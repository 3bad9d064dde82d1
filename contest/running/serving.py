"""The pages' process: gunicorn with threads, set up in code.

A page never waits for bytes: a thread that does gives its place (``--threads``) to another until
they have come. Behind our front server they have come already; this is for whoever reaches the
process itself, and for what the front lets through.
"""

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from contest.pace.gunicorn_parts import Connection
from contest.pace.lines import Pace
from contest.pace.worker import PacedWorker

READERS = 192  # threads that may wait for bytes, beside those at work
LEAST_BYTES_S, WINDOW_S = 1024, 20.0  # of a form's head and body


class PagesWorker(PacedWorker):
    """A worker with two kinds of places: few for pages at work, many for bytes on their way."""

    @staticmethod
    def make_pace() -> Pace:
        return Pace(least_bytes_s=LEAST_BYTES_S, window_s=WINDOW_S, most=READERS)

    def init_process(self) -> None:
        self.places = threading.Semaphore(self.cfg.threads - READERS)
        self.at_work = threading.local()
        super().init_process()

    def handle_request(self, req: object, conn: Connection) -> object:
        """Answer a request whose head is complete, in a place of its own."""
        with self.places:
            self.at_work.here = True
            try:
                return super().handle_request(req, conn)
            finally:
                self.at_work.here = False

    @contextlib.contextmanager
    def waiting(self, conn: Connection) -> Iterator[None]:
        """Leave the place while bytes are waited for."""
        if not getattr(self.at_work, "here", False):
            yield
            return
        self.places.release()
        try:
            yield
        finally:
            self.places.acquire()


class PagesServer(BaseApplication):  # type: ignore[misc]
    """gunicorn for the pages. ``load_app`` runs in each worker: connections are not forked.

    ``threads``: pages that a worker makes at once.
    """

    def __init__(
        self, load_app: Callable[[], object], bind: str, *, workers: int = 2, threads: int = 8
    ) -> None:
        self._load_app = load_app
        self._options = {
            "bind": bind,
            "workers": workers,
            "worker_class": PagesWorker,
            "threads": threads + READERS,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 15,
            "loglevel": "warning",
            "proc_name": "hoithi-web",
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Use the options given to the constructor only."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """The WSGI application, built in the worker."""
        made = self._load_app()
        gc.freeze()  # a full collection walks what stays for good, 0.1 s, in the midst of a page
        return made
