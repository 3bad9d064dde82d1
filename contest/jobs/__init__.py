"""Background work. Each module lists its handlers in ``HANDLERS``: kind of task -> handler.

A handler is ``handler(platform, row_id, beat) -> None``: thin, it opens its own sessions through
``platform.db``, calls services, and may run long if it calls ``beat()`` regularly.
To wait for something outside without counting a failure it raises ``Later``; when a retry cannot
help, ``GiveUp``; after any other error it is retried with back-off. A handler whose transaction
lost to another is called again at once, so expensive work is recorded through ``db.retried``.
"""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

Handler = Callable[[Any, int, Callable[[], None]], None]


class Later(Exception):
    """Postpone the task until ``due_at``; the attempt is not counted."""

    def __init__(self, due_at: datetime, why: str = "") -> None:
        super().__init__(why)
        self.due_at, self.why = due_at, why


class GiveUp(Exception):
    """A retry cannot help; the message is shown on the organiser's desk."""


class LeaseLost(Exception):
    """Another worker holds the lease now; stop at once and write nothing."""


@cache
def handlers() -> dict[str, Handler]:
    """Kind of task -> handler, from all modules of this package; not to be changed."""
    found: dict[str, Handler] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{module.name}"), "HANDLERS", {})
    return found
