"""Every step x every fault, and a worker killed at every step: one post a clip, or a reason."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from contest.jobs.worker import perform
from contest.models import Contest, Publication, Submission, Task
from contest.services import page_pause, publications
from social.simulator.process import SimulatorProcess
from tests.contest.page.conftest import Bench

PUBLISHED = ("published", "published")
FAILED = ("failed", "approved")
BY_ITSELF = [
    *[(step, kind) for step in ("start", "transfer", "finish", "status")
      for kind in ("throttle", "error_after", "lost_response")],
    *[(step, kind) for step in ("start", "transfer", "status")
      for kind in ("error_before", "bad_gateway", "drop")],
    ("transfer", "wrong_offset"), ("transfer", "restart_upload"), ("transfer", "reset_at"),
    ("finish", "restart_upload"), ("finish", "duplicate"), ("finish", "duplicate_policy"),
    ("finish", "slow_processing"), ("finish", "no_post_id"),
]
PAUSING = [(step, kind) for step in ("start", "transfer", "finish", "status")
           for kind in ("expired_token", "policy")]
NEEDS_A_PERSON = [
    ("start", "permission"), ("start", "invalid_input"), ("transfer", "permission"),
    ("finish", "permission"), ("finish", "error_before"), ("finish", "bad_gateway"),
    ("finish", "drop"), ("finish", "processing_error"),
]


def shown(simulator: SimulatorProcess) -> int:
    return sum(post["visible"] for post in simulator.posts())


def run(bench: Bench) -> Submission:
    entry = bench.approved()
    bench.at_release()
    bench.work()
    return entry


@pytest.mark.parametrize(("step", "kind"), BY_ITSELF)
def test_a_passing_fault_still_ends_in_one_post(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    simulator.fault(step, kind, bytes=700, minutes=3)
    entry = run(bench)
    assert (bench.state(entry), shown(simulator)) == (PUBLISHED, 1)
    assert bench.publication(entry).permalink == simulator.posts()[0]["permalink"]


@pytest.mark.parametrize(("step", "kind"), PAUSING)
def test_a_refused_token_or_policy_stops_the_queue_until_a_person_acts(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    simulator.fault(step, kind)
    entry = run(bench)
    with bench.platform.db.read() as session:
        pause = page_pause.pause_of(session, bench.contest.id)
    assert pause is not None
    assert pause.kind == {"expired_token": "credential", "policy": "policy"}[kind]
    assert pause.details["code"] in (190, 368)
    another = bench.approved()
    bench.work(jumps=5)
    assert bench.state(another) == ("waiting", "approved")
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        page_pause.resume(session, contest, actor=organiser, at=bench.clock.now())
    bench.work()
    assert [bench.state(entry), bench.state(another)] == [PUBLISHED, PUBLISHED]
    assert shown(simulator) == 2


@pytest.mark.parametrize(("step", "kind"), NEEDS_A_PERSON)
def test_what_only_a_person_can_settle_has_a_visible_reason(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    simulator.fault(step, kind)
    entry = run(bench)
    assert (bench.state(entry), shown(simulator)) == (FAILED, 0)
    found = bench.publication(entry)
    assert found.error_data["vi"] and found.error_data["en"]
    decide(bench, entry, "again")
    bench.work()
    assert (bench.state(entry), shown(simulator)) == (PUBLISHED, 1)


@pytest.mark.parametrize("kind", ["stuck_processing", "draft"])
def test_what_never_appears_is_given_up_with_a_reason(
    bench: Bench, simulator: SimulatorProcess, kind: str
) -> None:
    simulator.fault("finish", kind)
    entry = bench.approved()
    bench.at_release()
    bench.work(jumps=1000)
    assert (bench.state(entry), shown(simulator)) == (FAILED, 0)
    simulator.control("POST", "show", {"code": f"#{entry.code}"})  # a person publishes the draft
    decide(bench, entry, "look")
    bench.work()
    assert (bench.state(entry), shown(simulator)) == (PUBLISHED, 1)


def test_a_person_who_is_wrong_makes_no_second_post(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("finish", "error_after")
    simulator.fault("status", "error_before", times=200)
    entry = bench.approved()
    bench.at_release()
    bench.work(jumps=5)
    assert bench.state(entry)[0] == "unknown"
    with bench.platform.db.write() as session:
        session.execute(update(Publication).values(state="failed"))
    decide(bench, entry, "again")  # but the clip is there
    simulator.control("DELETE", "faults")
    bench.work()
    assert (bench.state(entry), len(simulator.posts())) == (PUBLISHED, 1)


def test_an_upload_that_is_lost_each_time_is_given_up(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("transfer", "restart_upload", times=50)
    entry = run(bench)
    assert bench.state(entry) == FAILED
    assert bench.publication(entry).uploads == 3


def test_a_page_that_never_answers_is_given_up(bench: Bench, simulator: SimulatorProcess) -> None:
    simulator.fault("start", "error_before", times=50)
    entry = run(bench)
    assert bench.state(entry) == FAILED
    assert "several attempts" in bench.publication(entry).error_data["en"]


def test_metas_own_words_are_kept(bench: Bench, simulator: SimulatorProcess) -> None:
    simulator.fault("start", "permission")
    details = bench.publication(run(bench)).error_data["details"]
    assert (details["kind"], details["code"], details["http_status"]) == (
        "permission_or_input", 200, 403,
    )
    assert details["trace_id"]


def decide(bench: Bench, entry: Submission, what: str) -> None:
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        publication = publications.get(session, contest, bench.publication(entry).id)
        at = bench.clock.now()
        if what == "look":
            publications.look_again(session, publication, actor=organiser, at=at)
        else:
            publications.post_again(
                session, publication, actor=organiser, at=at, reason="đã xem Trang, chưa có bài"
            )


# ------------------------------------------------------------------------------------- kill -9

KILLS = [
    (step, hold) for step in ("start", "transfer", "finish", "status")
    for hold in ({"when": "before", "discard": True}, {"when": "before"}, {"when": "after"})
]


@pytest.mark.parametrize(
    ("step", "hold"), KILLS, ids=[f"{s}-{'-'.join(map(str, h.values()))}" for s, h in KILLS]
)
def test_a_worker_killed_at_a_step_leaves_one_post(
    bench: Bench, simulator: SimulatorProcess, step: str, hold: dict[str, object]
) -> None:
    """Killed before the Page has the request, while it has it, and after it has done it."""
    kinds = {"start": "upload", "transfer": "upload", "finish": "finish", "status": "verify"}
    simulator.fault(step, "hold", **hold)
    entry = bench.approved()
    bench.at_release()
    task = _reach(bench, f"publication.{kinds[step]}")
    _kill_while_held(bench, simulator, task, step)
    bench.work()
    if step == "finish" and hold.get("discard"):  # nobody can know: a person looks and decides
        assert (bench.state(entry), simulator.posts()) == (FAILED, [])
        decide(bench, entry, "again")
        bench.work()
    assert (bench.state(entry), len(simulator.posts())) == (PUBLISHED, 1)


def _reach(bench: Bench, kind: str) -> Task:
    """Work until a row of this kind is due, and leave it."""
    for _ in range(40):
        due = bench.due()
        for task in due:
            if task.kind == kind:
                return task
        if due:
            perform(bench.platform, due[0].id)
        else:
            bench.jump()
    raise AssertionError(f"no {kind} came due")


def _kill_while_held(bench: Bench, simulator: SimulatorProcess, task: Task, step: str) -> None:
    """Do the row in a process of its own; kill it when the Page holds its request."""
    command = [sys.executable, "-m", "tests.contest.page.one_task", str(task.id)]
    worker = subprocess.Popen(command, env=environ(bench))
    while step not in simulator.control("GET", "held")["held"]:
        assert worker.poll() is None
        time.sleep(0.02)
    worker.kill()
    worker.wait()
    simulator.control("POST", "release")
    _expire_leases(bench)


def environ(bench: Bench) -> dict[str, str]:
    """The worker's settings; its clock stands where the test's does."""
    settings = bench.platform.settings
    clock = settings.data_dir / "clock.json"
    offset = (bench.clock.now() - datetime.now(UTC)).total_seconds()
    clock.write_text(json.dumps({"offset_s": offset}))
    return os.environ | {
        "HOITHI_DATA_DIR": str(settings.data_dir), "HOITHI_DATABASE_URL": settings.database_url,
        "HOITHI_REDIS_URL": settings.redis_url, "HOITHI_STORAGE_URL": settings.storage_url,
        "HOITHI_SECRET_KEY": settings.secret_key, "HOITHI_PAGE_ID": settings.page_id,
        "HOITHI_PAGE_TOKEN": settings.page_token, "HOITHI_GRAPH_URL": settings.graph_url,
        "HOITHI_APP_SECRET": settings.app_secret, "HOITHI_CLOCK_FILE": str(clock),
    }


def _expire_leases(bench: Bench) -> None:
    """Three minutes later, as the relay would see it."""
    past = datetime.now(UTC) - timedelta(hours=1)
    with bench.platform.db.write() as session:
        session.execute(
            update(Task).where(Task.state == "leased").values(lease_until=past, queued_at=None)
        )
