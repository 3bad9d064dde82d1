"""What an operator's Prometheus reads: the numbers are right, each rule and panel names one of
them, and a real Prometheus takes them."""

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from contest.adapters.job_queue import JobQueue
from contest.lanes import LANES
from contest.models import Check, Contest, PageConnection, Task
from contest.services.core import outbox
from contest.services.desk import measures
from contest.views.shared.site import readiness
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.processes import free_port

WATCHING = Path(__file__).parents[3] / "docker" / "watching"
NAME = re.compile(r"\bhoithi_[a-z_]+")


def numbers(platform: Platform) -> dict[tuple[str, str], float]:
    places = {"data": platform.settings.data_dir}
    with platform.db.read() as session:
        return {
            (one.name, label): value
            for one in measures.measured(
                session, places, at=platform.clock.now(), wall=datetime.now(UTC)
            )
            for label, value in one.values.items()
        }


def test_each_number_says_who_waits_and_for_how_long(
    platform: Platform, contest: Contest, make: Factory
) -> None:
    quiet = numbers(platform)
    assert {quiet["waiting_seconds", lane] for lane in LANES} == {0.0}
    assert quiet["publication_late_seconds", ""] == quiet["mail_waiting_seconds", ""] == 0.0
    assert 0 < quiet["disk_free_ratio", "data"] < 1
    at = platform.clock.now()
    clip = make.submission(make.unit(contest))
    version = clip.versions[-1]
    with platform.db.write() as session:
        outbox.enqueue(session, "check.run", 9, at=at - timedelta(minutes=20), priority="low")
        later = at + timedelta(days=1)
        outbox.enqueue(session, "check.run", 8, at=at, priority="low", due_at=later)
        session.execute(update(Check).values(
            state="done", verdict="fail", finished_at=version.received_at + timedelta(seconds=90)
        ))
        session.add(PageConnection(
            contest_id=contest.id, page_id="1042", page_name="Trang", token="x", checked_at=at,
            expires_at=datetime.now(UTC) + timedelta(days=5, minutes=1), created_by="user:1",
            created_at=at,
        ))
    make.platform.__dict__["clock"].moment = version.received_at + timedelta(minutes=2)
    told = numbers(platform)
    assert told["verdict_seconds", "longest"] == 90.0
    assert told["verdicts_last_hour", "fail"] == 1
    assert told["verdicts_last_hour", "pass"] == 0
    assert 5 < told["page_token_days_left", "1042"] < 5.1
    assert told["waiting_tasks", "later"] == 1
    with platform.db.write() as session:
        session.execute(update(Task).values(state="failed"))
    assert numbers(platform)["failed_tasks", "check.run"] == 2


def test_ready_says_which_part_is_missing(
    app: Flask, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(query: str = "") -> tuple[int, dict[str, Any]]:
        answer = app.test_client().get(f"/readyz{query}")
        assert answer.json is not None
        return answer.status_code, answer.json

    assert asked() == (200, {
        "database": "ok", "queue": "ok", "disk": "ok", "storage": "ok", "missing": []
    })
    clips = platform.settings.storage_dir
    clips.rmdir()
    assert asked("?every=1")[0] == 200  # what was found a moment ago
    monkeypatch.setattr(readiness, "KEPT_S", 0.0)
    assert asked()[0] == 200  # pages work, but
    status, told = asked("?every=1")
    assert (status, told["storage"], told["missing"]) == (503, "away", ["storage"])
    assert 'hoithi_part_ok{part="storage"} 0.0' in app.test_client().get("/metrics").text
    clips.mkdir()
    _without_a_queue(app, monkeypatch, asked)
    object.__setattr__(platform.settings, "data_dir", clips / "gone")
    assert asked() == (503, {
        "database": "ok", "queue": "ok", "disk": "full", "storage": "ok", "missing": ["disk"]
    })
    object.__setattr__(platform.settings, "data_dir", clips.parent)


def _without_a_queue(
    app: Flask, monkeypatch: pytest.MonkeyPatch, asked: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    """A Redis that accepts lines and says nothing: nobody waits for it for long, or twice."""
    monkeypatch.setattr(readiness, "PATIENCE_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        queue = JobQueue(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        known = app.extensions["readiness"]
        other = Platform(known.platform.settings)
        other.__dict__["queue"] = queue
        monkeypatch.setattr(known, "platform", other)
        began = time.monotonic()
        told = [asked("?every=1"), asked("?every=1")]
        assert time.monotonic() - began < 5
        assert [(status, said["missing"]) for status, said in told] == [(503, ["queue"])] * 2
        assert asked()[0] == 200
        waiting = known.open["queue"]
    assert waiting.result(30) == "away"
    queue.redis.close()
    monkeypatch.undo()
    monkeypatch.setattr(readiness, "KEPT_S", 0.0)


def test_every_rule_and_panel_asks_for_a_number_that_is_there(app: Flask, contest: Contest) -> None:
    said = app.test_client().get("/metrics").text
    there = {line.split()[2] for line in said.splitlines() if line.startswith("# HELP")}
    dashboard = json.loads((WATCHING / "dashboard.json").read_text())
    asked = {
        name for panel in dashboard["panels"] for one in panel["targets"]
        for name in NAME.findall(one["expr"])
    }
    for line in (WATCHING / "alerts.yaml").read_text().splitlines():
        if line.strip().startswith("expr:"):
            asked |= set(NAME.findall(line))
    assert asked - there == set()
    told = set(NAME.findall((WATCHING.parents[1] / "docs" / "watching.md").read_text()))
    assert there == told & there, "a number that docs/watching.md does not explain"


def test_the_rules_fire_when_they_should(tmp_path: Path) -> None:
    tried = subprocess.run(
        ["promtool", "test", "rules", str(WATCHING / "alerts_test.yaml")],
        capture_output=True, text=True, check=False,
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr


@pytest.mark.slow
def test_prometheus_itself_takes_the_numbers(
    address: str, contest: Contest, tmp_path: Path
) -> None:
    config, port = tmp_path / "prometheus.yaml", free_port()
    config.write_text(
        (WATCHING / "prometheus.yaml").read_text()
        .replace("web-1:8000", address.removeprefix("http://"))
        .replace("30s", "1s").replace("alerts.yaml", str(WATCHING / "alerts.yaml"))
    )
    with subprocess.Popen(
        ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={tmp_path}/data",
         f"--web.listen-address=127.0.0.1:{port}"],
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            found = _asked(f"http://127.0.0.1:{port}/api/v1/query?query=hoithi_waiting_seconds")
        finally:
            process.terminate()
    assert {one["metric"]["lane"] for one in found} == set(LANES)


def _asked(url: str) -> list[dict[str, dict[str, str]]]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                found: list[dict[str, dict[str, str]]] = json.load(answer)["data"]["result"]
        except urllib.error.URLError:
            found = []
        if found:
            return found
        time.sleep(0.3)
    return []
