"""Commands import what they need: a container asks for its health every few seconds, all day."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contest import cli

SAY = """
import sys
from contest.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
PAGES = {"flask", "jinja2", "babel", "wtforms"}
CLIPS = {"media_checks", "numpy", "PIL"}
ROWS = {"sqlalchemy", "alembic", "pydantic"}


def imported(folder: Path, *command: str) -> set[str]:
    """The packages that a process of ``hoithi <command>`` has imported when it ends."""
    environ = os.environ | {
        "HOITHI_DATA_DIR": str(folder), "HOITHI_REDIS_URL": "redis://127.0.0.1:9/0",
    }
    said = subprocess.run(
        [sys.executable, "-c", SAY, *command], env=environ, capture_output=True, text=True,
        check=False,
    )
    return set(said.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("process", ["web", "uploads", "front"])
def test_asking_at_an_address_imports_no_part_of_the_platform(tmp_path: Path, process: str) -> None:
    found = imported(tmp_path, "health", process, "--at", "127.0.0.1:9")
    assert "click" in found
    assert not found & (PAGES | CLIPS | ROWS | {"rq", "redis", "requests"})


def test_a_workers_health_is_asked_of_the_queue_alone(tmp_path: Path) -> None:
    found = imported(tmp_path, "health", "worker")
    assert "redis" in found
    assert not found & (PAGES | CLIPS | ROWS)


@pytest.mark.parametrize("process", ["uploads", "relay"])
def test_a_process_begins_without_what_others_do(tmp_path: Path, process: str) -> None:
    found = imported(tmp_path, process, "--help")
    assert "click" in found
    assert not found & (PAGES | CLIPS)


def test_a_beginning_is_not_searched_for_cycles_all_the_time() -> None:
    before = gc.get_threshold()
    try:
        cli.main(["--help"])
        assert gc.get_threshold()[0] == cli.YOUNG_OBJECTS > 10 * 700
    finally:
        gc.set_threshold(*before)
