"""The daily backup: planned by one setting, told on the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.config import Settings
from contest.errors import Invalid
from contest.jobs import relay, worker
from contest.models import Contest, Task
from contest.safekeeping import schedule, status
from contest.safekeeping.folder import BackupFolder, Manifest
from contest.safekeeping.schedule import next_at
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.stage import Stage


@pytest.fixture
def settings(settings: Settings, to: Path) -> Settings:
    return replace(settings, backup_to=str(to))


def task(platform: Platform) -> Task | None:
    with platform.db.read() as session:
        return session.scalars(select(Task).where(Task.kind == schedule.KIND)).one_or_none()


def run_it(platform: Platform) -> Task:
    waiting = task(platform)
    assert waiting is not None
    worker.perform(platform, waiting.id)
    done = task(platform)
    assert done is not None
    return done


def test_the_next_instant_is_today_or_tomorrow_by_the_machines_clock() -> None:
    here = datetime(2026, 11, 26, 1, 59).astimezone()
    assert next_at(here, "02:00") == here + timedelta(minutes=1)
    assert next_at(here + timedelta(minutes=1), "02:00") == here + timedelta(days=1, minutes=1)


def test_the_relay_plans_it_once_and_mends_what_ended(platform: Platform) -> None:
    for _ in range(2):
        assert relay.plan_daily(platform)
    waiting = task(platform)
    assert waiting is not None
    assert waiting.due_at == next_at(platform.clock.now(), "02:00")
    with platform.db.write() as session:
        session.get_one(Task, waiting.id).state = "failed"
    relay.plan_daily(platform)
    mended = task(platform)
    assert mended is not None
    assert (mended.state, mended.due_at) == ("pending", waiting.due_at)


def test_without_the_setting_nothing_is_planned(platform: Platform) -> None:
    without = Platform(replace(platform.settings, backup_to=""))
    relay.plan_daily(without)
    assert task(platform) is None
    without.db.engine.dispose()


def test_the_job_backs_up_proves_and_waits_for_tomorrow(
    platform: Platform, stage: Stage, to: Path
) -> None:
    relay.plan_daily(platform)
    done = run_it(platform)
    assert (done.state, done.error) == ("pending", "")
    assert done.due_at == next_at(platform.clock.now(), "02:00")
    assert len(BackupFolder.opened(to).manifests()) == 1
    told = status.standing(platform.settings.data_dir, scheduled=True, at=datetime.now(UTC))
    assert (told.backup_is_late, told.proof_is_late, told.failure) == (False, False, None)


def test_a_failed_job_is_told_and_tried_again_within_the_hour(
    platform: Platform, stage: Stage, to: Path
) -> None:
    to.mkdir()
    (to / "letter.txt").write_text("mine")
    relay.plan_daily(platform)
    done = run_it(platform)
    assert done.state == "pending"
    assert done.due_at == platform.clock.now() + timedelta(hours=1)
    assert "holds other things" in done.error
    told = status.standing(platform.settings.data_dir, scheduled=True, at=datetime.now(UTC))
    assert told.failure is not None
    assert told.backup_is_late


def test_every_machine_knows_of_the_backup_that_one_of_them_made(
    platform: Platform, stage: Stage, to: Path, tmp_path: Path
) -> None:
    relay.plan_daily(platform)
    run_it(platform)

    def told(folder: Path) -> status.Standing:
        return status.standing(
            folder, scheduled=True, at=datetime.now(UTC), shelf=platform.shelf
        )

    other, at = tmp_path / "other", datetime.now(UTC)
    other.mkdir()
    assert (told(other).backup_is_late, told(other).failure) == (False, None)
    status.failed(other, Invalid("Ổ đĩa đầy.", "The disk is full."), at - timedelta(days=1))
    assert told(other).failure is None  # one has succeeded since
    status.failed(other, Invalid("Ổ đĩa đầy.", "The disk is full."), at)
    assert told(other).failure is not None
    assert not told(other).backup_is_late
    platform.shelf.clear(status.SHELF)
    assert told(other).backup_is_late
    assert not told(platform.settings.data_dir).backup_is_late


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("nothing yet", "There has been no new backup for more than a day."),
        ("old", "There has been no new backup for more than a day."),
        ("unproved", "No backup has been proved by a restore for more than a week."),
        ("failed", "The disk is full."),
        ("well", "Last proved by a restore: "),
    ],
)
def test_the_desk_says_where_it_stands(
    visit: Visits, contest: Contest, platform: Platform, what: str, sentence: str
) -> None:
    data_dir, now = platform.settings.data_dir, datetime.now(UTC)
    manifest = Manifest(name="2026-11-26T02-00-00Z", at=now.isoformat(), version="", migration="",
                        database="sqlite", files={}, clips={})
    if what != "nothing yet":
        ago = timedelta(days=2) if what == "old" else timedelta()
        status.backed_up(data_dir, manifest, now - ago)
    if what in ("well", "failed"):
        status.proved(data_dir, manifest, now)
    if what == "failed":
        status.failed(data_dir, Invalid("Ổ đĩa đầy.", "The disk is full."), now)
    client = visit.role("organiser").english()
    page = "jobs" if what in ("failed", "well") else ""  # why, and when all is well, stands there
    shown = client.get(f"/c/{contest.slug}/organiser/{page}").get_data(as_text=True)
    assert sentence in shown
    warnings = ("no new backup", "No backup has been proved", "The backup failed")
    assert sum(line in shown for line in warnings) == (what != "well")
