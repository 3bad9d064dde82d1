"""The reviewers' room: who holds which clip, what each outcome needs, and what follows from it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import Contest, Mail, Publication, Review, Submission, User
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.entry import reviews
from contest.services.entry.reviews import Decision
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

ROOM = "/c/quan11-2023/review/"


@pytest.fixture
def reviewer(make: Factory, contest: Contest) -> User:
    return make.user("reviewer", contest=contest, name="Nguyễn Thị Hoa")


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest), "in_review", contact_email="an@example.vn")


@pytest.fixture
def profile(contest: Contest) -> Profile:
    assert contest.revision is not None
    return profiles.profile_at(contest.revision)


def all_hold(profile: Profile) -> dict[str, bool]:
    return {item.id: True for item in profile.review.checklist}


class Room:
    """Services called as one reviewer, each in a transaction of its own."""

    def __init__(self, platform: Platform, make: Factory, user: User) -> None:
        self.platform, self.make, self.actor = platform, make, make.actor(user)

    def decide(self, submission: Submission, outcome: str, **values: object) -> Review:
        values = {"version_id": submission.version_id} | values
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            decision = Decision(outcome=outcome, **values)  # type: ignore[arg-type]
            return reviews.decide(session, row, decision, actor=self.actor, at=self.make.at)

    def take(self, submission: Submission) -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, submission.id)
            reviews.take(session, row, actor=self.actor, at=self.make.at)

    def take_next(self, contest: Contest) -> Submission | None:
        with self.platform.db.write() as session:
            row = session.get_one(Contest, contest.id)
            return reviews.take_next(session, row, actor=self.actor, at=self.make.at)

    def mails(self) -> list[tuple[str, str]]:
        with self.platform.db.read() as session:
            return [(m.template, m.to) for m in session.scalars(select(Mail).order_by(Mail.id))]


@pytest.fixture
def room(platform: Platform, make: Factory, reviewer: User) -> Room:
    return Room(platform, make, reviewer)


# ---------------------------------------------------------------------------- outcomes


def test_approving_plans_the_publication_in_the_same_transaction(
    room: Room, submission: Submission, profile: Profile, platform: Platform
) -> None:
    review = room.decide(submission, "approve", checklist=all_hold(profile), note="Hay.")
    assert room.make.fresh(submission).state == "approved"
    assert (review.outcome, review.note, review.until) == ("approve", "Hay.", None)
    with platform.db.read() as session:
        publication = session.scalars(select(Publication)).one()
        assert (publication.submission_id, publication.version_id) == (
            submission.id,
            submission.version_id,
        )
    assert room.mails() == [("approved", "an@example.vn")]


def test_every_required_item_must_hold(
    room: Room, submission: Submission, profile: Profile
) -> None:
    ticked = all_hold(profile) | {"names": False, "sound": False}  # sound is not required
    with pytest.raises(Invalid) as refusal:
        room.decide(submission, "approve", checklist=ticked)
    assert "còn 1 mục chưa đạt" in refusal.value.vi
    assert "tên tác giả" in refusal.value.vi
    assert room.make.fresh(submission).state == "in_review"
    room.decide(submission, "approve", checklist=ticked | {"names": True})
    assert room.make.fresh(submission).state == "approved"


def test_asking_for_changes_gives_a_new_deadline(room: Room, submission: Submission) -> None:
    until = datetime.fromisoformat("2023-06-12T20:00:00+07:00")  # after the common close
    room.decide(submission, "changes", reason="Thêm tên đơn vị.", until=until)
    row = room.make.fresh(submission)
    assert (row.state, row.changes_until, row.state_reason) == (
        "changes_requested", until, "Thêm tên đơn vị.",
    )
    assert room.mails() == [("changes_requested", "an@example.vn")]


@pytest.mark.parametrize(
    ("outcome", "values", "said"),
    [
        ("changes", {"reason": " "}, "Hãy ghi lý do"),
        ("changes", {"reason": "Sửa."}, "Hạn gửi lại (chưa chọn)"),
        ("changes", {"reason": "Sửa.", "until": "2023-06-05T09:00:00+07:00"}, "phải sau lúc này"),
        ("changes", {"reason": "Sửa.", "until": "2023-06-19T16:01:00+07:00"},
         "không sau 16g00 ngày 19/6/2023"),
        ("reject", {"reason": ""}, "Hãy ghi lý do"),
    ],
)
def test_what_is_missing_is_said(
    room: Room, submission: Submission, outcome: str, values: dict[str, object], said: str
) -> None:
    if "until" in values:
        values = values | {"until": datetime.fromisoformat(str(values["until"]))}
    with pytest.raises(Invalid) as refusal:
        room.decide(submission, outcome, **values)
    assert said in refusal.value.vi
    assert room.make.fresh(submission).state == "in_review"


def test_rejecting_puts_the_entry_out_and_says_why(room: Room, submission: Submission) -> None:
    room.decide(submission, "reject", reason="Không đúng chủ đề.")
    row = room.make.fresh(submission)
    assert (row.state, row.state_reason) == ("disqualified", "Không đúng chủ đề.")
    assert room.mails() == [("rejected", "an@example.vn")]


def test_a_newer_version_must_be_looked_at_first(room: Room, submission: Submission) -> None:
    with pytest.raises(Conflict) as refusal:
        room.decide(submission, "reject", reason="Sai.", version_id=0)
    assert "bản mới" in refusal.value.vi


DECIDED = ("checking", "needs_fix", "approved", "published", "disqualified")


@pytest.mark.parametrize("state", DECIDED)
def test_only_waiting_clips_are_decided(
    room: Room, make: Factory, contest: Contest, state: str, profile: Profile
) -> None:
    submission = make.submission(make.unit(contest), state)
    with pytest.raises(Conflict):
        room.decide(submission, "approve", checklist=all_hold(profile))


@pytest.mark.parametrize("role", ["organiser", "juror"])
def test_only_reviewers_decide(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, role: str
) -> None:
    with pytest.raises(NotAllowed):
        Room(platform, make, make.user(role, contest=contest)).decide(
            submission, "reject", reason="x"
        )


def test_an_approval_can_be_taken_back(
    room: Room, submission: Submission, profile: Profile, platform: Platform
) -> None:
    room.decide(submission, "approve", checklist=all_hold(profile))
    with platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        reviews.reopen(session, row, actor=room.actor, at=room.make.at, reason="Xem lại âm thanh.")
    assert room.make.fresh(submission).state == "in_review"
    with platform.db.read() as session:
        assert session.scalars(select(Publication.state)).all() == ["cancelled"]
    room.decide(submission, "approve", checklist=all_hold(profile))
    with platform.db.read() as session:
        assert session.scalars(select(Publication.state)).all() == ["waiting"]


def test_the_suggested_deadline_stays_before_the_release(profile: Profile) -> None:
    days = timedelta(days=profile.review.changes_days)
    early, late = profile.release_at - days * 2, profile.release_at - days / 2
    assert reviews.suggested_until(profile, at=early) == early + days
    assert reviews.suggested_until(profile, at=late) == profile.release_at
    assert reviews.suggested_until(profile, at=profile.release_at) == profile.release_at + days


# ---------------------------------------------------------------------------- two at once


def test_a_held_clip_is_not_decided_by_another(
    room: Room, make: Factory, contest: Contest, submission: Submission, platform: Platform
) -> None:
    room.take(submission)
    other = Room(platform, make, make.user("reviewer", contest=contest))
    for attempt in (other.take, lambda e: other.decide(e, "reject", reason="x")):
        with pytest.raises(Conflict) as refusal:
            attempt(submission)
        assert refusal.value.vi.startswith("Nguyễn Thị Hoa đang thẩm định clip này đến 09g30")
    room.decide(submission, "reject", reason="Sai chủ đề.")


def test_a_hold_ends(
    room: Room, make: Factory, contest: Contest, submission: Submission, clock: FixedClock
) -> None:
    room.take(submission)
    clock.moment += reviews.HOLD
    Room(room.platform, make, make.user("reviewer", contest=contest)).take(submission)


def test_two_reviewers_get_different_clips_the_oldest_first(
    room: Room, make: Factory, contest: Contest, platform: Platform, clock: FixedClock
) -> None:
    first = make.submission(make.unit(contest), "in_review")
    clock.moment += timedelta(hours=1)
    second = make.submission(make.unit(contest), "in_review")
    other = Room(platform, make, make.user("reviewer", contest=contest))
    got = [r.take_next(contest) for r in (room, other, room)]
    assert [row.id for row in got if row] == [first.id, second.id, first.id]
    third = Room(platform, make, make.user("reviewer", contest=contest))
    assert third.take_next(contest) is None


# ---------------------------------------------------------------------------- screens


def test_the_queue_shows_the_oldest_first_and_who_is_at_work(
    visit: Visits, room: Room, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    late = make.submission(make.unit(contest), "in_review", title="Clip thứ nhất")
    clock.moment += timedelta(hours=2)
    make.submission(make.unit(contest), "in_review", title="Clip thứ hai")
    make.submission(make.unit(contest), "approved", title="Đã xong")
    room.take(late)
    page = visit.role("reviewer").get(ROOM).get_data(as_text=True)
    assert page.index("Clip thứ nhất") < page.index("Clip thứ hai")
    assert "Nguyễn Thị Hoa đang xem" in page
    assert "Đã xong" not in page
    assert "Đã xong" in visit.role("reviewer").get(f"{ROOM}?list=approved").get_data(as_text=True)
    assert visit.role("reviewer").get(f"{ROOM}?list=nonsense").status_code == 404


def test_the_queue_asks_the_database_as_often_for_many_as_for_few(
    visit: Visits, make: Factory, contest: Contest, platform: Platform
) -> None:
    client, counts = visit.role("reviewer"), []
    for _ in range(2):
        make.submission(make.unit(contest), "in_review")
        asked: list[str] = []

        def note(*arguments: object, asked: list[str] = asked) -> None:
            asked.append(str(arguments[2]))

        event.listen(platform.db.engine, "before_cursor_execute", note)
        client.get(ROOM)
        event.remove(platform.db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
        make.submission(make.unit(contest), "in_review")
    assert counts[0] == counts[1]


def test_reviewing_in_the_browser(
    visit: Visits, reviewer: User, submission: Submission, make: Factory, profile: Profile
) -> None:
    client = visit.user(reviewer)
    page = client.get(f"{ROOM}{submission.code}").get_data(as_text=True)
    assert "Nhận thẩm định" in page and "Ghi kết luận" not in page
    assert client.post(f"{ROOM}next").headers["Location"].endswith(f"/review/{submission.code}")
    page = client.get(f"{ROOM}{submission.code}").get_data(as_text=True)
    assert "Ghi kết luận" in page and profile.review.checklist[0].text.vi in page
    form = {"version": submission.version_id, "outcome": "approve", "checklist": ["names"]}
    refused = client.post(f"{ROOM}{submission.code}", data=form)
    assert refused.status_code == 422
    assert "còn 5 mục chưa đạt" in refused.get_data(as_text=True)
    form["checklist"] = list(all_hold(profile))
    assert client.post(f"{ROOM}{submission.code}", data=form).status_code == 303
    assert make.fresh(submission).state == "approved"
    page = client.get(f"{ROOM}{submission.code}").get_data(as_text=True)
    assert "Duyệt · Nguyễn Thị Hoa" in page and "Mở lại thẩm định" in page


def test_the_deadline_of_the_form_is_the_contests_wall_clock(
    visit: Visits, reviewer: User, submission: Submission, make: Factory
) -> None:
    client = visit.user(reviewer)
    client.post(f"{ROOM}{submission.code}/take")
    form = {"version": submission.version_id, "outcome": "changes", "reason": "Thêm tên.",
            "until": "2023-06-09T18:30"}
    assert client.post(f"{ROOM}{submission.code}", data=form).status_code == 303
    assert make.fresh(submission).changes_until == datetime.fromisoformat("2023-06-09T18:30+07:00")


def test_a_colleague_sees_who_is_at_work_and_cannot_decide(
    visit: Visits, room: Room, submission: Submission
) -> None:
    room.take(submission)
    client = visit.role("reviewer")
    page = client.get(f"{ROOM}{submission.code}").get_data(as_text=True)
    assert "Nguyễn Thị Hoa đang thẩm định clip này đến 09g30" in page
    assert "Ghi kết luận" not in page
    refused = client.post(f"{ROOM}{submission.code}/take")
    assert refused.status_code == 409


def test_an_organiser_may_look_but_not_decide(visit: Visits, submission: Submission) -> None:
    client = visit.role("organiser")
    page = client.get(f"{ROOM}{submission.code}")
    assert page.status_code == 200
    assert "Nhận thẩm định" not in page.get_data(as_text=True)
    assert client.post(f"{ROOM}{submission.code}/take").status_code == 403


def test_reading_changes_nothing(visit: Visits, submission: Submission, make: Factory) -> None:
    before = make.fresh(submission)
    visit.role("reviewer").get(f"{ROOM}{submission.code}")
    after = make.fresh(submission)
    assert (after.held_by, after.updated_at) == (before.held_by, before.updated_at)


def test_waiting_clips_are_a_gap_before_closing(
    platform: Platform, contest: Contest, submission: Submission, make: Factory
) -> None:
    with platform.db.read() as session:
        [gap] = reviews.blockers(session, contest, at=make.at)
        assert (gap.code, gap.count) == ("reviews.waiting", 1)
