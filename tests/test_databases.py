"""A database that begins again is as good as a new one."""

import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contest.clock import FixedClock
from contest.config import Settings
from contest.db import Database
from contest.models import Base
from contest.wiring import Platform
from tests import forks
from tests.conftest import KINDS
from tests.contest.conftest import SECRET_KEY
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage
from tests.databases import Reused, own_database
from tests.matrices import MANY

ROOT = Path(__file__).parents[1]
ENTRY = Path("tests/contest/entry")
FILES = [f"{ENTRY}/test_{name}.py" for name in ("upload_rows", "unit_views", "checks")]
OTHER_FORMS = [
    "ALTER TABLE audit DISABLE TRIGGER audit_append_only",
    "DROP TRIGGER audit_append_only ON audit",
    "ALTER TABLE unit DROP CONSTRAINT pk_unit CASCADE",
    "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NULL; END $$",
    "ALTER TABLE contest ADD COLUMN further text",
    "DROP TABLE mail CASCADE",
]


@pytest.fixture(scope="module")
def fresh(postgres_server: str, postgres_template: str) -> Iterator[dict[str, Any]]:
    """What a new database holds."""
    with own_database(postgres_server, postgres_template) as url:
        yield held(url)


def held(url: str) -> dict[str, Any]:
    """Every row and where every sequence stands."""
    with psycopg.connect(url) as connection:
        tables = [table.name for table in Base.metadata.sorted_tables]
        rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
        sequences = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
        return {**rows, "sequences": connection.execute(sequences).fetchall()}


def fill(url: str, folder: Path) -> None:
    """A contest whose result is published: most tables have rows."""
    platform = Platform(Settings(
        data_dir=folder, database_url=url, redis_url="", storage_url=f"file://{folder}/clips",
        base_url="http://localhost", secret_key=SECRET_KEY,
    ))
    platform.__dict__["clock"] = FixedClock(AFTER)
    make = Factory(platform)
    stage = Stage(platform, make, make.contest())
    stage.publish(stage.freeze(stage.compute()))
    platform.db.engine.dispose()


def test_nothing_is_left_of_the_test_before(
    reused_postgres: Reused, fresh: dict[str, Any], tmp_path: Path
) -> None:
    reused_postgres.begin_again()
    fill(reused_postgres.url, tmp_path)
    full = held(reused_postgres.url)
    assert sum(bool(full[name]) for name in full) > 15
    reused_postgres.begin_again()
    assert held(reused_postgres.url) == fresh


def test_its_guards_are_on_again(reused_postgres: Reused, tmp_path: Path) -> None:
    reused_postgres.begin_again()
    fill(reused_postgres.url, tmp_path)
    database = Database(reused_postgres.url)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text("DELETE FROM audit"))
    with pytest.raises(DBAPIError, match="foreign key"), database.write() as session:
        session.execute(text("DELETE FROM contest"))
    database.engine.dispose()


@pytest.mark.parametrize("statement", OTHER_FORMS)
def test_another_form_is_seen(reused_postgres: Reused, statement: str) -> None:
    reused_postgres.begin_again()
    with reused_postgres.connection.transaction(force_rollback=True):
        reused_postgres.connection.execute(statement)
        assert reused_postgres.changed()
    assert not reused_postgres.changed()


def test_a_form_that_a_test_has_changed_is_made_anew(
    reused_postgres: Reused, fresh: dict[str, Any], tmp_path: Path
) -> None:
    with psycopg.connect(reused_postgres.url, autocommit=True) as tampering:
        for statement in OTHER_FORMS:
            tampering.execute(statement)
    reused_postgres.begin_again()
    assert held(reused_postgres.url) == fresh
    test_its_guards_are_on_again(reused_postgres, tmp_path)


def test_who_was_connected_is_no_more(reused_postgres: Reused) -> None:
    with psycopg.connect(reused_postgres.url) as earlier:
        earlier.execute("LOCK TABLE contest")
        reused_postgres.begin_again()
        with pytest.raises(psycopg.OperationalError):
            earlier.execute("SELECT 1")


def test_a_line_that_is_kept_has_nothing_of_the_test_before(reused_postgres: Reused) -> None:
    processes = []
    for _ in range(2):
        reused_postgres.begin_again()
        database = Database(reused_postgres.url)
        with database.engine.connect() as line:
            one = line.exec_driver_sql(
                "SELECT pg_backend_pid(), current_setting('work_mem'), current_setting('jit'),"
                " current_user, to_regclass('pg_temp.scratch'),"
                " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
            ).one()
            processes.append(one[0])
            assert tuple(one[1:]) == ("4MB", "off", "postgres", None, 0)
            line.exec_driver_sql("SET work_mem = '7MB'")
            line.exec_driver_sql("SET ROLE pg_monitor")
            line.exec_driver_sql("CREATE TEMP TABLE scratch (n int)")
            line.exec_driver_sql("SELECT pg_advisory_lock(7)")
            line.exec_driver_sql("LISTEN something")
            line.commit()
        database.engine.dispose()
    assert processes[0] == processes[1]


def test_a_line_that_is_broken_or_not_brought_back_is_not_handed_on(
    reused_postgres: Reused,
) -> None:
    reused_postgres.begin_again()
    first, second = Database(reused_postgres.url), Database(reused_postgres.url)
    held_on_to = first.engine.connect()
    held_on_to.exec_driver_sql("LOCK TABLE contest")
    with second.engine.connect() as line:
        other = line.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    second.engine.dispose()
    reused_postgres.connection.execute("SELECT pg_terminate_backend(%s)", [other])
    reused_postgres.begin_again()
    third = Database(reused_postgres.url)
    with third.engine.connect() as line:
        line.exec_driver_sql("LOCK TABLE contest")  # nobody else is in the way
        assert line.exec_driver_sql("SELECT pg_backend_pid()").scalar() != other
    for database in (first, third):
        database.engine.dispose()
    with pytest.raises(DBAPIError):
        held_on_to.exec_driver_sql("SELECT 1")


def collect(options: tuple[str, ...], to: Path) -> None:
    """What pytest says that it would run; in a process of its own."""
    os.chdir(ROOT)
    os.dup2(os.open(to, os.O_CREAT | os.O_WRONLY, 0o600), 1)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    with sys.stdout:
        plain = ["--collect-only", "-q", "-p", "no:cacheprovider", "--assert=plain"]
        pytest.main([*plain, *options, *FILES])


@cache
def kinds(*options: str) -> dict[str, list[str]]:
    """A test of `FILES` -> the databases that it runs on."""
    with TemporaryDirectory() as folder:
        process = forks.begin(collect, options, to := Path(folder) / "said")
        process.join(forks.LONGEST_S)
        said = to.read_text()
    assert process.exitcode == 0, said
    found: dict[str, list[str]] = {}
    for name, kind in re.findall(r"^(\S+)\[(sqlite|postgresql)", said, re.MULTILINE):
        found.setdefault(name, []).append(kind)
    return found


def test_services_meet_both_databases_pages_and_clips_one_of_them() -> None:
    services, pages, clips = (
        {name: set(met) for name, met in kinds().items() if name.startswith(file)}
        for file in FILES
    )
    assert all(met == set(KINDS) for met in services.values())
    for one_of_them in (pages, clips):
        assert {tuple(met) for met in one_of_them.values()} == {("sqlite",), ("postgresql",)}


def test_in_the_long_form_everything_meets_both() -> None:
    assert all(set(met) == set(KINDS) for met in kinds("--long").values())


def test_each_set_of_values_of_a_matrix_meets_one_and_in_the_long_form_both() -> None:
    [matrix] = [name for name in kinds() if name.endswith("::test_what_may_be_sent")]
    short, long = kinds()[matrix], kinds("--long")[matrix]
    assert sorted(short) == sorted(long)[::2]  # so many on each
    assert len(short) >= MANY
