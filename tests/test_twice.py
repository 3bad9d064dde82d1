"""A failure is looked at twice: what fails alone too fails, what does not is named."""

import subprocess
import sys
from pathlib import Path

import pytest

FIRST = """
from pathlib import Path
import pytest
def first(name):
    been = Path(__file__).with_name(name)
    known = been.exists()
    been.touch()
    return not known
"""
SOMETIMES = FIRST + "def test_sometimes():\n    assert not first('been')\n"
NEVER = "def test_wrong():\n    assert False\n"
FOUR = "@pytest.mark.parametrize('n', '1234')\ndef test_many(n):\n    assert not first(n)\n"


@pytest.mark.parametrize("tests, code, said", [
    (SOMETIMES, 0, "SOMETIMES RIGHT, TO BE MENDED:\n  test_it.py::test_sometimes"),
    (SOMETIMES + NEVER, 1, "Once more, alone"),
    (FIRST + FOUR, 1, "4 failed"),
    ("def test_right():\n    assert True\n", 0, "1 passed"),
    ("import nothing_of_this_name\n", 2, "1 error"),
])
def test_what_failed_is_tried_once_more_alone(
    tmp_path: Path, tests: str, code: int, said: str
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(tests)
    root = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.twice", "--rootdir", tmp_path, "-c", tmp_path / "pytest.ini",
         "-n", "0", "-p", "no:hypothesispytest", tmp_path],
        check=False, cwd=root, capture_output=True, text=True,
    )
    assert (ran.returncode, said in ran.stdout) == (code, True), ran.stdout
