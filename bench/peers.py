"""Installs the programs that benchmarks compare with, apart from the product."""

import subprocess
import sys
import venv
from pathlib import Path

from bench.measure import BUILD


def python_with(*packages: str) -> str:
    """The interpreter of a virtual environment that has ``packages`` (made once)."""
    home = BUILD / ("venv-" + "-".join(packages).replace("==", "_"))
    python = home / "bin" / "python"
    done = home / "done"
    if not done.exists():
        venv.create(home, with_pip=True, clear=True)
        _quiet([str(python), "-m", "pip", "install", "-q", *packages])
        done.touch()
    return str(python)


def node_with(*packages: str) -> Path:
    """A folder whose ``node_modules`` has ``packages`` (made once)."""
    home = BUILD / ("npm-" + "-".join(p.replace("/", "_").replace("@", "") for p in packages))
    done = home / "done"
    if not done.exists():
        home.mkdir(parents=True, exist_ok=True)
        _quiet(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home),
                *packages])
        done.touch()
    return home


def _quiet(argv: list[str]) -> None:
    subprocess.run(argv, check=True, stdout=sys.stderr)
