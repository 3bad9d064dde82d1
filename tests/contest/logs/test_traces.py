"""What the logs tell of one clip, told to a collector as one trace."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import select

from contest import logs
from contest.jobs import relay, worker
from contest.logs import traces
from contest.models import Contest, Publication, Task
from contest.services.core import outbox
from contest.wiring import Platform
from tests.contest.entry.test_upload_rows import Phone
from tests.contest.factory import Factory
from tests.served import served

REQUEST = "0123456789abcdef0123456789abcdef"


class Collector(ThreadingHTTPServer):
    """A tiny one: ``spans`` gets what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taken)
        self.spans: list[Span] = []


class Taken(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        told = ExportTraceServiceRequest()
        told.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        for resource in told.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    ours = logging.getLogger(logs.OURS)
    before = list(ours.handlers)
    with served(Collector()) as server:
        traces.begin(f"http://127.0.0.1:{server.server_address[1]}")
        yield server
        for one in [one for one in ours.handlers if one not in before]:
            ours.removeHandler(one)
        ours.setLevel(logging.NOTSET)


def said(span: Span) -> dict[str, str]:
    return {one.key.removeprefix("hoithi."): one.value.string_value for one in span.attributes}


def test_one_clips_upload_check_and_publication_are_one_trace(
    platform: Platform, app: Flask, contest: Contest, make: Factory, collector: Collector
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
    other = make.submission(unit, "published")
    with platform.db.write() as session:
        publication = session.scalars(select(Publication)).one()
        publication.submission_id = submission.id
        posted = outbox.enqueue(session, "publication.upload", publication.id,
                                at=platform.clock.now(), contest_id=contest.id).id
    worker.perform(platform, posted)
    app.test_client().get(f"/c/{contest.slug}/", headers={"X-Request-ID": REQUEST})
    traces.flush()

    own, _ = traces.contexts({"clip": submission.code, "contest": contest.id})
    story = [span for span in collector.spans if span.trace_id.hex() == f"{own.trace_id:032x}"]
    told = {(span.name, said(span)["said"]) for span in story}
    for each in [("upload begun", "upload begun"), ("clip received", "clip received"),
                 ("check.quick", "queued"), ("check.quick", "done"),
                 ("publication.upload", "done")]:
        assert each in told
    assert {span.parent_span_id.hex() for span in story} == {f"{own.span_id:016x}"}
    checked = next(span for span in story if (
        span.name, said(span)["said"]) == ("check.quick", "done"))
    assert 0 < checked.end_time_unix_nano - checked.start_time_unix_nano < 60 * 10**9
    received = next(span for span in story if span.name == "clip received")
    assert [link.trace_id.hex() for link in received.links] == [REQUEST]
    asked = [span for span in collector.spans if span.trace_id.hex() == REQUEST]
    assert [one.name for one in asked if said(one)["said"] == "request"] == ["public.contest"]
    assert contest.slug not in str(asked)
    assert other.code not in str(story)


def test_a_collector_that_is_away_loses_spans_and_nothing_else(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    spans = next(one for one in logging.getLogger(logs.OURS).handlers
                 if isinstance(one, traces.Spans))
    spans.endpoint = "http://127.0.0.1:1"
    logs.say(logging.getLogger("hoithi.worker"), "done", seconds=1.0, job=7)
    traces.flush()
    assert collector.spans == []
    caplog.clear()


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    program = (
        "import logging, sys; from contest import logs; from contest.logs import traces; "
        "traces.begin(''); logs.say(logging.getLogger('hoithi.worker'), 'done', job=7); "
        "traces.flush(); sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
