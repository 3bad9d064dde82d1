"""Nothing is posted before its deep check; what that finds broken stays off the Page."""

import pytest
from sqlalchemy import select

from contest.models import Check, Submission
from contest.services.checking.outcomes import Outcome
from contest.services.entry import checks
from social.simulator.process import SimulatorProcess
from tests.contest.conftest import Visits
from tests.contest.fanpage.test_page_views import POSTS, text
from tests.contest.posting import Bench

DAMAGE = {
    "verdict": "fail", "facts": {}, "findings": [{
        "rule": "intact", "level": "hard", "outcome": "fail",
        "message_vi": "Hình hỏng từ 2:10.", "message_en": "The picture is damaged from 2:10.",
    }],
}  # fmt: skip


def finish(bench: Bench, submission: Submission, outcome: Outcome) -> None:
    with bench.platform.db.write() as session:
        query = select(Check.id).where(
            Check.version_id == submission.version_id, Check.kind == "deep"
        )
        number = session.scalars(query).one()
        checks.start(session, number, at=bench.clock.now())
        checks.finish(session, number, outcome, at=bench.clock.now())


def test_a_clip_waits_for_its_deep_check_and_says_so(
    bench: Bench, visit: Visits, simulator: SimulatorProcess
) -> None:
    submission = bench.approved(deep="queued")
    bench.at_release()
    bench.work(jumps=3)
    assert bench.state(submission) == ("waiting", "approved")
    assert simulator.posts() == []
    organiser = visit.role("organiser")
    assert "Chờ bản xem và kiểm tra sâu. Chưa kiểm tra sâu clip này." in text(organiser.get(POSTS))
    seen = text(organiser.english().get(POSTS))
    assert "Waiting for the web copy and the deep check. The deep check has not begun." in seen
    finish(bench, submission, Outcome("pass"))
    bench.work()
    assert bench.state(submission) == ("published", "published")
    assert len(simulator.posts()) == 1


@pytest.mark.parametrize("verdict", ["fail", "unreadable"])
def test_damage_found_by_the_deep_check_keeps_a_clip_off_the_page(
    bench: Bench, visit: Visits, simulator: SimulatorProcess, verdict: str
) -> None:
    submission = bench.approved(deep="queued")
    bench.at_release()
    bench.work(jumps=2)
    finish(bench, submission, Outcome(verdict, DAMAGE))
    bench.work()
    assert simulator.posts() == []
    assert bench.state(submission) == ("cancelled", "needs_fix")
    seen = text(visit.role("organiser").get(POSTS))
    assert "Đã rút khỏi hàng" in seen
    assert "Hình hỏng từ 2:10." in seen


def test_a_clip_that_was_never_looked_at_is_looked_at_first(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission = bench.approved(deep="superseded")
    with bench.platform.db.write() as session:
        session.query(Check).filter_by(version_id=submission.version_id, kind="deep").delete()
    bench.at_release()
    bench.work(jumps=4)  # the deep check finds that these bytes are no video
    assert bench.state(submission) == ("cancelled", "needs_fix")
    assert simulator.posts() == []
