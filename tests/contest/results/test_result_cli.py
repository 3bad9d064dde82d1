"""``hoithi result``, ``hoithi export`` as operators run them: data on stdout, talk on stderr."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import scoring
from contest import ready_pages
from contest.clock import FileClock
from contest.models import AccessLog, Contest
from contest.wiring import Platform
from tests import forks
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged

Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: the commands only pass on to the services."""
    return sqlite_url


@pytest.fixture
def stage(make: Factory, contest: Contest, built: Build) -> Stage:
    return staged(built, make, contest)


@pytest.fixture
def hoithi(platform: Platform, stage: Stage, tmp_path: Path) -> Command:
    """The command on the stage's database, at a simulated time after the jury has closed."""
    settings, clock = platform.settings, tmp_path / "clock.json"
    FileClock(clock).set(AFTER)
    env = {
        "HOITHI_DATABASE_URL": settings.database_url, "HOITHI_DATA_DIR": str(settings.data_dir),
        "HOITHI_STORAGE_URL": settings.storage_url, "HOITHI_SECRET_KEY": settings.secret_key,
        "HOITHI_CLOCK_FILE": str(clock), "PATH": "/usr/bin:/bin",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return forks.command(*arguments, environ=env)

    return run


def test_the_whole_way_by_command(hoithi: Command, stage: Stage, tmp_path: Path) -> None:
    computed = hoithi("result", "compute", "quan11-2023")
    assert computed.returncode == 0, computed.stderr.decode()
    assert [row["total"] for row in json.loads(computed.stdout)["ranking"]] == [
        "95.20", "81.20", "68.00",
    ]
    early = hoithi("result", "publish", "quan11-2023")
    assert (early.returncode, early.stdout) == (1, b"")
    frozen = hoithi("result", "freeze", "quan11-2023")
    assert json.loads(frozen.stdout)["state"] == "frozen"
    assert json.loads(hoithi("result", "publish", "quan11-2023").stdout)["state"] == "published"
    ready = ready_pages.folder(stage.platform.settings.data_dir, "quan11-2023")
    assert "95,20" in (ready / "results.vi.html").read_text()

    bundle = tmp_path / "bundle.zip"
    written = hoithi(
        "export", "result", "quan11-2023", "--format", "bundle", "--output", str(bundle)
    )
    assert (written.returncode, written.stdout) == (0, b"")
    assert [c for c in scoring.bundle.verify(bundle) if c.holds is not True] == []
    data = json.loads(hoithi("export", "result", "quan11-2023").stdout)
    assert data["state"] == "published"
    workbook = hoithi("export", "result", "quan11-2023", "--format", "xlsx")
    assert workbook.stdout[:2] == b"PK"
    with stage.platform.db.read() as session:  # three within ten minutes are one opening
        opened = [(row.actor, row.what, row.subject) for row in session.query(AccessLog)]
    assert opened == [("command", "export", "list:results")]


def test_a_gap_needs_two_people_by_command_too(hoithi: Command, stage: Stage) -> None:
    stage.make.user("juror", contest=stage.contest)
    computed = hoithi("result", "compute", "quan11-2023", "--reason", "Giám khảo ốm.")
    assert "chưa nộp 3 phiếu" in computed.stderr.decode()
    refused = hoithi("result", "freeze", "quan11-2023")
    assert refused.returncode == 1
    assert "another organiser" in refused.stderr.decode()
    second = stage.make.user("organiser", contest=stage.contest, email="hai@example.vn")
    frozen = hoithi("result", "freeze", "quan11-2023", "--as", second.email)
    assert frozen.returncode == 0, frozen.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("result", "compute", "nowhere"), 2),
        (("result", "freeze", "quan11-2023"), 2),
        (("result", "compute"), 3),
        (("export", "result", "quan11-2023"), 1),
        (("result", "lock", "quan11-2023", "--as", "nobody@example.vn"), 2),
    ],
)
def test_a_refusal_is_a_sentence_and_an_exit_code(
    hoithi: Command, arguments: tuple[str, ...], code: int
) -> None:
    done = hoithi(*arguments)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.strip()
