"""Backup and restore of 200 clips of 50 MB against rsync of the same files and pg_dump of the same
database (SQLite with HOITHI_BENCH_SQLITE=1: rsync of it), in turn in the same run; and the second
backup, of one clip more.

HOITHI_BENCH_CLIPS changes the number of clips, HOITHI_BENCH_FOLDER where they are. A copy is
deleted once nothing more is measured with it: three times the clips' size is on the disk at most.
Whoever reads finds the files on the disk, not in memory. Both sides end with what they wrote on the
disk; ours has hashed every byte besides.
"""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import insert

from bench.measure import BUILD, Figure
from bench.pages import open_databases
from contest.config import Settings
from contest.models import Contest, Evidence
from contest.safekeeping import databases, postgres
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.restore import Wanted, restore
from contest.wiring import Platform

CLIPS, SIZE = int(os.environ.get("HOITHI_BENCH_CLIPS", "200")), 50_000_000
FIRST, SECOND = 1.2, 0.1


def figures() -> Iterator[Figure]:
    """Seconds of backup, second backup and restore as parts of the peers'."""
    _require_rsync()
    with _bench() as bench:
        bench.fill(CLIPS)
        peers = bench.seconds(bench.copied_by_peers)
        ours = bench.seconds(bench.backed_up)
        yield _told("backup", ours, peers, FIRST)
        bench.fill(1)
        yield _told("second backup, one clip more", bench.seconds(bench.backed_up), peers, SECOND)
        bench.drop("data")
        back = bench.seconds(bench.brought_back_by_peers)
        bench.drop("peers", "peers-back")
        yield _told("restore", bench.seconds(bench.restored), back, FIRST)


@contextmanager
def _bench() -> Iterator["_Bench"]:
    given = os.environ.get("HOITHI_BENCH_FOLDER")
    BUILD.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=given or BUILD) as clips,
        tempfile.TemporaryDirectory() as server,  # whose user may not enter every folder
        open_databases(Path(server)) as (urls, _),
    ):
        yield _Bench(Path(clips), urls[0], urls[1])


def _told(what: str, ours: float, peers: float, target: float) -> Figure:
    print(f"{what}: {ours:.1f} s, peers {peers:.1f} s", file=sys.stderr)
    name = f"{what} of {CLIPS} clips of 50 MB: wall ÷ that of rsync and the database's own copy"
    return Figure("safekeeping", name, ours / peers, "×", target)


@dataclass
class _Bench:
    """``url``: of the database; ``empty``: of one to restore into, in turn by both sides."""

    root: Path
    url: str
    empty: str
    number: int = 0

    def __post_init__(self) -> None:
        data = self.root / "data"
        self.settings = Settings(
            data_dir=data, database_url=self.url, redis_url="",
            storage_url=f"file://{data}/clips", base_url="http://localhost", secret_key="k" * 40,
            backup_passphrase="a passphrase for the benchmark",
        )
        self.platform = Platform(self.settings)
        self.platform.db.upgrade()
        self.noise = random.Random(1).randbytes(SIZE - 8)

    def fill(self, count: int) -> None:
        """As evidence: the fewest rows that name a file."""
        at, rows = datetime.now(UTC), []
        with self.platform.db.write() as session:
            contest = session.get(Contest, 1)
            if contest is None:
                contest = Contest(slug="bench", created_at=at)
                session.add(contest)
                session.flush()
            for _ in range(count):
                self.number += 1
                content = self.number.to_bytes(8) + self.noise
                sha256 = hashlib.sha256(content).hexdigest()
                path = self.root / "clip"
                path.write_bytes(content)
                self.platform.blobs.put(path, sha256)
                rows.append({
                    "contest_id": contest.id, "sha256": sha256, "filename": "clip", "size": SIZE,
                    "kind": "recording", "created_by": "system", "created_at": at,
                })
            session.execute(insert(Evidence), rows)

    def copied_by_peers(self) -> None:
        self._rsync(self.settings.storage_dir, self.root / "peers")
        if self._is_sqlite():
            self._rsync(databases.sqlite_file(self.url), self.root / "peers.db")
        else:
            self._program("pg_dump", self.url, "--format=custom", f"--file={self.root}/peers.db")

    def brought_back_by_peers(self) -> None:
        self._rsync(self.root / "peers", self.root / "peers-back")
        if self._is_sqlite():
            self._rsync(self.root / "peers.db", self.root / "peers-back.db")
        else:
            self._program("pg_restore", self.empty, "--dbname=", f"{self.root}/peers.db")

    def _is_sqlite(self) -> bool:
        return databases.kind_of(self.url) == "sqlite"

    @staticmethod
    def _program(name: str, url: str, *words: str) -> None:
        postgres.run(url, [postgres.tool(name, postgres.server_major(url)), *words])

    @staticmethod
    def _rsync(source: Path, target: Path) -> None:
        end = "/" if source.is_dir() else ""
        subprocess.run(["rsync", "-a", "--whole-file", f"{source}{end}", str(target)], check=True)

    def backed_up(self) -> None:
        back_up(self.platform, self.root / "ours", Wishes())

    def restored(self) -> None:
        place = self.root / "restored"
        url = f"sqlite:///{place}/hoithi.db" if self._is_sqlite() else self._emptied()
        restore(replace(
            self.settings, data_dir=place, database_url=url, storage_url=f"file://{place}/clips",
        ), self.root / "ours", Wanted())

    def _emptied(self) -> str:
        with psycopg.connect(postgres.plain(self.empty), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.empty

    def drop(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.root / name)

    def seconds(self, work: Callable[[], None]) -> float:
        """Wall seconds until every file is on the disk."""
        self._each_file(_settle_and_forget)
        begun = time.perf_counter()
        work()
        self._each_file(_settle)
        return time.perf_counter() - begun

    def _each_file(self, work: Callable[[int], None]) -> None:
        for path in self.root.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    work(file.fileno())


def _settle(file: int) -> None:
    os.fdatasync(file)


def _settle_and_forget(file: int) -> None:
    """Whoever reads it next reads the disk."""
    os.fdatasync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def _require_rsync() -> None:
    if shutil.which("rsync") is None:
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "rsync"],
                       check=True, stdout=sys.stderr)
