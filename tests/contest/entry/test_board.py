"""A board appraises clips (plan IV.2): which votes decide, the chair's word, members who leave."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from contest import profile as rule_files
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, TooLate
from contest.models import Contest, Mail, Publication, Review, ReviewVote, Submission, Task, User
from contest.profile import Profile
from contest.services.core import appraisal, profiles
from contest.services.core.appraisal import Board, Member, Numbers, Standing
from contest.services.entry import reviews, submissions, votes
from contest.services.entry.reviews import Decision
from contest.services.people import chair, people
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.core.together import Meeting, intact, number_of
from tests.contest.factory import QUAN11, Factory
from tests.contest.results.test_document_templates import words

UNTIL = datetime.fromisoformat("2023-06-12T20:00:00+07:00")
ROOM = "/c/quan11-2023/review/"
PLAN = "changes_days = 2"


def board_rules(**numbers: object) -> Callable[[str], str]:
    """The reference rules with these keys of ``[review]``."""
    keys = "\n".join(f"{key} = {str(value).lower()}" for key, value in numbers.items())
    assert PLAN in QUAN11.read_text()
    return lambda text: text.replace(PLAN, f"{PLAN}\n{keys}")


class Room:
    """A contest with a board of four, the first of them its chair; each act a transaction."""

    def __init__(self, platform: Platform, make: Factory, **numbers: object) -> None:
        self.platform, self.make = platform, make
        self.contest = make.contest("quan11-2023", board_rules(**numbers))
        self.members = [
            make.user("reviewer", contest=self.contest, name=f"Thành viên {n}") for n in range(4)
        ]
        self.organiser = make.user("organiser", contest=self.contest)
        self.name_chair(self.members[0])
        self.unit = make.unit(self.contest)
        self.submission = make.submission(self.unit, "in_review", contact_email="an@example.vn")

    @property
    def profile(self) -> Profile:
        with self.platform.db.read() as session:
            return profiles.profile_of(session.get_one(Contest, self.contest.id))

    def name_chair(self, user: User, *, yes: bool = True) -> None:
        with self.platform.db.write() as session:
            chair.name(
                session, session.get_one(Contest, self.contest.id), session.get_one(User, user.id),
                chair=yes, actor=self.make.actor(self.organiser), at=self.make.at,
            )

    def decision(self, outcome: str, **values: object) -> Decision:
        said: dict[str, object] = {"version_id": self.make.fresh(self.submission).version_id}
        if outcome == "approve":
            said["checklist"] = {item.id: True for item in self.profile.review.checklist}
        else:
            said["reason"] = "Chưa đúng chủ đề."
        if outcome == "changes":
            said["until"] = UNTIL
        return Decision(outcome=outcome, **(said | values))  # type: ignore[arg-type]

    def vote(self, number: int, outcome: str, **values: object) -> Review | None:
        decision = self.decision(outcome, **values)
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            return reviews.decide(session, row, decision, actor=actor, at=self.make.at)

    def cast(self, number: int, outcome: str, **values: object) -> Review:
        values = {"reason": "Ý kiến của Chủ tịch."} | values
        decision = self.decision(outcome, **values)
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            return votes.decide_as_chair(session, row, decision, actor=actor, at=self.make.at)

    def aside(self, number: int, reason: str = "Em tôi đóng trong clip.") -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            votes.stand_aside(session, row, reason=reason, actor=actor, at=self.make.at)

    def take_back(self, number: int) -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            votes.take_back(session, row, actor=actor, at=self.make.at)

    def leave(self, number: int) -> None:
        with self.platform.db.write() as session:
            people.change_roles(
                session, session.get_one(Contest, self.contest.id),
                session.get_one(User, self.members[number].id), roles=(), unit_id=None,
                actor=self.make.actor(self.organiser), at=self.make.at,
            )

    def change_rules(self, *, agreed: bool = False, **numbers: object) -> None:
        source = board_rules(**numbers)(QUAN11.read_text())
        with self.platform.db.write() as session:
            profiles.import_profile(
                session, source, actor=self.make.actor(self.organiser), at=self.make.at,
                reason="Tổ thẩm định thiếu người", agreed=agreed,
            )

    def settle(self) -> int:
        """What the task does that a change of rules or board has enqueued."""
        with self.platform.db.write() as session:
            assert session.scalar(
                select(func.count(Task.id)).where(Task.kind == appraisal.SETTLE)
            )
            contest = session.get_one(Contest, self.contest.id)
            return votes.settle(session, contest, at=self.make.at)

    def board(self) -> Board:
        with self.platform.db.read() as session:
            row = session.get_one(Submission, self.submission.id)
            return votes.board(session, row, at=self.make.at)

    @property
    def state(self) -> str:
        return self.make.fresh(self.submission).state

    def mails(self) -> list[tuple[str, str]]:
        with self.platform.db.read() as session:
            return [(m.template, m.to) for m in session.scalars(select(Mail).order_by(Mail.id))]


@pytest.fixture
def room(platform: Platform, make: Factory) -> Callable[..., Room]:
    return lambda **numbers: Room(platform, make, **numbers)


# ---------------------------------------------------------------------------- counting


def counted(able: int, quorum: int = 0, *, approve: int = 2, given: str = "") -> Standing:
    """The standing of a board of so many, by the votes given: a(pprove), c(hanges), r(eject)."""
    names = {"a": "approve", "c": "changes", "r": "reject"}
    members = tuple(Member(n, str(n), n == 0, frozenset()) for n in range(able))
    cast = {n: ReviewVote(outcome=names[word]) for n, word in enumerate(given)}
    return Board(1, members, (), cast, Numbers(approve, 2, 2, quorum)).standing


@pytest.mark.parametrize(
    ("able", "quorum", "approve", "given", "standing"),
    [
        (4, 0, 2, "", "votes"), (4, 0, 2, "a", "votes"), (4, 0, 2, "aa", "decided"),
        (4, 0, 2, "r", "votes"), (4, 0, 2, "rr", "decided"), (4, 0, 2, "cc", "decided"),
        (4, 0, 2, "ar", "votes"), (4, 0, 3, "acr", "votes"), (3, 0, 2, "acr", "chair"),
        (4, 0, 3, "aacr", "chair"),  # nobody is left, nothing reached
        (4, 4, 2, "aa", "votes"), (4, 4, 2, "aar", "votes"), (4, 4, 2, "aarr", "chair"),  # a tie
        (5, 4, 2, "aarr", "votes"),  # one is left, who decides
        (5, 5, 2, "aarrr", "decided"), (5, 5, 2, "aaarr", "decided"),
        (3, 4, 2, "aaa", "chair"), (3, 4, 2, "", "chair"),  # too small for its quorum
        (1, 0, 2, "", "chair"), (0, 0, 2, "", "chair"),
        (3, 0, 3, "ar", "votes"),  # another rejection may still come
        (2, 0, 2, "ar", "chair"),
    ],
)
def test_what_votes_come_to(
    able: int, quorum: int, approve: int, given: str, standing: str
) -> None:
    assert counted(able, quorum, approve=approve, given=given) == standing


def test_after_the_cut_off_votes_for_changes_decide_nothing_and_nothing_falls_by_the_clock(
    room: Callable[..., Room], clock: FixedClock
) -> None:
    here = room(approvals=2, quorum=4)
    for number, outcome in enumerate(("approve", "approve", "changes", "changes")):
        here.vote(number, outcome)
    assert here.board().standing == Standing.CHAIR
    clock.moment = here.profile.schedule.counts_close
    assert here.board().standing == Standing.CHAIR
    with pytest.raises(TooLate):
        here.cast(0, "changes")
    here.vote(3, "reject")  # two approvals against two others
    assert here.state == "approved"


# ---------------------------------------------------------------------------- deciding


def test_the_rules_without_a_board_keep_their_hash_and_each_reviewer_decides_alone(
    make: Factory, contest: Contest, platform: Platform
) -> None:
    with platform.db.read() as session:
        content = session.get_one(Contest, contest.id).revision.content  # type: ignore[union-attr]
    assert set(content["review"]) == {"checklist", "reasons", "changes_days"}


def test_a_clip_is_approved_with_the_second_vote_and_what_all_ticked_is_kept(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    assert here.vote(1, "approve", note="Rất hay.") is None
    assert (here.state, here.mails()) == ("in_review", [])
    ticked = {item.id: item.required for item in here.profile.review.checklist}
    review = here.vote(2, "approve", checklist=ticked)
    assert review is not None and review.checklist == dict(sorted(ticked.items()))
    assert (review.outcome, review.reviewer_id) == ("approve", here.members[2].id)
    assert here.state == "approved"
    assert here.mails() == [("approved", "an@example.vn")]
    with here.platform.db.read() as session:
        assert session.scalar(select(func.count(Publication.id))) == 1
        ended = session.execute(select(ReviewVote.ended, ReviewVote.review_id)).all()
        assert [tuple(row) for row in ended] == [("decided", review.id)] * 2
    with pytest.raises(Conflict):  # it fell, and nobody votes any more
        here.vote(3, "reject")


def test_a_rejection_needs_a_second_person_also_where_one_approval_is_enough(
    room: Callable[..., Room]
) -> None:
    here = room(second_to_reject=True)
    here.vote(1, "reject", reason="Sai chủ đề.")
    assert here.state == "in_review"
    with pytest.raises(Invalid):
        here.vote(2, "reject", reason=" ")
    review = here.vote(2, "reject", reason="Dùng nhạc không xin phép.")
    assert (here.state, review and review.reason) == (
        "disqualified", "Sai chủ đề. Dùng nhạc không xin phép.")
    assert here.make.fresh(here.submission).state_reason == (
        "Sai chủ đề. Dùng nhạc không xin phép.")


def test_a_vote_is_changed_and_taken_back_until_the_decision(room: Callable[..., Room]) -> None:
    here = room(approvals=2)
    here.vote(1, "reject")
    here.vote(1, "reject")  # sent twice: one vote
    here.vote(1, "approve")
    here.take_back(1)
    with pytest.raises(Conflict):
        here.take_back(1)
    here.vote(2, "approve")
    assert here.state == "in_review"
    here.vote(1, "approve")
    assert here.state == "approved"
    with here.platform.db.read() as session:
        told = session.scalars(select(ReviewVote.ended).order_by(ReviewVote.id)).all()
    assert told == ["changed", "withdrawn", "decided", "decided"]


def test_changes_are_asked_by_two_until_the_later_deadline(room: Callable[..., Room]) -> None:
    here = room(approvals=3)
    later = datetime.fromisoformat("2023-06-13T20:00:00+07:00")
    here.vote(1, "changes", until=later, reason="Thêm tên đơn vị.")
    here.vote(2, "changes", reason="Thêm tên đơn vị.")
    row = here.make.fresh(here.submission)
    assert (row.state, row.changes_until, row.state_reason) == (
        "changes_requested", later, "Thêm tên đơn vị.")


def test_a_new_version_clears_the_votes(room: Callable[..., Room]) -> None:
    here = room(approvals=2)
    here.vote(1, "approve")
    old = here.make.fresh(here.submission).version_id
    newer = here.make.submission(here.unit, "in_review")
    with here.platform.db.write() as session:  # another clip takes its place
        session.get_one(Submission, here.submission.id).version_id = newer.version_id
    assert here.board().votes == {}
    with pytest.raises(Conflict) as refusal:
        here.vote(2, "approve", version_id=old)
    assert "bản mới" in refusal.value.vi
    here.vote(2, "approve")
    assert here.state == "in_review"


# ---------------------------------------------------------------------------- the chair


def test_the_chairs_word_ends_a_tie_and_needs_its_turn_its_reason_and_the_chair(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2, quorum=4)
    for number, outcome in enumerate(("approve", "approve", "reject")):
        here.vote(number, outcome)
    with pytest.raises(NotAllowed):
        here.cast(1, "approve")
    with pytest.raises(Conflict) as refusal:
        here.cast(0, "approve")
    assert "Chưa đến lúc" in refusal.value.vi
    assert here.mails() == []
    here.vote(3, "reject")
    assert (here.state, here.board().standing) == ("in_review", Standing.CHAIR)
    assert here.mails() == [("board_waits", here.members[0].email)]
    with pytest.raises(Invalid):
        here.cast(0, "approve", reason=" ")
    review = here.cast(0, "reject")
    assert (here.state, review.reviewer_id) == ("disqualified", here.members[0].id)
    with here.platform.db.read() as session:
        word = session.scalars(select(ReviewVote).where(ReviewVote.casting)).one()
        assert (word.reason, word.review_id) == ("Ý kiến của Chủ tịch.", review.id)


def test_the_chair_alone_rejects_nothing(room: Callable[..., Room]) -> None:
    here = room(approvals=3)
    here.vote(0, "reject")
    here.vote(1, "approve")  # they disagree
    with pytest.raises(Conflict) as refusal:
        here.cast(0, "reject")
    assert "cần hai người" in refusal.value.vi
    here.cast(0, "approve")
    assert here.state == "approved"


def test_without_a_chair_the_organisers_are_told(room: Callable[..., Room]) -> None:
    here = room(approvals=2, quorum=4)
    here.name_chair(here.members[0], yes=False)
    for number, outcome in enumerate(("approve", "approve", "reject", "reject")):
        here.vote(number, outcome)
    assert here.mails() == [("board_waits", here.organiser.email)]
    here.name_chair(here.members[3])
    here.settle()
    assert here.mails()[1:] == [("board_waits", here.members[3].email)]
    here.settle()
    assert len(here.mails()) == 2  # told once
    here.cast(3, "approve")
    assert here.state == "approved"


# ---------------------------------------------------------------------------- who may vote


def test_who_is_concerned_stands_aside_and_is_not_waited_for(room: Callable[..., Room]) -> None:
    here = room(approvals=2, quorum=3)
    with pytest.raises(Invalid):
        here.aside(3, " ")
    here.aside(3)
    assert {m.id for m in here.board().aside} == {here.members[3].id}
    here.vote(1, "approve")
    here.vote(2, "approve")
    assert here.state == "in_review"  # the quorum is three
    here.vote(3, "approve")  # not concerned after all
    assert here.state == "approved"


def test_nobody_votes_about_a_clip_of_their_own_unit(room: Callable[..., Room]) -> None:
    here = room(approvals=2)
    with here.platform.db.write() as session:
        people.change_roles(
            session, session.get_one(Contest, here.contest.id),
            session.get_one(User, here.members[1].id), roles=("reviewer", "juror"),
            unit_id=here.unit.id, actor=here.make.actor(here.organiser), at=here.make.at,
        )
    with pytest.raises(NotAllowed):
        here.vote(1, "approve")
    assert {m.id for m in here.board().aside} == {here.members[1].id}


def test_the_vote_of_who_leaves_no_longer_counts(room: Callable[..., Room]) -> None:
    here = room(approvals=2, quorum=3)
    here.vote(1, "approve")
    here.vote(2, "reject")
    here.leave(2)
    assert here.settle() == 0
    assert set(here.board().votes) == {here.members[1].id}
    here.leave(3)
    here.settle()
    assert here.board().too_small
    assert here.mails() == [("board_waits", here.members[0].email)]
    here.cast(0, "approve")  # the way out without another member or another quorum
    assert here.state == "approved"
    with here.platform.db.read() as session:
        told = session.scalars(select(ReviewVote.ended).order_by(ReviewVote.id)).all()
    assert told == ["decided", "removed", "decided"]


def test_a_member_who_leaves_may_end_a_tie(room: Callable[..., Room]) -> None:
    here = room(approvals=2, quorum=3)
    for number, outcome in ((3, "approve"), (1, "approve"), (2, "reject")):
        here.vote(number, outcome)
    assert here.state == "approved"  # two against one, quorum met


def test_lower_numbers_are_shown_first_and_decide_at_once(room: Callable[..., Room]) -> None:
    here = room(approvals=3)
    here.vote(1, "approve")
    here.vote(2, "approve")
    with pytest.raises(Conflict) as refusal:
        here.change_rules(approvals=2)
    assert here.submission.code in refusal.value.vi
    here.change_rules(approvals=2, agreed=True)
    assert here.state == "in_review"
    assert here.settle() == 1
    assert here.state == "approved"


def test_a_quorum_that_the_board_cannot_reach_is_told_when_it_is_set(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    with here.platform.db.read() as session:
        contest = session.get_one(Contest, here.contest.id)
        source = board_rules(approvals=2, quorum=9)(QUAN11.read_text())
        found = profiles.effects_of(
            session, contest, rule_files.load(source).profile, at=here.make.at
        )
    assert [one.kind for one in found] == ["told"]
    assert "9 phiếu mà Tổ thẩm định có 4 người" in found[0].vi


def test_a_checklist_that_asks_for_more_asks_for_the_vote_again(room: Callable[..., Room]) -> None:
    here = room(approvals=2)
    optional = {item.id: item.required for item in here.profile.review.checklist}
    here.vote(1, "approve", checklist=optional)
    here.vote(2, "reject")
    source = board_rules(approvals=2)(QUAN11.read_text()).replace(
        'id = "sound"\nrequired = false', 'id = "sound"'
    )
    with here.platform.db.write() as session:
        profiles.import_profile(session, source, actor=here.make.actor(here.organiser),
                                at=here.make.at, reason="Mọi mục đều bắt buộc")
    assert set(here.board().votes) == {here.members[2].id}
    here.vote(1, "approve")
    assert set(here.board().votes) == {here.members[1].id, here.members[2].id}


def test_an_entry_that_left_is_voted_about_no_more_and_comes_back_with_its_votes(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    here.vote(1, "approve")
    with here.platform.db.write() as session:
        row = session.get_one(Submission, here.submission.id)
        submissions.withdraw(session, row, actor=here.make.actor(here.unit), at=here.make.at)
    with pytest.raises(Conflict):
        here.vote(2, "approve")


# ---------------------------------------------------------------------------- at once


def test_of_votes_at_once_each_is_counted_and_the_decision_falls_once(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    here.vote(0, "reject")

    def vote(number: int) -> Callable[[], object]:
        return lambda: here.vote(number, "approve")

    meeting = Meeting(here.platform.db, vote(1), vote(2), at="INSERT INTO review_vote")
    assert meeting.waited
    first, second = meeting.outcomes
    assert first is None and isinstance(second, Review)
    assert here.state == "approved"
    assert number_of(here.platform, Review) == number_of(here.platform, Publication) == 1
    assert number_of(here.platform, ReviewVote, ReviewVote.ended == "decided") == 3
    intact(here.platform)


def test_a_vote_that_comes_with_the_decision_is_told_that_it_is_too_late(
    room: Callable[..., Room]
) -> None:
    here = room(approvals=2)
    here.vote(0, "approve")
    meeting = Meeting(
        here.platform.db, lambda: here.vote(1, "approve"), lambda: here.vote(2, "reject"),
        at="INSERT INTO review ",
    )
    first, second = meeting.outcomes
    assert isinstance(first, Review) and isinstance(second, Conflict)
    assert here.state == "approved"
    assert number_of(here.platform, Review) == 1


# ---------------------------------------------------------------------------- screens, minutes


def test_the_page_hides_what_others_think_until_one_has_voted_and_leads_to_the_chair(
    room: Callable[..., Room], app: Flask
) -> None:
    here = room(approvals=2, quorum=4)
    visit, address = Visits(app, here.make, here.contest), f"{ROOM}{here.submission.code}"
    third, head = visit.user(here.members[3]), visit.user(here.members[0])
    form: dict[str, object] = {"version": here.submission.version_id, "outcome": "reject",
                               "reason": "Nhạc chưa xin phép."}
    for number, outcome in ((0, "approve"), (1, "approve"), (2, "reject")):
        here.vote(number, outcome, reason="" if outcome == "approve" else "Sai chủ đề.")
    before = third.get(address).text
    assert "3/4 người đã bỏ phiếu" in before and "Sai chủ đề." not in before
    assert "1 clip chờ phiếu của bạn" in third.get(ROOM).text
    assert "Sai chủ đề." in visit.user(here.organiser).get(address).text  # who does not vote
    assert third.post(address, data=form).status_code == 303
    after = third.get(address).text
    assert "Sai chủ đề." in after and "Hiện có: 2 duyệt, 0 yêu cầu chỉnh sửa, 2 loại." in after
    assert "Quyết định của Chủ tịch" not in after
    assert third.post(address, data=form | {"do": "cast"}).status_code == 403
    assert here.submission.code in head.get(f"{ROOM}?list=chair").text
    assert "Quyết định của Chủ tịch" in head.get(address).text
    assert third.post(f"{address}/aside", data={}).status_code == 422
    assert third.post(f"{address}/take-back").status_code == 303
    assert third.post(f"{address}/aside", data={"why": "Người nhà trong clip"}).status_code == 303
    assert "Không tham gia" in third.get(address).text  # three are too few for a quorum of four
    here.name_chair(here.members[0], yes=False)
    desk = visit.user(here.organiser).get("/c/quan11-2023/organiser/").text
    assert "1 clip không kết luận được" in desk
    page = visit.user(here.organiser).get(address).text
    assert "Chỉ còn 3 người bỏ phiếu được mà thể lệ cần 4" in page
    assert "/organiser/rules/sections/review" in page and "/organiser/people/" in page
    person = f"/c/quan11-2023/organiser/people/{here.members[1].id}"
    assert "Chỉ định làm Chủ tịch" in visit.user(here.organiser).get(person).text
    assert visit.user(here.organiser).post(
        f"{person}/chair", data={"chair": "1"}).status_code == 303
    told = visit.user(here.members[1]).post(address, data=form | {"do": "cast"})
    assert told.status_code == 303 and here.state == "disqualified"


def test_the_minutes_say_who_was_there_what_they_said_and_what_was_decided(
    room: Callable[..., Room], app: Flask, clock: FixedClock
) -> None:
    here = room(approvals=2)
    here.vote(1, "reject", reason="Sai chủ đề.")
    here.vote(1, "approve", note="Đã xem lại.")  # what was changed is not told
    here.vote(2, "reject", reason="Nhạc chưa xin phép.")
    here.aside(3, "Em ruột đóng trong clip.")
    clock.moment += timedelta(days=1)
    here.cast(0, "approve", reason="Nhạc đã có giấy phép.")
    browser = Visits(app, here.make, here.contest).user(here.members[1])
    page = browser.get(f"{ROOM}minutes").text
    assert "05/06/2023" in page and "06/06/2023" in page
    papers = [browser.get(f"{ROOM}minutes.docx{query}") for query in ("?day=2023-06-05", "")]
    assert [paper.status_code for paper in papers] == [200, 200]
    first, whole = (words(paper.data) for paper in papers)
    assert "Thành viên 1: Duyệt. Ghi chú: Đã xem lại." in first
    assert "Thành viên 2: Loại (Nhạc chưa xin phép)." in first
    assert "Thành viên 3 (" in first and "Sai chủ đề" not in first
    assert "Hôm nay, ngày 05 tháng 6 năm 2023" in first
    assert "1 chưa kết luận" in first and "1 được duyệt" in whole
    assert "theo quyết định của Chủ tịch Thành viên 0: Nhạc đã có giấy phép." in whole
    assert "Từ ngày 05 tháng 6 năm 2023 đến ngày 06 tháng 6 năm 2023" in whole
    for query in ("?day=2023-06-04", "?day=nonsense"):
        assert browser.get(f"{ROOM}minutes.docx{query}").status_code == 404
