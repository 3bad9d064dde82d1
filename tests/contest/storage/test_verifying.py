"""The daily look at the bundles of published results: what it finds, and what it tells."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.clock import FixedClock
from contest.jobs import Later, relay
from contest.jobs.storage import verifying
from contest.jobs.worker import perform
from contest.models import Contest, Result, ResultLook, Task
from contest.services.desk import stored_looks
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged
from tests.contest.storage.test_port import damage
from tests.stumbling import StumblingProxy


@pytest.fixture
def published(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Result:
    stage: Stage = staged(built, make, contest)
    clock.moment = AFTER
    return stage.publish(stage.freeze(stage.compute()))


def look(platform: Platform) -> None:
    with pytest.raises(Later):
        verifying.run(platform, 0, lambda: None)


def told(visit: Visits) -> dict[str, float]:
    lines = visit.public().get("/metrics").text.splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("hoithi_result"))
    names = {f'hoithi_results_verified{{is="{one}"}}': one
             for one in ("right", "wrong", "unseen")}
    names["hoithi_result_verified_seconds_ago"] = "ago"
    return {short: float(found[name]) for name, short in names.items()}


def test_what_verifies_and_what_does_not_is_told_with_its_age(
    platform: Platform, published: Result, visit: Visits, clock: FixedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock.moment += timedelta(hours=2)
    assert told(visit) == {"right": 0, "wrong": 0, "unseen": 1, "ago": 7200}
    look(platform)
    clock.moment += timedelta(hours=1)
    assert told(visit) == {"right": 1, "wrong": 0, "unseen": 0, "ago": 3600}
    right = b"".join(platform.blobs.chunks(published.bundle_sha256))
    damage(platform.blobs, published.bundle_sha256, right[:-9] + b"x" + right[-8:])
    look(platform)
    assert told(visit) == {"right": 0, "wrong": 1, "unseen": 0, "ago": 0}
    assert f"the bundle of result {published.id} does not verify" in caplog.text
    platform.blobs.delete(published.bundle_sha256)
    look(platform)
    assert told(visit)["wrong"] == 1
    assert "the file is missing" in caplog.text
    damage(platform.blobs, published.bundle_sha256, right)
    look(platform)
    assert told(visit) == {"right": 1, "wrong": 0, "unseen": 0, "ago": 0}


def test_a_bundle_under_another_key_is_wrong(
    platform: Platform, published: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying.Signer, "fingerprint", "0" * 64)
    look(platform)
    with platform.db.read() as session:
        assert stored_looks.results(session).wrong == 1


def test_it_waits_for_its_day_and_calls_nothing_wrong_while_the_store_is_away(
    platform: Platform, published: Result, line: StumblingProxy
) -> None:
    relay.plan_daily(platform)
    relay.plan_daily(platform)
    with platform.db.read() as session:
        [task] = session.scalars(select(Task).where(Task.kind == verifying.KIND))
    with line.going_wrong("gone"):
        perform(platform, task.id)
    with platform.db.read() as session:
        assert not session.scalars(select(ResultLook)).all()
        assert session.get_one(Task, task.id).state == "pending"
