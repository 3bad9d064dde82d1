"""A decision is held for ten seconds: nothing follows before, and one key takes it back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed
from contest.jobs import worker
from contest.models import (
    AuditRow,
    Contest,
    HeldDecision,
    Mail,
    Publication,
    Review,
    ReviewVote,
    Submission,
    Task,
    User,
)
from contest.services.core import outbox
from contest.services.entry import reviews, staff_mails, submissions
from contest.services.entry.deciding import Decision
from contest.services.reviewing import held
from contest.services.units import units
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.core.together import Meeting, intact
from tests.contest.entry.board_room import Room as BoardRoom
from tests.contest.entry.test_reviews import ROOM, all_hold
from tests.contest.factory import Factory


class Evening:
    """One reviewer's evening; each act a transaction."""

    def __init__(self, platform: Platform, make: Factory, clock: FixedClock, user: User) -> None:
        self.platform, self.make, self.clock, self.user = platform, make, clock, user
        self.actor = make.actor(user)

    def hold(
        self, submission: Submission, outcome: str = "approve", *, casting: bool = False,
        **values: object,
    ) -> HeldDecision:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            items = reviews.profiles.profile_of(row.contest).review.checklist
            ticked = {item.id: True for item in items}
            said = {"version_id": row.version_id, "checklist": ticked} | values
            decision = Decision(outcome=outcome, **said)  # type: ignore[arg-type]
            return held.hold(session, row, decision, actor=self.actor, at=self.clock.now(),
                             casting=casting)

    def take_back(self, submission: Submission) -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            held.take_back(session, row, actor=self.actor, at=self.clock.now())

    def next(self, contest: Contest) -> str:
        with self.platform.db.write() as session:
            found = reviews.take_next(session, session.get_one(Contest, contest.id),
                                      actor=self.actor, at=self.clock.now())
            return found.code if found else ""

    def work(self) -> list[str]:
        """The worker does what is due; the states of what it did."""
        with self.platform.db.read() as session:
            now = self.clock.now()
            due = [t.id for t in outbox.due(session, at=now, wall=now) if t.kind == held.FALL]
        for task_id in due:
            worker.perform(self.platform, task_id)
        with self.platform.db.read() as session:
            return [session.get_one(Task, task_id).state for task_id in due]

    def pass_time(self, seconds: float) -> list[str]:
        self.clock.moment += timedelta(seconds=seconds)
        return self.work()

    def followed(self) -> tuple[int, int, int]:
        """Mails, planned posts, reviews."""
        with self.platform.db.read() as session:
            return tuple(  # type: ignore[return-value]
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Mail, Publication, Review)
            )

    def states(self) -> list[str]:
        with self.platform.db.read() as session:
            return list(session.scalars(select(HeldDecision.state).order_by(HeldDecision.id)))


@pytest.fixture
def evening(platform: Platform, make: Factory, clock: FixedClock, contest: Contest) -> Evening:
    return Evening(platform, make, clock, make.user("reviewer", contest=contest))


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest), "in_review", contact_email="an@example.vn")


def test_nothing_follows_before_ten_seconds_and_all_of_it_once_after(
    evening: Evening, submission: Submission, contest: Contest, make: Factory
) -> None:
    made = evening.clock.now()
    first, again = evening.hold(submission), evening.hold(submission)  # sent twice
    assert first.id == again.id and first.due_at - made == held.HOLD == timedelta(seconds=10)
    assert evening.work() == [] and evening.pass_time(9.9) == []
    assert make.fresh(submission).state == "in_review" and evening.followed() == (0, 0, 0)
    assert evening.next(contest) == ""  # it waits for nobody meanwhile
    assert evening.pass_time(0.1) == ["done"]
    assert make.fresh(submission).state == "approved" and evening.followed() == (1, 1, 1)
    with evening.platform.db.write() as session:  # a worker that died before it said so
        held.give(session, first.id, at=evening.clock.now())
    assert evening.followed() == (1, 1, 1) and evening.states() == ["given"]
    with evening.platform.db.read() as session:
        review = session.scalars(select(Review)).one()
        assert review.created_at == made  # the seconds cost nobody a deadline
        assert session.get_one(HeldDecision, first.id).content == {}
    with pytest.raises(Conflict, match="no decision left to take back"):
        evening.take_back(submission)
    intact(evening.platform)


def test_what_was_taken_back_leaves_no_trace_for_the_unit_and_can_be_decided_anew(
    evening: Evening, submission: Submission, contest: Contest, make: Factory
) -> None:
    evening.hold(submission, "reject", reason="Bấm nhầm.")
    evening.pass_time(5)
    evening.take_back(submission)
    assert evening.pass_time(60) == ["done"]  # the task finds nothing to do
    assert make.fresh(submission).state == "in_review" and evening.followed() == (0, 0, 0)
    assert evening.next(contest) == submission.code
    with evening.platform.db.read() as session:
        [row] = held.lately(session, contest, evening.actor, at=evening.clock.now())
        draft = held.decision_of(row)
        trail = list(session.scalars(select(AuditRow.action).where(
            AuditRow.action.startswith("decision.")).order_by(AuditRow.id)))
    assert row.submission_id == submission.id
    assert (draft.outcome, draft.reason) == ("reject", "Bấm nhầm.")
    assert trail == ["decision.held", "decision.taken_back"]
    evening.hold(submission)
    with pytest.raises(Conflict, match="Take that decision back first"):
        evening.hold(submission, "reject", reason="Đổi ý.")
    assert evening.pass_time(10) == ["done"]
    assert make.fresh(submission).state == "approved"
    assert evening.states() == ["taken_back", "given"]


def test_it_is_judged_when_it_is_made_and_its_reviewer_is_told_where_it_came_to_nothing(
    evening: Evening, submission: Submission, make: Factory, contest: Contest, app: Flask
) -> None:
    with pytest.raises(Invalid, match="cannot be approved"):
        evening.hold(submission, checklist={})
    other = Evening(evening.platform, make, evening.clock, make.user("reviewer", contest=contest))
    stranger = Evening(evening.platform, make, evening.clock, make.user("juror", contest=contest))
    with pytest.raises(NotAllowed):
        stranger.hold(submission)
    evening.hold(submission)
    for act in (lambda: other.hold(submission), lambda: other.take_back(submission)):
        with pytest.raises(Conflict):
            act()
    with evening.platform.db.write() as session:  # the unit withdraws in these seconds
        row = session.get_one(Submission, submission.id)
        submissions.withdraw(session, row, actor=units.actor_of(row.unit),
                             at=evening.clock.now(), reason="")
    assert evening.pass_time(10) == ["done"]
    assert evening.states() == ["lapsed"] and make.fresh(submission).state == "withdrawn"
    page = Visits(app, make, contest).user(evening.user).get(ROOM).text
    assert f"Kết luận về clip {submission.code} không được ghi" in page


def test_of_the_worker_and_the_key_at_once_one_is_first(
    evening: Evening, submission: Submission
) -> None:
    row = evening.hold(submission)
    evening.clock.moment += held.HOLD

    def give() -> None:
        with evening.platform.db.write() as session:
            held.give(session, row.id, at=evening.clock.now())

    meeting = Meeting(
        evening.platform.db, give, lambda: evening.take_back(submission), at="INSERT INTO review "
    )
    assert meeting.waited and isinstance(meeting.outcomes[1], Conflict)
    assert evening.states() == ["given"] and evening.followed() == (1, 1, 1)


def test_a_members_vote_and_the_chairs_word_are_held_as_well(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    here = BoardRoom(platform, make, approvals=2)
    one, two, chair = (Evening(platform, make, clock, here.members[n]) for n in (1, 2, 0))
    one.hold(here.submission)
    two.hold(here.submission)
    two.take_back(here.submission)
    assert one.next(here.contest) == "" and two.next(here.contest) == here.submission.code
    one.pass_time(10)
    with platform.db.read() as session:
        assert [v.member_id for v in session.scalars(select(ReviewVote))] == [one.user.id]
    assert here.state == "in_review"
    two.hold(here.submission, "reject", reason="Sai chủ đề.")
    two.pass_time(10)
    with pytest.raises(NotAllowed, match="casting word"):
        one.hold(here.submission, casting=True, reason="Tôi thấy đạt.")
    chair.hold(here.submission, casting=True, reason="Nhạc đã có giấy phép.")
    assert here.state == "in_review"
    chair.pass_time(10)
    assert here.state == "approved"


def test_whose_vote_is_held_is_not_told_that_one_is_waited_for(
    platform: Platform, make: Factory, clock: FixedClock
) -> None:
    here = BoardRoom(platform, make, approvals=2)
    one = Evening(platform, make, clock, here.members[1])

    def told() -> set[str]:
        with platform.db.write() as session:
            contest = session.get_one(Contest, here.contest.id)
            staff_mails.tell_members(session, contest, at=clock.moment)
            return set(session.scalars(select(Mail.to).where(Mail.template == "vote_waits")))

    one.hold(here.submission)
    others = {member.email for member in here.members if member.id != one.user.id}
    assert told() == others
    one.take_back(here.submission)
    assert told() == others | {one.user.email}


def test_the_page_holds_shows_the_seconds_and_takes_back(
    evening: Evening, submission: Submission, make: Factory, contest: Contest, app: Flask
) -> None:
    browser, address = Visits(app, make, contest).user(evening.user), f"{ROOM}{submission.code}"
    browser.post(f"{address}/take")
    assert 'name="hold"' in browser.get(address).text
    profile = reviews.profiles.profile_of(contest)
    form: dict[str, object] = {"version": submission.version_id, "outcome": "approve", "hold": "1",
                               "checklist": list(all_hold(profile)), "note": "Hay."}
    assert browser.post(address, data=form | {"do": "next"}).status_code == 303
    for page in (browser.get(ROOM).text, browser.get(address).text):
        assert f"Clip {submission.code}: Duyệt." in page and 'data-undo="10"' in page
        assert "Ghi kết luận" not in page
    assert browser.post(f"{address}/undo").headers["Location"].endswith(address)
    page = browser.get(address).text
    assert "chưa ai được báo gì" in page and "Hay.</textarea>" in page and "data-undo" not in page
    assert browser.post(f"{address}/undo").status_code == 409
