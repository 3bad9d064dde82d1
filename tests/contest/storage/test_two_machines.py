"""Upload machines with disks of their own before one bucket: none sees the bytes of another."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from contest.jobs import Later
from contest.jobs.uploads import LOST, expire, remind
from contest.models import ClipVersion, Mail, Submission, Upload
from contest.ports import StorageAway
from contest.uploads import protocol
from contest.views.shared.site import readiness
from contest.wiring import Platform
from tests.contest.entry.test_upload_rows import Phone, rows
from tests.contest.posting import Bench
from tests.contest.wired import rewired
from tests.stumbling import StumblingProxy

FILM = b"0123456789"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def submission(bench: Bench) -> Submission:
    return bench.make.submission(bench.make.unit(bench.contest), "uploading")


@pytest.fixture
def other(platform: Platform, tmp_path: Path) -> Platform:
    """Another machine."""
    found = rewired(platform, data_dir=tmp_path / "other")
    found.__dict__["clock"] = platform.clock
    return found


def test_a_clip_that_waits_for_the_bucket_on_one_machine_does_not_expire_on_another(  # noqa: PLR0917
    bench: Bench, platform: Platform, other: Platform, submission: Submission,
    line: StumblingProxy, monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone = Phone(platform, bench.make.unit_token(submission.unit))
    path = phone.create(submission, len(FILM))["headers"]["Location"]
    with line.going_wrong("gone"):
        assert phone.patch(path, FILM)["status"] == 503
    [upload] = rows(platform, Upload)
    received = bench.clock.now()
    bench.clock.moment = upload.expires_at + timedelta(minutes=1)
    remind(other, upload.id, lambda: None)
    with pytest.raises(Later):
        expire(other, upload.id, lambda: None)
    assert rows(platform, Mail) == []
    monkeypatch.setattr(protocol, "WHOLE_EVERY_S", 0.0)
    phone.app.whole_again = 0.0
    phone.app.tidy()
    [version] = rows(platform, ClipVersion)
    assert abs(version.received_at - received) < timedelta(minutes=2)


def test_a_clip_whose_machine_never_comes_back_expires_after_three_days(
    bench: Bench, platform: Platform, other: Platform, submission: Submission,
    line: StumblingProxy,
) -> None:
    phone = Phone(platform, bench.make.unit_token(submission.unit))
    path = phone.create(submission, len(FILM))["headers"]["Location"]
    with line.going_wrong("gone"):
        phone.patch(path, FILM)
    shutil.rmtree(platform.settings.uploads_dir)
    [upload] = rows(platform, Upload)
    bench.clock.moment = upload.expires_at + LOST
    expire(other, upload.id, lambda: None)
    assert rows(platform, Upload)[0].state == "expired"


def test_an_upload_whose_machine_is_away_begins_anew_on_another(
    bench: Bench, platform: Platform, other: Platform, submission: Submission
) -> None:
    token = bench.make.unit_token(submission.unit)
    here, there = Phone(platform, token), Phone(other, token)
    path = here.create(submission, len(FILM))["headers"]["Location"]
    assert here.patch(path, FILM[:6])["status"] == 204
    assert there.patch(path, FILM[6:], offset=6)["status"] == 409
    assert there.head(path)["headers"]["Upload-Offset"] == "0"
    assert there.patch(path, FILM)["status"] == 204
    assert here.head(path)["headers"]["Upload-Offset"] == str(len(FILM))
    here.app.tidy()
    assert not list(platform.settings.uploads_dir.iterdir())
    assert len(rows(platform, ClipVersion)) == 1


def test_a_bucket_that_is_gone_is_named_and_pages_stay(
    app: Flask, platform: Platform, line: StumblingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT_S", 0.0)
    assert app.test_client().get("/readyz?every=1").status_code == 200
    with line.going_wrong("gone"):
        with pytest.raises(StorageAway):
            platform.blobs.ping()
        alarm = app.test_client().get("/readyz?every=1")
        assert (alarm.status_code, alarm.json["missing"]) == (503, ["storage"])
        assert app.test_client().get("/readyz").status_code == 200


def test_a_machine_promises_no_room_for_what_others_receive(
    bench: Bench, platform: Platform, other: Platform
) -> None:
    """A nation's unfinished clips are more than one disk holds."""
    unit = bench.make.unit(bench.contest)
    token = bench.make.unit_token(unit)
    here, there = Phone(platform, token), Phone(other, token)
    clip = bench.make.submission(unit, "uploading", title="Clip 1")
    size = 600 << 20
    path = here.create(clip, size)["headers"]["Location"]
    here.patch(path, FILM)
    [upload] = rows(platform, Upload)
    assert names(here) == names(there) == [upload.public_id]
    bench.clock.moment += timedelta(minutes=11)
    assert (names(here), names(there)) == ([upload.public_id], [])


def names(phone: Phone) -> list[str]:
    """The uploads that its machine keeps room for."""
    return [one.id for one in phone.app.expected(phone.app.registry.unfinished())]
