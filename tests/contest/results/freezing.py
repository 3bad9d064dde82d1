"""A result is frozen in a process of its own, whose power is cut (SIGKILL)."""

import os
import signal
from collections.abc import Mapping

from sqlalchemy import event

from contest.actors import SYSTEM
from contest.models import Result
from contest.services.results import results
from contest.services.results.bundles import BundleStore
from contest.wiring import platform_of_process


def cut(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def freeze(result_id: int, words: str, environ: Mapping[str, str]) -> None:
    """The power is cut just before the first statement that begins with ``words``, or before the
    commit."""
    os.environ |= environ
    platform = platform_of_process()

    def look(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(words):
            cut()

    with platform.db.write() as session:
        result = session.get_one(Result, result_id)
        event.listen(platform.db.engine, "before_cursor_execute", look)
        if words == "COMMIT":
            event.listen(session, "before_commit", lambda _: session.flush())
            event.listen(platform.db.engine, "commit", cut)
        folder = platform.settings.data_dir / "bundles"
        results.freeze(
            session, result, vault=BundleStore(platform.keys, platform.blobs, folder),
            actor=SYSTEM, at=platform.clock.now(),
        )
