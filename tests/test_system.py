"""Which Python the set-up takes (``scripts/system.sh python``)."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "system.sh"
SYSTEMS = Path("/usr/bin/python3")
FITS = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"


def chosen(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """What the script says where the first Python on the path is one in ``folder``."""
    (folder / "python3").symlink_to(sys.executable)
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder)} | more
    return subprocess.run(
        [SCRIPT, "python"], env=environ, capture_output=True, text=True, check=False
    )


def test_the_systems_own_comes_first_where_it_fits(tmp_path: Path) -> None:
    fits = SYSTEMS.exists() and not subprocess.run([SYSTEMS, "-c", FITS], check=False).returncode
    assert chosen(tmp_path).stdout == (f"{SYSTEMS}\n" if fits else "python3\n")


def test_who_names_one_gets_it(tmp_path: Path) -> None:
    assert chosen(tmp_path, PYTHON=sys.executable).stdout == f"{sys.executable}\n"


def test_one_that_is_named_and_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    said = chosen(tmp_path, PYTHON="/no/such/python")
    assert (said.returncode, said.stdout) == (1, "")
    assert "set PYTHON to one" in said.stderr
