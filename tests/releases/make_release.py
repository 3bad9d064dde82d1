"""Freezes a release: its migrations' hashes, and a database that its own code has filled.

    python -m tests.releases.make_release      at the release's commit, once (a few minutes)

Drives the reference contest (``hoithi demo``) and keeps its database. Afterwards no migration in
the list may change (``test_upgrades.py``).
"""

import gzip
import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from alembic.script import ScriptDirectory

from contest.db import alembic_config

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MIGRATIONS = ROOT / "contest/migrations/versions"


def hashes() -> dict[str, str]:
    """Each migration's file name and SHA-256, today."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(MIGRATIONS.glob("*.py"))
    }


def main() -> None:
    """Write ``tests/releases/VERSION/``. Exit 1 where that release is frozen already."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    folder = HERE / version
    if folder.exists():
        sys.exit(f"release {version} is frozen already; give pyproject.toml the next version")
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(
            [sys.executable, "-m", "contest", "demo", "--folder", work], cwd=ROOT, check=True
        )
        (found,) = Path(work).rglob("hoithi.db")
        whole = Path(work) / "whole.db"
        with sqlite3.connect(found) as database:
            database.execute("VACUUM INTO ?", (str(whole),))
        folder.mkdir()
        with gzip.GzipFile(folder / "demo.db.gz", "wb", 9, mtime=0) as packed:
            packed.write(whole.read_bytes())
    head = ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head()
    listed = "".join(f"{sha256}  {name}\n" for name, sha256 in hashes().items())
    (folder / "migrations.sha256").write_text(listed)
    (folder / "migration").write_text(f"{head}\n")


if __name__ == "__main__":
    main()
