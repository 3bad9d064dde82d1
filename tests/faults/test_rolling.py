"""A contest goes on while its machines are replaced by the next release, one after the other: first
the database is migrated, by additions alone, then each of the ten trees is asked to end and started
from the new release. For most of it both releases are at work, on one database, queue and bucket.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory

from contest.db import alembic_config
from contest.demo import script
from tests.faults.machines import NAMES, Machines
from tests.faults.test_demo import bring_films
from tests.faults.test_machines import Spread, shared
from tests.seeds import of_commit

ROOT = Path(__file__).parents[2]
PACKAGES = ("scoring", "media_checks", "social", "plan_reading", "templates", "docker")
NEXT = "next"
MIGRATION = '''
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{next}", "{head}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.create_table("of_next_release", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("submission", sa.Column("of_next_release", sa.Text(), nullable=True))
    op.create_index("ix_submission_of_next_release", "submission", ["of_next_release"])
'''


def next_release(folder: Path) -> Path:
    """This program with one migration more, which adds and takes nothing away."""
    shutil.copytree(ROOT / "contest", folder / "contest",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in PACKAGES:
        (folder / name).symlink_to(ROOT / name)
    head = ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head()
    migration = folder / "contest" / "migrations" / "versions" / "9999_next_release.py"
    migration.write_text(MIGRATION.format(next=NEXT, head=head))
    return folder


class Rolling(Spread):
    """The demo's play; with each clip that was sent one more tree is of the next release."""

    def __init__(self, folder: Path, machines: Machines, seed: int, release: Path) -> None:
        self.release = release
        super().__init__(folder, machines, seed)

    def _heard(self, text: str) -> None:
        print(text)
        if self.left and " gửi “" in text:
            if not self.machines.replaced:
                self._migrate()
            self.machines.replace(self.left.pop(), self.release)
            print("replaced:", list(self.machines.replaced)[-1])

    def _migrate(self) -> None:
        """While clips come in and every machine is still of the former release."""
        subprocess.run([sys.executable, "-m", "contest", "migrate"], cwd=self.release, check=True,
                       env={**os.environ, **self.environ})


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_a_contest_goes_on_while_each_machine_becomes_one_of_the_next_release(
    short_dir: Path, postgres_server: str
) -> None:
    folder, seed = short_dir / "rolling", of_commit()
    with shared(folder, postgres_server) as environ:
        bring_films(folder)
        machines = Machines(folder / "disks", environ)
        play = Rolling(folder, machines, seed, next_release(folder / "release"))
        outcome = play.perform()
        with psycopg.connect(environ["HOITHI_DATABASE_URL"]) as connection:
            at = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    print("seed:", seed, "replaced:", machines.replaced)
    assert machines.replaced == dict.fromkeys(NAMES, 0)  # each ended by itself, in time
    assert at == [(NEXT,)]
    assert outcome.ranking == list(script.EXPECTED)
    assert outcome.lost == []
    assert set(outcome.posts.values()) == {1}
