"""Backup and restore of 200 clips of 50 MB against rsync of the same files and database (SQLite),
in turn in the same run; and the second backup, of one clip more.

HOITHI_BENCH_CLIPS changes the number of clips, HOITHI_BENCH_FOLDER where they are (60 GB are
written). Both sides end with what they wrote on the disk; ours has hashed every byte besides.
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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from bench.measure import BUILD, Figure
from contest.config import Settings
from contest.models import Contest, Evidence
from contest.safekeeping import databases
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.restore import Wanted, restore
from contest.wiring import Platform

CLIPS, SIZE = int(os.environ.get("HOITHI_BENCH_CLIPS", "200")), 50_000_000
FIRST, SECOND = 1.2, 0.1


def figures() -> Iterator[Figure]:
    """Seconds of backup, second backup and restore as parts of the peers'."""
    _require_rsync()
    given = os.environ.get("HOITHI_BENCH_FOLDER")
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given or BUILD) as folder:
        bench = _Bench(Path(folder))
        bench.fill(CLIPS)
        peers = _seconds(bench.copied_by_peers)
        ours = _seconds(bench.backed_up)
        yield _told("backup", ours, peers, FIRST)
        bench.fill(1)
        yield _told("second backup, one clip more", _seconds(bench.backed_up), peers, SECOND)
        back = _seconds(bench.brought_back_by_peers)
        yield _told("restore", _seconds(bench.restored), back, FIRST)


def _told(what: str, ours: float, peers: float, target: float) -> Figure:
    print(f"{what}: {ours:.1f} s, peers {peers:.1f} s", file=sys.stderr)
    name = f"{what} of {CLIPS} clips of 50 MB: wall ÷ rsync's and a copy of the database"
    return Figure("safekeeping", name, ours / peers, "×", target)


@dataclass
class _Bench:
    root: Path

    def __post_init__(self) -> None:
        data = self.root / "data"
        self.settings = Settings(
            data_dir=data, database_url=f"sqlite:///{data}/hoithi.db", redis_url="",
            storage_url=f"file://{data}/clips", base_url="http://localhost", secret_key="k" * 40,
            backup_passphrase="a passphrase for the benchmark",
        )
        self.platform = Platform(self.settings)
        self.platform.db.upgrade()
        self.random = random.Random(1)

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
                content = self.random.randbytes(SIZE)
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
        self._rsync(databases.sqlite_file(self.settings.database_url), self.root / "peers.db")

    def brought_back_by_peers(self) -> None:
        self._rsync(self.root / "peers", self.root / "peers-back")
        self._rsync(self.root / "peers.db", self.root / "peers-back.db")

    @staticmethod
    def _rsync(source: Path, target: Path) -> None:
        end = "/" if source.is_dir() else ""
        subprocess.run(["rsync", "-a", "--whole-file", f"{source}{end}", str(target)], check=True)

    def backed_up(self) -> None:
        back_up(self.platform, self.root / "ours", Wishes())

    def restored(self) -> None:
        place = self.root / "restored"
        restore(replace(
            self.settings, data_dir=place, database_url=f"sqlite:///{place}/hoithi.db",
            storage_url=f"file://{place}/clips",
        ), self.root / "ours", Wanted())


def _seconds(work: Callable[[], None]) -> float:
    """Wall seconds until what was written is on the disk."""
    os.sync()
    begun = time.perf_counter()
    work()
    os.sync()
    return time.perf_counter() - begun


def _require_rsync() -> None:
    if shutil.which("rsync") is None:
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "rsync"],
                       check=True, stdout=sys.stderr)

