"""Ballots: saved as they are given, one juror each, closed when the round is locked."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.clock import FixedClock
from contest.errors import Conflict, DomainError, Invalid, NotAllowed, TooLate
from contest.models import AuditRow, Ballot, Contest, Submission, User
from contest.services.core import profiles
from contest.services.jury import ballot_lists, ballots, jury_round, own_marks
from contest.wiring import Platform
from tests.contest.factory import Factory

TIME = datetime.fromisoformat("2023-06-14T09:02:00+00:00")  # 16:02 in Vietnam


@pytest.fixture
def submission(make: Factory, contest: Contest, clock: FixedClock) -> Submission:
    clock.moment = TIME
    return make.submission(make.unit(contest), "published")


@pytest.fixture
def juror(make: Factory, contest: Contest) -> User:
    return make.user("juror", contest=contest)


class Room:
    """Acts of one juror, each in a transaction of its own."""

    def __init__(self, platform: Platform, make: Factory, user: User) -> None:
        self.platform, self.actor = platform, make.actor(user)

    def act(self, what: str, submission: Submission, *args: object, **values: object) -> Ballot:
        with self.platform.db.write() as session:
            fresh = session.get_one(Submission, submission.id)
            act, at = getattr(ballots, what), self.platform.clock.now()
            return act(session, fresh, *args, actor=self.actor, at=at, **values)

    def marks(self, submission: Submission) -> dict[str, int]:
        with self.platform.db.read() as session:
            return ballots.marks_of(ballots.of(session, submission, actor=self.actor))


@pytest.fixture
def room(platform: Platform, make: Factory, juror: User) -> Room:
    return Room(platform, make, juror)


def full(contest: Contest) -> dict[str, int]:
    """A mark one below the most in every criterion."""
    return {c.id: c.max - 1 for c in profiles.profile_of(contest).jury.criteria}


def test_marks_are_kept_one_by_one(room: Room, submission: Submission, contest: Contest) -> None:
    names = list(full(contest))
    ballot = room.act("save", submission, {names[0]: 3}, version=0)
    ballot = room.act("save", submission, {names[1]: 0}, version=ballot.version)
    assert room.marks(submission) == {names[0]: 3, names[1]: 0}
    room.act("save", submission, {names[0]: None}, version=ballot.version)
    assert room.marks(submission) == {names[1]: 0}


def test_a_second_tab_is_told_what_is_stored(
    room: Room, submission: Submission, contest: Contest
) -> None:
    name = next(iter(full(contest)))
    room.act("save", submission, {name: 3}, version=0)
    with pytest.raises(Conflict) as refusal:
        room.act("save", submission, {name: 9}, version=0)
    assert refusal.value.data == {"marks": {name: 3}, "comment": "", "version": 1}
    assert room.marks(submission) == {name: 3}


@pytest.mark.parametrize("value", [-1, 41])
def test_a_mark_beyond_the_rubric_is_refused(
    room: Room, submission: Submission, contest: Contest, value: int
) -> None:
    name = next(iter(full(contest)))
    with pytest.raises(Invalid, match="0 to 40 is"):
        room.act("save", submission, {name: value}, version=0)
    with pytest.raises(Invalid, match="no criterion"):
        room.act("save", submission, {"music": 1}, version=0)


def test_a_ballot_is_submitted_only_when_complete(
    room: Room, submission: Submission, contest: Contest
) -> None:
    marks = full(contest)
    first = next(iter(marks))
    room.act("save", submission, marks | {first: None}, version=0)
    with pytest.raises(Invalid) as refusal:
        room.act("submit", submission)
    assert refusal.value.data["criteria"] == [first]
    room.act("save", submission, {first: 0}, version=1)
    assert room.act("submit", submission).state == "submitted"
    with pytest.raises(Conflict, match="Take it back"):
        room.act("save", submission, {first: 1}, version=2)
    assert room.act("reopen", submission).state == "open"
    room.act("save", submission, {first: 1}, version=2)


@pytest.mark.parametrize("kind", ["recused", "abstained"])
def test_stepping_aside_needs_a_reason(room: Room, submission: Submission, kind: str) -> None:
    with pytest.raises(Invalid, match="why"):
        room.act("step_aside", submission, kind, reason="  ")
    ballot = room.act("step_aside", submission, kind, reason="Tôi là người dựng clip này.")
    assert (ballot.state, ballot.reason) == (kind, "Tôi là người dựng clip này.")


def test_a_juror_never_marks_the_clip_of_the_own_unit(
    platform: Platform, make: Factory, contest: Contest, submission: Submission
) -> None:
    room = Room(platform, make, make.user("juror", contest=contest, unit=submission.unit))
    with pytest.raises(NotAllowed):
        room.act("save", submission, {}, version=0)
    with platform.db.read() as session:
        found = ballot_lists.listed(session, contest, actor=room.actor).rows
        far = ballot_lists.tally(session, contest, actor=room.actor)
        assert ballot_lists.next_due(session, contest, actor=room.actor) is None
    assert [(clip.state, clip.due) for clip in found] == [("own_unit", False)]
    assert (far.clips, far.due, far.owed, far.of) == (1, 0, 0, 0)


def test_nothing_is_saved_after_the_time_for_marking(
    room: Room, submission: Submission, clock: FixedClock, contest: Contest
) -> None:
    clock.moment = profiles.profile_of(contest).schedule.ballots_close
    with pytest.raises(TooLate):
        room.act("save", submission, {}, version=0)
    clock.moment -= timedelta(seconds=1)
    room.act("save", submission, {}, version=0)


@pytest.mark.parametrize("state", ["in_review", "withdrawn", "disqualified"])
def test_only_clips_that_were_approved_are_marked(
    room: Room, make: Factory, contest: Contest, state: str
) -> None:
    submission = make.submission(make.unit(contest), state)
    with pytest.raises(Conflict):
        room.act("save", submission, {}, version=0)


def test_the_next_clip_is_one_that_is_due_and_those_put_off_come_last(
    platform: Platform, make: Factory, contest: Contest, room: Room
) -> None:
    entries = [make.submission(make.unit(contest), "approved") for _ in range(3)]
    with platform.db.read() as session:
        order = _order(session, contest, room.actor)
    by_code = {submission.code: submission for submission in entries}
    room.act("put_off", by_code[order[0]])
    room.act("step_aside", by_code[order[1]], "abstained", reason="Không nghe được.")
    with platform.db.read() as session:
        assert _order(session, contest, room.actor) == order
        following = ballot_lists.next_due(session, contest, actor=room.actor)
        assert following is not None
        assert following.code == order[2]
        last = ballot_lists.next_due(session, contest, actor=room.actor, after=following)
        assert last is not None
        assert last.code == order[0]
        owed, ahead = ballot_lists.still_due(session, contest, actor=room.actor, besides=last)
        assert (owed.count, owed.codes) == (1, [order[2]])
        assert [clip.code for clip in ahead] == [order[2]]
        far = ballot_lists.tally(session, contest, actor=room.actor)
    assert (far.clips, far.due, far.owed) == (3, 3, 2)


def _order(session: Session, contest: Contest, actor: Actor) -> list[str]:
    return [c.submission.code for c in ballot_lists.listed(session, contest, actor=actor).rows]


def test_after_a_clip_comes_the_one_after_it_and_after_the_last_the_first(
    platform: Platform, make: Factory, contest: Contest, room: Room
) -> None:
    entries = [make.submission(make.unit(contest), "approved") for _ in range(4)]
    by_code = {submission.code: submission for submission in entries}
    with platform.db.read() as session:
        order = _order(session, contest, room.actor)
        for here, there in zip(order, [*order[1:], order[0]], strict=True):
            found = ballot_lists.next_due(session, contest, actor=room.actor, after=by_code[here])
            assert found is not None
            assert found.code == there


def test_each_juror_has_an_order_of_their_own(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    for _ in range(6):
        make.submission(make.unit(contest), "approved")
    with platform.db.read() as session:
        orders = {
            tuple(_order(session, contest, make.actor(make.user("juror", contest=contest))))
            for _ in range(4)
        }
    assert len(orders) == 4


def test_two_tabs_that_save_first_at_once_make_one_ballot(
    platform: Platform, room: Room, submission: Submission
) -> None:
    outcomes: list[str] = []

    def save() -> None:
        try:
            room.act("save", submission, {}, version=0)
        except DomainError as refusal:
            outcomes.append(refusal.code)
        else:
            outcomes.append("saved")

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "saved"]


def test_locking_ends_the_round_and_unlocking_needs_a_reason(
    platform: Platform, make: Factory, contest: Contest, room: Room, submission: Submission
) -> None:
    organiser = make.actor(make.user("organiser", contest=contest))
    at = platform.clock.now()
    with platform.db.write() as session:
        jury_round.lock(session, session.get_one(Contest, contest.id), actor=organiser, at=at)
    with pytest.raises(Conflict, match="locked"):
        room.act("save", submission, {}, version=0)
    with platform.db.write() as session, pytest.raises(Invalid):
        jury_round.unlock(
            session, session.get_one(Contest, contest.id), reason="", actor=organiser, at=at
        )
    with platform.db.write() as session:
        jury_round.unlock(
            session, session.get_one(Contest, contest.id), reason="Một giám khảo bị ốm.",
            actor=organiser, at=at,
        )
    room.act("save", submission, {}, version=0)


def test_progress_names_what_is_owed_and_never_a_mark(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, juror: User
) -> None:
    other = make.submission(make.unit(contest), "approved")
    late = make.user("juror", contest=contest, unit=other.unit)
    make.ballot(submission, juror, full(contest))
    make.ballot(other, juror, full(contest), state="open")
    with platform.db.read() as session:
        first, second = jury_round.progress(session, session.get_one(Contest, contest.id))
        clips = jury_round.open_clips(session, contest, [first, second])
        gaps = jury_round.blockers(session, session.get_one(Contest, contest.id), at=TIME)
    assert (first.user.id, first.code, first.done, first.due) == (juror.id, "GK1", 1, 2)
    assert (first.owed, first.ready, second.owed, second.ready) == (1, 1, 1, 0)
    assert clips[juror.id] == [jury_round.OpenClip(other.code, True)]
    assert (second.user.id, second.done, second.due, clips[late.id]) == (
        late.id, 0, 1, [jury_round.OpenClip(submission.code, False)],
    )
    assert [(gap.code, gap.count) for gap in gaps] == [("ballots", 1), ("ballots", 1)]
    assert gaps[0].vi == f"{juror.name} chưa nộp 1 phiếu (trong đó 1 phiếu đã chấm đủ)."


def test_a_juror_sees_own_figures_only(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, juror: User
) -> None:
    marks = full(contest)
    make.ballot(submission, juror, marks)
    make.ballot(submission, make.user("juror", contest=contest), dict.fromkeys(marks, 0))
    with platform.db.read() as session:
        own = own_marks.own_figures(session, contest, actor=make.actor(juror))
    assert own is not None
    assert own.count == 1
    assert own.mean == own.lowest == own.highest == 100 - len(marks)


def test_the_trail_names_acts_but_no_marks(
    platform: Platform, room: Room, submission: Submission, contest: Contest
) -> None:
    room.act("save", submission, full(contest), version=0)
    room.act("submit", submission)
    with platform.db.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action.like("ballot.%"))).all()
    assert [(row.action, row.after) for row in rows] == [
        ("ballot.submitted", {"state": "submitted", "reason": ""})
    ]
