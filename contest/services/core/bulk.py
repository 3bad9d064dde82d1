"""Bulk inserts: COPY on PostgreSQL, two to four times as fast as INSERT; on SQLite, INSERT in
batches.

The lines of a COPY are written here, in PostgreSQL's text format: psycopg asks for each value anew
how it is written, which took half of the time.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

BATCH = 2000  # rows of an INSERT
JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
LINES = 200  # of a COPY, sent at once


@dataclass(frozen=True)
class Written:
    """A JSON value that stands in many rows, written out once."""

    value: Any
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", JSON.encode(self.value))


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
    count, source = 0, iter(rows)
    raw: Any = session.connection().connection.driver_connection
    into = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(into) as copy:
        while lines := ["\t".join(map(_text, row)) for row in islice(source, LINES)]:
            copy.write("\n".join((*lines, "")))
            count += len(lines)
    return count


def _text(value: object) -> str:
    """A value as COPY reads it. Raises ``TypeError`` for a kind that no table here takes."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, dict):
        return _escaped(JSON.encode(value)) if value else "{}"
    if isinstance(value, Written):
        return _escaped(value.text)
    if isinstance(value, bool | int):
        return str(value)
    raise TypeError(f"{type(value)} in a bulk insert")


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\") if "\\" in text else text
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@lru_cache(maxsize=16_384)  # a file's rows share a few moments
def _moment(value: datetime) -> str:
    return value.isoformat()


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
