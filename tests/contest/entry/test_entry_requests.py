"""Who has left comes back, by two people; after publication a unit asks."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import AuditRow, Contest, EntryRequest, Mail, Publication, Submission
from contest.services.entry import entry_requests, submissions
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

AFTER_CLOSE = datetime.fromisoformat("2023-06-11T10:00:00+07:00")
WHY = "Bấm nhầm nút loại"
HOME = "/c/quan11-2023"


class Room:
    def __init__(self, platform: Platform, make: Factory, contest: Contest, clock: FixedClock):
        self.platform, self.make, self.contest, self.clock = platform, make, contest, clock
        people = [make.user("organiser", contest=contest) for _ in range(2)]
        self.people = people
        self.first, self.second = (make.actor(user) for user in people)
        self.unit = make.unit(contest)

    def out(self, state: str, how: str = "disqualify") -> Submission:
        """An entry that was in ``state`` and left."""
        submission = self.make.submission(self.unit, state)
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            if how == "disqualify":
                submissions.disqualify(session, row, actor=self.first, at=self.clock.now(),
                                       reason="Sao chép")
            else:
                submissions.withdraw(session, row, actor=self.make.actor(self.unit),
                                     at=self.clock.now())
        return submission

    def propose(self, submission: Submission, reason: str = WHY, **by: object) -> EntryRequest:
        actor = by.get("actor", self.first)
        with self.platform.db.write() as session:
            return entry_requests.propose(
                session, session.get_one(Submission, submission.id), reason=reason, actor=actor,
                at=self.clock.now(),
            )

    def decide(self, made: EntryRequest, *, agreed: bool = True, **by: object) -> None:
        actor = by.get("actor", self.second)
        with self.platform.db.write() as session:
            entry_requests.decide(
                session, session.get_one(Contest, self.contest.id), made.id, agreed=agreed,
                actor=actor, at=self.clock.now(),
            )

    def back(self, submission: Submission) -> Submission:
        self.decide(self.propose(submission))
        return self.make.fresh(submission)


@pytest.fixture
def room(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Room:
    return Room(platform, make, contest, clock)


@pytest.mark.parametrize("how", ["disqualify", "withdraw"])
@pytest.mark.parametrize(("before", "after"), [
    ("uploading", "uploading"), ("checking", "checking"), ("needs_fix", "needs_fix"),
    ("in_review", "in_review"), ("changes_requested", "in_review"), ("approved", "in_review"),
    ("published", "published"),
])
def test_an_entry_comes_back_to_where_its_clip_stands(
    room: Room, how: str, before: str, after: str
) -> None:
    submission = room.out(before, how)
    row = room.back(submission)
    assert (row.state, row.state_reason) == (after, "")
    with room.platform.db.read() as session:
        told = session.scalars(
            select(Mail.template).where(Mail.to == submission.contact_email)
        ).all()
        acts = session.scalars(
            select(AuditRow.action).where(AuditRow.action.startswith("entry_request."))
        ).all()
    assert "reinstated" in told
    assert set(acts) == {"entry_request.reinstate", "entry_request.agreed"}


def test_nobody_agrees_to_their_own_proposal(room: Room) -> None:
    made = room.propose(room.out("in_review"))
    with pytest.raises(Conflict, match="Ask another organiser"):
        room.decide(made, actor=room.first)
    room.decide(made)
    with pytest.raises(Conflict, match="decided already"):
        room.decide(made)


def test_the_database_knows_two_people_and_one_waiting_request(room: Room) -> None:
    submission = room.out("in_review")
    made = room.propose(submission)
    with pytest.raises(Conflict, match="waits for a decision"):
        room.propose(submission)
    with pytest.raises(IntegrityError), room.platform.db.write() as session:
        session.add(EntryRequest(submission_id=made.submission_id, kind="reinstate", reason="x",
                                 created_by="user:9", created_at=room.clock.now()))
    with pytest.raises(IntegrityError), room.platform.db.write() as session:
        row = session.get_one(EntryRequest, made.id)
        row.agreed, row.decided_by, row.decided_at = True, row.created_by, room.clock.now()


def test_a_refused_proposal_leaves_the_entry_out_and_may_be_made_again(room: Room) -> None:
    submission = room.out("in_review")
    room.decide(room.propose(submission), agreed=False)
    assert room.make.fresh(submission).state == "disqualified"
    assert room.back(submission).state == "in_review"


@pytest.mark.parametrize("reason", ["", "  ", "nhầm", "bấm nhầm"])
def test_a_reason_says_what_happened(room: Room, reason: str) -> None:
    submission = room.out("in_review")
    with pytest.raises(Invalid, match="at least 3 words"):
        room.propose(submission, reason)


def test_only_who_is_out_comes_back_and_only_organisers_bring_it(room: Room) -> None:
    with pytest.raises(Conflict):
        room.propose(room.make.submission(room.unit, "in_review"))
    submission = room.out("in_review")
    reviewer = room.make.actor(room.make.user("reviewer", contest=room.contest))
    for actor in (reviewer, room.make.actor(room.unit)):
        with pytest.raises(NotAllowed):
            room.propose(submission, actor=actor)


def test_a_full_quota_is_said_with_the_way(room: Room) -> None:
    """At proposing and at agreeing: another entry may have come between."""
    submission = room.out("in_review")
    made = room.propose(submission)
    with room.platform.db.read() as session:
        most = 10
        held = session.scalar(select(func.count()).where(Submission.unit_id == room.unit.id)) or 0
    for _ in range(most - held + 1):
        room.make.submission(room.unit, "in_review")
    with pytest.raises(Conflict, match="raise the quota"):
        room.decide(made)
    assert room.make.fresh(submission).state == "disqualified"
    assert room.make.fresh(made).agreed is None


def test_a_unit_that_owes_a_clip_gets_time_for_it(room: Room) -> None:
    submission = room.out("needs_fix")
    room.clock.moment = AFTER_CLOSE
    row = room.back(submission)
    assert (row.state, row.changes_until) == ("needs_fix", AFTER_CLOSE + timedelta(days=2))


def test_what_was_never_posted_is_not_published_by_coming_back(room: Room) -> None:
    submission = room.out("approved")
    assert room.back(submission).state == "in_review"
    with room.platform.db.read() as session:
        posted = select(Publication).where(Publication.submission_id == submission.id)
        assert session.scalars(posted).all() == []


def test_the_way_on_the_screens(room: Room, visit: Visits) -> None:
    submission = room.out("in_review")
    first, second = (visit.user(user) for user in room.people)
    assert "Đề nghị khôi phục bài…" in first.get(f"{HOME}/organiser/entries/{submission.code}").text
    address = f"{HOME}/organiser/requests/entries/{submission.code}"
    assert "chờ thẩm định" in first.get(address).text
    assert first.post(address, data={"reason": "nhầm"}).status_code == 422
    assert first.post(address, data={"reason": WHY}).status_code == 303
    own = first.get(f"{HOME}/organiser/requests").text
    assert WHY in own
    assert "Bạn đã đề nghị" in own
    assert "chờ quyết định" in second.get(f"{HOME}/organiser/").text
    page = second.english().get(f"{HOME}/organiser/requests").text
    assert "proposes that the entry comes back" in page
    assert second.post(f"{HOME}/organiser/requests/1", data={"verdict": "agree"}).status_code == 303
    assert room.make.fresh(submission).state == "in_review"
    assert (
        "Waits for a decision" not in second.get(f"{HOME}/organiser/entries/{submission.code}").text
    )


def test_requests_come_some_at_a_time_and_are_found_by_their_entry(
    room: Room, make: Factory, contest: Contest, platform: Platform
) -> None:
    most = entry_requests.ON_A_PAGE
    asked = [make.asked(make.submission(room.unit, "withdrawn", title=f"Clip số {n}"))
             for n in range(most + 2)]
    with platform.db.read() as session:
        here = session.get_one(Contest, contest.id)
        first, second = (entry_requests.waiting(session, here, number=n) for n in (1, 2))
        assert [one.id for one in [*first.rows, *second.rows]] == sorted(one.id for one in asked)
        assert (len(first.rows), first.total) == (most, most + 2)
        assert entry_requests.waiting_count(session, here) == most + 2
        [found] = entry_requests.waiting(session, here, words="clip so 21").rows
        assert found.submission.title == "Clip số 21"
