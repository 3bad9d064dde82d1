"""Uploads as the contest sees them: who may, until when, and what becomes of the bytes."""

import base64
import hashlib
import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.jobs import Later
from contest.jobs.mail import write
from contest.jobs.uploads import expire, remind
from contest.models import Check, ClipVersion, Mail, Task, UnitLink, Upload
from contest.services.entry import uploads
from contest.services.units import units
from contest.uploads.app import create_upload_app
from contest.uploads.failures import UploadFailure

CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
GRACE = timedelta(minutes=60)
OCTETS = "application/offset+octet-stream"


class Phone:
    """Speaks tus to the application in this process, with a unit's cookie."""

    def __init__(self, platform, token=""):
        self.app, self.cookie = create_upload_app(platform), f"hoithi_unit={token}"

    def ask(self, method, path="/uploads/", body=b"", **headers):
        told = {}

        def start_response(status, answered):
            told.update(status=int(status[:3]), headers=dict(answered))

        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "HTTP_TUS_RESUMABLE": "1.0.0",
            "HTTP_COOKIE": self.cookie,
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": OCTETS if method == "PATCH" else "",
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        told["body"] = b"".join(self.app(environ, start_response)).decode()
        return told

    def create(self, submission, length=10, name="clip.mp4", **metadata):
        pairs = {"entry": submission.code, "filename": name} | metadata
        coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        return self.ask("POST", upload_length=str(length), upload_metadata=coded)

    def patch(self, path, body, offset=0):
        return self.ask("PATCH", path, body, upload_offset=str(offset))

    def head(self, path):
        return self.ask("HEAD", path)


@pytest.fixture
def unit(make, contest):
    return make.unit(contest)


@pytest.fixture
def submission(make, unit):
    return make.submission(unit, "uploading")


@pytest.fixture
def phone(platform, make, unit):
    return Phone(platform, make.unit_token(unit))


def rows(platform, table):
    with platform.db.read() as session:
        return session.scalars(select(table).order_by(table.id)).all()


def test_a_finished_upload_becomes_a_version_and_is_checked(platform, make, phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    assert phone.patch(path, b"0123")["status"] == 204
    assert phone.patch(path, b"456789", 4)["status"] == 204
    digest = hashlib.sha256(b"0123456789").hexdigest()
    version = rows(platform, ClipVersion)[0]
    assert (version.number, version.size, version.sha256) == (1, 10, digest)
    assert platform.blobs.path(digest).read_bytes() == b"0123456789"
    assert make.fresh(submission).state == "checking"
    assert [(c.kind, c.state) for c in rows(platform, Check)] == [("quick", "queued")]
    assert [m.template for m in rows(platform, Mail)] == ["receipt"]
    assert "check.quick" in [t.kind for t in rows(platform, Task)]
    assert list(platform.settings.uploads_dir.iterdir()) == []


def test_two_finish_calls_make_one_version(platform, make, phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123456789")
    for _ in range(2):
        assert phone.patch(path, b"", 10)["status"] == 204
        assert phone.head(path)["headers"]["Upload-Offset"] == "10"
    assert len(rows(platform, ClipVersion)) == 1


def test_finish_calls_at_once_make_one_version(platform, make, phone, unit, submission):
    """As processes call it that know nothing of each other, on each kind of database."""
    phone.create(submission)
    together = threading.Barrier(4)

    def finish(_number):
        together.wait()
        with platform.db.write() as session:
            upload = session.scalars(select(Upload)).one()
            actor = units.actor_of(upload.submission.unit)
            at = platform.clock.now()
            return uploads.finish(session, upload, sha256="ab" * 32, actor=actor, at=at).id

    with ThreadPoolExecutor(4) as threads:
        made = set(threads.map(finish, range(4)))
    assert made == {version.id for version in rows(platform, ClipVersion)}
    assert len(made) == 1
    assert [m.template for m in rows(platform, Mail)] == ["receipt"]


def test_a_kill_between_the_last_byte_and_the_record_loses_nothing(
    platform, make, phone, submission
):
    path = phone.create(submission)["headers"]["Location"]
    (platform.settings.uploads_dir / path[-32:]).write_bytes(b"0123456789")
    create_upload_app(platform)  # the process starts again
    assert [v.size for v in rows(platform, ClipVersion)] == [10]
    assert phone.head(path)["headers"]["Upload-Offset"] == "10"


def test_a_kill_after_storing_and_before_the_record_is_made_good(
    platform, phone, submission, monkeypatch
):
    path = phone.create(submission)["headers"]["Location"]
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "finish", _dies)
        assert phone.patch(path, b"0123456789")["status"] == 503
    assert rows(platform, ClipVersion) == []
    assert phone.head(path)["headers"]["Upload-Offset"] == "10"
    assert [v.size for v in rows(platform, ClipVersion)] == [10]


def _dies(*_args, **_values):
    raise OSError("the database is away")


# ---------------------------------------------------------------------------- who


@pytest.mark.parametrize("cookie", ["", "hoithi_unit=", "hoithi_unit=wrong", "other=1", "\x00;;=,"])
def test_nobody_without_a_cookie(platform, submission, cookie):
    stranger = Phone(platform)
    stranger.cookie = cookie
    assert stranger.create(submission)["status"] == 401


def test_nobody_elses_entry_or_upload(platform, make, contest, phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    other = Phone(platform, make.unit_token(make.unit(contest)))
    assert other.create(submission)["status"] == 404
    assert [other.head(path)["status"], other.patch(path, b"x")["status"]] == [404, 404]
    assert other.ask("DELETE", path)["status"] == 404


def test_another_sites_page_cannot_send(phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    answer = phone.ask("PATCH", path, b"0", upload_offset="0", sec_fetch_site="cross-site")
    assert answer["status"] == 403


def test_a_revoked_link_is_gone_and_the_rotated_one_goes_on(
    platform, make, phone, unit, submission
):
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123")
    with platform.db.write() as session:
        link = session.scalars(select(UnitLink)).one()
        link.revoked_at = platform.clock.now()
    answer = phone.patch(path, b"456789", 4)
    assert answer["status"] == 410
    assert "đường dẫn mới" in answer["body"]
    rotated = Phone(platform, make.unit_token(unit))
    assert rotated.head(path)["headers"]["Upload-Offset"] == "4"
    assert rotated.patch(path, b"456789", 4)["status"] == 204


# ---------------------------------------------------------------------------- what


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"length": 0}, 422),
        ({"length": 4_000_000_001}, 413),
        ({"name": "clip.exe"}, 422),
        ({"name": "clip"}, 422),
        ({"name": ""}, 422),
        ({"name": "../../CLIP.MOV"}, 201),
    ],
)
def test_what_may_be_sent(phone, submission, values, status):
    assert phone.create(submission, **values)["status"] == status


@pytest.mark.parametrize("state", ["approved", "published", "withdrawn", "disqualified"])
def test_an_entry_that_is_decided_takes_no_clip(phone, make, unit, state):
    assert phone.create(make.submission(unit, state))["status"] == 403


def test_a_new_upload_of_the_same_entry_ends_the_old_one(platform, phone, submission):
    first = phone.create(submission)["headers"]["Location"]
    second = phone.create(submission)["headers"]["Location"]
    assert [phone.head(first)["status"], phone.head(second)["status"]] == [410, 200]


def test_an_entry_withdrawn_meanwhile_gets_no_version(platform, make, phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    with platform.db.write() as session:
        session.merge(make.fresh(submission)).state = "withdrawn"
    assert phone.patch(path, b"0123456789")["status"] == 410
    assert rows(platform, ClipVersion) == []


def test_the_clients_samples_are_compared_with_what_arrived(platform, phone, submission):
    digest = hashlib.sha256(b"10\n" + b"0123456789" * 16).hexdigest()
    good = phone.create(submission, fingerprint=digest)["headers"]["Location"]
    assert phone.patch(good, b"0123456789")["status"] == 204
    bad = phone.create(submission, fingerprint="0" * 64)["headers"]["Location"]
    answer = phone.patch(bad, b"0123456789")
    assert (answer["status"], "thay đổi" in answer["body"]) == (410, True)
    assert [v.number for v in rows(platform, ClipVersion)] == [1]


def test_the_fingerprint_is_size_and_samples_of_the_whole(tmp_path):
    """A file of another size, another end or another middle has another."""
    content = bytearray(os.urandom(5 << 20))
    path = tmp_path / "clip"

    def printed():
        path.write_bytes(content)
        return uploads.fingerprint(path)

    size, sample = len(content), uploads.SAMPLE
    starts = [(size - sample) * n // 15 for n in range(16)]
    samples = b"".join(bytes(content[at : at + sample]) for at in starts)
    first = printed()
    assert first == hashlib.sha256(f"{size}\n".encode() + samples).hexdigest()
    for at in (0, starts[7] + 5, size - 1):
        content[at] ^= 1
        assert printed() != first
        content[at] ^= 1
    content.append(0)
    assert printed() != first


# ------------------------------------------------------------------- until when (plan II.1)


@pytest.mark.parametrize(
    "case",
    [
        (-timedelta(hours=5), -timedelta(seconds=1), True),
        (-timedelta(microseconds=1), timedelta(0), True),
        (-timedelta(microseconds=1), GRACE - timedelta(seconds=1), True),
        (-timedelta(microseconds=1), GRACE, False),
        (-timedelta(microseconds=1), GRACE + timedelta(hours=1), False),
    ],
)
def test_begun_before_the_close_and_finished_within_the_grace(
    platform, phone, submission, clock, case
):
    begun, finished, accepted = case
    clock.moment = CLOSE + begun
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123")
    clock.moment = CLOSE + finished
    answers = [phone.patch(path, b"456789", 4) for _ in range(2)]
    statuses = [a["status"] for a in answers]
    assert statuses == ([204, 409] if accepted else [410, 410])
    upload = rows(platform, Upload)[0]
    assert upload.begun_at == CLOSE + begun
    if not accepted:
        assert answers[0]["body"] == answers[1]["body"]
        assert "01g00 ngày 11/6/2023" in answers[0]["body"]
        assert not (platform.settings.uploads_dir / path[-32:]).exists()


def test_nothing_begins_at_the_close(phone, submission, clock):
    clock.moment = CLOSE
    answer = phone.create(submission)
    assert answer["status"] == 403
    assert "Đã hết hạn nhận clip lúc 00g00 ngày 11/6/2023" in answer["body"]


def test_bytes_that_arrived_in_time_count_even_if_recorded_later(
    platform, phone, submission, clock
):
    """The server was down at the last byte and came back after the grace."""
    clock.moment = CLOSE - timedelta(minutes=5)
    path = phone.create(submission)["headers"]["Location"]
    file = platform.settings.uploads_dir / path[-32:]
    file.write_bytes(b"0123456789")
    two_hours_ago = time.time() - 2 * 3600
    os.utime(file, (two_hours_ago, two_hours_ago))
    clock.moment = CLOSE + GRACE + timedelta(hours=1)
    assert phone.head(path)["headers"]["Upload-Offset"] == "10"
    version = rows(platform, ClipVersion)[0]
    assert abs(version.received_at - CLOSE) < timedelta(minutes=1)


def test_an_interrupted_upload_expires_and_its_bytes_go(platform, phone, submission, clock):
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123")
    upload = rows(platform, Upload)[0]
    assert upload.expires_at == clock.now() + timedelta(hours=72)
    with pytest.raises(Later):
        expire(platform, upload.id, lambda: None)
    clock.moment = upload.expires_at
    expire(platform, upload.id, lambda: None)
    assert not (platform.settings.uploads_dir / path[-32:]).exists()
    assert phone.head(path)["status"] == 410
    assert rows(platform, Upload)[0].state == "expired"
    with platform.db.read() as session:
        told = uploads.last_expired(session, session.merge(submission, load=False))
    assert told is not None and told.filename == "clip.mp4"
    assert [(m.template, m.params["late"]) for m in rows(platform, Mail)] == [
        ("upload_expired", False)
    ]


def test_a_unit_is_reminded_of_a_clip_that_is_half_sent(platform, phone, submission, clock):
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123")
    upload, task = rows(platform, Upload)[0], rows(platform, Task)[0]
    assert (task.kind, task.due_at) == ("upload.remind", upload.expires_at - timedelta(hours=24))
    clock.moment = task.due_at
    remind(platform, upload.id, lambda: None)
    told = rows(platform, Mail)[0]
    letter = write(platform, told)
    assert (told.template, told.to) == ("upload_waiting", submission.contact_email)
    assert "Tệp “clip.mp4” (1 kB)" in letter.text
    assert "09g00 ngày 8/6/2023" in letter.text
    assert f"/c/quan11-2023/unit/entries/{submission.code}" in letter.text


@pytest.mark.parametrize("how", ["complete", "cancelled", "unrecorded"])
def test_nobody_is_reminded_of_what_is_over(platform, phone, submission, how):
    path = phone.create(submission)["headers"]["Location"]
    if how == "complete":
        phone.patch(path, b"0123456789")
    elif how == "cancelled":
        phone.ask("DELETE", path)
    else:
        (platform.settings.uploads_dir / path[-32:]).write_bytes(b"0123456789")
    remind(platform, rows(platform, Upload)[0].id, lambda: None)
    assert "upload_waiting" not in [m.template for m in rows(platform, Mail)]


def test_one_that_was_too_late_is_told_so_once(platform, phone, submission, clock):
    """By the upload process or by the worker, whoever looks first."""
    clock.moment = CLOSE - timedelta(minutes=1)
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123")
    clock.moment = CLOSE + GRACE
    assert phone.head(path)["status"] == 410
    expire(platform, rows(platform, Upload)[0].id, lambda: None)
    [told] = rows(platform, Mail)
    assert told.params["late"] is True
    assert "Hạn nhận clip cũng đã qua" in write(platform, told).text


def test_bytes_that_no_upload_owns_are_swept_at_the_start(platform, phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    phone.patch(path, b"0123")
    stray = platform.settings.uploads_dir / ("f" * 32)
    stray.write_bytes(b"of an upload that ended while the process was down")
    create_upload_app(platform)
    assert [p.name for p in platform.settings.uploads_dir.iterdir()] == [path[-32:]]


def test_a_unit_sees_gone_not_an_error_after_any_end(platform, phone, submission):
    path = phone.create(submission)["headers"]["Location"]
    assert phone.ask("DELETE", path)["status"] == 204
    assert phone.patch(path, b"0")["status"] == 410
    with pytest.raises(UploadFailure) as refused:
        phone.app.registry.get(str(submission.unit_id), path[-32:])
    assert refused.value.status == 410
