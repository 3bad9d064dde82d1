"""Which FFmpeg is used, and how often it is asked what it is."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media_checks.tools import find_tools

SAYS = """#!/bin/sh
echo asked >> {log}
echo 'ffmpeg version {version} Copyright (c) the FFmpeg developers'
"""


def put(folder: Path, version: str) -> Path:
    """A pair of programs that write down each start; where they do. No fence can be put up here,
    as in many containers: behind one nobody could write."""
    log = folder / "log"
    (folder / "bwrap").write_text("#!/bin/sh\nexit 1\n")
    (folder / "bwrap").chmod(0o755)
    for name in ("ffmpeg", "ffprobe"):
        fresh = folder / f"{name}.fresh"
        fresh.write_text(SAYS.format(log=log, version=version))
        fresh.chmod(0o755)
        fresh.rename(folder / name)
    return log


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_the_systems_pair_is_asked_once_by_however_many_and_again_once_it_is_another(
    folder: Path,
) -> None:
    log = put(folder, "7.1")
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: find_tools(), range(8)))
    assert {(one.version, one.source, one.fenced) for one in found} == {
        ("ffmpeg version 7.1", "system", False)
    }
    assert log.read_text().split() == ["asked"]
    put(folder, "7.2")
    assert [find_tools().version for _ in range(2)] == ["ffmpeg version 7.2"] * 2
    assert log.read_text().split() == ["asked"] * 2


def test_where_the_systems_is_too_old_that_of_the_wheels_is_taken(folder: Path) -> None:
    put(folder, "4.4")
    assert find_tools().source == "wheel"
