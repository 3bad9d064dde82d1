"""A backup or restore killed at any moment, and a backup while people send and mark."""

import os
import random
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.config import Settings
from contest.db import Database
from contest.models import Ballot, ClipVersion
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.folder import BackupFolder
from contest.safekeeping.restore import Wanted, restore
from contest.wiring import Platform
from tests import forks
from tests.contest.factory import Factory
from tests.contest.safekeeping.conftest import PASSPHRASE
from tests.contest.stage import Stage

TIMES = 6
STARTED_S = 20.0


def begin(settings: Settings, folder: Path, *arguments: str) -> ForkServerProcess:
    environ = {
        "PATH": os.environ["PATH"], "HOITHI_DATA_DIR": str(settings.data_dir),
        "HOITHI_DATABASE_URL": settings.database_url, "HOITHI_STORAGE_URL": settings.storage_url,
        "HOITHI_BACKUP_PASSPHRASE": PASSPHRASE,
    }
    if settings.secret_key:
        environ["HOITHI_SECRET_KEY"] = settings.secret_key
    return forks.begin_command(*arguments, environ=environ, folder=folder)


def kill_in_the_middle(
    process: ForkServerProcess, begun: Callable[[], bool], chance: float
) -> None:
    """Kill it so many seconds after it has begun, if it has not ended by then."""
    deadline = time.monotonic() + STARTED_S
    while not begun() and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(chance)
    process.kill()
    process.join()


def changing(sets: Path) -> Callable[[], bool]:
    """Whether a set has come or gone since. Its name would not tell: within a second it is that of
    the killed run's, which was swept."""
    before = sets.stat().st_mtime_ns
    return lambda: sets.stat().st_mtime_ns != before


@pytest.fixture
def large(stage: Stage, make: Factory) -> Stage:
    """So many bytes that a copy takes a while."""
    for number in range(12):
        make.submission(stage.units[0], clip=bytes([number]) * 8_000_000)
    return stage


def test_killed_at_any_moment_the_last_good_set_remains_and_the_next_run_goes_on(
    platform: Platform, large: Stage, to: Path, place: Settings, make: Factory
) -> None:
    first = back_up(platform, to, Wishes())
    dice = random.Random(17)
    for number in range(TIMES):
        make.submission(large.units[1], clip=bytes([100 + number]) * 8_000_000)
        begun = changing(to / "sets")
        process = begin(platform.settings, to.parent, "backup", str(to))
        kill_in_the_middle(process, begun, dice.uniform(0, 0.25))
        assert first.manifest in BackupFolder.opened(to).manifests()
    made = back_up(platform, to, Wishes())
    whole = {manifest.name for manifest in BackupFolder.opened(to).manifests()}
    assert {p.name for p in (to / "sets").iterdir()} == whole
    assert list(to.rglob("*.part")) == []
    restored = restore(place, to, Wanted())
    assert restored.holds
    assert restored.manifest == made.manifest


def test_a_killed_restore_goes_on(
    platform: Platform, large: Stage, to: Path, place: Settings
) -> None:
    made = back_up(platform, to, Wishes())
    dice = random.Random(18)
    restoring = place.data_dir / "restoring.json"
    for _ in range(3):
        process = begin(place, to.parent, "restore", str(to))
        kill_in_the_middle(process, restoring.exists, dice.uniform(0, 0.1))
        if not restoring.exists() and place.data_dir.exists():
            break  # this machine was quicker than the dice: it is restored
    if restoring.exists() or not place.data_dir.exists():
        assert restore(place, to, Wanted()).holds
    held = {p.name for p in place.storage_dir.glob("*/*") if not p.name.startswith(".")}
    assert held == set(made.manifest.clips)
    there = Database(place.database_url)
    with there.read() as session:
        assert session.scalars(select(ClipVersion.sha256)).first() is not None
    there.engine.dispose()


def test_while_clips_and_marks_come_in_every_receipt_shown_before_is_there(
    stage: Stage, make: Factory, to: Path, place: Settings
) -> None:
    """Ten send clips and two mark, all the time; what was confirmed before the backup began is in
    the restored database, with its bytes."""
    platform, contest = stage.platform, stage.contest
    receipts: list[str] = []
    ended = threading.Event()

    def send(number: int) -> None:
        unit = make.unit(contest, f"Đoàn {number}")
        while not ended.is_set():
            submission = make.submission(unit, clip=os.urandom(100_000))
            assert submission.version is not None
            receipts.append(submission.version.sha256)

    def mark() -> None:
        while not ended.is_set():
            juror = make.user("juror", contest=contest)
            make.ballot(make.submission(stage.units[0], "published"), juror, stage.marks(1))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    threads += [threading.Thread(target=mark) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        deadline = time.monotonic() + 60
        while len(receipts) < 10 and time.monotonic() < deadline:
            time.sleep(0.02)
        shown = set(receipts)
        made = back_up(platform, to, Wishes())
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert shown
    assert made.manifest.gone == {}
    restored = restore(place, to, Wanted())
    assert restored.holds
    there = Database(place.database_url)
    with there.read() as session:
        versions = set(session.scalars(select(ClipVersion.sha256)))
        ballots = session.scalars(select(Ballot.id)).all()
    there.engine.dispose()
    assert shown <= versions
    assert ballots
    kept = {p.name for p in place.storage_dir.glob("*/*")}
    assert versions <= kept
