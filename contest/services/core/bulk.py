"""Bulk inserts: COPY on PostgreSQL, two to four times as fast as INSERT; on SQLite, INSERT in
batches. A JSON value of many megabytes goes by COPY as well.

The lines of a COPY are written here, in PostgreSQL's text format: psycopg asks for each value anew
how it is written, which took half of the time.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
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
PARTS = 50  # of a JSON value, a clip each, sent at once


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


def put_json(session: Session, row: Base, column: str, value: dict[str, Any]) -> str:
    """Store ``value`` in a JSON column of a row that is in the database, and let it go; returns
    ``canonical.sha256`` of it.

    It is written out once, for the hash and for the column, and PostgreSQL gets it part by part: as
    one text, a national contest's marks and counts would be three times in memory, in Python, in
    the driver and in its library. SQLite takes it whole, as bytes.
    """
    session.flush()
    digest, parts = hashlib.sha256(), canonical.parts(value)

    def written() -> Iterator[bytes]:
        while some := "".join(islice(parts, PARTS)).encode():
            digest.update(some)
            yield some

    if session.get_bind().dialect.name == "postgresql":
        _copy_json(session, row, column, written())
    else:
        update = f"UPDATE {row.__tablename__} SET {column} = CAST(? AS TEXT) WHERE id = ?"  # noqa: S608
        session.connection().exec_driver_sql(update, (b"".join(written()), row.id))
        # Kept ready for the next time, the statement would keep these megabytes as well.
        session.connection().exec_driver_sql(update, (b"", None))
    session.expire(row, [column])
    return digest.hexdigest()


def _copy_json(session: Session, row: Base, column: str, written: Iterable[bytes]) -> None:
    raw: Any = session.connection().connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE large (content jsonb {_packed(cursor)}) "
                       "ON COMMIT DROP")
        with cursor.copy("COPY large (content) FROM STDIN") as copy:
            for some in written:
                copy.write(some.replace(b"\\", b"\\\\"))
        cursor.execute(
            f"UPDATE {row.__tablename__} SET {column} = (SELECT content FROM large) "  # noqa: S608
            "WHERE id = %s", [row.id])
        cursor.execute("DROP TABLE large")


def _packed(cursor: Any) -> str:
    """How a value of megabytes is to be compressed: with LZ4 where the server has it, which takes
    half the time of PostgreSQL's own way and an eighth of the room. A value stays as it was packed
    when it goes into another table."""
    known = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
    return "COMPRESSION lz4" if cursor.execute(known).fetchone() == (True,) else ""


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
