"""Backups elsewhere, by restic: an sftp place (OpenSSH's own server), a bucket (SeaweedFS)."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.config import Settings, without_password
from contest.db import Database
from contest.errors import ConfigError, Invalid
from contest.models import ClipVersion, Task
from contest.safekeeping import anywhere, restic, schedule, status
from contest.safekeeping.backup import Wishes
from contest.safekeeping.restore import Wanted
from contest.wiring import Platform
from tests import forks, s3_server, seaweed
from tests.contest.safekeeping import cheap_key
from tests.contest.safekeeping.conftest import PASSPHRASE
from tests.contest.safekeeping.test_backup import everything, files
from tests.contest.stage import Stage
from tests.contest.wired import rewired
from tests.s3_server import S3Server

BUCKET = "backups"
SFTP = "/usr/lib/openssh/sftp-server"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, backup_sftp=SFTP)


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty one, to be copied."""
    folder = tmp_path_factory.mktemp("restic") / "repository"
    cheap_key.make(folder, PASSPHRASE)
    return folder


@pytest.fixture
def there(repository: Path, tmp_path: Path) -> str:
    shutil.copytree(repository, tmp_path / "repository")
    return f"sftp:somewhere:{tmp_path}/repository"


@pytest.fixture(scope="session")
def server() -> Iterator[S3Server]:
    with seaweed.running() as found:
        yield found


@pytest.fixture
def bucket(server: S3Server) -> str:
    """A bucket's address; restic makes the bucket."""
    return f"s3:{server.endpoint}/{BUCKET}"


def test_everything_comes_back_from_elsewhere(
    platform: Platform, stage: Stage, there: str, place: Settings
) -> None:
    _comes_back(platform, stage, there, place)


@pytest.mark.one_database
def test_everything_comes_back_from_a_bucket(
    platform: Platform, stage: Stage, bucket: str, place: Settings, *, server: S3Server
) -> None:
    """In a repository that is made there, opened with the key that restic gives it and then with a
    cheap one."""
    kind = platform.db.engine.dialect.name
    there = f"{bucket}/{kind}"
    keys = f"{s3_server.ACCESS}:{s3_server.SECRET}"
    platform = rewired(platform, backup_keys=keys)
    anywhere.reach(platform.settings, there)
    made = replace(server.place(), bucket=BUCKET, prefix=f"{kind}/")
    cheap_key.in_bucket(made, PASSPHRASE)
    _comes_back(platform, stage, there, replace(place, backup_keys=keys))
    assert anywhere.prove(platform.settings, there, Wanted()).holds
    assert len(anywhere.back_up(platform, there, Wishes(keep=1)).manifest.clips) > 0
    assert len(restic.Repository.of(platform.settings, there).snapshots()) == 1


def _comes_back(platform: Platform, stage: Stage, there: str, place: Settings) -> None:
    anywhere.reach(platform.settings, there)
    anywhere.back_up(platform, there, Wishes())
    stage.make.submission(stage.units[0], clip=b"one more clip")
    before = everything(platform.db)
    said: list[str] = []
    made = anywhere.back_up(platform, there, Wishes(say=said.append))
    assert made.manifest.gone == {}
    assert list((platform.settings.data_dir / "elsewhere" / "sets").iterdir()) == []
    restored = anywhere.restore(place, there, Wanted())
    assert restored.manifest.name == made.manifest.name
    assert [(one.what, one.holds) for one in restored.found] == [
        ("files", True), ("audit", True), ("result", True), ("bundle", True), ("keys", True),
    ]
    back = Database(place.database_url)
    assert everything(back) == before
    back.engine.dispose()
    assert files(place.storage_dir) == files(platform.settings.storage_dir)
    assert not (place.data_dir / "fetched").exists()


@pytest.mark.database_kind("sqlite")
def test_a_bucket_that_takes_nothing_is_said_in_one_sentence(
    platform: Platform, stage: Stage, bucket: str
) -> None:
    wrong = replace(platform.settings, backup_keys=f"{s3_server.ACCESS}:another-key")
    for settings, place in ((wrong, bucket), (platform.settings, "s3:http://127.0.0.1:9/backups")):
        begun = time.monotonic()
        with pytest.raises(Invalid) as refused:
            anywhere.reach(settings, place)
        assert len(refused.value.en) < 500 and "\n" not in refused.value.en
        assert s3_server.SECRET not in refused.value.en
        assert time.monotonic() - begun < 60


@pytest.mark.database_kind("sqlite")
def test_nothing_of_it_can_be_read_there_and_the_oldest_sets_go(
    platform: Platform, stage: Stage, there: str, tmp_path: Path
) -> None:
    names = [anywhere.back_up(platform, there, Wishes(keep=2)).manifest.name for _ in range(3)]
    found = restic.Repository.of(platform.settings, there).snapshots()
    assert [one.name for one in found] == names[:0:-1]
    held = b"".join(files(tmp_path / "repository").values())
    assert b"SQLite format" not in held
    assert platform.settings.secret_key.encode() not in held


@pytest.mark.database_kind("sqlite")
def test_the_proof_brings_it_back_and_tells_the_desk(
    platform: Platform, stage: Stage, there: str, tmp_path: Path
) -> None:
    settings = replace(platform.settings, backup_to=there)
    anywhere.back_up(platform, there, Wishes())
    assert anywhere.proves_daily(settings)
    assert anywhere.prove(settings, there, Wanted()).holds
    assert not anywhere.proves_daily(settings)
    assert not anywhere.proves_daily(replace(settings, backup_to="s3:https://server/bucket"))
    packs = sorted((tmp_path / "repository" / "data").rglob("*"), key=lambda p: p.stat().st_size)
    packs[-1].chmod(0o600)
    packs[-1].write_bytes(b"rotten" + packs[-1].read_bytes()[6:])
    with pytest.raises(Invalid, match="restic"):
        anywhere.prove(settings, there, Wanted())
    told = status.standing(settings.data_dir, scheduled=True, at=platform.clock.now())
    assert told.failure is not None
    assert "restic" in told.failure.en


@pytest.mark.database_kind("sqlite")
@pytest.mark.parametrize("wrong", ["passphrase", "way", "set", "none"])
def test_what_does_not_serve_is_said_in_one_sentence(
    platform: Platform, stage: Stage, there: str, place: Settings, wrong: str
) -> None:
    if wrong != "none":
        anywhere.back_up(platform, there, Wishes())
    else:
        there = f"{there}-new"
        restic.Repository.of(platform.settings, there).ready()
    asked = {
        "passphrase": replace(place, backup_passphrase="another one, long enough"),
        "way": replace(place, backup_sftp="/bin/false"),
    }.get(wrong, place)
    with pytest.raises(Invalid) as refused:
        anywhere.restore(asked, there, Wanted(name="2020" if wrong == "set" else ""))
    assert len(refused.value.en) < 400
    assert "\n" not in refused.value.en
    assert not place.storage_dir.exists()
    with pytest.raises(ConfigError, match="HOITHI_BACKUP_PASSPHRASE"):
        anywhere.back_up(platform_without_passphrase(platform), there, Wishes(secrets=False))


def platform_without_passphrase(platform: Platform) -> Platform:
    return rewired(platform, backup_passphrase="")


def test_an_address_shows_no_password() -> None:
    assert without_password("rest:https://me:secret@host/x") == "rest:https://***@host/x"
    assert restic.is_place("s3:https://server/bucket")
    assert not restic.is_place("/mnt/backup:old")
    assert not restic.is_place("")


@pytest.mark.database_kind("sqlite")
def test_killed_while_it_sends_the_next_run_goes_on(
    platform: Platform, stage: Stage, there: str, place: Settings, tmp_path: Path
) -> None:
    """Once before its first byte, once when a part of the clips is there."""
    for number in range(6):
        stage.make.submission(stage.units[0], clip=os.urandom(6_000_000) + bytes([number]))
    anywhere.back_up(platform, there, Wishes())
    sets, sent = platform.settings.data_dir / "elsewhere" / "sets", tmp_path / "repository/data"
    for folder in (sets, sent):
        stage.make.submission(stage.units[0], clip=os.urandom(40_000_000))
        before = count(folder)
        process = forks.begin_command(
            "backup", there, environ=environment(platform.settings), folder=tmp_path
        )
        while count(folder) == before and process.is_alive():
            time.sleep(0.01)
        if process.is_alive():
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()
    made = anywhere.back_up(platform, there, Wishes())
    restored = anywhere.restore(place, there, Wanted())
    assert restored.manifest.name == made.manifest.name
    assert restored.holds
    with platform.db.read() as session:
        wanted = set(session.scalars(select(ClipVersion.sha256)))
    assert wanted <= {path.name for path in place.storage_dir.glob("*/*")}


def count(folder: Path) -> int:
    """Files and folders below it, while others make and remove some."""
    return sum(len(folders) + len(found) for _, folders, found in os.walk(folder))


def environment(settings: Settings) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOITHI_DATA_DIR": str(settings.data_dir),
        "HOITHI_DATABASE_URL": settings.database_url, "HOITHI_STORAGE_URL": settings.storage_url,
        "HOITHI_BACKUP_PASSPHRASE": PASSPHRASE, "HOITHI_BACKUP_SFTP": SFTP,
        "HOITHI_SECRET_KEY": settings.secret_key, "HOME": str(settings.data_dir),
    }


@pytest.mark.database_kind("sqlite")
def test_an_erasure_hurries_the_next_set_whose_tombstones_hold_for_every_one(
    platform: Platform, stage: Stage, there: str, place: Settings
) -> None:
    at = platform.clock.now()
    with platform.db.write() as session:
        schedule.ensure(session, replace(platform.settings, backup_to=there), at=at)
        schedule.hurry(session, at=at)
        assert session.scalars(select(Task).where(Task.key == schedule.KIND)).one().due_at == at
    first = anywhere.back_up(platform, there, Wishes()).manifest.name
    while f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}" == first:
        time.sleep(0.02)  # sets are named by the second
    anywhere.back_up(platform, there, Wishes())
    newest = restic.Repository.of(platform.settings, there).snapshots()[0]
    assert json.dumps(newest.name) != json.dumps(first)
    restored = anywhere.restore(place, there, Wanted(name=first))
    assert (restored.manifest.name, restored.holds) == (first, True)
