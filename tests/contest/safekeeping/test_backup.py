"""Backup and restore on both databases: everything comes back, nothing is written over."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import select, update

from contest.config import Settings
from contest.db import Database
from contest.errors import Conflict, DomainError, Invalid, NoSpace
from contest.models import Base, ClipVersion, Result, Submission
from contest.safekeeping import clips, proof, sealed_settings, status
from contest.safekeeping.backup import GIVEN_UP, Wishes, back_up
from contest.safekeeping.folder import BackupFolder
from contest.safekeeping.restore import Wanted, restore
from contest.safekeeping.sealed_settings import RESTORED
from contest.services.privacy import workdays
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.contest.stage import Stage
from tests.databases import own_database

AS_SHIPPED = sealed_settings.N, sealed_settings.R, sealed_settings.P


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.read_connection() as connection:
        return {
            table.name: sorted(map(str, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


def test_everything_comes_back(
    platform: Platform, stage: Stage, to: Path, place: Settings
) -> None:
    before = everything(platform.db)
    days = '[2027]\noff = ["2027-03-03"]\nworked = []\n'
    workdays.correct(days, platform.settings.data_dir)
    made = back_up(platform, to, Wishes())
    assert (made.manifest.gone, made.files) == ({}, len(made.manifest.clips))
    restored = restore(place, to, Wanted())
    assert [(one.what, one.holds) for one in restored.found] == [
        ("files", True), ("audit", True), ("result", True), ("bundle", True), ("keys", True),
    ]
    there = Database(place.database_url)
    assert everything(there) == before
    there.engine.dispose()
    assert files(place.storage_dir) == files(platform.settings.storage_dir)
    assert (place.data_dir / "secret_key").read_text() == platform.settings.secret_key
    assert "HOITHI_BASE_URL=http://localhost\n" in (place.data_dir / RESTORED).read_text()
    assert not (place.data_dir / "restoring.json").exists()
    assert (place.data_dir / "holidays.toml").read_text() == days


def test_all_of_it_is_for_its_own_user_alone(platform: Platform, stage: Stage, to: Path) -> None:
    back_up(platform, to, Wishes())
    assert {p for p in [to, *to.rglob("*")] if p.stat().st_mode & 0o077} == set()


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_the_second_backup_copies_only_what_is_new(
    platform: Platform, stage: Stage, to: Path, make: Factory
) -> None:
    back_up(platform, to, Wishes())
    make.submission(stage.units[0], clip=b"one more clip")
    second = back_up(platform, to, Wishes())
    assert (second.files, second.size) == (1, len(b"one more clip"))


def test_no_secret_stands_open_in_a_backup(platform: Platform, stage: Stage, to: Path) -> None:
    back_up(platform, to, Wishes())
    held = b"".join(files(to / "sets").values())
    assert platform.settings.secret_key.encode() not in held
    assert platform.settings.backup_passphrase.encode() not in held


def test_a_passphrase_is_dear_to_try() -> None:
    """32 MB and a tenth of a second."""
    assert AS_SHIPPED == (2**15, 8, 1)


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_another_passphrase_opens_nothing_and_restores_nothing(
    platform: Platform, stage: Stage, to: Path, place: Settings
) -> None:
    back_up(platform, to, Wishes())
    with pytest.raises(Invalid, match="does not open the keys"):
        restore(replace(place, backup_passphrase="another passphrase"), to, Wanted())
    assert not place.data_dir.exists()


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_without_secrets_none_are_taken_and_none_needed(
    platform: Platform, stage: Stage, to: Path, place: Settings
) -> None:
    platform = Platform(replace(platform.settings, backup_passphrase=""))
    with pytest.raises(Invalid, match="HOITHI_BACKUP_PASSPHRASE"):
        back_up(platform, to, Wishes())
    made = back_up(platform, to, Wishes(secrets=False))
    platform.db.engine.dispose()
    assert "settings.json" not in made.manifest.files
    restored = restore(place, to, Wanted())
    assert restored.holds
    assert not (place.data_dir / "secret_key").exists()


@pytest.fixture(params=["database", "clip"])
def not_empty(
    request: pytest.FixtureRequest, place: Settings, sqlite_in: Callable[[Path], str]
) -> Iterator[Settings]:
    """A place where somebody has a database, or a clip."""
    if request.param == "clip":
        (place.storage_dir / "ab").mkdir(parents=True)
        (place.storage_dir / "ab" / "clip").write_bytes(b"somebody's")
        yield place
    elif place.database_url.startswith("sqlite"):
        sqlite_in(place.data_dir)
        yield place
    else:
        asked = map(request.getfixturevalue, ("postgres_server", "postgres_template"))
        with own_database(*asked) as url:
            yield replace(place, database_url=url)


def test_nothing_is_written_over(
    platform: Platform, stage: Stage, to: Path, not_empty: Settings
) -> None:
    back_up(platform, to, Wishes())
    held = files(not_empty.data_dir) if not_empty.data_dir.exists() else {}
    with pytest.raises(Conflict, match="not empty"):
        restore(not_empty, to, Wanted())
    assert (files(not_empty.data_dir) if not_empty.data_dir.exists() else {}) == held


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_a_set_is_chosen_by_its_instant(
    platform: Platform, stage: Stage, to: Path, place: Settings, make: Factory
) -> None:
    first = back_up(platform, to, Wishes())
    make.submission(stage.units[0], clip=b"one more clip")
    second = back_up(platform, to, Wishes())
    assert first.manifest.name < second.manifest.name
    with pytest.raises(Invalid, match="There are: "):
        restore(place, to, Wanted(name="2020-01-01T00-00-00Z"))
    restored = restore(place, to, Wanted(name=first.manifest.name))
    assert restored.manifest == first.manifest
    assert len(files(place.storage_dir)) == first.files


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_old_sets_and_the_files_that_only_they_name_are_pruned(
    platform: Platform, stage: Stage, to: Path, make: Factory
) -> None:
    extra = make.submission(stage.units[0], clip=b"one more clip")
    first = back_up(platform, to, Wishes())
    with platform.db.write() as session:
        version = session.get_one(Submission, extra.id).version
        assert version is not None
        version.bytes_gone_at = platform.clock.now()
        sha256 = version.sha256
    platform.blobs.drop(sha256)
    second = back_up(platform, to, Wishes(keep=1))
    assert second.pruned == [first.manifest.name]
    folder = BackupFolder.opened(to)
    assert folder.manifests() == [second.manifest]
    assert not folder.clip(sha256).exists()
    assert {p.name for p in folder.clips.glob("*/*")} == set(second.manifest.clips)


def test_what_the_sweep_gave_up_meanwhile_is_noted_and_what_is_lost_is_told(
    platform: Platform, stage: Stage, to: Path
) -> None:
    """Between the snapshot and the copy a clip is given up by its row, another only deleted."""
    with platform.db.read() as session:
        versions = [session.get_one(Submission, c.id).version for c in stage.clips]
        given_up, lost = versions[0], versions[1]
    assert given_up is not None
    assert lost is not None

    def after_the_snapshot(line: str) -> None:
        if "files" in line:
            platform.blobs.delete(lost.sha256)
            platform.blobs.delete(given_up.sha256)
            with platform.db.write() as session:
                session.merge(given_up).bytes_gone_at = platform.clock.now()

    made = back_up(platform, to, Wishes(say=after_the_snapshot))
    assert made.manifest.gone == {given_up.sha256: GIVEN_UP, lost.sha256: "missing"}
    assert made.lost == {lost.sha256: "missing"}


def test_a_clip_whose_bytes_are_not_its_own_is_not_kept(
    platform: Platform, stage: Stage, to: Path
) -> None:
    clip = stage.clips[0].version
    assert clip is not None
    stored = platform.blobs.path(clip.sha256)
    stored.chmod(0o600)
    stored.write_bytes(b"x" * stored.stat().st_size)
    made = back_up(platform, to, Wishes())
    assert made.lost == {clip.sha256: "damaged"}
    assert not BackupFolder.opened(to).clip(clip.sha256).exists()


@pytest.mark.parametrize("where", ["inside", "around", "file", "full of other things"])
def test_a_folder_that_cannot_be_one_is_refused(
    platform: Platform, stage: Stage, to: Path, tmp_path: Path, where: str
) -> None:
    places = {"inside": platform.settings.data_dir / "backups", "around": tmp_path,
              "file": tmp_path / "file", "full of other things": tmp_path / "other"}
    (tmp_path / "file").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    before = files(tmp_path / "other")
    with pytest.raises(Invalid) as refused:
        back_up(platform, places[where], Wishes())
    assert refused.value.en.count("\n") == 0
    assert files(tmp_path / "other") == before
    told = status.standing(platform.settings.data_dir, scheduled=True, at=platform.clock.now())
    assert told.failure is not None
    assert told.failure.en == refused.value.en


def test_a_full_disk_is_one_sentence_and_the_last_set_stays(
    platform: Platform, stage: Stage, to: Path, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = back_up(platform, to, Wishes())
    make.submission(stage.units[0], clip=b"one more clip")
    full = shutil.disk_usage(to)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(NoSpace, match="too little room"):
        back_up(platform, to, Wishes())
    folder = BackupFolder.opened(to)
    assert folder.manifests() == [first.manifest]
    assert len(list(folder.sets.iterdir())) == 1


def test_a_disk_that_is_full_for_sqlite_is_the_same_sentence(tmp_path: Path) -> None:
    small = pysqlite3.connect(str(tmp_path / "small.db"))
    small.execute("PRAGMA max_page_count=2")
    with pytest.raises(NoSpace, match="too little room"), clips.refusing_full_disks(tmp_path):
        small.execute("CREATE TABLE a AS SELECT zeroblob(100000) AS b")
    small.close()


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_another_key_that_is_there_already_is_not_written_over(
    platform: Platform, stage: Stage, to: Path, place: Settings
) -> None:
    back_up(platform, to, Wishes())
    place.data_dir.mkdir()
    (place.data_dir / "secret_key").write_text("another key that somebody needs")
    with pytest.raises(Conflict, match="holds another key"):
        restore(place, to, Wanted())
    assert files(place.data_dir) == {"secret_key": b"another key that somebody needs"}


@pytest.mark.parametrize("how", ["path as a hash", "path as a file", "newer", "not even JSON"])
def test_a_manifest_that_nobody_should_believe_is_no_set_and_nothing_is_pruned_for_it(
    platform: Platform, stage: Stage, to: Path, how: str
) -> None:
    made = back_up(platform, to, Wishes())
    path = to / "sets" / made.manifest.name / "manifest.json"
    content = json.loads(path.read_text())
    if how == "path as a hash":
        content["clips"]["../../../../tmp/x"] = 1
    elif how == "path as a file":
        content["files"]["../x"] = ["0" * 64, 1]
    elif how == "newer":
        content["format"] = 2
    path.write_text("{" if how == "not even JSON" else json.dumps(content))
    folder = BackupFolder.opened(to)
    assert folder.manifests() == []
    before = {p.name for p in folder.clips.glob("*/*")}
    assert back_up(platform, to, Wishes(keep=1)).pruned == []
    assert {p.name for p in folder.clips.glob("*/*")} == before


def test_two_at_once_are_refused(platform: Platform, stage: Stage, to: Path) -> None:
    back_up(platform, to, Wishes())
    with BackupFolder.opened(to).alone(), pytest.raises(Conflict, match="at work"):
        back_up(platform, to, Wishes())


def test_a_proof_restores_the_newest_set_aside_and_leaves_nothing(
    platform: Platform, stage: Stage, to: Path
) -> None:
    made = back_up(platform, to, Wishes())
    before = everything(platform.db)
    proved = proof.prove(platform.settings, to, Wanted())
    assert proved.manifest == made.manifest
    assert [one.what for one in proved.found] == [
        "files", "audit", "result", "bundle", "passphrase",
    ]
    assert proved.holds
    assert "rows hold" in proved.found[1].en  # of the trail, which has some
    assert before["audit"] != []
    assert everything(platform.db) == before
    assert not (platform.settings.data_dir / "proof").exists()
    told = status.standing(platform.settings.data_dir, scheduled=False, at=made.manifest.instant)
    assert (told.backup_is_late, told.proof_is_late, told.failure) == (False, False, None)


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_a_proof_finds_a_rotten_clip_and_the_next_backup_brings_it_anew(
    platform: Platform, stage: Stage, to: Path
) -> None:
    made = back_up(platform, to, Wishes())
    with platform.db.read() as session:
        sha256 = session.scalars(select(ClipVersion.sha256).limit(1)).one()  # no bundle of a result
    rotten = BackupFolder.opened(to).clip(sha256)
    rotten.chmod(0o600)
    rotten.write_bytes(b"\0" * rotten.stat().st_size)
    proved = proof.prove(platform.settings, to, Wanted())
    assert [one.what for one in proved.found if not one.holds] == ["files"]
    told = status.standing(platform.settings.data_dir, scheduled=True, at=made.manifest.instant)
    assert told.failure is not None
    again = back_up(platform, to, Wishes())
    assert again.files == 1
    assert proof.prove(platform.settings, to, Wanted()).holds


@pytest.mark.one_database  # of files; the rows are those of the tests on both
def test_a_result_that_was_tampered_with_is_found(
    platform: Platform, stage: Stage, to: Path
) -> None:
    with platform.db.engine.begin() as connection:  # past the services, as a thief would
        connection.execute(update(Result).values(output_sha256="0" * 64))
    back_up(platform, to, Wishes())
    proved = proof.prove(platform.settings, to, Wanted())
    assert [one.what for one in proved.found if not one.holds] == ["result"]


@pytest.mark.parametrize("what", ["no folder", "no set", "a newer form", "rotten database"])
def test_what_is_no_backup_is_refused(
    platform: Platform, stage: Stage, to: Path, place: Settings, what: str
) -> None:
    made = None if what == "no folder" else back_up(platform, to, Wishes())
    if made and what == "no set":
        (to / "sets" / made.manifest.name / "manifest.json").unlink()
    elif what == "a newer form":
        (to / "hoithi-backup.json").write_text(json.dumps({"format": 99}))
    elif made:
        for dump in (to / "sets" / made.manifest.name).glob("database.*"):
            dump.write_bytes(b"\0" * dump.stat().st_size)
    with pytest.raises(DomainError) as refused:
        restore(place, to, Wanted())
    assert refused.value.code == "invalid"
    assert "\n" not in refused.value.en


def test_every_column_that_holds_a_hash_is_known_to_be_of_a_file_or_not() -> None:
    """A new one must be told to ``clips.named`` or listed here."""
    files_of = {"clip_version.sha256", "derivative.sha256", "fix.sha256", "evidence.sha256",
                "document_template.sha256", "document_pdf.sha256", "result.bundle_sha256",
                "result.erased_bundle_sha256", "privacy_request.archive_sha256",
                 "signed_form.sha256", "award_reel.sha256", "post_removal.sha256",
                 "result_step.sha256", "unit_sheet.sha256", "attachment.sha256",
                 "leaf.sha256", "entry_part.sha256", "handover.sha256"}
    of_rows = {"profile_revision.sha256", "consent.notice_sha256", "result.input_sha256",
               "result.output_sha256", "upload.sha256", "audit_note.sha256",
               "consent_event.notice_sha256", "stored_look.sha256"}
    found = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables
             for column in table.columns if "sha256" in column.name}
    assert found == files_of | of_rows
