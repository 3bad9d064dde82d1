"""The database goes away at the worst moment: what a reader is told, and what becomes of a form.

At a commit the line breaks before PostgreSQL has stored the transaction, after it has, or for good.
Each is done to a real server: the connection's own process there is ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import DBAPIError

from contest import db as databases
from contest.models import Contest, Unit, UnitLink
from contest.wiring import Platform
from tests import kept_lines
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory

# SQLite commits here or not at all.
pytestmark = pytest.mark.database_kind("postgresql")


@contextmanager
def breaking(platform: Platform, *, stored: bool, gone: bool = False) -> Iterator[list[int]]:
    """The line breaks at the first commit, before or after the transaction is ``stored``; with
    ``gone`` nobody is let in any more."""
    url, engine = platform.settings.database_url, platform.db.engine
    name, broken = psycopg.conninfo.conninfo_to_dict(url)["dbname"], []
    admin = psycopg.connect(url, dbname="postgres", autocommit=True)
    engine.dispose()

    def break_it(line: Connection) -> None:
        if broken:
            return
        raw = line.connection.driver_connection
        assert raw is not None
        broken.append(raw.info.backend_pid)
        if stored:
            raw.execute("COMMIT")
            raw.execute("BEGIN")
        if gone:
            kept_lines.drop((raw.info.host, name))
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(%s)", [broken[0]])

    event.listen(engine, "commit", break_it)
    try:
        yield broken
    finally:
        event.remove(engine, "commit", break_it)
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        admin.close()


@pytest.fixture(autouse=True)
def asked_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "ASK_FOR_S", 1.0)


@pytest.fixture
def organiser(visit: Visits, contest: Contest, make: Factory) -> Client:
    """Who has printed a code before, so that the keys for it are there."""
    client = visit.role("organiser")
    assert issue(client, contest, make.unit(contest)).status_code == 200
    return client


def issue(client: Client, contest: Contest, unit: Unit) -> Any:
    return client.post(f"/c/{contest.slug}/organiser/units/links", data={"unit": str(unit.id)},
                       follow_redirects=True)


def links(platform: Platform) -> int:
    with platform.db.read() as session:
        return session.scalar(select(func.count()).select_from(UnitLink)) or 0


@pytest.mark.parametrize("stored", [False, True])
def test_a_form_is_stored_once_whenever_the_line_breaks_at_its_commit(
    platform: Platform, contest: Contest, make: Factory, organiser: Client, stored: bool
) -> None:
    unit, before = make.unit(contest), links(platform)
    with breaking(platform, stored=stored) as broken:
        answer = issue(organiser, contest, unit)
    assert (answer.status_code, len(broken)) == (200, 1), answer.text
    assert links(platform) == before + 1


def test_where_nobody_can_tell_the_page_says_so_in_the_readers_language(
    platform: Platform, contest: Contest, make: Factory, organiser: Client
) -> None:
    unit, before = make.unit(contest), links(platform)
    for stored, said, also in (
        (True, "chưa biết đã lưu hay chưa", "Cơ sở dữ liệu đang tạm ngừng"),
        (False, "not known whether it was", "The database is away"),
    ):
        browser = organiser if stored else organiser.english()
        with breaking(platform, stored=stored, gone=True):
            answer = issue(browser, contest, unit)
            read = browser.get(f"/c/{contest.slug}/organiser/units")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert said in answer.text
        assert (read.status_code, read.headers["Retry-After"]) == (503, "5")
        assert also in read.text
    assert links(platform) == before + 1


def test_a_program_is_answered_in_json(
    platform: Platform, app: Flask, contest: Contest
) -> None:
    with breaking(platform, stored=False, gone=True):
        with pytest.raises(DBAPIError), platform.db.write() as session:
            session.get_one(Contest, contest.id).slug = "khac"
        answer = app.test_client().get(f"/api/v1/contests/{contest.slug}")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"] == "database_away"
