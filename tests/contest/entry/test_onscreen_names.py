"""Names read in the clip: wanted after a good check, stored, shown to the reviewer."""

import pytest
from sqlalchemy import select

from contest.jobs import GiveUp
from contest.jobs import onscreen_names as job
from contest.models import Check, Contest, OnscreenNames, Submission, Task
from contest.services.checking.outcomes import Outcome
from contest.services.entry import checks, onscreen_names
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

pytestmark = pytest.mark.one_database
CARDS = [{"at": 3.0, "lines": ["Tac gia: NGUYEN VAN AN", "Chào các bạn"]}]


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest, name="Đoàn Phường 5"), "in_review")


def reading(platform: Platform, submission: Submission) -> onscreen_names.Reading:
    with platform.db.read() as session:
        return onscreen_names.of_submission(session, session.get_one(Submission, submission.id))


def keep(platform: Platform, make: Factory, submission: Submission, cards: object) -> None:
    with platform.db.write() as session:
        onscreen_names.keep(session, submission.version_id or 0, cards, at=make.at)  # type: ignore[arg-type]


def test_it_is_wanted_after_a_good_check_at_low_priority(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    submission = make.submission(make.unit(contest), "checking")
    with platform.db.write() as session:
        check = session.scalars(
            select(Check).where(Check.version_id == submission.version_id)
        ).one()
        checks.start(session, check.id, at=make.at)
        checks.finish(session, check.id, Outcome("pass"), at=make.at)
        task = session.scalars(select(Task).where(Task.kind == "names.read")).one()
        assert (task.row_id, task.priority) == (submission.version_id, "low")


def test_each_name_of_the_form_is_looked_for(
    platform: Platform, make: Factory, submission: Submission
) -> None:
    assert reading(platform, submission).state == "waiting"
    keep(platform, make, submission, CARDS)
    found = reading(platform, submission)
    assert [(n.kind, n.name, n.seen is not None) for n in found.names] == [
        ("author", "Nguyễn Văn An", True), ("author", "Trần Thị Bích", False),
        ("unit", "Đoàn Phường 5", False),
    ]


def test_a_changed_form_is_looked_for_anew(
    platform: Platform, make: Factory, submission: Submission
) -> None:
    keep(platform, make, submission, CARDS)
    with platform.db.write() as session:
        session.get_one(Submission, submission.id).authors = ["Lê Văn Tám"]
    assert [n.seen for n in reading(platform, submission).names] == [None, None]


def test_a_server_that_cannot_read_says_so(
    platform: Platform, make: Factory, submission: Submission
) -> None:
    keep(platform, make, submission, None)
    assert reading(platform, submission).state == "impossible"


def test_reading_twice_keeps_one_row(
    platform: Platform, make: Factory, submission: Submission
) -> None:
    keep(platform, make, submission, [])
    keep(platform, make, submission, CARDS)
    with platform.db.read() as session:
        assert session.scalars(select(OnscreenNames)).one().data["cards"] == CARDS


def test_a_file_that_is_no_clip_ends_the_job(platform: Platform, submission: Submission) -> None:
    with pytest.raises(GiveUp):
        job.read(platform, submission.version_id or 0, lambda: None)


def test_the_reviewer_reads_where_a_name_stands(
    platform: Platform, make: Factory, submission: Submission, visit: Visits
) -> None:
    keep(platform, make, submission, CARDS)
    shown = visit.role("reviewer").get(f"/c/quan11-2023/review/{submission.code}").text
    assert "Tên tác giả “Nguyễn Văn An”" in shown and "Tac gia: NGUYEN VAN AN" in shown
    assert "không thấy, hãy xem đầu và cuối clip" in shown
