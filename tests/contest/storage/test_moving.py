"""``hoithi storage move``: from a folder to a bucket and back, killed on its way."""

import os
import signal
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from contest.adapters.folder_store import FolderStore
from contest.config import Settings
from contest.errors import ConfigError, Conflict, Invalid
from contest.ports import StorageAway
from contest.safekeeping import moving
from contest.wiring import Platform
from tests.contest.storage.test_port import damage, put
from tests.stumbling import StumblingProxy

FILES = 12


@pytest.fixture
def old(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "old")


@pytest.fixture
def database_url() -> str:
    """None is opened."""
    return "sqlite://"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path / "data")


def silent(line: str) -> None:
    """Says nothing."""


def test_it_moves_is_killed_goes_on_and_reads_everything_back(
    settings: Settings, old: FolderStore, tmp_path: Path, line: StumblingProxy
) -> None:
    files = {put(old, tmp_path, os.urandom(200_000 + n)) for n in range(FILES)}
    rotten = put(old, tmp_path, b"rotten")
    damage(old, rotten, b"rotted")
    source, target = str(old.root), settings.storage_url
    line.fault, line.pause = "slow", 0.05
    running = get_context("spawn").Process(
        target=moving.move, args=(settings, source, target, silent)
    )
    running.start()
    _noted(settings, 3)
    with pytest.raises(Conflict):
        moving.move(settings, source, target, silent)
    os.kill(running.pid or 0, signal.SIGKILL)
    running.join()
    line.fault = ""
    with line.going_wrong("gone"), pytest.raises(StorageAway):
        moving.move(settings, source, target, silent)
    told: list[str] = []
    moved = moving.move(settings, f"file://{source}/", f"{target}/", told.append)
    assert moved.before + moved.files == FILES
    assert moved.before >= 3
    assert moved.damaged == [rotten]
    new = Platform(settings).blobs
    assert {one.sha256 for one in new.names()} == files
    for sha256 in files:
        new.verify(sha256)
    assert not list((settings.data_dir / "moving").iterdir())
    late = put(old, tmp_path, b"came meanwhile")
    again = moving.remove(settings, source, target, silent)
    assert (again.files, again.before, again.removed) == (1, FILES, FILES + 1)
    assert [one.sha256 for one in old.names()] == [rotten]
    new.verify(late)
    back = moving.move(settings, target, str(tmp_path / "back"), silent)
    assert back.files == FILES + 1


def test_nothing_goes_before_the_new_place_is_in_force(
    settings: Settings, old: FolderStore, tmp_path: Path
) -> None:
    put(old, tmp_path, b"a clip")
    here = replace(settings, storage_url=f"file://{old.root}")
    with pytest.raises(Conflict):
        moving.remove(here, here.storage_url, settings.storage_url, silent)
    with pytest.raises(Invalid):
        moving.move(settings, here.storage_url, here.storage_url, silent)
    for strange in ("ftp://x/y", "s3://", "s3://Bucket", "s3://b/ü"):
        with pytest.raises(ConfigError):
            moving.move(settings, here.storage_url, strange, silent)
    assert len(list(old.names())) == 1


def _noted(settings: Settings, least: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lines = [one for notes in settings.data_dir.glob("moved-to-*")
                 for one in notes.read_text().splitlines()]
        if len(lines) >= least:
            return
        time.sleep(0.05)
    pytest.fail("nothing was moved")
