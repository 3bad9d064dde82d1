"""The database: engines with safe settings, sessions, and migration to head.

SQLite comes from the ``pysqlite3`` wheel: the SQLite of several systems has a bug that can corrupt
a WAL database with two writers (fixed in 3.51.3). Writers take the lock when they begin, so that
no transaction fails half-way because of a concurrent one. On PostgreSQL one may (a deadlock, the
same key stored by both); ``retried`` runs it again from the start.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from contest.errors import Busy, Conflict, DomainError, Unsure
from contest.folding import fold, sortable

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
ATTEMPTS = 3  # at a transaction that fails because of concurrent ones
UNDONE = frozenset({"40P01", "40001"})  # deadlock_detected, serialization_failure
SAME_KEY = "23505"  # unique_violation
ASK_FOR_S = 5.0  # how long a broken commit's outcome is asked for
ASK_AGAIN_S = 0.1
# On SQLite, letters as they are: escaped, a result of Vietnamese sentences is half as large again.
_JSON = json.JSONEncoder(ensure_ascii=False)
P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("hoithi.db")


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql://…``, with durable settings.

    An error tells its statement and never the values: they are people's, and errors are logged.
    """
    if url.startswith("sqlite"):
        return _sqlite(url)
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, record: object) -> None:
        # Pages ask for milliseconds' work; compiling a query of many parts takes seconds.
        connection.cursor().execute("SET jit = off")
        connection.commit()

    return engine


def _sqlite(url: str) -> Engine:
    import pysqlite3  # noqa: PLC0415 - only where SQLite is used

    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, module=pysqlite3, connect_args={"timeout": 30}, hide_parameters=True,
        json_serializer=_JSON.encode,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       "secure_delete=FAST"):
            connection.execute(f"PRAGMA {pragma}")
        for name, function in (("folded", fold), ("sortable", sortable)):
            connection.create_function(name, 1, partial(_of_text, function), deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _of_text(function: Callable[[str], str], value: object) -> str | None:
    """A function for SQLite: nothing of nothing."""
    return None if value is None else function(str(value))


class NotCommitted(DBAPIError):
    """The line broke at a commit, and nothing was stored; the same may succeed in a moment."""


def commit(session: Session) -> None:
    """Commit ``session``. Where the line breaks meanwhile, the database itself is asked over
    another line whether the transaction was stored: then all is well.

    Raises ``NotCommitted`` where it was not, ``Unsure`` where nobody answers for ``ASK_FOR_S``.
    """
    engine, number = session.get_bind().engine, _number(session)
    try:
        session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated or number is None:
            raise
        session.rollback()
        stored = _was_stored(engine, number)
        log.warning("the line broke at a commit; stored: %s; %s", stored, error.orig)
        if stored is None:
            raise Unsure(
                "Mất kết nối với cơ sở dữ liệu đúng lúc đang lưu, nên chưa biết đã lưu hay chưa. "
                "Hãy mở lại trang để xem; chỉ gửi lại nếu chưa thấy.",
                "The database went away just while this was being saved, so it is not known "
                "whether it was. Open the page again and look; send it again only if it is "
                "missing.",
            ) from error
        if not stored:
            raise NotCommitted(None, None, error.orig or error) from error
        session.info["committed"] = True


def _number(session: Session) -> int | None:
    """The transaction's number, by which its outcome can be asked for; None where it has stored
    nothing, and on SQLite, which commits here or not at all."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    session.flush()
    found: int | None = session.scalar(text("SELECT txid_current_if_assigned()"))
    return found


def _was_stored(engine: Engine, number: int) -> bool | None:
    """What became of a transaction of PostgreSQL's; None where that cannot be told in time."""
    end = time.monotonic() + ASK_FOR_S
    while time.monotonic() < end:
        with suppress(DBAPIError), engine.connect() as line:
            became = line.scalar(text("SELECT txid_status(:number)"), {"number": number})
            if became in ("committed", "aborted"):
                return bool(became == "committed")
        time.sleep(ASK_AGAIN_S)
    return None


def refusal(error: DBAPIError) -> DomainError | None:
    """The refusal for a transaction that failed because of a concurrent one; None for other errors.

    ``Busy``: a deadlock or serialization failure. ``Conflict``: another transaction has just
    stored the same unique key.
    """
    state = getattr(error.orig, "sqlstate", None)
    if state in UNDONE or isinstance(error, NotCommitted):
        return Busy(
            "Có nhiều người đang ghi cùng lúc nên chưa lưu được gì. Hãy thử lại sau vài giây.",
            "Others were writing at the same time, so nothing was saved. Try again in a few "
            "seconds.",
        )
    if state == SAME_KEY or "UNIQUE constraint failed" in str(error.orig):
        return Conflict(
            "Người khác vừa lưu đúng mục này. Hãy tải lại trang để xem bản mới nhất rồi làm tiếp.",
            "Somebody else has just saved the same. Reload the page to see it, then go on.",
        )
    return None


def retried(work: Callable[P, T]) -> Callable[P, T]:
    """Run ``work`` again, from its start, when its transaction failed because of a concurrent one.

    For calls that open their own sessions and can be repeated as a whole: their effects outside
    the database must be idempotent. The repeated call reads what the other transaction stored, so
    usually the rule concerned refuses it in its own words. Raises ``Busy`` or ``Conflict``
    (``refusal``) after ``ATTEMPTS`` attempts.
    """

    @wraps(work)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for left in range(ATTEMPTS - 1, -1, -1):
            try:
                return work(*args, **kwargs)
            except DBAPIError as error:
                said = refusal(error)
                if said is None:
                    raise
                log.warning("a transaction lost to another, %s attempts left: %s", left, error.orig)
                if not left:
                    raise said from error
        raise AssertionError("the last attempt returns or raises")

    return again


def _note_commit(session: Session) -> None:
    session.info["committed"] = True  # so that nobody repeats the whole


class Database:
    """Sessions for reading and for writing; a write commits at the end or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self.reader = sessionmaker(self.engine, expire_on_commit=False)
        self.writer = sessionmaker(writing, expire_on_commit=False, info={"writes": True})
        event.listen(self.writer, "after_commit", _note_commit)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; nothing is committed."""
        with self.reader() as session:
            yield session

    @contextmanager
    def read_one_moment(self) -> Iterator[Session]:
        """As ``read``, and all queries see the same moment, however long they take together. With
        SQLite every reading transaction does."""
        engine = self.engine
        if engine.dialect.name != "sqlite":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with self.reader(bind=engine) as session:
            yield session

    @contextmanager
    def read_connection(self) -> Iterator[Connection]:
        """A connection for one small query: a session would cost more than the query itself."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or rolls back on an exception."""
        with self.writer() as session, session.begin():
            yield session

    def compact(self) -> None:
        """Write the database anew, so that nothing that was deleted or changed is left in its
        files. Waits for others; on PostgreSQL table by table."""
        if self.engine.dialect.name == "sqlite":
            raw = self.engine.raw_connection()  # SQLAlchemy's own would begin a transaction
            try:
                raw.cursor().execute("VACUUM")
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()
            return
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("VACUUM (FULL)")

    def upgrade(self) -> None:
        upgrade(self.url)


def alembic_config(url: str) -> "Config":
    """Alembic's configuration for the database at ``url``, without an ini file."""
    from alembic.config import Config  # noqa: PLC0415 - few processes migrate

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``."""
    from alembic import command  # noqa: PLC0415 - few processes migrate

    command.upgrade(alembic_config(url), revision)
