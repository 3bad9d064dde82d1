"""A forked command is what a started one is: the same words, exit code, environment and folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forks


@pytest.fixture
def environ(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOITHI_DATA_DIR": str(tmp_path), "HOITHI_SECRET_KEY": "k" * 40,
        "HOITHI_DATABASE_URL": sqlite_url, "HOITHI_BASE_URL": "http://localhost",
    }


def started(*arguments: str, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "contest", *arguments], env=environ, capture_output=True, text=True,
        check=False, input="",
    )


@pytest.mark.parametrize("arguments", [("units", "links"), ("units", "nonsense")])
def test_it_answers_as_one_that_was_started(
    environ: dict[str, str], arguments: tuple[str, ...]
) -> None:
    forked, other = forks.command_text(*arguments, environ=environ), started(
        *arguments, environ=environ
    )
    assert forked.returncode == other.returncode != 0
    assert (forked.stdout, forked.stderr) == (other.stdout, other.stderr)


def test_it_reads_its_input_and_leaves_nothing_of_its_own_behind(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOITHI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    before = dict(os.environ)
    new = ("user", "add", "an@example.vn", "--name", "An", "--admin", "--password-stdin")
    done = forks.command(*new, environ=environ, stdin="con mèo trèo cây cau\n")
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    listed = forks.command_text("user", "list", environ=environ)
    assert listed.stdout == "an@example.vn\tAn\tactive+admin\t\n"
    assert (dict(os.environ), Path.cwd()) == (before, tmp_path)
