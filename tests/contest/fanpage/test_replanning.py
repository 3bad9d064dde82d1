"""Approved again after a cancelled or failed publication: posted, and once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.jobs.worker import perform
from contest.models import Check, ClipVersion, Publication, Submission, Upload
from contest.services.core import profiles
from contest.services.entry import reviews
from contest.services.entry.reviews import Decision
from social.simulator.process import SimulatorProcess
from tests.contest.posting import RELEASE, Bench

PUBLISHED = ("published", "published")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: kills and the plain way are tested on both."""
    return sqlite_url


def take_back(bench: Bench, entry: Submission) -> None:
    reviewer = bench.make.actor(bench.make.user("reviewer", contest=bench.contest))
    with bench.platform.db.write() as session:
        reviews.reopen(session, session.get_one(Submission, entry.id), actor=reviewer,
                       at=bench.clock.now(), reason="Duyệt nhầm")


def approve(bench: Bench, entry: Submission) -> None:
    reviewer = bench.make.actor(bench.make.user("reviewer", contest=bench.contest))
    items = profiles.profile_of(bench.contest).review.checklist
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, entry.id)
        assert row.version_id
        decision = Decision(row.version_id, "approve", {item.id: True for item in items})
        reviews.decide(session, row, decision, actor=reviewer, at=bench.clock.now())


def failed(bench: Bench, simulator: SimulatorProcess, step: str, kind: str) -> Submission:
    simulator.fault(step, kind)
    entry = bench.approved()
    bench.at_release()
    bench.work()
    assert bench.state(entry) == ("failed", "approved")
    return entry


def test_a_wrong_approval_is_taken_back_a_minute_before_the_release(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entry, other = bench.approved(), bench.approved()
    bench.clock.moment = RELEASE - timedelta(minutes=1)
    for task in bench.due():  # bytes have gone ahead
        perform(bench.platform, task.id)
    take_back(bench, entry)
    bench.at_release()
    bench.work()
    assert bench.state(entry) == ("cancelled", "in_review")
    assert (bench.state(other), len(simulator.posts())) == (PUBLISHED, 1)
    approve(bench, entry)
    bench.work()
    assert bench.state(entry) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 2
    assert sorted(bench.publication(one).position for one in (entry, other)) == [1, 2]


@pytest.mark.parametrize(("step", "kind"), [
    ("start", "permission"), ("transfer", "permission"), ("finish", "error_before"),
    ("finish", "processing_error"),
])
def test_after_any_failure_the_clip_is_approved_again_and_posted_once(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    entry = failed(bench, simulator, step, kind)
    take_back(bench, entry)
    assert bench.state(entry) == ("cancelled", "in_review")
    approve(bench, entry)
    bench.work()
    assert bench.state(entry) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 1
    assert bench.readings() == [entry.code]


def test_a_post_that_is_there_after_all_is_found_and_not_made_again(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    """`finish` was answered by an error and carried out; a person gave the clip up too soon."""
    simulator.fault("finish", "error_after")
    simulator.fault("status", "error_before", times=200)
    entry = bench.approved()
    bench.at_release()
    bench.work(jumps=5)
    with bench.platform.db.write() as session:
        session.execute(update(Publication).values(state="failed"))
    take_back(bench, entry)
    approve(bench, entry)
    simulator.control("DELETE", "faults")
    bench.work()
    assert (bench.state(entry), len(simulator.posts())) == (PUBLISHED, 1)


def test_another_version_waits_for_a_person_who_looks(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    """The Page would be asked about the old film: whether its post is there a person says."""
    entry = failed(bench, simulator, "finish", "error_before")
    take_back(bench, entry)
    _replace(bench, entry)
    approve(bench, entry)
    found = bench.publication(entry)
    assert (found.state, found.video_id, found.armed_at) == ("failed", None, None)
    assert "gỡ bài đó nếu có" in found.error_data["vi"]
    bench.decide(entry, "again")
    bench.work()
    assert bench.state(entry) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 1
    with bench.platform.db.read() as session:
        newest = session.get_one(Submission, entry.id).version_id
    assert bench.publication(entry).version_id == newest


def _replace(bench: Bench, entry: Submission) -> None:
    """The same bytes as another version, checked."""
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, entry.id)
        old, at = row.version, bench.clock.now()
        assert old is not None
        upload = Upload(
            public_id="another", contest_id=row.contest_id, unit_id=row.unit_id,
            submission_id=row.id, state="complete", length=old.size, filename="clip.mp4",
            begun_at=at, finished_at=at, expires_at=at,
        )
        session.add(upload)
        session.flush()
        new = ClipVersion(
            submission_id=row.id, upload_id=upload.id, number=2, sha256=old.sha256, size=old.size,
            filename="clip.mp4", begun_at=at, received_at=at,
        )
        session.add(new)
        session.flush()
        row.version_id = new.id
        session.add_all([
            Check(version_id=new.id, kind=kind, state="done", verdict="pass", created_at=at,
                  profile_revision_id=row.contest.revision_id,
                  report=_report(session, old.id) if kind == "quick" else {})
            for kind in ("quick", "deep")
        ])


def _report(session: Session, version_id: int) -> dict[str, object]:
    query = select(Check).where(Check.version_id == version_id, Check.kind == "quick")
    return dict(session.scalars(query).one().report)


def test_planning_keeps_one_row_for_a_clip(bench: Bench) -> None:
    entry = bench.approved()
    before = bench.publication(entry).id
    for _ in range(2):
        take_back(bench, entry)
        approve(bench, entry)
    assert bench.publication(entry).id == before
    assert bench.state(entry) == ("waiting", "approved")
