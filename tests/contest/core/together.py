"""Two at once, brought together at a chosen statement: the first stands still just before it.

Nothing is slept for: the second runs until it is done or the database makes it wait, then the
first goes on.
"""

import re
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from contest.db import Database
from contest.services.core import audit
from contest.wiring import Platform

PATIENCE_S = 30.0
LOCKED_S = 0.6  # SQLite tells nobody who waits: after this long the second one does


class Meeting:
    """``outcomes``: what each returned or raised. ``waited``: the second one for the first."""

    def __init__(self, database: Database, first: Callable[[], Any], second: Callable[[], Any],
                 *, at: str) -> None:
        self.database, self.at = database, re.compile(at, re.DOTALL)
        self.outcomes: list[Any] = [None, None]
        self.waited = False
        self.there, self.go_on = threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number, work), daemon=True)
                        for number, work in enumerate((first, second))]
        event.listen(database.engine, "before_cursor_execute", self._pause)
        try:
            self._hold()
        finally:
            event.remove(database.engine, "before_cursor_execute", self._pause)

    def _hold(self) -> None:
        first, second = self.threads
        first.start()
        assert self.there.wait(PATIENCE_S), f"{self.at.pattern}: {self.outcomes[0]!s:.200}"
        second.start()
        self._until(lambda: not second.is_alive() or self._waits())
        self.waited = second.is_alive()
        self.go_on.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive(), "somebody waits for ever"

    def _run(self, number: int, work: Callable[[], Any]) -> None:
        try:
            self.outcomes[number] = work()
        except Exception as error:
            self.outcomes[number] = error

    def _pause(self, conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        mine = threading.current_thread() is self.threads[0]
        if mine and not self.there.is_set() and self.at.search(statement):
            self.there.set()
            assert self.go_on.wait(PATIENCE_S)

    def _waits(self) -> bool:
        if self.database.engine.dialect.name == "sqlite":
            time.sleep(LOCKED_S)
            return True
        query = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with self.database.read_connection() as line:
            return bool(line.scalar(text(query)))

    @staticmethod
    def _until(reached: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not reached():
            assert time.monotonic() < end, "the second one neither ends nor waits"
            time.sleep(0.01)


def writing(database: Database, work: Callable[[Session], Any]) -> Callable[[], Any]:
    """``work`` in a transaction of its own."""

    def run() -> Any:
        with database.write() as session:
            return work(session)

    return run


def intact(platform: Platform) -> None:
    """The audit chain holds, whoever wrote at once."""
    with platform.db.read() as session:
        assert audit.verify(session)[1] == []


def number_of(platform: Platform, table: type, *where: Any) -> int:
    """Rows of a table, those of them that ``where`` picks."""
    with platform.db.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
