"""A contest whose files lie in a bucket: from the upload to the papers, and its backup."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import scoring
from contest.config import Settings
from contest.errors import Invalid
from contest.jobs.documents import press_of
from contest.models import ClipVersion, Contest, Submission
from contest.safekeeping import anywhere, clips
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.doctor.examination import examine
from contest.safekeeping.restore import Wanted, restore
from contest.services.privacy import leftovers
from contest.services.privacy.person import Finder, Person
from contest.services.results import documents, exports
from contest.uploads import protocol
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from tests import s3_server
from tests.clip_cache import cached
from tests.contest.entry.test_checks import small
from tests.contest.entry.test_upload_rows import Phone, rows
from tests.contest.factory import Factory
from tests.contest.fanpage.reviewing import approve
from tests.contest.posting import Bench
from tests.contest.stage import AFTER, Stage
from tests.contest.storage.test_port import put
from tests.media_checks import corpus
from tests.s3_server import S3Server
from tests.stumbling import StumblingProxy


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Which database there is makes no difference to where clips lie."""
    return sqlite_url


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=small)


@pytest.fixture
def film() -> bytes:
    [good] = [one for one in corpus.CORPUS if one.name == "good.mp4"]
    return cached("corpus/good.mp4", good.build).read_bytes()


def test_from_the_upload_to_the_papers(  # noqa: PLR0917 - all that a contest is made of
    bench: Bench, platform: Platform, settings: Settings, simulator: SimulatorProcess,
    line: StumblingProxy, film: bytes, server: S3Server, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submission = _sent(bench, platform, line, film, monkeypatch)
    bench.work()
    assert bench.make.fresh(submission).state == "in_review"
    approve(bench, submission)
    bench.work()
    bench.at_release()
    bench.work()
    assert bench.state(submission) == ("published", "published")
    [post] = simulator.posts()
    assert post["sha256"] == hashlib.sha256(film).hexdigest()
    stage = _closed(bench, submission)
    result = stage.publish(stage.freeze(stage.compute()))
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(b"".join(exports.bundle(result, platform.blobs)))
    assert not [one for one in scoring.bundle.verify(bundle) if one.holds is False]
    with platform.db.read() as session:
        row = session.merge(result, load=False)
        press = press_of(platform, session, stage.contest_now(session))
        assert documents.paper(session, row, "minutes", press=press)
    assert not list((settings.data_dir / "clips").glob("*"))  # nothing lies in a folder
    _kept_safe(settings, platform, server, tmp_path)


def _sent(
    bench: Bench, platform: Platform, line: StumblingProxy, film: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> Submission:
    """A phone sends a clip while the bucket is gone: it waits here, and is put by itself later."""
    unit = bench.make.unit(bench.contest)
    submission = bench.make.submission(unit, "uploading")
    phone = Phone(platform, bench.make.unit_token(unit))
    path = phone.create(submission, len(film))["headers"]["Location"]
    with line.going_wrong("gone"):
        told = phone.patch(path, film)
        assert (told["status"], told["headers"]["Retry-After"]) == (503, "5")
        assert "kho clip chưa trả lời" in told["body"]
        phone.app.tidy()
    assert rows(platform, ClipVersion) == []
    [waiting] = platform.settings.uploads_dir.glob("*[!d]")
    assert waiting.read_bytes() == film
    monkeypatch.setattr(protocol, "WHOLE_EVERY_S", 0.0)
    phone.app.whole_again = 0.0
    phone.app.tidy()
    [version] = rows(platform, ClipVersion)
    assert version.sha256 == hashlib.sha256(film).hexdigest()
    assert not list(platform.settings.uploads_dir.iterdir())
    assert phone.head(path)["headers"]["Upload-Offset"] == str(len(film))
    return submission


def _closed(bench: Bench, submission: Submission) -> Stage:
    stage = Stage(bench.platform, bench.make, bench.contest)
    stage.count(submission, 10, 1)
    for juror in stage.jurors:
        bench.make.ballot(submission, juror, stage.marks(5))
    bench.clock.moment = AFTER + timedelta(hours=1)
    return stage


def _kept_safe(
    settings: Settings, platform: Platform, server: S3Server, tmp_path: Path
) -> None:
    """A backup, a restore into another bucket, and the doctor on both."""
    to = tmp_path / "backups"
    own = replace(settings, data_dir=tmp_path / "own", backup_passphrase="một câu mật đủ dài")
    own.data_dir.mkdir()
    working = Platform(own)
    made = back_up(working, to, Wishes())
    assert not made.lost.keys() & clips_of(platform)
    elsewhere = replace(
        s3_server.moved_to(own, server, server.place()), data_dir=tmp_path / "restored",
        database_url=f"sqlite:///{tmp_path}/restored/hoithi.db", secret_key="",
    )
    restored = restore(elsewhere, to, Wanted())
    assert [one for one in restored.found if not one.holds and one.what != "gone"] == []
    there = {one.sha256 for one in Platform(elsewhere).blobs.names()}
    assert there == set(made.manifest.clips)
    assert not list((elsewhere.data_dir / "restoring").iterdir())
    found = {one.what: one.level for one in examine(own, every=True)}
    assert (found["files.hashes"], found["bundle"]) == ("ok", "ok")
    with pytest.raises(Invalid):
        anywhere.back_up(working, "s3:https://elsewhere.example/backups", Wishes())
    working.db.engine.dispose()


def clips_of(platform: Platform) -> set[str]:
    return {one.sha256 for one in platform.blobs.names()}


def test_a_stray_file_that_names_a_person_is_found_in_the_bucket(
    platform: Platform, contest: Contest, tmp_path: Path
) -> None:
    hers = put(platform.blobs, tmp_path, "Nguyễn Thị Hạnh,0900000001".encode())
    put(platform.blobs, tmp_path, "Trần Văn Ba".encode())
    with platform.db.read() as session:
        named = set(clips.named(session.connection()))
    finder = Finder(Person(names=("Nguyễn Thị Hạnh",)))
    assert leftovers.strays(platform.blobs, named, finder, platform.pdfs) == [hers]
