"""What an older installation left open to others becomes its own user's alone, once."""

import os
import stat
from pathlib import Path

import pytest

from contest.config import Settings
from contest.running import modes
from tests import forks


@pytest.fixture
def older(tmp_path: Path) -> Settings:
    """A data folder made under umask 022, its clips and database elsewhere."""
    settings = Settings.from_env({
        "HOITHI_DATA_DIR": str(tmp_path / "data"), "HOITHI_SECRET_KEY": "k" * 40,
        "HOITHI_STORAGE_URL": f"file://{tmp_path}/clips",
        "HOITHI_DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere.db",
    })
    for name in ("data/mail/1.eml", "data/published/results.html", "clips/ab/abcd", "elsewhere.db"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o644)
    for folder in ("data", "data/mail", "data/published", "clips", "clips/ab"):
        (tmp_path / folder).chmod(0o755)
    return settings


def open_to_others(root: Path) -> set[str]:
    return {
        str(path.relative_to(root)) for path in root.rglob("*")
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    }


def test_data_databases_and_clips_are_tightened_once(older: Settings, tmp_path: Path) -> None:
    assert len(open_to_others(tmp_path)) == 9
    assert modes.tighten(older) == 9
    assert open_to_others(tmp_path) == set()
    assert (tmp_path / "clips/ab/abcd").read_text() == "clips/ab/abcd"
    later = older.data_dir / "later.txt"
    later.touch()
    later.chmod(0o644)
    assert modes.tighten(older) == 0  # whoever opens one on purpose may
    assert open_to_others(tmp_path) == {"data/later.txt"}


def test_what_a_link_names_stays_as_it_is(older: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "of somebody else"
    outside.mkdir()
    (outside / "file").touch()
    (outside / "file").chmod(0o644)
    outside.chmod(0o755)
    (older.data_dir / "link").symlink_to(outside)
    modes.tighten(older)
    assert open_to_others(outside.parent) == {"of somebody else", "of somebody else/file"}


def test_a_new_installation_has_nothing_to_tell(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path / "new"), "HOITHI_SECRET_KEY": "k" * 40}
    )
    assert modes.tighten(settings) == 0


def test_the_command_that_upgrades_says_so_in_one_line(older: Settings) -> None:
    environ = os.environ | {
        "HOITHI_DATA_DIR": str(older.data_dir), "HOITHI_STORAGE_URL": older.storage_url,
    }
    said = []
    for _ in range(2):
        ran = forks.command_text("migrate", environ=environ)
        assert ran.returncode == 0
        said.append([line for line in ran.stderr.splitlines() if "older files" in line])
    assert [len(lines) for lines in said] == [1, 0]
    assert said[0][0].endswith(": 8")  # the database is a new one here
