"""The chained audit trail: it grows in order, and every tampering is found and named."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.db import Database
from contest.models import AuditRow, Contest
from contest.services.core import audit
from contest.services.core.audit import Fault
from tests.databases import PAST_GUARDS

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
            connection.execute(text(PAST_GUARDS))
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
        audit.record(session, "x", "unit:1", actor=Actor("user", 7, "Mai"), at=NOW)
        audit.record(session, "x", "unit:1", actor=SYSTEM, at=NOW)
    assert [(row.actor, row.seq) for row in rows(database)] == [("user:7", 1), ("system", 2)]
    assert rows(database)[0].prev_hash == audit.GENESIS


def rows(database: Database) -> list[AuditRow]:
    with database.read() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))


def recorded(session: Session, action: str) -> None:
    audit.record(session, action, "unit:1", actor=SYSTEM, at=NOW)


def test_rows_are_appended_in_order_by_the_commit_and_not_before(database: Database) -> None:
    with database.write() as session:
        recorded(session, "first")
        recorded(session, "second")
        assert session.scalars(select(AuditRow)).all() == []
    assert [row.action for row in rows(database)] == ["first", "second"]
    assert verify(database) == (2, [])


def test_a_session_commits_twice_and_each_row_is_appended_once(database: Database) -> None:
    with database.writer() as session:
        recorded(session, "first")
        session.commit()
        recorded(session, "second")
        session.commit()
        session.commit()
    assert [row.action for row in rows(database)] == ["first", "second"]
    assert verify(database) == (2, [])


def test_what_is_rolled_back_or_never_committed_leaves_no_row(database: Database) -> None:
    with database.writer() as session:
        recorded(session, "rolled back")
        session.rollback()
        recorded(session, "closed")
        session.close()
        recorded(session, "kept")
        session.commit()
        recorded(session, "left")
    assert [row.action for row in rows(database)] == ["kept"]


def test_a_savepoint_takes_its_rows_with_it(database: Database) -> None:
    with database.write() as session:
        recorded(session, "before")
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            with session.begin_nested():
                recorded(session, "inside a good one of a bad one")
            recorded(session, "inside")
            1 / 0  # noqa: B018
        with session.begin_nested():
            recorded(session, "inside a good one")
        recorded(session, "after")
    assert [row.action for row in rows(database)] == ["before", "inside a good one", "after"]
    assert verify(database) == (3, [])


def test_the_trail_says_what_was_so_when_it_was_recorded(database: Database) -> None:
    after = {"state": "open"}
    with database.write() as session:
        audit.record(session, "x", "unit:1", actor=SYSTEM, at=NOW, after=after)
        after["state"] = "changed since"
    assert rows(database)[0].after == {"state": "open"}


def test_a_reading_session_records_nothing_and_says_so(database: Database) -> None:
    with pytest.raises(RuntimeError, match="reading session"), database.read() as session:
        recorded(session, "x")


def test_many_rows_at_once_are_links_of_the_same_chain(database: Database) -> None:
    rows = [(f"ballot:{n}", {"state": ("open", "submitted")[n % 2]})
            for n in range(audit.FEW + 2)]
    with database.write() as session:
        session.add(Contest(id=1, slug="x", created_at=NOW))
        audit.record(session, "before", "x:1", actor=SYSTEM, at=NOW)
        audit.record_many(session, "ballot.locked", rows, actor=SYSTEM, at=NOW, contest_id=1,
                          after={"state": "locked", "reason": "Chốt “kết quả”"})
        audit.record(session, "after", "x:1", actor=SYSTEM, at=NOW)
    with database.read() as session:
        assert audit.verify(session) == (len(rows) + 2, [])
        kept = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    assert [(row.subject, row.before) for row in kept[1:-1]] == rows
