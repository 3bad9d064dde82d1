"""One clip is followed through all processes by the ids in their logs."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from contest import logs
from contest.jobs import relay, worker
from contest.models import Contest, Publication, Task
from contest.running.front import Behind, Listen, write_configuration
from contest.services.core import outbox
from contest.wiring import Platform
from tests.contest.entry.test_upload_rows import Phone
from tests.contest.factory import Factory

REQUEST = "0123456789abcdef0123456789abcdef"
Records = list[dict[str, object]]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What our processes write with ``HOITHI_LOG=json``."""
    stream = io.StringIO()
    handler, ours = logging.StreamHandler(stream), logging.getLogger(logs.OURS)
    handler.setFormatter(logs.Json())
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield stream
    ours.removeHandler(handler)
    ours.setLevel(logging.NOTSET)


def read(log: io.StringIO) -> Records:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_one_clip_is_followed_from_its_first_byte_to_the_poster(
    platform: Platform, app: Flask, contest: Contest, make: Factory, log: io.StringIO
) -> None:
    unit = make.unit(contest)
    submission = make.submission(unit, "uploading")
    phone = Phone(platform, make.unit_token(unit))
    path = phone.create(submission)["headers"]["Location"]
    phone.ask("PATCH", path, b"0123456789", upload_offset="0", x_request_id=REQUEST)
    relay.relay_once(platform)
    with platform.db.read() as session:
        task = session.scalars(select(Task).where(Task.kind == "check.quick")).one()
    worker.perform(platform, task.id)
    app.test_client().get(f"/c/{contest.slug}/clips/{submission.code}",
                          headers={"X-Request-ID": REQUEST})
    other = make.submission(unit, "published")
    with platform.db.write() as session:
        posted = session.scalars(select(Publication.id)).one()
        upload = outbox.enqueue(session, "publication.upload", posted, at=platform.clock.now(),
                                contest_id=contest.id).id
    worker.perform(platform, upload)

    story = [one for one in read(log) if one.get("clip") == submission.code]
    assert {one["contest"] for one in story if "contest" in one} == {contest.id}
    told = [(one["logger"], one["message"]) for one in story]
    for each in [("hoithi.uploads", "upload begun"), ("hoithi.uploads", "clip received"),
                 ("hoithi.relay", "queued"), ("hoithi.worker", "begun"), ("hoithi.worker", "done"),
                 ("hoithi.web", "request")]:
        assert each in told
    received = next(one for one in story if one["message"] == "clip received")
    assert (received["request"], received["upload"]) == (REQUEST, path.rpartition("/")[2])
    assert {one["job"] for one in story if one.get("kind") == "check.quick"} == {task.id}
    assert [(one["message"], one["clip"]) for one in read(log) if one.get("job") == upload] == [
        ("begun", other.code), ("done", other.code)
    ]
    asked = next(one for one in story if one["message"] == "request")
    assert asked["request"] == REQUEST
    assert contest.slug not in json.dumps(asked)


def test_a_request_that_is_refused_before_any_page_is_logged_too(
    app: Flask, log: io.StringIO
) -> None:
    said = app.test_client().post("/account/sign-in", data={"email": "a"}, csrf=False)
    assert said.status_code == 400
    (asked,) = [one for one in read(log) if one["message"] == "request"]
    assert (asked["status"], asked["method"]) == (400, "POST")


def test_a_strangers_id_is_not_taken_and_a_trace_is_one_record(log: io.StringIO) -> None:
    assert logs.begin_request("x\n{}") != "x\n{}"
    assert logs.begin_request(REQUEST) == REQUEST
    with logs.about(job=7):
        try:
            raise ValueError("one\ntwo")
        except ValueError:
            logging.getLogger("hoithi.worker").exception("task %s", 7)
    (record,) = read(log)
    assert (record["job"], record["level"], record["request"]) == (7, "ERROR", REQUEST)
    assert "ValueError: one\ntwo" in str(record["trace"])


def test_the_front_logs_the_same_id_and_no_address(platform: Platform, tmp_path: Path) -> None:
    behind = Behind(web=["unix:/w"], uploads="unix:/u")
    for form, wanted in (("json", " hoithi;"), ("lines", "access_log off;")):
        settings = replace(platform.settings, log=form)
        text = write_configuration(
            tmp_path / form, settings, Listen("127.0.0.1", 8000), behind
        ).read_text()
        assert wanted in text
        assert "proxy_set_header X-Request-ID $request_id;" in text
    line = next(line for line in text.splitlines() if "log_format hoithi" in line)
    assert not {"$request_uri", "$uri", "$remote_addr", "$client", "$args"} & set(
        line.replace('"', " ").replace(",", " ").split()
    )
