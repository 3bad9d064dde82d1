"""Plans are read in a process of their own, which sees the one file and ends in time."""

import subprocess
import sys
from pathlib import Path

import pytest

from contest.adapters import plans
from contest.adapters.boxed_python import fenced
from contest.adapters.plans import BoxedPlans
from contest.errors import Invalid
from plan_reading import read_plan
from tests.plan_reading.test_plans import REFERENCE, docx


def test_the_box_reads_what_the_library_reads(tmp_path: Path) -> None:
    path = tmp_path / "plan"
    path.write_bytes(docx(REFERENCE))
    assert BoxedPlans().read(path) == read_plan(docx(REFERENCE)).in_full()


def test_its_refusals_are_the_librarys(tmp_path: Path) -> None:
    path = tmp_path / "plan"
    path.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(Invalid, match="cannot be read"):
        BoxedPlans().read(path)


@pytest.mark.parametrize(("name", "value"), [("WALL_S", 0.01), ("MEMORY", 1 << 20)])
def test_a_plan_that_takes_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    path = tmp_path / "plan"
    path.write_text("Nhận clip đến hết ngày 20/3/2024.", "utf-8")
    monkeypatch.setattr(plans, name, value)
    with pytest.raises(Invalid, match="too long or too much memory"):
        BoxedPlans().read(path)


def test_inside_there_is_nothing_else_to_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    tried = subprocess.run(
        [*fenced([plans.PACKAGE]), sys.executable, "-I", "-c",
         f"import pathlib; print(pathlib.Path({str(secret)!r}).exists())"],
        capture_output=True, text=True, check=True, env={},
    )
    assert tried.stdout == "False\n"
