"""The hour of publication: kept once, whatever dies or jumps; told where something is missing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.clock import FixedClock, SystemClock
from contest.errors import Conflict, Invalid, NotAllowed
from contest.jobs import handlers
from contest.jobs.mail import write
from contest.jobs.worker import perform
from contest.models import AuditRow, Contest, Mail, PlannedRelease, Result, Submission, Task
from contest.services.awards import releasing
from contest.services.core import outbox
from contest.services.entry import submissions
from contest.services.results import results
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, frozen_once

HOME = "/c/quan11-2023/organiser"
EVENING = AFTER.replace(hour=20)


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    return made


def plan(stage: Stage, hour: datetime = EVENING) -> PlannedRelease:
    with stage.platform.db.write() as session:
        return releasing.plan(
            session, stage.contest_now(session), hour, actor=stage.organiser,
            at=stage.platform.clock.now(),
        )


def tasks(stage: Stage) -> list[Task]:
    with stage.platform.db.read() as session:
        query = select(Task).where(Task.kind == releasing.KIND).order_by(Task.id)
        return list(session.scalars(query))


def run(stage: Stage) -> None:
    """What the worker does with every task of this kind, due or not."""
    for task in tasks(stage):
        perform(stage.platform, task.id)


def state(stage: Stage) -> str:
    with stage.platform.db.read() as session:
        found = results.current(session, stage.contest_now(session))
        return found.state if found else "none"


@pytest.fixture
def frozen(stage: Stage, built: Build) -> Result:
    return frozen_once(built, stage)


def letters(stage: Stage, template: str) -> list[Mail]:
    with stage.platform.db.read() as session:
        query = select(Mail).where(Mail.template == template).order_by(Mail.id)
        return list(session.scalars(query))


def outcomes(stage: Stage) -> list[str]:
    with stage.platform.db.read() as session:
        return list(session.scalars(select(PlannedRelease.outcome).order_by(PlannedRelease.id)))


def desk(client: Client) -> str:
    return str(client.get(f"{HOME}/").text)


def test_it_is_published_at_its_hour_and_once(
    stage: Stage, frozen: Result, clock: FixedClock, visit: Visits
) -> None:
    """Before the hour nothing; a clock that went back waits; a worker that died after the commit,
    or with the lease, leaves a task that is done again and changes nothing."""
    planned = plan(stage)
    organiser = visit.role("organiser")
    assert "Công bố kết quả theo giờ hẹn" in desk(organiser)
    assert "Tự công bố lúc 20g00 ngày 26/6/2023" in organiser.get(f"{HOME}/results/").text
    [task] = tasks(stage)
    with stage.platform.db.read() as session:
        wall = SystemClock().now()
        assert outbox.due(session, at=EVENING - timedelta(seconds=1), wall=wall) == []
        assert [one.id for one in outbox.due(session, at=EVENING, wall=wall)] == [task.id]
    run(stage)  # the clock went back after the relay had queued it
    assert (state(stage), tasks(stage)[0].state) == ("frozen", "pending")
    clock.moment = EVENING + timedelta(hours=3)  # the machine was off at the hour
    with stage.platform.db.write() as session:  # a worker took it and was killed
        assert outbox.claim(session, task.id, wall=SystemClock().now() - timedelta(hours=1))
    handlers()[releasing.KIND](stage.platform, planned.id, lambda: None)  # another died after this
    run(stage)
    assert (state(stage), tasks(stage)[0].state) == ("published", "done")
    assert outcomes(stage) == ["published"]
    assert len(letters(stage, "result")) == len(stage.units)
    with stage.platform.db.read() as session:
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.seq)).all()
    assert actions.count("result.published") == 1
    assert visit.public().get("/c/quan11-2023/results").status_code == 200
    with pytest.raises(Conflict, match="public already"):
        plan(stage, EVENING + timedelta(days=1))


def test_it_can_be_moved_and_cancelled_until_then(
    stage: Stage, frozen: Result, clock: FixedClock, visit: Visits
) -> None:
    organiser = visit.role("organiser")
    at = f"{HOME}/results/release/"
    assert organiser.post(at, data={"hour": "2023-06-26T20:00"}).status_code == 303
    assert organiser.post(at, data={"hour": "2023-06-26T21:30"}).status_code == 303
    assert "Tự công bố lúc 21g30 ngày 26/6/2023" in organiser.get(f"{HOME}/results/").text
    for hour, said in (("2023-06-26T08:00", "đã qua"), ("2033-06-26T08:00", "một năm"),
                       ("", "Hãy ghi ngày giờ"), ("soon", "Hãy nhập ngày và giờ")):
        answer = organiser.post(at, data={"hour": hour})
        assert (answer.status_code, said in answer.text) == (422, True), hour
    clock.moment = EVENING + timedelta(minutes=1)
    run(stage)
    assert (state(stage), outcomes(stage)) == ("frozen", ["moved", "waiting"])
    organiser = visit.role("organiser")  # the day's session is over
    assert organiser.post(f"{at}cancel").status_code == 303
    refused = organiser.post(f"{at}cancel")
    assert refused.status_code == 409
    assert "Không có giờ công bố nào đang hẹn" in refused.text
    clock.moment = EVENING + timedelta(hours=2)
    run(stage)
    assert (state(stage), outcomes(stage)) == ("frozen", ["moved", "cancelled"])
    assert [task.state for task in tasks(stage)] == ["done", "done"]


def test_what_is_missing_is_told_and_nothing_is_published_later(
    stage: Stage, frozen: Result, clock: FixedClock, visit: Visits
) -> None:
    plan(stage)
    with stage.platform.db.write() as session:
        clip = session.get_one(Submission, stage.clips[2].id)
        submissions.withdraw(session, clip, actor=stage.make.actor(stage.units[2]), at=AFTER,
                             reason="Đơn vị xin rút")
    clock.moment = EVENING
    run(stage)
    assert (state(stage), outcomes(stage)) == ("frozen", ["refused"])
    told = letters(stage, "release_refused")
    assert [one.params["user_id"] for one in told] == [stage.organiser.id, stage.second.id]
    letter = write(stage.platform, told[0])
    assert stage.clips[2].code in letter.text
    assert "Đến 20g00 ngày 26/6/2023" in " ".join(letter.text.split())
    organiser = visit.role("organiser")
    assert "Đến giờ hẹn 20g00 ngày 26/6/2023 chưa công bố được." in desk(organiser)
    assert "Not published at the planned hour" in desk(organiser.english())
    with stage.platform.db.write() as session:
        clip = session.get_one(Submission, stage.clips[2].id)
        made = results.compute(session, stage.contest_now(session), keys=stage.vault.keys,
                               reason="Rút bài", actor=stage.organiser, at=EVENING)
    stage.freeze(made)
    run(stage)
    assert state(stage) == "frozen"  # not by itself: somebody publishes it, or plans another hour
    plan(stage, EVENING + timedelta(hours=1))
    assert "Not published" not in desk(organiser)
    clock.moment += timedelta(hours=1)
    run(stage)
    assert (state(stage), outcomes(stage)) == ("published", ["refused", "published"])


def test_a_result_that_is_not_frozen_by_then_is_told_with_its_gaps(
    stage: Stage, clock: FixedClock
) -> None:
    stage.make.user("juror", contest=stage.contest)  # owes three ballots
    plan(stage)
    stage.compute()
    clock.moment = EVENING
    run(stage)
    [row] = outcomes(stage)
    assert (row, state(stage)) == ("refused", "computed")
    said = letters(stage, "release_refused")[0].params
    assert said["why_vi"].startswith("Bản 1 đã tính nhưng chưa chốt.")
    assert "3" in said["why_vi"].removeprefix("Bản 1 đã tính nhưng chưa chốt.")


def test_who_publishes_by_hand_ends_the_plan(
    stage: Stage, frozen: Result, clock: FixedClock
) -> None:
    """A correction that is frozen before the hour does not become public by an old plan."""
    plan(stage)
    stage.publish(frozen)
    stage.freeze(stage.compute(reason="Đính chính"))
    clock.moment = EVENING
    run(stage)
    assert (state(stage), outcomes(stage)) == ("frozen", ["published"])


def test_only_who_may_publish_plans_and_no_hour_that_is_over(stage: Stage) -> None:
    reviewer = stage.make.actor(stage.make.user("reviewer", contest=stage.contest))
    with stage.platform.db.write() as session, pytest.raises(NotAllowed):
        releasing.plan(session, stage.contest_now(session), EVENING, actor=reviewer, at=AFTER)
    with stage.platform.db.write() as session, pytest.raises(NotAllowed):
        releasing.cancel(session, stage.contest_now(session), actor=reviewer, at=AFTER)
    with pytest.raises(Invalid, match="is over"):
        plan(stage, AFTER)
