"""Work that leaves the process. A module here lists what it can do in ``HANDLERS``.

A handler is ``handler(platform, row_id, beat) -> None``: thin, it opens its own sessions through
``platform.db``, calls services, and may take long as long as it calls ``beat()`` now and then.
To wait for something outside without counting a failure it raises ``Later``; when trying again
cannot help, ``GiveUp``; any other error backs off and is tried again. One whose transaction lost
to another is called again at once, so what is dear is recorded through ``db.retried`` itself.
"""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import datetime
from typing import Any

Handler = Callable[[Any, int, Callable[[], None]], None]


class Later(Exception):
    """Not now: put the row back until ``due_at``; no attempt is used up."""

    def __init__(self, due_at: datetime, why: str = "") -> None:
        super().__init__(why)
        self.due_at, self.why = due_at, why


class GiveUp(Exception):
    """Trying again cannot help; the sentence is shown on the organiser's desk."""


class LeaseLost(Exception):
    """Another worker has the row now; stop at once and write nothing."""


def handlers() -> dict[str, Handler]:
    """Every kind of task and its handler, from all modules of this package."""
    found: dict[str, Handler] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{module.name}"), "HANDLERS", {})
    return found
