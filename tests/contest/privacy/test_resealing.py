"""Migrations 0020 and 0021, from a database of the form before that holds rows."""

import json
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from contest import canonical
from contest.db import Database, alembic_config, upgrade
from contest.models import AuditRow, ConsentEvent, Contest, FormerSeal, Unit
from contest.services.core import audit
from tests.databases import PAST_GUARDS

AT = datetime(2023, 6, 1, 8, 30, 0, 5, tzinfo=UTC)
ROW = (
    "INSERT INTO audit (seq, at, contest_id, actor, action, subject, before, after, prev_hash, "
    "hash)"
    " VALUES (:seq, :at, 1, 'user:1', 'submission.withdrawn', 'submission:1', :before, :after,"
    " :prev, :hash)"
)
SAID = ({"reason": "Chị Nguyễn Thị Hoa xin rút", "state": "withdrawn"}, {"state": "computed"},
        {"accounts_out": ["Trần Văn Lan"], "code": "CX1111"})


def _fill(database: Database) -> str:
    """Rows as the form before wrote them; the last one's hash."""
    previous = "0" * 64
    with database.write() as session:
        session.execute(insert(Contest.__table__), {"slug": "x", "created_at": AT,
                                                    "publishing_paused": ""})
        session.execute(insert(Unit.__table__), {"contest_id": 1, "name": "Đoàn", "created_at": AT})
        session.execute(text(
            "INSERT INTO submission (contest_id, unit_id, code, state, title, kind, authors,"
            " description, contact_name, contact_phone, contact_email, language, created_at,"
            " updated_at, state_reason) VALUES (1, 1, 'CX1111', 'uploading', 'A', 'team', '[]', '',"
            " 'A', '', '', 'vi', :at, :at, '')"), {"at": AT})
        session.execute(text(
            "INSERT INTO consent (submission_id, purpose, notice_version, notice_sha256, given_at,"
            " withdrawn_at) VALUES (1, 'news', '1', 'h', :at, :at), (1, 'rules', '1', 'h', :at,"
            " NULL)"), {"at": AT})
        for seq, after in enumerate(SAID, start=1):
            content = {"seq": seq, "at": AT.isoformat(timespec="microseconds"), "contest": 1,
                       "actor": "user:1", "action": "submission.withdrawn",
                       "subject": "submission:1", "before": {}, "after": after}
            digest = canonical.sha256(content, after=previous)
            session.execute(text(ROW), {
                "seq": seq, "at": AT, "before": "{}", "after": json.dumps(after),
                "prev": previous, "hash": digest,
            })
            previous = digest
        session.execute(text("UPDATE audit_head SET seq = 3, hash = :hash"), {"hash": previous})
    return previous


def test_texts_leave_the_trail_and_the_trail_holds(empty_database_url: str) -> None:
    upgrade(empty_database_url, "0016")
    database = Database(empty_database_url)
    head = _fill(database)
    upgrade(empty_database_url)
    with database.read() as session:
        assert audit.verify(session) == (4, [])
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
        assert [row.after for row in rows[:3]] == list(SAID)
        assert "Hoa" not in str([row.sealed_after for row in rows])
        assert "Lan" not in str([row.sealed_after for row in rows])
        assert (rows[3].action, rows[3].before, rows[3].after) == (
            "audit.resealed", {"head": head}, {"rows": 3, "texts": 2})
        assert session.scalars(select(FormerSeal.hash).where(FormerSeal.seq == 3)).one() == head
        events = session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)).all()
        assert sorted((e.purpose, e.act, e.given_by) for e in events) == [
            ("news", "given", "unit:1"), ("news", "withdrawn", "unit:1"),
            ("rules", "given", "unit:1")]
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text("UPDATE audit_note SET value = '\"x\"'"))
    command.downgrade(alembic_config(empty_database_url), "0016")
    with database.read() as session:
        first = session.execute(text("SELECT after FROM audit WHERE seq = 1")).scalar_one()
        assert (json.loads(first) if isinstance(first, str) else first) == SAID[0]
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text("UPDATE audit SET actor = 'system'"))
    upgrade(empty_database_url)
    with database.read() as session:
        assert audit.verify(session) == (5, [])
    database.engine.dispose()


def test_a_changed_note_is_found(database: Database) -> None:
    with database.write() as session:
        audit.record(session, "unit.retired", "unit:1", actor=audit_actor(), at=AT,
                     after={"reason": "Theo đề nghị của đơn vị"})
    with database.engine.begin() as connection:
        sqlite = database.engine.dialect.name == "sqlite"
        connection.execute(text(
            "DROP TRIGGER audit_note_no_update" if sqlite
            else PAST_GUARDS
        ))
        connection.execute(text("UPDATE audit_note SET value = '\"khác\"'"))
    with database.read() as session:
        [fault] = audit.verify(session)[1]
    assert (fault.seq, fault.what) == (1, "a text of it was changed after it was written")


def audit_actor() -> audit.Actor:
    return audit.Actor("user", 7, "Mai")
