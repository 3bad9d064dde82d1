"""Migrations, and what the databases themselves refuse."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

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
from tests.databases import own_database

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


RESULT = (
    "INSERT INTO profile_revision (contest_id, number, sha256, content, source, reason, "
    "created_by, created_at) VALUES (1, 1, '', '{}', '', '', 'system', :at)",
    "INSERT INTO result (contest_id, number, state, profile_revision_id, input, output, "
    "names, input_sha256, output_sha256, gaps, reason, created_by, created_at, "
    "bundle_sha256) VALUES (1, 1, 'computed', 1, '{\"a\" : 1}', '{\"b\" : [2]}', "
    "'{\"c\" : \"Ă\"}', 'i', 'o', '[\"thiếu\"]', '', 'system', :at, '')",
)
USER = (
    'INSERT INTO "user" (email, name, password_hash, totp_secret, totp_last_step, '
    "language, admin, active, failed_sign_ins, created_at) "
    "VALUES ('an@example.vn', 'An', '', '', 0, 'vi', false, true, 0, :at)"
)
STORY = "https://m.facebook.com/story.php?story_fbid=123456789&id=7&mibextid=x"
POST = "https://www.facebook.com/lan/posts/123456789"
# After its last filling: to the newest form, and back through those that it was filled in.
FORMS = ("head", "0016", "0010", "0003", "head")
LOOKED_AT = {
    "snapshot": "SELECT id, reactions, shares FROM snapshot",
    "late_approval": "SELECT snapshot_id FROM late_approval",
    "ledger": "SELECT account, link, count FROM share_record WHERE account <> 'Lan'",
    "links": "SELECT link FROM share_record WHERE account = 'Lan' ORDER BY id",
    "units": "SELECT count(*) FROM unit",
}


@dataclass(frozen=True)
class Walked:
    """A database that was filled in four earlier forms and is at the newest one; what stood in it
    in each of ``FORMS``."""

    database: Database
    seen: list[dict[str, list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def open_to_the_end() -> Iterator[tuple[ExitStack, dict[str, Walked]]]:
    with ExitStack() as stack:
        yield stack, {}


@pytest.fixture
def walked(
    request: pytest.FixtureRequest, database_kind: str, tmp_path_factory: pytest.TempPathFactory,
    open_to_the_end: tuple[ExitStack, dict[str, Walked]],
) -> Walked:
    """One for each kind of database: the way takes seconds. No test changes what others look at."""
    stack, known = open_to_the_end
    if database_kind not in known:
        url = f"sqlite:///{tmp_path_factory.mktemp('walked')}/walked.db"
        if database_kind == "postgresql":
            url = stack.enter_context(own_database(request.getfixturevalue("postgres_server")))
        database = Database(url)
        stack.callback(database.engine.dispose)
        known[database_kind] = Walked(database, walk(url, database))
    return known[database_kind]


def walk(url: str, database: Database) -> list[dict[str, list[tuple[object, ...]]]]:
    for revision, fill in (("0002", of_0002), ("0003", of_0003), ("0010", of_0010),
                           ("0016", of_0016)):
        upgrade(url, revision)
        with database.write() as session:
            fill(session)
    seen = []
    for number, revision in enumerate(FORMS):
        move = command.downgrade if 0 < number < len(FORMS) - 1 else command.upgrade
        move(alembic_config(url), revision)
        with database.read() as session:
            seen.append({name: [tuple(row) for row in session.execute(text(statement))]
                         for name, statement in LOOKED_AT.items()})
    return seen


def of_0002(session: Session) -> None:
    """The first form that contests were held with."""
    session.execute(insert(Contest.__table__), {"slug": "x", "created_at": NOW,
                                                "publishing_paused": ""})
    session.execute(insert(Unit.__table__), [
        {"contest_id": 1, "name": f"Đoàn phường {number}", "created_at": NOW}
        for number in range(3)
    ])
    audit.record(session, "test", "nothing:1", actor=SYSTEM, at=NOW, contest_id=1)


def of_0003(session: Session) -> None:
    """0004 makes ``snapshot`` anew on SQLite, while other rows refer to it."""
    session.execute(insert(Submission.__table__), {
        "contest_id": 1, "unit_id": 1, "code": "CX1111", "title": "Clip", "kind": "team",
        "authors": ["An"], "contact_name": "An", "contact_phone": "", "created_at": NOW,
        "updated_at": NOW,
    })
    session.execute(text(SNAPSHOT), {"at": NOW})
    session.execute(text(AGREED), {"at": NOW, "of": 7})
    session.execute(text(SHARED), {"at": NOW})


def of_0010(session: Session) -> None:
    for link in (STORY, POST, ""):
        session.execute(text(SHARED_0010), {"link": link, "at": NOW})
    session.execute(text(USER), {"at": NOW})


def of_0016(session: Session) -> None:
    for statement in RESULT:
        session.execute(text(statement), {"at": NOW})


def test_an_empty_database_reaches_the_newest_form_and_no_migration_is_pending(
    database_url: str,
) -> None:
    command.check(alembic_config(database_url))


def test_migrations_can_be_taken_back(
    request: pytest.FixtureRequest, database_kind: str, sqlite_in: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        if database_kind == "sqlite":
            url = sqlite_in(tmp_path)
        else:
            server, template = map(request.getfixturevalue, ("postgres_server",
                                                             "postgres_template"))
            url = stack.enter_context(own_database(server, template))
        command.downgrade(alembic_config(url), "base")
        upgrade(url)


def test_a_database_of_the_release_before_keeps_its_rows(walked: Walked) -> None:
    with walked.database.read() as session:
        assert audit.verify(session) == (1, [])
    assert [seen["units"] for seen in walked.seen] == [[(3,)]] * len(FORMS)
    kept = {index["name"] for index in inspect(walked.database.engine).get_indexes("audit")}
    assert "ix_audit_contest_id_actor_seq" in kept


def test_counts_of_the_form_before_stay_and_stay_append_only(walked: Walked) -> None:
    for seen in walked.seen:
        assert (seen["snapshot"], seen["late_approval"]) == ([(7, 12, None)], [(7,)])
        assert seen["ledger"] == [("Nguyễn  LAN", "https://a.vn/1", 3)]
    with walked.database.read() as session:
        [record] = session.scalars(select(ShareRecord).where(ShareRecord.account != "Lan"))
        assert (record.identity, record.voided, record.late_reason) == ("n:nguyễn lan", False, "")
        [said] = session.scalars(select(LedgerStatement))
        assert (said.submission_id, said.state, said.created_by) == (1, "complete", "system")
    with pytest.raises(DBAPIError, match="append-only"), walked.database.write() as session:
        session.execute(text("DELETE FROM snapshot"))
    with pytest.raises(IntegrityError), walked.database.write() as session:
        session.execute(text(AGREED), {"at": NOW, "of": 8})


def test_links_of_the_form_before_are_compared_as_new_ones_are(walked: Walked) -> None:
    assert [seen["links"] for seen in walked.seen] == [[(STORY,), (POST,), ("",)]] * len(FORMS)
    query = select(ShareRecord.link_key).where(ShareRecord.account == "Lan")
    with walked.database.read() as session:
        keys = session.scalars(query.order_by(ShareRecord.id)).all()
    assert keys == ["post:123456789", "post:123456789", ""]


def test_accounts_from_before_passkeys_stay_and_have_none(walked: Walked) -> None:
    with walked.database.write() as session:
        [user] = session.scalars(select(User))
        assert (user.name, user.second_factor_on, user.passkey_handle) == ("An", False, "")
        assert session.scalar(select(func.count()).select_from(Passkey)) == 0
        session.add(Passkey(user_id=user.id, name="Máy", credential_id="AA", public_key="AA",
                            sign_count=2**32 - 1, created_at=NOW))
    with pytest.raises(IntegrityError), walked.database.write() as session:
        session.add(Passkey(user_id=1, name="Máy", credential_id="AA", public_key="AA",
                            created_at=NOW))


def test_a_result_of_the_form_before_stays_whole_with_its_papers(walked: Walked) -> None:
    with walked.database.read() as session:
        [kept] = session.scalars(select(Result))
        assert (kept.input, kept.output, kept.names) == ({"a": 1}, {"b": [2]}, {"c": "Ă"})
        assert (kept.gaps, kept.input_sha256, kept.number) == (["thiếu"], "i", 1)


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
