"""Sets of other versions and other servers, and a server that allows less."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from contest.config import Settings
from contest.db import Database, alembic_config
from contest.errors import ConfigError, Invalid
from contest.models import Contest
from contest.safekeeping import databases, postgres, proof, status
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.doctor import machine
from contest.safekeeping.restore import Wanted, restore
from contest.wiring import Platform


def changed(to: Path, name: str, **facts: object) -> None:
    path = to / "sets" / name / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.mark.database_kind("sqlite")
def test_a_set_of_an_earlier_version_is_migrated(
    platform: Platform, contest: Contest, to: Path, place: Settings
) -> None:
    made = back_up(platform, to, Wishes())
    script = ScriptDirectory.from_config(alembic_config(""))
    head = script.get_revision("head")
    assert head is not None
    dump = to / "sets" / made.manifest.name / "database.sqlite3"
    command.downgrade(alembic_config(f"sqlite:///{dump}"), str(head.down_revision))
    content = dump.read_bytes()
    file = [hashlib.sha256(content).hexdigest(), len(content)]
    changed(to, made.manifest.name, migration=head.down_revision,
            files={**made.manifest.files, dump.name: file})
    assert restore(place, to, Wanted()).holds
    there = Database(place.database_url)
    with there.read_connection() as connection:
        assert databases.migration_of(connection) == head.revision
    there.engine.dispose()


def test_a_set_of_a_newer_version_is_refused(
    platform: Platform, contest: Contest, to: Path, place: Settings
) -> None:
    made = back_up(platform, to, Wishes())
    changed(to, made.manifest.name, migration="9999", version="7.0")
    with pytest.raises(Invalid, match=r"hoithi 7\.0, which is newer"):
        restore(place, to, Wanted())
    assert not place.data_dir.exists()


@pytest.mark.database_kind("sqlite")
def test_a_set_goes_into_no_other_kind_of_database(
    platform: Platform, contest: Contest, to: Path, place: Settings, postgres_server: str
) -> None:
    back_up(platform, to, Wishes())
    with pytest.raises(Invalid, match="of sqlite, and HOITHI_DATABASE_URL names postgresql"):
        restore(replace(place, database_url=postgres_server), to, Wanted())


def test_a_backup_can_be_proved_on_another_machine(
    platform: Platform, contest: Contest, to: Path, place: Settings
) -> None:
    back_up(platform, to, Wishes())
    assert proof.prove(place, to, Wanted()).holds


@pytest.mark.database_kind("postgresql")
def test_a_proof_that_may_make_no_database_says_what_to_run(
    platform: Platform, contest: Contest, to: Path
) -> None:
    back_up(platform, to, Wishes())
    url = platform.settings.database_url
    with psycopg.connect(postgres.plain(url), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS hoithi_plain")
        connection.execute("CREATE ROLE hoithi_plain LOGIN PASSWORD 'plain'")
    plain = make_url(url).set(username="hoithi_plain", password="plain")
    settings = replace(platform.settings,
                       database_url=plain.render_as_string(hide_password=False))
    with pytest.raises(ConfigError, match="ALTER ROLE hoithi_plain CREATEDB"):
        proof.prove(settings, to, Wanted())
    assert not (platform.settings.data_dir / "proof").exists()


@pytest.mark.database_kind("postgresql")
def test_without_a_program_of_the_servers_version_one_sentence_says_what_to_install(
    platform: Platform, contest: Contest, to: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    major = postgres.server_major(platform.settings.database_url)
    monkeypatch.setattr(postgres, "SYSTEM", to)
    monkeypatch.setenv("PATH", "")
    wanted = f"the server, PostgreSQL {major}. Install the package postgresql-client-{major}"
    with pytest.raises(ConfigError, match=f"There is no pg_dump here for {wanted}"):
        back_up(platform, to, Wishes())
    older = tmp_path / "older" / "pg_dump"
    older.parent.mkdir()
    older.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    older.chmod(0o755)
    monkeypatch.setenv("PATH", str(older.parent))
    with pytest.raises(ConfigError, match=f"pg_dump here is version 9, older than {wanted}"):
        back_up(platform, to, Wishes())
    assert list((to / "sets").iterdir()) == []
    told = status.standing(platform.settings.data_dir, scheduled=True, at=platform.clock.now())
    assert told.failure is not None and f"postgresql-client-{major}" in told.failure.vi
    [found] = [one for one in machine.versions(platform) if one.what == "pg_dump"]
    assert (found.level, wanted in found.en) == ("bad", True)
    assert f"postgresql-client-{major}" in found.remedy_en


@pytest.mark.database_kind("postgresql")
def test_a_proof_needs_no_right_but_a_database_that_was_made_for_it(
    platform: Platform, contest: Contest, to: Path
) -> None:
    """As hosting/steps.sh and docker/init_database.sh make it; nothing stays in it."""
    back_up(platform, to, Wishes())
    url = make_url(platform.settings.database_url)
    name = f"{url.database}_proof"
    superuser = postgres.plain(platform.settings.database_url)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS hoithi_narrow")
        connection.execute("CREATE ROLE hoithi_narrow LOGIN PASSWORD 'plain'")
        connection.execute(f'CREATE DATABASE "{name}" OWNER hoithi_narrow')
    narrow = url.set(username="hoithi_narrow", password="plain")
    settings = replace(platform.settings,
                       database_url=narrow.render_as_string(hide_password=False))
    for _ in range(2):
        assert proof.prove(settings, to, Wanted()).holds
    there = narrow.set(database=name).render_as_string(hide_password=False)
    assert databases.is_empty(there)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
