"""A person put by force into every column of every table that can hold a sentence: what comes with
tomorrow's tables is found as well."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from contest.services.privacy import places
from contest.wiring import Platform
from tests.contest.privacy import planting
from tests.contest.privacy.conftest import Planted
from tests.contest.privacy.test_erasure import erased, rows_that_tell, tidied
from tests.contest.seen.phases import Phase

# Keys, references and words of ours: no screen lets anybody write there.
KEYS = re.compile(
    r"_by$|sha256|hash|token|_id$|^key|_key$|_secret$|_handle$|template|version$|fingerprint|^auth$|"
    r"^(state|kind|language|purpose|act|what|salt|sealed|nonce|session|lease|priority|letter|about|"
    r"subject|actor|action|day|transports|validator|spared|also|checklist|rubric|ordering|gaps|"
    r"output|recipe|stills|media_type|reactions_by_kind|source|way|mode|endpoint|outcome|criterion|"
    r"content|code|role)$"
)
# Where only certain words stand.
ENUMS: dict[str, dict[str, str]] = {
    "access_log": {"what": "contacts"}, "document_template": {"kind": "certificate"},
    "award_reel": {"state": "failed"},
}
SENTENCE = f"{planting.NAME} {planting.PHONE} {planting.MAIL}"


def planted_by_force(session: Session, phase: Phase, known: set[str]) -> set[str]:
    """Every text column of every row that takes a sentence, tables without rows filled first."""
    done = set[str]()
    for table in places.tables():
        if not session.execute(select(table.c.id).limit(1)).first():
            _row(session, table, phase)
        for column in places.text_columns(table):
            if f"{table.name}.{column.name}" in known or KEYS.search(column.name):
                continue
            if _takes(session, table, column):
                done.add(f"{table.name}.{column.name}")
    return done


def _row(session: Session, table: Table, phase: Phase) -> None:
    values = {c.name: _value(session, c, phase) for c in table.columns
              if c.name != "id" and not c.nullable}
    values |= ENUMS.get(table.name, {})
    with suppress(DBAPIError), session.begin_nested():  # some want more than one row
        session.execute(table.insert().values(values))


def _value(session: Session, column: Column[Any], phase: Phase) -> Any:
    if "sha256" in column.name:
        return "ab" * 32
    if column.name == "contest_id":
        return phase.contest.id
    for key in column.foreign_keys:
        return session.scalar(select(key.column).limit(1)) or 1
    if "DateTime" in type(column.type).__name__:
        return datetime(2023, 6, 1, tzinfo=UTC)
    kind = column.type.python_type if not isinstance(column.type, JSON) else dict
    return {int: 1, bool: False, float: 1.0, dict: {}, list: [], str: "x",
            datetime: datetime(2023, 6, 1, tzinfo=UTC), bytes: b""}.get(kind, "x")


def _takes(session: Session, table: Table, column: Column[Any]) -> bool:
    said: Any = SENTENCE
    if isinstance(column.type, JSON):
        said = {"said": SENTENCE}
    try:
        with session.begin_nested():
            session.execute(table.update().values({column.name: said}))
    except DBAPIError:  # only certain words stand there
        return False
    return True


@pytest.mark.database_kind("sqlite")
def test_whatever_column_a_person_got_into_they_are_gone(
    platform: Platform, planted: Planted
) -> None:
    phase = planted()
    with platform.db.engine.begin() as connection:
        guards = connection.execute(text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in guards:
            connection.execute(text(f'DROP TRIGGER "{name}"'))
    with platform.db.write() as session:
        forced = planted_by_force(session, phase, rows_that_tell(session))
    with platform.db.engine.begin() as connection:
        for _, made_again in guards:
            connection.exec_driver_sql(made_again)
    assert len(forced) >= 25, sorted(forced)
    erased(phase, clips=(phase.clips["shown"].id,))
    tidied(phase)
    with platform.db.read() as session:
        assert rows_that_tell(session) == set()
