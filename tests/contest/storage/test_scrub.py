"""The slow look through the whole store: what is missing or has changed stands on the desk."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.config import Settings
from contest.errors import ConfigError
from contest.jobs import Later, relay
from contest.jobs.storage import scrub
from contest.jobs.worker import perform
from contest.models import ClipVersion, Contest, StoredLook, Task
from contest.ports import BlobStore
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.bringing import bring_back
from contest.services.desk import stored_looks
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.storage.test_port import damage, put
from tests.contest.wired import rewired
from tests.stumbling import StumblingProxy


@pytest.fixture
def files(make: Factory, contest: Contest, platform: Platform) -> list[str]:
    """The hashes of six clips, in their order."""
    unit = make.unit(contest)
    for number in range(6):
        make.submission(unit, "in_review", clip=f"clip {number}".encode() * 1000)
    with platform.db.read() as session:
        return sorted(session.scalars(select(ClipVersion.sha256)))


def look(platform: Platform) -> None:
    with pytest.raises(Later):
        scrub.run(platform, 0, lambda: None)


def faults(platform: Platform) -> Counter[str]:
    with platform.db.read() as session:
        return stored_looks.faults(session)


def test_what_is_missing_or_changed_is_found_told_and_forgotten_once_it_is_right(
    platform: Platform, files: list[str], visit: Visits, tmp_path: Path
) -> None:
    blobs: BlobStore = platform.blobs
    look(platform)
    assert not faults(platform)
    organiser, desk = visit.role("organiser"), "/c/quan11-2023/organiser/"
    assert "hoithi storage bring" not in organiser.get(desk).text
    right = b"".join(blobs.chunks(files[1]))
    damage(blobs, files[1], b"rotten")
    blobs.delete(files[4])
    look(platform)
    assert faults(platform) == {"damaged": 1, "missing": 1}
    assert "bị mất hoặc bị thay đổi" in organiser.get(desk).text
    assert 'hoithi_stored_faults{what="damaged"} 1.0' in visit.public().get("/metrics").text
    look(platform)
    assert faults(platform) == {"damaged": 1, "missing": 1}
    damage(blobs, files[1], right)
    with platform.db.write() as session:
        gone = session.scalars(select(ClipVersion).where(ClipVersion.sha256 == files[4])).one()
        gone.bytes_gone_at = platform.clock.now()  # as an erasure does
    look(platform)
    assert not faults(platform)


def test_what_is_faulty_is_brought_back_from_a_backup(
    platform: Platform, files: list[str], tmp_path: Path
) -> None:
    to = tmp_path / "backup"
    own = tmp_path / "data"
    own.mkdir()
    back_up(rewired(platform, data_dir=own), to, Wishes(secrets=False))
    first = b"".join(platform.blobs.chunks(files[0]))
    for sha256 in files[:2]:
        damage(platform.blobs, sha256, b"x" * len(first))  # as large as the right one
    platform.blobs.delete(files[2])
    (to / "clips" / files[2][:2] / files[2]).unlink()
    look(platform)
    brought = bring_back(platform, to, every=False, say=lambda line: None)
    assert (brought.right, brought.lacking) == (files[:2], files[2:3])
    assert b"".join(platform.blobs.chunks(files[0])) == first
    assert faults(platform) == {"missing": 1}
    damage(platform.blobs, files[5], b"not looked at yet")
    brought = bring_back(platform, to, every=True, say=lambda line: None)
    assert (brought.right, brought.lacking) == (files[5:], files[2:3])


def test_it_reads_so_much_a_day_and_goes_on_where_it_was(
    platform: Platform, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "TOGETHER", 2)
    monkeypatch.setattr(scrub, "GIGABYTE", 500)  # two files a day
    read: list[str] = []
    verify = platform.blobs.verify
    monkeypatch.setattr(
        platform.blobs, "verify", lambda sha, told: (read.append(sha), verify(sha, told))
    )
    for day in range(1, 4):
        look(platform)
        assert read == files[: 2 * day]
    look(platform)
    look(platform)
    assert read[6:] == files[:2]  # round again, after a day that found nothing left


def test_a_store_that_is_away_calls_no_file_missing(
    platform: Platform, files: list[str], line: StumblingProxy
) -> None:
    relay.plan_daily(platform)
    relay.plan_daily(platform)
    with platform.db.read() as session:
        [task] = session.scalars(select(Task).where(Task.kind == scrub.KIND))
    with line.going_wrong("gone"):
        perform(platform, task.id)
    with platform.db.read() as session:
        task = session.get_one(Task, task.id)
        assert (task.state, "does not answer" in (task.error or "")) == ("pending", True)
        assert not session.scalars(select(StoredLook)).all()


def test_it_can_be_left_out(platform: Platform) -> None:
    none = rewired(platform, scrub=0)
    relay.plan_daily(none)
    scrub.run(none, 0, lambda: None)
    with platform.db.read() as session:
        assert not session.scalars(select(Task).where(Task.kind == scrub.KIND)).all()
    for wrong in ("-1", "viel", "1.5"):
        with pytest.raises(ConfigError, match="HOITHI_SCRUB"):
            Settings.from_env({"HOITHI_SCRUB": wrong}, keyed=False)


def test_a_stray_is_nobodys_loss(platform: Platform, files: list[str], tmp_path: Path) -> None:
    stray = put(platform.blobs, tmp_path, b"stray")
    damage(platform.blobs, stray, b"other")
    look(platform)
    assert not faults(platform)
