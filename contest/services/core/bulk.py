"""Bulk inserts: COPY on PostgreSQL, two to four times as fast as INSERT; on SQLite, INSERT in
batches. A JSON value of many megabytes goes by COPY as well.

The lines of a COPY are written here, in PostgreSQL's text format: psycopg asks for each value anew
how it is written, which took half of the time.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from contest import canonical
from contest.models import Base

BATCH = 2000  # rows of an INSERT
JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
LINES = 200  # of a COPY, sent at once


@dataclass(frozen=True)
class Written:
    """A JSON value that stands in many rows, written out once."""

    value: object
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


def put_json(session: Session, row: Base, column: str, value: dict[str, Any]) -> None:
    """Store ``value`` in a JSON column of a row that is in the database, and let it go.

    PostgreSQL gets it part by part: as one text, a national contest's marks and counts would be
    three times in memory, in Python, in the driver and in its library.
    """
    if session.get_bind().dialect.name != "postgresql":
        setattr(row, column, value)
        return
    session.flush()
    raw: Any = session.connection().connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE large (content jsonb) ON COMMIT DROP")
        with cursor.copy("COPY large (content) FROM STDIN") as copy:
            for part in canonical.parts(value):
                copy.write(part.replace("\\", "\\\\"))
        cursor.execute(
            f"UPDATE {row.__tablename__} SET {column} = (SELECT content FROM large) "  # noqa: S608
            "WHERE id = %s", [row.id])
        cursor.execute("DROP TABLE large")
    session.expire(row, [column])


def _copy(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    count, source = 0, iter(rows)
    raw: Any = session.connection().connection.driver_connection
    into = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(into) as copy:
        while batch := list(islice(source, LINES)):
            copy.write(_lines(batch))
            count += len(batch)
    return count


def _lines(rows: Sequence[tuple[object, ...]]) -> bytes:
    """Rows as COPY reads them. What is to be escaped is looked for in all at once, as bytes:
    a fifth of what it costs value by value. What separates them meanwhile, no text may hold."""
    text = "".join([
        f"{BETWEEN.join([one if type(one) is str else _text(one) for one in row])}{END}"
        for row in rows
    ])
    if text.count("\0") - text.count(NULL) != sum(map(len, rows)):
        raise ValueError("a value with a NUL, which PostgreSQL cannot hold")
    data = text.encode()
    for sign, written in ESCAPES:
        data = data.replace(sign, written)
    return data


def _text(value: object) -> str:
    """Raises ``TypeError`` for a kind that no table here takes."""
    if write := WRITERS.get(type(value)):
        return write(value)
    raise TypeError(f"{type(value)} in a bulk insert")


@lru_cache(maxsize=16_384)  # a file's rows share a few moments
def _moment(value: datetime) -> str:
    return value.isoformat()


BETWEEN, END, NULL = "\0-", "\0.", "\0?"
ESCAPES = (
    (b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r"),
    (BETWEEN.encode(), b"\t"), (END.encode(), b"\n"), (NULL.encode(), b"\\N"),
)
WRITERS: dict[type, Callable[[Any], str]] = {
    int: str, bool: str, datetime: _moment, type(None): lambda _: NULL,
    dict: lambda value: JSON.encode(value) if value else "{}", Written: lambda value: value.text,
}


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
