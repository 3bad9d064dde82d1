"""Clips of strangers are read in a box, or not at all unless a setting says so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from media_checks import sandbox
from tests import forks

WORDS = "HOITHI_SANDBOX=off"


def hoithi(
    tmp_path: Path, *arguments: str, broken: bool = False, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command; ``broken``: a bwrap that fails, as in a container that forbids namespaces."""
    path = os.environ["PATH"]
    if broken:
        folder = tmp_path / "programs"
        folder.mkdir(exist_ok=True)
        (folder / "bwrap").write_text("#!/bin/sh\nexit 1\n")
        (folder / "bwrap").chmod(0o755)
        path = f"{folder}:{path}"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HOITHI_")}
    own = {"HOITHI_DATA_DIR": str(tmp_path / "data"), "PATH": path}
    return forks.command_text(*arguments, environ=inherited | own | env)


@pytest.mark.parametrize("command", ["worker", "up"])
def test_what_reads_clips_refuses_to_start_where_bubblewrap_does_not_work(
    tmp_path: Path, command: str
) -> None:
    done = hoithi(tmp_path, command, broken=True)
    assert done.returncode != 0
    assert WORDS in done.stderr
    assert "bubblewrap" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data" / "hoithi.db").exists()


def test_without_the_program_it_refuses_too(tmp_path: Path) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    for name in ("prlimit", "ffmpeg", "ffprobe"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    done = hoithi(tmp_path, "worker", PATH=str(folder))
    assert (done.returncode != 0, WORDS in done.stderr) == (True, True)


def test_the_setting_says_that_it_may_start_unboxed(
    tmp_path: Path, redis_url: str
) -> None:
    done = hoithi(tmp_path, "worker", "--burst", broken=True, HOITHI_SANDBOX="off",
                  HOITHI_REDIS_URL=redis_url)
    assert done.returncode == 0, done.stderr


def test_only_the_words_that_are_known_count(tmp_path: Path) -> None:
    done = hoithi(tmp_path, "worker", broken=True, HOITHI_SANDBOX="no")
    assert done.returncode != 0
    assert "HOITHI_SANDBOX" in done.stderr


@pytest.mark.parametrize(("broken", "setting", "said"), [
    (False, "required", "# sandbox: bubblewrap"),
    (True, "required", "the worker will not start"),
    (True, "off", "no box around FFmpeg, as HOITHI_SANDBOX=off says"),
])
def test_config_says_which_ffmpeg_and_whether_the_box_works(
    tmp_path: Path, broken: bool, setting: str, said: str
) -> None:
    shown = hoithi(tmp_path, "config", broken=broken, HOITHI_SANDBOX=setting).stdout
    assert said in shown
    source = "system" if shutil.which("ffmpeg") and shutil.which("ffprobe") else "wheel"
    assert f"; {source})" in shown
    assert "ffmpeg version" in shown
    assert ("no security updates" in shown) == (source == "wheel")


def test_this_machine_has_the_box() -> None:
    """Every test of clips runs as the worker does."""
    assert sandbox.describe() == "bubblewrap"
