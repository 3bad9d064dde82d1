"""What goes wrong just before the release ends well: the clip is posted, once, a little later."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.models import Check, Contest, Submission
from contest.services.checking.outcomes import Outcome
from contest.services.entry import checks, entry_requests, reviews, uploads
from contest.services.entry.reviews import Decision
from social.simulator.process import SimulatorProcess
from tests.contest.factory import report
from tests.contest.fanpage.reviewing import approve
from tests.contest.posting import CLIP, RELEASE, Bench

PUBLISHED = ("published", "published")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: kills and the plain way are tested on both."""
    return sqlite_url


def _finish(bench: Bench, submission: Submission, kind: str, verdict: str) -> None:
    """The worker's answer to the newest check of this kind."""
    with bench.platform.db.write() as session:
        version = session.get_one(Submission, submission.id).version_id
        check = session.scalars(
            select(Check).where(Check.version_id == version, Check.kind == kind)
        ).one()
        check.state = "running"
        session.flush()
        checks.finish(session, check.id, Outcome(verdict, report(verdict)), at=bench.clock.now())


def test_a_wrong_rejection_a_minute_before_the_release(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    other = bench.approved()
    submission = bench.make.submission(bench.make.unit(bench.contest), "in_review", clip=CLIP)
    bench.clock.moment = RELEASE - timedelta(minutes=1)
    reviewer, first, second = (
        bench.make.actor(bench.make.user(role, contest=bench.contest))
        for role in ("reviewer", "organiser", "organiser")
    )
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        assert row.version_id
        reviews.decide(session, row, Decision(row.version_id, "reject", reason="Bấm nhầm"),
                       actor=reviewer, at=bench.clock.now())
    with bench.platform.db.write() as session:
        made = entry_requests.propose(
            session, session.get_one(Submission, submission.id), actor=first, at=bench.clock.now(),
            reason="Bấm nhầm nút loại",
        )
    bench.at_release()
    bench.work()
    assert bench.state(other) == PUBLISHED
    with bench.platform.db.write() as session:
        entry_requests.decide(session, session.get_one(Contest, bench.contest.id), made.id,
                              agreed=True, actor=second, at=bench.clock.now())
    _finish(bench, submission, "deep", "pass")
    approve(bench, submission)
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 2
    assert [bench.publication(one).position for one in (other, submission)] == [1, 2]


def test_a_deep_check_that_fails_after_the_close(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    """The unit mends within the time that opens by itself, and is posted with the others."""
    submission = bench.approved(deep="running")
    bench.clock.moment = datetime.fromisoformat("2023-06-11T10:00:00+07:00")
    _finish(bench, submission, "deep", "fail")
    assert bench.state(submission) == ("cancelled", "needs_fix")
    bench.clock.moment += timedelta(hours=5)
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        assert row.version
        unit = bench.make.actor(row.unit)
        upload = uploads.begin(session, row, length=len(CLIP), filename="sua.mp4", actor=unit,
                               at=bench.clock.now())
        assert uploads.finish(session, upload, sha256=row.version.sha256, actor=unit,
                              at=bench.clock.now()) is not None
    _finish(bench, submission, "quick", "pass")
    _finish(bench, submission, "deep", "pass")
    approve(bench, submission)
    bench.at_release()
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert sum(post["visible"] for post in simulator.posts()) == 1
