"""Lines to the worker's PostgreSQL database that outlive a test.

Each line is a process of the server's. A new one knows no table and has planned no statement: to
learn it again was two thirds of what a test on PostgreSQL cost. So what an engine closes is kept
for the next one, with nothing left of the session, as a pooler between them would.
"""

from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import Dialect, event

Database = tuple[str, str]  # the folder of its server's socket, its name
KEPT: dict[Database, list[psycopg.Connection]] = {}
# All that DISCARD ALL does, but for the plans, which are worth keeping.
AGAIN = (
    "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *;"
    " DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_advisory_unlock_all()"
)


def keep(database: Database) -> None:
    """From now on lines to this database are kept."""
    KEPT.setdefault(database, [])


def drop(database: Database) -> None:
    """Close the lines that nobody holds now."""
    lines = KEPT.get(database, [])
    while lines:
        lines.pop().close()


def processes(database: Database) -> list[int]:
    """The server's processes at the other end of its lines."""
    return [line.info.backend_pid for line in KEPT.get(database, []) if not line.closed]


def of(dialect: Dialect) -> None:
    """Every engine of this dialect takes lines from here, and brings them back."""
    event.listen(dialect, "do_connect", _lend)
    dialect.do_close = _take_back  # type: ignore[method-assign]
    dialect.do_terminate = _close  # type: ignore[method-assign]


def _lend(_dialect: Dialect, _record: object, _args: object, known: dict[str, Any]) -> Any:
    lines = KEPT.get((str(known.get("host")), str(known.get("dbname"))), [])
    while lines:
        line = lines.pop()
        with suppress(psycopg.Error):
            line.execute("SELECT 1")
            line.rollback()
            return line
        line.close()
    return None  # a new one


def _take_back(line: Any) -> None:
    if not (line.closed or line.autocommit):
        lines = KEPT.get((line.info.host, line.info.dbname))
        with suppress(psycopg.Error):
            if lines is not None:
                line.rollback()
                line._notice_handlers.clear()  # SQLAlchemy adds its own at each connecting
                line.execute(AGAIN)
                line.commit()
                lines.append(line)
                return
    line.close()


def _close(line: Any) -> None:
    line.close()
