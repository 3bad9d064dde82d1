"""``hoithi doctor``: each illness is found, named, and has its remedy; health is silent."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from contest.config import Settings
from contest.errors import Invalid
from contest.models import ClipVersion
from contest.safekeeping import proof
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.doctor.examination import examine
from contest.safekeeping.doctor.findings import Finding, worst
from contest.safekeeping.restore import Wanted
from contest.services.core import outbox
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from tests import forks
from tests.contest.stage import Stage
from tests.databases import PAST_GUARDS


def ill(settings: Settings, **how: bool) -> dict[str, Finding]:
    """What is not well, by name; each with its remedy in both languages."""
    found = {one.what: one for one in examine(settings, **how) if one.level != "ok"}
    for one in found.values():
        assert one.remedy_vi
        assert one.remedy_en
        assert "\n" not in one.en
    return found


@pytest.fixture
def clip(platform: Platform, stage: Stage) -> Path:
    """The stored file of a clip."""
    version = stage.clips[0].version
    assert isinstance(version, ClipVersion)
    return platform.blobs.path(version.sha256)


def test_a_healthy_installation_has_only_what_this_machine_lacks(
    platform: Platform, stage: Stage, to: Path
) -> None:
    back_up(platform, to, Wishes())
    proof.prove(platform.settings, to, Wanted())
    found = {one.what: one.level for one in examine(platform.settings)}
    of_the_machine = {"disk", "ffmpeg", "sandbox", "mail", "work"}
    assert {what for what, level in found.items() if level != "ok"} <= of_the_machine
    assert {"database", "migration", "audit", "result", "bundle", "keys", "files.missing",
            "files.orphans", "files.hashes", "clock", "page", "versions", "backup"} <= set(found)


def test_it_changes_nothing_and_makes_nothing(settings: Settings, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    empty = replace(settings, data_dir=nowhere, secret_key="",
                    database_url=f"sqlite:///{nowhere}/hoithi.db",
                    storage_url=f"file://{nowhere}/clips")
    assert ill(empty)["database"].level == "bad"
    assert not nowhere.exists()


def test_a_missing_and_a_damaged_file_are_named(
    platform: Platform, stage: Stage, clip: Path
) -> None:
    bundle = next(p for p in platform.settings.storage_dir.glob("*/*") if p != clip)
    clip.chmod(0o600)
    clip.write_bytes(b"another content")
    bundle.unlink()
    found = ill(platform.settings, every=True)
    assert found["files.hashes"].level == "bad"
    assert clip.name in found["files.hashes"].en
    assert bundle.name in found["files.missing"].en


def test_a_file_without_a_row_is_named_once_it_is_old(
    platform: Platform, stage: Stage, clip: Path
) -> None:
    stray = clip.parent / ("ab" * 32)
    stray.write_bytes(b"nobody's")
    assert "files.orphans" not in ill(platform.settings)
    os.utime(stray, (0, 0))
    found = ill(platform.settings)["files.orphans"]
    assert (found.level, stray.name in found.en) == ("look", True)


def test_a_changed_trail_is_named(platform: Platform, stage: Stage) -> None:
    with platform.db.engine.begin() as connection:
        if platform.db.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text(PAST_GUARDS))
        connection.execute(text("UPDATE audit SET actor = 'user:9' WHERE seq = 2"))
    assert "row 2" in ill(platform.settings)["audit"].en


def test_other_tables_than_this_version_needs_are_named(platform: Platform, stage: Stage) -> None:
    with platform.db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "does not know" in ill(platform.settings)["migration"].en
    with platform.db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "hoithi migrate" in ill(platform.settings)["migration"].remedy_en


def test_a_torn_database_file_is_named(sqlite_url: str, settings: Settings) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096, 2):
        content[page * 4096: page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(content)
    shutil.rmtree(settings.data_dir / "clips", ignore_errors=True)
    assert ill(replace(settings, database_url=sqlite_url))["database"].level == "bad"


def test_a_wrong_secret_key_is_named(platform: Platform, stage: Stage) -> None:
    found = ill(replace(platform.settings, secret_key="k" * 40))
    assert found["keys"].level == "bad"


def test_a_clock_that_was_set_back_is_named(platform: Platform, stage: Stage) -> None:
    with platform.db.engine.begin() as connection:
        if platform.db.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text(PAST_GUARDS))
        connection.execute(text("UPDATE audit SET at = '2099-01-01 00:00:00' WHERE seq = 2"))
    assert "2099-01-01" in ill(platform.settings)["clock"].en


def test_a_mail_server_that_is_away_is_named(platform: Platform, stage: Stage) -> None:
    found = ill(replace(platform.settings, smtp_url="smtp://127.0.0.1:9"))
    assert found["mail"].level == "bad"


def test_a_queue_that_is_away_is_named_and_work_that_nobody_does(
    platform: Platform, stage: Stage
) -> None:
    with platform.db.write() as session:
        outbox.enqueue(session, "mail.send", 1, at=platform.clock.now())
    found = ill(replace(platform.settings, redis_url="redis://127.0.0.1:9"))
    assert (found["queue"].level, found["work"].level) == ("bad", "look")


def test_an_address_without_a_certificate_is_named(platform: Platform, stage: Stage) -> None:
    found = ill(replace(platform.settings, base_url="https://127.0.0.1:9"))
    assert found["certificate"].level == "bad"


def test_a_page_that_refuses_the_token_is_named(
    platform: Platform, stage: Stage, simulator: SimulatorProcess
) -> None:
    with_page = replace(
        platform.settings, page_id=simulator.page_id, page_token="another token",
        graph_url=simulator.graph_url,
    )
    assert ill(with_page)["page"].level == "bad"


def test_an_old_backup_is_named_and_a_failed_one(
    platform: Platform, stage: Stage, to: Path, tmp_path: Path
) -> None:
    assert ill(platform.settings)["backup"].level == "look"
    with pytest.raises(Invalid, match="must not share a place"):
        back_up(platform, tmp_path, Wishes(secrets=False))
    assert ill(platform.settings)["backup"].level == "bad"


@pytest.fixture
def doctor(platform: Platform, stage: Stage) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    settings = platform.settings
    environ = {
        "PATH": os.environ["PATH"], "HOITHI_DATA_DIR": str(settings.data_dir),
        "HOITHI_DATABASE_URL": settings.database_url, "HOITHI_STORAGE_URL": settings.storage_url,
        "HOITHI_SECRET_KEY": settings.secret_key,
    }
    return lambda *arguments: forks.command_text("doctor", *arguments, environ=environ)


def test_the_command_tells_programs_and_people_and_exits_by_the_worst(
    doctor: Callable[..., "subprocess.CompletedProcess[str]"], platform: Platform, clip: Path
) -> None:
    clip.unlink()
    told = doctor("--json")
    found = json.loads(told.stdout)
    assert (told.returncode, found["worst"]) == (2, "bad")
    missing = next(one for one in found["findings"] if one["what"] == "files.missing")
    assert set(missing) == {"what", "level", "vi", "en", "remedy_vi", "remedy_en"}
    people = doctor("--english")
    assert people.returncode == 2
    assert "✗ files.missing: 1 files are missing" in people.stdout
    assert '  → Run "hoithi storage bring BACKUP-FOLDER --all"' in people.stdout


def test_the_worst_is_the_exit_code() -> None:
    levels = [Finding("a", level, "", "") for level in ("ok", "look", "bad")]
    assert [worst(levels[:count]) for count in range(4)] == [0, 0, 1, 2]


