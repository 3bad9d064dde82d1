"""The chained audit trail: it grows in order, and every tampering is found and named."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contest.actors import SYSTEM, Actor
from contest.db import Database
from contest.services.core import audit
from contest.services.core.audit import Fault

NOW = datetime(2023, 6, 10, 16, 59, 59, 5, tzinfo=UTC)


def write(database: Database, count: int) -> None:
    for number in range(count):
        with database.write() as session:
            audit.record(
                session, "unit.added", f"unit:{number}", actor=Actor("user", 7, "Mai"),
                at=NOW + timedelta(seconds=number), after={"state": "có dấu"},
            )


def verify(database: Database) -> tuple[int, list[Fault]]:
    with database.read() as session:
        return audit.verify(session)


def tamper(database: Database, statement: str) -> None:
    """What somebody with the database's password and bad intentions would do."""
    with database.engine.begin() as connection:
        if database.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
            connection.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        connection.execute(text(statement))


def test_an_untouched_trail_holds(database: Database) -> None:
    write(database, 3)
    assert verify(database) == (3, [])


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET actor = 'user:8' WHERE seq = 2",
         [Fault(2, "was changed after it was written")]),
        ("DELETE FROM audit WHERE seq = 3",
         [Fault(3, "the head does not match the last row: rows are missing")]),
        ("DELETE FROM audit WHERE seq = 2",
         [Fault(3, "row 2 is missing"), Fault(3, "does not follow the row before"),
          Fault(3, "the head does not match the last row: rows are missing")]),
    ],
)
def test_tampering_is_found(database: Database, statement: str, found: list[Fault]) -> None:
    write(database, 3)
    tamper(database, statement)
    assert verify(database)[1] == found


def test_ten_who_write_at_once_make_one_chain(database: Database) -> None:
    threads = [threading.Thread(target=write, args=(database, 4)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(database) == (40, [])


def test_the_actor_is_named_by_reference(database: Database) -> None:
    with database.write() as session:
        row = audit.record(session, "x", "unit:1", actor=Actor("user", 7, "Mai"), at=NOW)
        assert (row.actor, row.prev_hash) == ("user:7", audit.GENESIS)
        assert audit.record(session, "x", "unit:1", actor=SYSTEM, at=NOW).actor == "system"
