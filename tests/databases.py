"""Databases for tests: files to copy, and one PostgreSQL database that begins again for each test.

Making a database of its own for a test costs PostgreSQL 200 ms; emptying the tables of one takes 5.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from tests import kept_lines

RAM = Path("/dev/shm")
ENOUGH_RAM = 2**30  # bytes free
NUMBERS = count(1)

# What the migrations left in the tables is kept aside, and comes back each time. As a replica the
# session fires no trigger: neither the guards of the append-only tables nor the foreign keys'. The
# statements are written out once, so that the server plans them once.
BEGINNING = """
CREATE SCHEMA beginning;
DO $make$ DECLARE name text; filled boolean; steps text := ''; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    steps := steps || format('DELETE FROM public.%I; ', name);
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
    IF filled THEN
      EXECUTE format('CREATE TABLE beginning.%1$I AS TABLE public.%1$I', name);
      steps := steps || format('INSERT INTO public.%1$I SELECT * FROM beginning.%1$I; ', name);
    END IF;
  END LOOP;
  CREATE TABLE beginning.numbers AS
    SELECT oid::regclass AS sequence FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
  steps := steps || 'PERFORM setval(sequence, 1, false) FROM beginning.numbers
    WHERE pg_sequence_last_value(sequence) IS NOT NULL; ';
  EXECUTE format(
    'CREATE PROCEDURE beginning.again() LANGUAGE plpgsql AS %L',
    'BEGIN SET LOCAL session_replication_role = replica; ' || steps || 'END'
  );
END $make$;
"""
# A state beside it, in tables that only this connection sees, and no dump holds.
KEPT = """
DO $keep$ DECLARE name text; kept text; filled boolean; at bigint; steps text := ''; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
    IF filled THEN
      kept := format('pg_temp.%I', '{name}_' || name);
      EXECUTE format('CREATE TABLE %s AS TABLE public.%I', kept, name);
      steps := steps || format(
        'DELETE FROM public.%1$I; INSERT INTO public.%1$I SELECT * FROM %2$s; ', name, kept);
    END IF;
  END LOOP;
  FOR name, at IN SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    steps := steps || format('PERFORM setval(%L, %s); ', format('public.%I', name), at);
  END LOOP;
  EXECUTE format(
    'CREATE PROCEDURE pg_temp.{name}() LANGUAGE plpgsql AS %L',
    'BEGIN SET LOCAL session_replication_role = replica; ' || steps || 'END'
  );
END $keep$;
"""
# The number of the next transaction that writes; those that only read have none.
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())"
# Changes with every table, column, constraint, function and trigger that comes, goes or is changed:
# a row of the catalogue that was written anew is of a transaction since ``since``.
_NEWEST = "SELECT count(*), count(*) FILTER (WHERE age(xmin) <= age(%(since)s::xid)) FROM"
FORM = f"""
{_NEWEST} pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL {_NEWEST} pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL {_NEWEST} pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL {_NEWEST} pg_attribute WHERE attrelid IN
  (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
UNION ALL {_NEWEST} pg_trigger WHERE tgrelid IN
  (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""
# Who tampers past the guards of a table, of PostgreSQL: to take a guard away changes the form, and
# the next test would have to wait for another database.
PAST_GUARDS = "SET LOCAL session_replication_role = replica"
# As dropping it would: whoever is still connected is of an earlier test.
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)"
)


class Reused:
    """A PostgreSQL database at the newest migration that can begin again; ``url`` is its address,
    ``made`` how often it has been copied from ``template``, which is at the newest migration.

    Its server's user must be a superuser, as ours is. Lines that engines have closed are kept
    (``kept_lines.py``).
    """

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template, self.made = server, template, 0
        self.name = f"hoithi_{os.getpid()}_{next(NUMBERS)}"
        self.url = _named(server, self.name)
        self._make()

    def _make(self) -> None:
        _on(self.server, f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        self.connection = psycopg.connect(self.url, autocommit=True)
        self.database = self.connection.info.host, self.connection.info.dbname
        self.connection.execute(BEGINNING)
        self.next = self.since = self._next()
        self.form, self.made = self._form(), self.made + 1
        kept_lines.keep(self.database)

    def _form(self) -> object:
        return self.connection.execute(FORM, {"since": self.since}).fetchall()

    def begin_again(self) -> None:
        """As the migrations left it: rows, numbers, and nobody connected who does anything.

        Copied anew where a test has changed its form, as one that takes a guard away to tamper.
        What was kept is gone then.
        """
        self.connection.execute(END_OTHERS, [kept_lines.processes(self.database)])
        if self.changed():
            self.close()
            self._make()
            return
        self.connection.execute("CALL beginning.again()")
        self.next = self._next()

    def changed(self) -> bool:
        """Whether its form is another than that of the migrations."""
        return self._form() != self.form

    def _next(self) -> str:
        [number] = self.connection.execute(NEXT).fetchone() or ("",)
        return str(number)

    def untouched(self) -> bool:
        """Whether nobody has written since it began, or since a state was kept or put back."""
        return self._next() == self.next

    def keep(self, name: str) -> None:
        """Keep the rows that stand in it now under this name."""
        self.connection.execute(KEPT.format(name=name))
        self.next = self._next()

    def put_back(self, name: str) -> None:
        """The rows that were kept, into an untouched database."""
        self.connection.execute(f"CALL pg_temp.{name}()")
        self.next = self._next()

    def close(self) -> None:
        """End it: nothing of it is left on its server."""
        kept_lines.drop(self.database)
        self.connection.close()
        _on(self.server, f'DROP DATABASE "{self.name}" WITH (FORCE)')


@contextmanager
def own_database(server: str, template: str = "template0") -> Iterator[str]:
    """The address of a new database on ``server``, dropped at the end."""
    name = f"hoithi_{os.getpid()}_{next(NUMBERS)}"
    _on(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _named(server, name)
    finally:
        _on(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _named(server: str, name: str) -> str:
    """The address of database ``name`` on ``server``, given any address of that server."""
    before, _, query = server.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}"
    return f"{address}?{query}" if query else address


def _on(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def fast_folder() -> Iterator[Path]:
    """A folder in memory, where there is room: each commit of SQLite waits for the disk."""
    room = RAM.is_dir() and os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > ENOUGH_RAM
    folder = Path(tempfile.mkdtemp(prefix="hoithi-test-", dir=RAM if room else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def copied(template: Path, path: Path) -> Iterator[str]:
    """The address of a copy of the SQLite file ``template``, removed at the end."""
    shutil.copyfile(template, path)
    try:
        yield f"sqlite:///{path}"
    finally:
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).unlink()
