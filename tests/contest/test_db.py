"""Migrations, and what the databases themselves refuse."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from contest.actors import SYSTEM
from contest.db import Database, alembic_config, upgrade
from contest.models import (
    AuditRow,
    Contest,
    LedgerStatement,
    Passkey,
    Result,
    ShareRecord,
    Submission,
    Unit,
    User,
)
from contest.services.core import audit

NOW = datetime(2023, 6, 1, tzinfo=UTC)
SNAPSHOT = (
    "INSERT INTO snapshot (id, submission_id, taken_at, source, reactions, reactions_by_kind, raw, "
    "late_reason, created_by, created_at) VALUES (7, 1, :at, 'manual', 12, '{}', '{}', 'x', "
    "'user:1', :at)"
)
SHARED = (
    "INSERT INTO share_record (submission_id, account, link, count, seen_at, created_by, "
    "created_at) VALUES (1, 'Nguyễn  LAN', 'https://a.vn/1', 3, :at, 'user:1', :at)"
)
SHARED_0010 = (
    "INSERT INTO share_record (submission_id, account, identity, profile, link, count, seen_at, "
    "day, late_reason, voided, created_by, created_at) "
    "VALUES (1, 'Lan', 'n:lan', '', :link, 1, :at, '', '', FALSE, 'user:1', :at)"
)
AGREED = (
    "INSERT INTO late_approval (snapshot_id, entered_by, approved_by, created_at) "
    "VALUES (:of, 'user:1', 'user:2', :at)"
)


def test_an_empty_database_reaches_the_newest_form_and_no_migration_is_pending(
    empty_database_url: str,
) -> None:
    upgrade(empty_database_url)
    command.check(alembic_config(empty_database_url))


def test_migrations_can_be_taken_back(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    command.downgrade(alembic_config(empty_database_url), "base")
    upgrade(empty_database_url)


def test_a_database_of_the_release_before_keeps_its_rows(empty_database_url: str) -> None:
    """From 0002, the first form that contests were held with."""
    upgrade(empty_database_url, "0002")
    database = Database(empty_database_url)
    with database.write() as session:
        session.execute(insert(Contest.__table__), {"slug": "x", "created_at": NOW,
                                                    "publishing_paused": ""})
        session.execute(insert(Unit.__table__), [
            {"contest_id": 1, "name": f"Đoàn phường {number}", "created_at": NOW}
            for number in range(3)
        ])
        audit.record(session, "test", "nothing:1", actor=SYSTEM, at=NOW, contest_id=1)
    upgrade(empty_database_url)
    with database.read() as session:
        assert session.query(Unit).count() == 3
        assert audit.verify(session) == (1, [])
    kept = {index["name"] for index in inspect(database.engine).get_indexes("audit")}
    assert "ix_audit_contest_id_actor_seq" in kept
    database.engine.dispose()


def test_counts_of_the_form_before_stay_and_stay_append_only(empty_database_url: str) -> None:
    """0004 makes ``snapshot`` anew on SQLite, while other rows refer to it."""
    upgrade(empty_database_url, "0003")
    database = Database(empty_database_url)
    with database.write() as session:
        session.execute(insert(Contest.__table__), {"slug": "x", "created_at": NOW,
                                                    "publishing_paused": ""})
        session.execute(insert(Unit.__table__), {"contest_id": 1, "name": "Đoàn phường 1",
                                                 "created_at": NOW})
        session.execute(insert(Submission.__table__), {
            "contest_id": 1, "unit_id": 1, "code": "CX1111", "title": "Clip", "kind": "team",
            "authors": ["An"], "contact_name": "An", "contact_phone": "", "created_at": NOW,
            "updated_at": NOW,
        })
        session.execute(text(SNAPSHOT), {"at": NOW})
        session.execute(text(AGREED), {"at": NOW, "of": 7})
        session.execute(text(SHARED), {"at": NOW})
    for revision in ("head", "0003", "head"):
        move = command.downgrade if revision == "0003" else command.upgrade
        move(alembic_config(empty_database_url), revision)
        with database.read() as session:
            kept = session.execute(text("SELECT id, reactions, shares FROM snapshot")).all()
            agreed = session.execute(text("SELECT snapshot_id FROM late_approval")).scalars().all()
            shares = session.execute(text("SELECT account, link, count FROM share_record")).all()
        assert (kept, agreed) == ([(7, 12, None)], [7])
        assert shares == [("Nguyễn  LAN", "https://a.vn/1", 3)]
    with database.read() as session:
        [record] = session.scalars(select(ShareRecord))
        assert (record.identity, record.voided, record.late_reason) == ("n:nguyễn lan", False, "")
        [said] = session.scalars(select(LedgerStatement))
        assert (said.submission_id, said.state, said.created_by) == (1, "complete", "system")
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text("DELETE FROM snapshot"))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(AGREED), {"at": NOW, "of": 8})
    database.engine.dispose()


def test_links_of_the_form_before_are_compared_as_new_ones_are(empty_database_url: str) -> None:
    upgrade(empty_database_url, "0003")
    database = Database(empty_database_url)
    story = "https://m.facebook.com/story.php?story_fbid=123456789&id=7&mibextid=x"
    post = "https://www.facebook.com/lan/posts/123456789"
    with database.write() as session:
        session.execute(insert(Contest.__table__), {"slug": "x", "created_at": NOW,
                                                    "publishing_paused": ""})
        session.execute(insert(Unit.__table__), {"contest_id": 1, "name": "Đoàn phường 1",
                                                 "created_at": NOW})
        session.execute(insert(Submission.__table__), {
            "contest_id": 1, "unit_id": 1, "code": "CX1111", "title": "Clip", "kind": "team",
            "authors": ["An"], "contact_name": "An", "contact_phone": "", "created_at": NOW,
            "updated_at": NOW,
        })
    upgrade(empty_database_url, "0010")
    with database.write() as session:
        for link in (story, post, ""):
            session.execute(text(SHARED_0010), {"link": link, "at": NOW})
    for revision in ("head", "0010", "head"):
        move = command.downgrade if revision == "0010" else command.upgrade
        move(alembic_config(empty_database_url), revision)
        with database.read() as session:
            kept = session.execute(text("SELECT link FROM share_record ORDER BY id")).scalars()
            assert kept.all() == [story, post, ""]
    with database.read() as session:
        keys = session.scalars(select(ShareRecord.link_key).order_by(ShareRecord.id)).all()
    assert keys == ["post:123456789", "post:123456789", ""]
    database.engine.dispose()


def test_accounts_from_before_passkeys_stay_and_have_none(empty_database_url: str) -> None:
    upgrade(empty_database_url, "0010")
    database = Database(empty_database_url)
    with database.write() as session:
        session.execute(text(
            'INSERT INTO "user" (email, name, password_hash, totp_secret, totp_last_step, '
            "language, admin, active, failed_sign_ins, created_at) "
            "VALUES ('an@example.vn', 'An', '', '', 0, 'vi', false, true, 0, :at)"
        ), {"at": NOW})
    for revision in ("head", "0010", "head"):
        move = command.downgrade if revision == "0010" else command.upgrade
        move(alembic_config(empty_database_url), revision)
    with database.write() as session:
        [user] = session.scalars(select(User))
        assert (user.name, user.second_factor_on, user.passkey_handle) == ("An", False, "")
        session.add(Passkey(user_id=user.id, name="Máy", credential_id="AA", public_key="AA",
                            sign_count=2**32 - 1, created_at=NOW))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Passkey(user_id=1, name="Máy", credential_id="AA", public_key="AA",
                            created_at=NOW))
    database.engine.dispose()


def test_a_result_of_the_form_before_stays_whole_with_its_papers(empty_database_url: str) -> None:
    upgrade(empty_database_url, "0016")
    database = Database(empty_database_url)
    with database.write() as session:
        for statement in (
            "INSERT INTO contest (slug, created_at, publishing_paused) VALUES ('a', :at, false)",
            "INSERT INTO profile_revision (contest_id, number, sha256, content, source, reason, "
            "created_by, created_at) VALUES (1, 1, '', '{}', '', '', 'system', :at)",
            "INSERT INTO result (contest_id, number, state, profile_revision_id, input, output, "
            "names, input_sha256, output_sha256, gaps, reason, created_by, created_at, "
            "bundle_sha256) VALUES (1, 1, 'computed', 1, '{\"a\": 1}', '{\"b\": [2]}', "
            "'{\"c\": \"Ă\"}', 'i', 'o', '[\"thiếu\"]', '', 'system', :at, '')",
        ):
            session.execute(text(statement.replace('": ', '" : ')), {"at": NOW})
    for revision in ("head", "0016", "head"):
        move = command.downgrade if revision == "0016" else command.upgrade
        move(alembic_config(empty_database_url), revision)
    with database.read() as session:
        [kept] = session.scalars(select(Result))
        assert (kept.input, kept.output, kept.names) == ({"a": 1}, {"b": [2]}, {"c": "Ă"})
        assert (kept.gaps, kept.input_sha256, kept.number) == (["thiếu"], "i", 1)
    database.engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_trail_can_only_grow(database: Database, statement: str) -> None:
    with database.write() as session:
        audit.record(session, "test", "nothing:1", actor=SYSTEM, at=NOW)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text(statement))
    with database.read() as session:
        assert session.query(AuditRow).one().actor == "system"


def test_a_unit_of_no_contest_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Unit(contest_id=77, name="Đoàn phường 1", created_at=NOW))


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.add(Contest(slug="x", created_at=datetime(2023, 6, 1)))


def test_instants_come_back_as_utc(database: Database) -> None:
    moment = datetime.fromisoformat("2023-06-19T16:00:00.123456+07:00")
    with database.write() as session:
        session.add(Contest(slug="x", created_at=moment))
    with database.read() as session:
        found = session.query(Contest).one().created_at
    assert (found, found.tzinfo) == (moment, UTC)


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:
        session.add(Contest(slug="x", created_at=NOW))
        session.flush()
        1 / 0  # noqa: B018
    with database.read() as session:
        assert session.query(Contest).count() == 0
