"""A worker killed at every step of posting a clip, before, during and after, on both routes:
exactly one post, and a reading of it."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from contest.jobs.worker import perform
from contest.models import Contest, Snapshot, Task
from contest.services.counts import polling
from social.simulator.process import SimulatorProcess
from tests.contest.fanpage import one_task
from tests.contest.posting import Bench

pytestmark = pytest.mark.usefixtures("route")
PUBLISHED = ("published", "published")
FAILED = ("failed", "approved")
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
    submission = bench.approved()
    bench.at_release()
    task = _reach(bench, f"publication.{kinds[step]}")
    _kill_while_held(bench, simulator, task, step)
    bench.work()
    if step == "finish" and hold.get("discard"):  # nobody can know: a person looks and decides
        assert (bench.state(submission), simulator.posts()) == (FAILED, [])
        bench.decide(submission, "again")
        bench.work()
    assert (bench.state(submission), len(simulator.posts())) == (PUBLISHED, 1)
    assert bench.readings() == [submission.code]


def test_a_worker_killed_while_reading_leaves_each_clip_read_once(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entries = [bench.approved() for _ in range(3)]
    bench.at_release()
    bench.work()
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        begun = bench.clock.now()
        [_, second, _] = [clip.code for clip in polling.left(session, contest, begun)]
        polling.now(session, contest, actor=organiser, at=begun)
    simulator.fault("counts", "hold", when="after", about=f"#{second}")
    [task] = [task for task in bench.due() if task.kind == polling.KIND]
    _kill_while_held(bench, simulator, task, "counts")
    perform(bench.platform, task.id)
    with bench.platform.db.read() as session:
        read = sorted(session.scalars(select(Snapshot.submission_id)))
    assert read == sorted(submission.id for submission in entries)


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
    worker = one_task.begin(task.id, environ(bench))
    while step not in simulator.control("GET", "held")["held"]:
        assert worker.is_alive()
        time.sleep(0.02)
    worker.kill()
    worker.join()
    worker.close()
    simulator.control("POST", "release")
    _expire_leases(bench)


def environ(bench: Bench) -> dict[str, str]:
    """The worker's settings; its clock stands where the test's does."""
    settings = bench.platform.settings
    clock = settings.data_dir / "clock.json"
    offset = (bench.clock.now() - datetime.now(UTC)).total_seconds()
    clock.write_text(json.dumps({"offset_s": offset}))
    return {
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
