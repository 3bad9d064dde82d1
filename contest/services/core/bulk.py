"""Bulk inserts: COPY on PostgreSQL, two to four times as fast as INSERT; on SQLite, INSERT in
batches."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

BATCH = 2000


@dataclass(frozen=True)
class Written:
    """A JSON value that stands in many rows, written out once."""

    value: dict[str, Any]
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", json.dumps(self.value))


def send(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    """Insert ``rows``, whose values are those of the columns ``names``; returns how many.

    ``rows`` must not use the session: PostgreSQL's connection is busy until the last one.
    """
    copying = session.get_bind().dialect.name == "postgresql"
    return (_copy if copying else _insert)(session, table, names, rows)


def _copy(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    count = 0
    raw: Any = session.connection().connection.driver_connection
    into = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([_as_text(value) for value in row])
            count += 1
    return count


def _as_text(value: object) -> object:
    if isinstance(value, Written):
        return value.text
    return Jsonb(value) if isinstance(value, dict) else value


def _insert(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    count, source = 0, iter(rows)
    while batch := [dict(zip(names, map(_plain, row), strict=True)) for row in
                    islice(source, BATCH)]:
        session.execute(insert(table), batch)
        count += len(batch)
    return count


def _plain(value: object) -> object:
    return value.value if isinstance(value, Written) else value
