"""Approved again after a cancelled or failed publication: posted, and once."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from contest.jobs.worker import perform
from contest.models import Publication, Submission
from social.simulator.process import SimulatorProcess
from tests.contest.fanpage.reviewing import approve, replace, take_back
from tests.contest.posting import RELEASE, Bench

PUBLISHED = ("published", "published")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: kills and the plain way are tested on both."""
    return sqlite_url


def failed(bench: Bench, simulator: SimulatorProcess, step: str, kind: str) -> Submission:
    simulator.fault(step, kind)
    submission = bench.approved()
    bench.at_release()
    bench.work()
    assert bench.state(submission) == ("failed", "approved")
    return submission


def test_a_wrong_approval_is_taken_back_a_minute_before_the_release(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission, other = bench.approved(), bench.approved()
    bench.clock.moment = RELEASE - timedelta(minutes=1)
    for task in bench.due():  # bytes have gone ahead
        perform(bench.platform, task.id)
    take_back(bench, submission)
    bench.at_release()
    bench.work()
    assert bench.state(submission) == ("cancelled", "in_review")
    assert (bench.state(other), len(simulator.posts())) == (PUBLISHED, 1)
    approve(bench, submission)
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 2
    assert sorted(bench.publication(one).position for one in (submission, other)) == [1, 2]


@pytest.mark.parametrize(("step", "kind"), [
    ("start", "permission"), ("transfer", "permission"), ("finish", "error_before"),
    ("finish", "processing_error"),
])
def test_after_any_failure_the_clip_is_approved_again_and_posted_once(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    submission = failed(bench, simulator, step, kind)
    take_back(bench, submission)
    assert bench.state(submission) == ("cancelled", "in_review")
    approve(bench, submission)
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 1
    assert bench.readings() == [submission.code]


def test_a_post_that_is_there_after_all_is_found_and_not_made_again(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    """`finish` was answered by an error and carried out; a person gave the clip up too soon."""
    simulator.fault("finish", "error_after")
    simulator.fault("status", "error_before", times=200)
    submission = bench.approved()
    bench.at_release()
    bench.work(jumps=5)
    with bench.platform.db.write() as session:
        session.execute(update(Publication).values(state="failed"))
    take_back(bench, submission)
    approve(bench, submission)
    simulator.control("DELETE", "faults")
    bench.work()
    assert (bench.state(submission), len(simulator.posts())) == (PUBLISHED, 1)


def test_another_version_waits_for_a_person_who_looks(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    """The Page would be asked about the old film: whether its post is there a person says."""
    submission = failed(bench, simulator, "finish", "error_before")
    take_back(bench, submission)
    replace(bench, submission)
    approve(bench, submission)
    found = bench.publication(submission)
    assert (found.state, found.video_id, found.armed_at) == ("failed", None, None)
    assert "gỡ bài đó nếu có" in found.error_data["vi"]
    bench.decide(submission, "again")
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 1
    with bench.platform.db.read() as session:
        newest = session.get_one(Submission, submission.id).version_id
    assert bench.publication(submission).version_id == newest


def test_planning_keeps_one_row_for_a_clip(bench: Bench) -> None:
    submission = bench.approved()
    before = bench.publication(submission).id
    for _ in range(2):
        take_back(bench, submission)
        approve(bench, submission)
    assert bench.publication(submission).id == before
    assert bench.state(submission) == ("waiting", "approved")
