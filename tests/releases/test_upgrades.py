"""A database of every release, filled by its own code, upgrades whole: nothing is lost, the trail
holds, the result computes to the same digest, its people find their contest."""

import gzip
import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, DateTime, MetaData, create_engine, func, select, text

import scoring
from contest import canonical
from contest.db import Database, alembic_config
from contest.models import Contest, Result, Submission
from contest.services.core import audit, profiles
from tests.releases.make_release import HERE, MIGRATIONS

RELEASES = sorted(path.parent for path in HERE.glob("*/migration"))


def names(folder: Path) -> str:
    return folder.name


def test_there_is_a_release() -> None:
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES, ids=names)
def test_its_migrations_are_as_they_were(release: Path) -> None:
    for line in (release / "migrations.sha256").read_text().splitlines():
        sha256, name = line.split()
        assert hashlib.sha256((MIGRATIONS / name).read_bytes()).hexdigest() == sha256, name


@pytest.mark.parametrize("release", RELEASES, ids=names)
def test_its_database_upgrades_whole(
    release: Path, empty_database_url: str, tmp_path: Path
) -> None:
    filled = tmp_path / "filled.db"
    filled.write_bytes(gzip.decompress((release / "demo.db.gz").read_bytes()))
    before = counts(filled)
    put_in(filled, release, empty_database_url)
    command.upgrade(alembic_config(empty_database_url), "head")
    database = Database(empty_database_url)
    with database.read() as session:
        rows = {
            name: session.scalar(text(f'SELECT count(*) FROM "{name}"'))
            for name in before if name != "alembic_version"
        }
        assert {name: rows[name] for name in rows if rows[name] < before[name]} == {}
        assert audit.verify(session)[1] == []
        contest = session.scalars(select(Contest)).one()
        assert profiles.profile_of(contest).contest.slug == contest.slug
        assert session.scalar(select(func.count(Submission.id))) == before["submission"]
        for result in session.scalars(select(Result).where(Result.state == "published")):
            assert canonical.sha256(scoring.compute(result.input)) == result.output_sha256
    database.engine.dispose()


def counts(filled: Path) -> dict[str, int]:
    with sqlite3.connect(filled) as database:
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in tables
        }


def put_in(filled: Path, release: Path, url: str) -> None:
    """The release's database under ``url``: the file, or its rows in a PostgreSQL of its form."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).write_bytes(filled.read_bytes())
        return
    command.upgrade(alembic_config(url), (release / "migration").read_text().strip())
    database = Database(url)
    target = MetaData()
    target.reflect(database.engine)
    source = create_engine(f"sqlite:///{filled}")
    with source.connect() as old, database.engine.begin() as new:
        new.execute(text("SET session_replication_role = replica"))  # rows come in any order
        for table in target.tables.values():
            if table.name == "alembic_version":
                continue
            new.execute(table.delete())
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = old.execute(text(f'SELECT {columns} FROM "{table.name}"'))
            if told := [converted(table, dict(row)) for row in rows.mappings()]:
                new.execute(table.insert(), told)
        for table in target.tables.values():
            if "id" in table.columns and table.c.id.type.python_type is int:
                new.execute(text(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), "
                    f'(SELECT greatest(1, coalesce(max(id), 1)) FROM "{table.name}"))'
                ))
    source.dispose()
    database.engine.dispose()


def converted(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """A row of SQLite's plain values with the types of ``table``."""
    return {name: value_of(table.c[name].type, value) for name, value in row.items()}


def value_of(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, JSON):
        return json.loads(value)
    if isinstance(kind, Boolean):
        return bool(value)
    if isinstance(kind, DateTime):
        found = datetime.fromisoformat(value)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return value
