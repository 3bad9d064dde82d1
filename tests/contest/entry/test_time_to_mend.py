"""Whoever is asked to mend can: the deadline in mail, page and service is one, and never lies."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.clock import FixedClock
from contest.errors import TooLate
from contest.jobs.mail import write
from contest.models import Check, Contest, Mail, Submission, User
from contest.services.checking.outcomes import Outcome
from contest.services.core import profiles
from contest.services.entry import checks, repairs, reviews, submissions, uploads
from contest.services.entry.reviews import Decision
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory, report

CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
AFTER_CLOSE = datetime.fromisoformat("2023-06-11T10:00:00+07:00")
CUT_OFF = datetime.fromisoformat("2023-06-19T16:00:00+07:00")
PAST = ("Thời hạn gửi clip đã hết", "The time for sending a clip is over")


class Mending:
    """A clip whose check fails at an hour, and what the unit is told and may do then."""

    def __init__(self, platform: Platform, make: Factory, contest: Contest, clock: FixedClock):
        self.platform, self.make, self.clock = platform, make, clock
        self.unit = make.unit(contest)
        self.profile = profiles.profile_of(contest)

    def fails(self, at: datetime, kind: str = "deep", state: str = "in_review") -> Submission:
        self.submission = self.make.submission(self.unit, state)
        self.clock.moment = at
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            if kind == "deep":
                session.add(Check(
                    version_id=row.version_id, kind=kind, state="running", created_at=at,
                    profile_revision_id=row.contest.revision_id,
                ))
            else:
                session.scalars(
                    select(Check).where(Check.version_id == row.version_id)
                ).one().state = "running"
            session.flush()
            check = session.scalars(
                select(Check).where(Check.version_id == row.version_id, Check.kind == kind)
            ).one()
            checks.finish(session, check.id, Outcome("fail", report("fail")), at=at)
        return self.make.fresh(self.submission)

    def begin(self, at: datetime) -> None:
        """The unit begins to send another clip."""
        self.clock.moment = at
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            uploads.begin(
                session, row, length=9, filename="clip.mp4", actor=self.make.actor(self.unit),
                at=at,
            )

    def mail(self, at: datetime, language: str = "vi") -> str:
        self.clock.moment = at
        with self.platform.db.read() as session:
            query = select(Mail).where(Mail.template.in_(("findings", "changes_requested")))
            found = session.scalars(query.order_by(Mail.id.desc())).first()
        assert found is not None
        found.language = language
        return write(self.platform, found).text


@pytest.fixture
def mending(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> Mending:
    return Mending(platform, make, contest, clock)


@pytest.mark.parametrize(("kind", "state"), [
    ("deep", "in_review"), ("deep", "approved"), ("quick", "checking"),
])
def test_a_check_that_fails_after_the_close_opens_time_to_mend(
    mending: Mending, visit: Visits, kind: str, state: str
) -> None:
    row = mending.fails(AFTER_CLOSE, kind, state)
    until = AFTER_CLOSE + timedelta(days=mending.profile.review.changes_days)
    assert (row.state, row.changes_until) == ("needs_fix", until)
    assert "10g00 ngày 13/6/2023" in mending.mail(AFTER_CLOSE)
    page = visit.unit(mending.unit).get(f"/c/quan11-2023/unit/entries/{row.code}").text
    assert "10g00 ngày 13/6/2023" in page
    assert "Thay clip" in page
    mending.begin(until - timedelta(minutes=1))
    with pytest.raises(TooLate):
        mending.begin(until)


def test_after_the_time_to_mend_nothing_is_asked_that_is_refused(
    mending: Mending, visit: Visits
) -> None:
    row = mending.fails(AFTER_CLOSE)
    assert row.changes_until is not None
    assert PAST[0] in mending.mail(row.changes_until)
    assert PAST[1] in mending.mail(row.changes_until, "en")
    page = visit.unit(mending.unit).get(f"/c/quan11-2023/unit/entries/{row.code}").text
    assert PAST[0] in page
    assert "Thay clip" not in page
    assert "Hãy sửa theo hướng dẫn rồi gửi lại" not in page


def test_the_time_ends_with_the_counts_and_is_not_given_after_them(mending: Mending) -> None:
    assert mending.fails(CUT_OFF - timedelta(hours=5)).changes_until == CUT_OFF
    assert mending.fails(CUT_OFF + timedelta(hours=5)).changes_until is None
    assert PAST[0] in mending.mail(CUT_OFF + timedelta(hours=5))


def test_the_deep_check_gives_its_days_just_before_the_close_too(mending: Mending) -> None:
    row = mending.fails(CLOSE - timedelta(minutes=1))
    assert row.changes_until == CLOSE - timedelta(minutes=1) + timedelta(days=2)
    mending.begin(CLOSE + timedelta(days=1))


def test_a_quick_check_in_time_moves_no_deadline(mending: Mending) -> None:
    """Who sends a spoilt clip in the last hour wins no days by it."""
    assert mending.fails(CLOSE - timedelta(minutes=9), "quick", "checking").changes_until is None
    assert "hết ngày 10/6/2023" in mending.mail(CLOSE - timedelta(minutes=8))
    with pytest.raises(TooLate):
        mending.begin(CLOSE)


def test_the_form_and_a_repair_are_open_as_long_as_the_clip(mending: Mending) -> None:
    row = mending.fails(AFTER_CLOSE)
    at = AFTER_CLOSE + timedelta(days=1)
    with mending.platform.db.write() as session:
        again = session.get_one(Submission, row.id)
        submissions.require_open(mending.profile, at=at, submission=again)
        if repairs.offered(again):
            repairs.enqueue(session, again, repairs.RepairOptions(),
                            actor=mending.make.actor(mending.unit), at=at)


def _ask(mending: Mending, reviewer: User, until: datetime, at: datetime) -> None:
    with mending.platform.db.write() as session:
        row = session.get_one(Submission, mending.submission.id)
        assert row.version_id
        reviews.decide(
            session, row, Decision(row.version_id, "changes", reason="Thiếu tên đơn vị",
                                   until=until),
            actor=mending.make.actor(reviewer), at=at,
        )


def test_changes_asked_late_are_taken_until_their_deadline(
    mending: Mending, contest: Contest
) -> None:
    mending.submission = mending.make.submission(mending.unit, "in_review")
    reviewer = mending.make.user("reviewer", contest=contest)
    until = AFTER_CLOSE + timedelta(days=2)
    _ask(mending, reviewer, until, AFTER_CLOSE)
    assert "10g00 ngày 13/6/2023" in mending.mail(AFTER_CLOSE)
    mending.begin(until - timedelta(seconds=1))


def test_a_deadline_earlier_than_the_contests_is_told_as_it_is_kept(
    mending: Mending, contest: Contest
) -> None:
    """A clip may be replaced until the close whatever a reviewer writes: the mail says so."""
    mending.submission = mending.make.submission(mending.unit, "in_review")
    at = CLOSE - timedelta(days=4)
    _ask(mending, mending.make.user("reviewer", contest=contest), at + timedelta(days=1), at)
    assert "0g00 ngày 11/6/2023" in mending.mail(at)


def test_after_the_cut_off_a_reviewer_is_not_offered_what_is_refused(
    mending: Mending, contest: Contest, visit: Visits, clock: FixedClock
) -> None:
    mending.submission = mending.make.submission(mending.unit, "in_review")
    reviewer = mending.make.user("reviewer", contest=contest)
    clock.moment = CUT_OFF
    with pytest.raises(TooLate, match="Approve this one or reject it"):
        _ask(mending, reviewer, CUT_OFF + timedelta(days=1), CUT_OFF)
    browser = visit.user(reviewer)
    address = f"/c/quan11-2023/review/{mending.submission.code}"
    browser.post(f"{address}/take")
    page = browser.get(address).text
    assert 'value="approve"' in page
    assert 'value="changes"' not in page


def test_a_reviewer_takes_a_wrong_decision_back_and_the_unit_hears_of_it(
    mending: Mending, contest: Contest
) -> None:
    reviewer = mending.make.user("reviewer", contest=contest)
    for state in ("approved", "changes_requested"):
        submission = mending.make.submission(mending.unit, state)
        with mending.platform.db.write() as session:
            reviews.reopen(
                session, session.get_one(Submission, submission.id), reason="Bấm nhầm nút",
                actor=mending.make.actor(reviewer), at=mending.clock.now(),
            )
        assert mending.make.fresh(submission).state == "in_review"
    with mending.platform.db.read() as session:
        told = session.scalars(select(Mail).where(Mail.template == "reopened")).all()
    assert len(told) == 2
    assert "Bấm nhầm nút" in write(mending.platform, told[0]).text




def test_after_the_cut_off_nobody_is_asked_to_share(
    mending: Mending, visit: Visits, clock: FixedClock
) -> None:
    posted = mending.make.submission(mending.unit, "published")
    told = Mail(contest_id=posted.contest_id, to="a@example.vn", template="published",
                language="vi", params={"submission_id": posted.id}, created_at=CUT_OFF)
    for moment, asks in ((CUT_OFF - timedelta(days=1), True), (CUT_OFF, False)):
        clock.moment = moment
        assert ("Hãy chia sẻ bài đăng này" in write(mending.platform, told).text) is asks
        address = f"/c/quan11-2023/unit/entries/{posted.code}"
        page = visit.unit(mending.unit).get(address).text
        assert ("Hãy mời mọi người xem" in page) is asks
