"""Which FFmpeg is used, and how often it is asked what it is."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from media_checks import Policy, check, tools
from media_checks.tools import Tools, find_tools, likely_tools

pytestmark = pytest.mark.usefixtures("ffmpeg_itself")
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


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As a process that has not asked yet."""
    return lambda: monkeypatch.setattr(tools, "_known", {})


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


DOES_NOT_SAY = """#!/bin/sh
[ "$1" = -version ] && exit 1
exec {program} "$@"
"""


def test_a_check_does_not_first_ask_the_programs_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Callable[[str], Path], small: Policy
) -> None:
    real, good = find_tools(), clip("good.mp4")
    for program in (real.ffmpeg, real.ffprobe):
        (tmp_path / program.name).write_text(DOES_NOT_SAY.format(program=program))
        (tmp_path / program.name).chmod(0o755)
    (tmp_path / "prlimit").symlink_to(shutil.which("prlimit") or "")
    monkeypatch.setenv("PATH", str(tmp_path))  # without bubblewrap, which shows no programs of here
    likely = Tools(tmp_path / "ffmpeg", tmp_path / "ffprobe", "", "system")
    assert likely_tools() == likely
    report = check(good, small)
    assert (report.ffmpeg, report.verdict) == (real.version, "pass")
    assert find_tools() == replace(likely, version=real.version, chromaprint=real.chromaprint)


def test_where_no_fence_can_be_put_up_the_clip_is_read_again_without(
    folder: Path, forget: Callable[[], None], clip: Callable[[str], Path], small: Policy
) -> None:
    expected = check(clip("good.mp4"), small)
    folder.joinpath("bwrap").write_text("#!/bin/sh\nexit 1\n")
    folder.joinpath("bwrap").chmod(0o755)
    forget()
    report = check(clip("good.mp4"), small)
    assert (report.sandbox, report.facts) == ("limits", expected.facts)


def test_where_the_systems_is_too_old_the_clip_is_read_again_by_that_of_the_wheels(
    folder: Path, clip: Callable[[str], Path], small: Policy
) -> None:
    put(folder, "4.4")
    assert likely_tools().source == "system"
    report = check(clip("good.mp4"), small)
    assert report.ffmpeg == find_tools().version != "ffmpeg version 4.4"
    assert report.verdict == "pass"
