"""``python -m tests.contest.results.freezing ID WORDS``: freezes a result and has its power cut
(SIGKILL) just before the first statement that begins with WORDS, or before the commit."""

import os
import signal
import sys

from sqlalchemy import event

from contest.actors import SYSTEM
from contest.models import Result
from contest.services.results import results
from contest.services.results.bundles import BundleStore
from contest.wiring import platform_of_process


def cut(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    platform, words = platform_of_process(), sys.argv[2]

    def look(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(words):
            cut()

    with platform.db.write() as session:
        result = session.get_one(Result, int(sys.argv[1]))
        event.listen(platform.db.engine, "before_cursor_execute", look)
        if words == "COMMIT":
            event.listen(session, "before_commit", lambda _: session.flush())
            event.listen(platform.db.engine, "commit", cut)
        folder = platform.settings.data_dir / "bundles"
        results.freeze(
            session, result, vault=BundleStore(platform.keys, platform.blobs, folder),
            actor=SYSTEM, at=platform.clock.now(),
        )
