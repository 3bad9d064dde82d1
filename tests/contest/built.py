"""States that many tests begin with: built once a worker, then put back as stored rows and files.

What is put back is what the services stored, row by row, with the numbers that sequences had
reached; the objects that tests hold (a ``Contest``, a ``Stage``) are kept pickled beside it.
One may be built upon another. Nothing is put back into a database that somebody has written to
since it began, or since a state was put back: there it is built.
"""

import io
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

import pysqlite3

from contest.clock import FixedClock
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.databases import Reused

NUMBERS = count(1)
T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A state: ``value`` and the clock's moment, pickled, the number of the next row of the
    factory; rows and files lie under ``name``."""

    name: str
    value: bytes
    number: int


class Built:
    """The states that this worker has built."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder, dict[tuple[object, ...], Kept]()

    def get(
        self, key: tuple[object, ...], make: Factory, reused: Reused | None, build: Callable[[], T]
    ) -> T:
        """What ``build`` makes of a new database, or made of one like it before.

        ``key`` names the state and whatever its building depends on. ``reused``: the PostgreSQL
        database that begins again; None for a file of SQLite.
        """
        rows = _Postgres(reused) if reused else _Sqlite(make.platform, self.folder)
        if not rows.untouched():
            return build()
        key = (*key, make.platform.settings.secret_keys, reused and reused.made)
        if key not in self.kept:
            value = build()
            self.kept[key] = self._keep(rows, make, value)
            return value
        return self._put_back(rows, make, self.kept[key])

    def _keep(self, rows: "_Postgres | _Sqlite", make: Factory, value: object) -> Kept:
        name = f"kept_{next(NUMBERS)}"
        rows.keep(name)
        shutil.copytree(make.platform.settings.data_dir, self.folder / name)
        number = next(make.numbers)
        make.numbers = count(number)
        return Kept(name, _pickled((value, make.at), make), number)

    def _put_back(self, rows: "_Postgres | _Sqlite", make: Factory, kept: Kept) -> T:
        rows.put_back(kept.name)
        data = make.platform.settings.data_dir
        shutil.copytree(self.folder / kept.name, data, dirs_exist_ok=True)
        make.numbers = count(kept.number)
        value, moment = _Unpickler(kept.value, make).load()
        clock = make.platform.clock
        assert isinstance(clock, FixedClock)
        if clock.moment != moment:
            clock.moment = moment
        return value


class _Sqlite:
    """A file that nobody has opened since it was copied: there is no log of changes beside it."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.platform, self.folder = platform, folder
        self.file = Path(platform.settings.database_url.removeprefix("sqlite:///"))

    def untouched(self) -> bool:
        return not self.file.with_name(f"{self.file.name}-wal").exists()

    def keep(self, name: str) -> None:
        self.platform.db.engine.dispose()
        with pysqlite3.connect(self.file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(self.file, self.folder / f"{name}.db")

    def put_back(self, name: str) -> None:
        shutil.copyfile(self.folder / f"{name}.db", self.file)


class _Postgres:
    """The worker's database; what it keeps is a copy of each table that has rows."""

    def __init__(self, reused: Reused) -> None:
        self.reused = reused

    def untouched(self) -> bool:
        return self.reused.untouched()

    def keep(self, name: str) -> None:
        self.reused.keep(name)

    def put_back(self, name: str) -> None:
        self.reused.put_back(name)


def _pickled(value: object, make: Factory) -> bytes:
    file = io.BytesIO()
    _Pickler(file, make).dump(value)
    return file.getvalue()


class _Pickler(pickle.Pickler):
    """Leaves out what belongs to the test: its platform, factory and clock."""

    def __init__(self, file: io.BytesIO, make: Factory) -> None:
        super().__init__(file)
        self.names = {id(part): name for name, part in _of_test(make).items()}

    def persistent_id(self, obj: object) -> str | None:
        return self.names.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, value: bytes, make: Factory) -> None:
        super().__init__(io.BytesIO(value))
        self.parts = _of_test(make)

    def persistent_load(self, name: str) -> object:
        return self.parts[name]


def _of_test(make: Factory) -> dict[str, object]:
    platform = make.platform
    return {"platform": platform, "make": make, "clock": platform.clock, "keys": platform.keys}
