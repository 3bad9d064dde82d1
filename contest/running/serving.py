"""The pages' process: gunicorn with threads, set up in code."""

from collections.abc import Callable

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]


class PagesServer(BaseApplication):  # type: ignore[misc]
    """gunicorn for the pages. ``load_app`` runs in each worker: connections are not forked."""

    def __init__(
        self, load_app: Callable[[], object], bind: str, *, workers: int = 2, threads: int = 8
    ) -> None:
        self._load_app = load_app
        self._options = {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
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
        return self._load_app()
