"""A board appraises clips (plan IV.2): which votes decide, the chair's word, members who leave."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select

from contest import profile as rule_files
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, TooLate
from contest.models import Contest, Publication, ReviewVote, Submission, User
from contest.services.core import profiles
from contest.services.core.appraisal import Board, Member, Numbers, Standing
from contest.services.entry import submissions
from contest.services.people import people
from contest.wiring import Platform
from tests.contest.entry.board_room import Room, board_rules
from tests.contest.factory import QUAN11, Factory


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
    here.settle()
    assert here.state == "in_review"
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
    here.settle()
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
