"""Clips given out to jurors: step and preview, moves by hand, who owes what, what counts."""

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import scoring
from contest import profile as rule_files
from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Ballot, Contest, Submission, User
from contest.services.core import profiles
from contest.services.core.in_use import rule_guard
from contest.services.jury import (
    assigning,
    assignments,
    ballot_lists,
    ballots,
    jurors,
    jury_round,
    own_marks,
    shortages,
)
from contest.services.results import scoring_input, tally
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged

MARKING = datetime.fromisoformat("2023-06-14T16:02:00+07:00")
EACH = '[jury]\nassignment = "each"\njurors_per_clip = 2\nquorum = 2\nblind = false'
CLIPS = 6
CATEGORIES = """
[[categories]]
id = "hoc"
name = { vi = "Học", en = "Study" }
[[categories]]
id = "lam"
name = { vi = "Làm", en = "Work" }
[[prizes]]
id = "hoc"
by = "category:hoc"
count = 1
name = { vi = "Giải Học", en = "Study" }
[[prizes]]
id = "lam"
by = "category:lam"
count = 1
name = { vi = "Giải Làm", en = "Work" }
"""


class Room:
    """A contest whose rules give each clip to two jurors; four jurors, one of a unit's own."""

    def __init__(self, make: Factory, rules: str = EACH, more: str = "") -> None:
        self.make = make
        self.contest = make.contest(
            edit=lambda text: text.replace("[jury]\nblind = false", rules, 1) + more)
        self.units = [make.unit(self.contest) for _ in range(3)]
        self.clips = [make.submission(self.units[n % 3], "published") for n in range(CLIPS)]
        self.users = [make.user("juror", contest=self.contest,
                                unit=self.units[0] if n == 0 else None) for n in range(4)]
        self.organiser = make.actor(make.user("organiser", contest=self.contest))

    def now(self, session: Session) -> Contest:
        return session.get_one(Contest, self.contest.id)

    def draw(self, seed: str = "a", **options: object) -> assigning.Draft:
        with self.make.platform.db.write() as session:
            return assigning.share_out(
                session, self.now(session), seed=seed, actor=self.organiser, at=MARKING,
                **{"sha256": None, **options},  # type: ignore[arg-type]
            )

    def move(self, clip: Submission, giver: User | None, taker: User) -> None:
        with self.make.platform.db.write() as session:
            assigning.move(
                session, self.now(session), clip.code, giver=giver.id if giver else None,
                taker=taker.id, actor=self.organiser, at=MARKING,
            )

    def given(self) -> dict[str, list[str]]:
        """By the clip's code the codes of its jurors."""
        with self.make.platform.db.read() as session:
            contest = self.now(session)
            codes = {seat.user.id: seat.code for seat in jurors.everyone(session, contest)}
            has = assignments.by_clip(session, contest)
            return {c.code: sorted(codes[one] for one in has.get(c.id, ())) for c in self.clips}

    def of(self, user: User) -> list[Submission]:
        code = f"GK{self.users.index(user) + 1}"
        return [clip for clip in self.clips if code in self.given()[clip.code]]

    def marks(self, lack: int = 1) -> dict[str, int]:
        criteria = profiles.profile_of(self.contest).jury.criteria
        return {one.id: one.max - lack for one in criteria}

    def save(
        self, clip: Submission, user: User, *, submit: bool = True, lack: int = 1
    ) -> Ballot:
        actor = self.make.actor(user)
        with self.make.platform.db.write() as session:
            clip = session.get_one(Submission, clip.id)
            ballot = ballots.save(
                session, clip, self.marks(lack), version=0, actor=actor, at=MARKING)
            return ballots.submit(session, clip, actor=actor, at=MARKING) if submit else ballot

    def blockers(self) -> dict[str, int]:
        with self.make.platform.db.read() as session:
            found = jury_round.blockers(session, self.now(session), at=MARKING)
            return {one.code: sum(b.count for b in found if b.code == one.code) for one in found}


@pytest.fixture
def room(make: Factory, clock: FixedClock) -> Room:
    clock.moment = MARKING
    return Room(make)


def test_the_step_gives_what_its_preview_said_and_each_juror_marks_only_that(room: Room) -> None:
    db = room.make.platform.db
    assert room.blockers() == {"jury.ungiven": 6, "jury.quorum": 6}
    with db.read() as session:
        seen = assigning.draft(session, room.now(session), seed="a", actor=room.organiser)
    assert not any(room.given().values())  # a preview gives nothing
    assert room.draw(sha256=seen.sha256).jurors == seen.jurors == room.given()
    assert sorted(seen.loads.values()) == [3, 3, 3, 3]
    assert {len(codes) for codes in seen.jurors.values()} == {2}
    own = [clip for clip in room.clips if clip.unit_id == room.units[0].id]
    assert not any("GK1" in room.given()[clip.code] for clip in own)
    assert room.blockers() == {"ballots": 12, "jury.quorum": 6}
    user = room.users[1]
    mine, other = room.of(user), next(c for c in room.clips if c not in room.of(user))
    actor = room.make.actor(user)
    with db.read() as session:
        contest = room.now(session)
        listed = ballot_lists.listed(session, contest, actor=actor)
        assert {row.submission.id for row in listed.rows} == {clip.id for clip in mine}
        found = ballot_lists.tally(session, contest, actor=actor)
        assert (found.clips, found.due, found.owed) == (3, 3, 3)
        assert len(ballot_lists.following(session, contest, actor=actor)) == 3
        with pytest.raises(NotAllowed, match=other.code):
            ballots.find(session, contest, other.code, actor=actor)
    with pytest.raises(NotAllowed):
        room.save(other, user)
    room.save(mine[0], user)
    with db.read() as session:
        assert ballot_lists.tally(session, contest, actor=actor).owed == 2
        progress = {one.code: (one.due, one.owed)
                    for one in jury_round.progress(session, room.now(session))}
        assert progress["GK2"] == (3, 2)
        open_ = jury_round.open_clips(
            session, room.now(session), jury_round.progress(session, room.now(session)))
        assert {one.code for one in open_[user.id]} == {clip.code for clip in mine[1:]}


def test_the_same_seed_gives_the_same_and_the_trail_says_which_it_was(room: Room) -> None:
    first = room.draw("hạt giống 1")
    with room.make.platform.db.read() as session:
        contest = room.now(session)
        row = assigning.last(session, contest)
        assert row is not None
        assert row.after["seed"] == "hạt giống 1"
        assert (row.after["given"], row.after["sha256"]) == (12, first.sha256)
        again = assigning.draft(
            session, contest, seed=row.after["seed"], again=True, actor=room.organiser)
        assert again.sha256 == first.sha256
        other = assigning.draft(session, contest, seed="2", again=True, actor=room.organiser)
        assert other.sha256 != first.sha256
        kept = assigning.draft(session, contest, seed="2", actor=room.organiser)
        assert (kept.jurors, kept.given) == (first.jurors, 0)


def test_begun_anew_what_somebody_has_begun_to_mark_stays(room: Room) -> None:
    room.draw("a")
    clip = room.of(room.users[2])[0]
    room.save(clip, room.users[2], submit=False)
    for seed in "bcdef":
        room.draw(seed, again=True)
        assert "GK3" in room.given()[clip.code]
        assert Counter(len(codes) for codes in room.given().values()) == {2: 6}


def test_a_step_that_would_give_something_else_than_was_shown_is_refused(room: Room) -> None:
    with room.make.platform.db.read() as session:
        seen = assigning.draft(session, room.now(session), seed="a", actor=room.organiser)
    room.make.submission(room.units[1], "published")
    with pytest.raises(Conflict):
        room.draw("a", sha256=seen.sha256)
    assert not any(room.given().values())


def test_a_clip_is_moved_by_hand_and_no_mark_is_lost_unseen(room: Room) -> None:
    room.draw("a")
    giver = room.users[1]
    first = next(c for c in room.of(giver) if c.unit_id != room.units[0].id)
    second = next(c for c in room.of(giver) if c is not first)
    taker, left = [u for u in room.users if first not in room.of(u)]
    room.move(first, giver, taker)
    assert first not in room.of(giver)
    assert first in room.of(taker)
    with pytest.raises(Conflict, match="already"):
        room.move(first, None, taker)
    with pytest.raises(Conflict, match="nothing to move"):
        room.move(first, giver, left)
    room.save(second, giver)
    other = next(u for u in room.users[1:] if second not in room.of(u))
    with pytest.raises(Conflict, match="handed in"):
        room.move(second, giver, other)
    room.move(second, None, other)  # besides
    assert len(room.given()[second.code]) == 3
    own = next(c for c in room.clips if c.unit_id == room.units[0].id)
    with pytest.raises(Conflict, match="belongs to the unit"):
        room.move(own, None, room.users[0])
    with pytest.raises(NotFound):
        room.move(own, None, room.make.user())
    with room.make.platform.db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "jury.moved")).first()
    assert row is not None
    assert row.after == {"from": "GK2", "to": f"GK{room.users.index(taker) + 1}"}


def test_who_refused_with_a_reason_keeps_the_clip_and_another_marks_it_besides(room: Room) -> None:
    room.draw("a")
    user = room.users[3]
    clip, actor = room.of(user)[0], room.make.actor(user)
    with room.make.platform.db.write() as session:
        ballots.step_aside(session, session.get_one(Submission, clip.id), "recused",
                           reason="Người nhà.", actor=actor, at=MARKING)
    taker = next(u for u in room.users[1:3] if clip not in room.of(u))
    room.move(clip, user, taker)
    assert {"GK4", f"GK{room.users.index(taker) + 1}"} <= set(room.given()[clip.code])


def test_a_juror_leaves_with_half_the_marks_and_the_rest_is_given_out_again(room: Room) -> None:
    room.draw("a")
    gone = room.users[2]
    marked, *rest = room.of(gone)
    room.save(marked, gone)
    with room.make.platform.db.write() as session:
        left, given = assigning.retire(
            session, room.now(session), gone.id, keep=True, reason="Đi công tác",
            actor=room.organiser, at=MARKING)
    assert left.keeps_marks
    assert given == len(rest) == 2
    assert "GK3" in room.given()[marked.code]
    assert not any("GK3" in room.given()[clip.code] for clip in rest)
    assert {len(codes) for codes in room.given().values()} == {2}
    assert "jury.ungiven" not in room.blockers()


def test_a_juror_whose_marks_are_dropped_leaves_no_clip_behind(room: Room) -> None:
    room.draw("a")
    gone = room.users[2]
    room.save(room.of(gone)[0], gone)
    with room.make.platform.db.write() as session:
        _, given = assigning.retire(
            session, room.now(session), gone.id, keep=False, reason="Đi công tác",
            actor=room.organiser, at=MARKING)
    assert given == 3
    assert not any("GK3" in codes for codes in room.given().values())


def test_below_the_quorum_a_clip_is_named_with_the_way(room: Room) -> None:
    room.draw("a")
    for user in room.users:
        for clip in room.of(user):
            if clip is not room.clips[1] or user is room.users[1]:
                room.save(clip, user)
    with room.make.platform.db.read() as session:
        contest = room.now(session)
        [short] = shortages.below_quorum(session, contest)
        assert short.code == room.clips[1].code
        [line] = [b for b in shortages.blockers(session, contest) if b.code == "jury.quorum"]
    assert f"{short.code} ({short.has})" in line.vi
    assert "giao thêm giám khảo" in line.vi
    assert line.endpoint == "assigning.overview"


def test_nothing_is_given_out_after_the_lock_by_strangers_or_against_the_rules(
    room: Room, make: Factory
) -> None:
    with pytest.raises(Invalid):
        room.draw(" ")
    with make.platform.db.write() as session, pytest.raises(NotAllowed):
        assigning.share_out(session, room.now(session), seed="a", sha256=None, at=MARKING,
                            actor=make.actor(room.users[0]))
    with make.platform.db.write() as session:
        jury_round.lock(session, room.now(session), actor=room.organiser, at=MARKING)
    with pytest.raises(Conflict):
        room.draw()
    with pytest.raises(Conflict):
        room.move(room.clips[0], None, room.users[1])


def test_where_everybody_marks_everything_there_is_nothing_to_give_out(
    make: Factory, clock: FixedClock
) -> None:
    clock.moment = MARKING
    room = Room(make, "[jury]\nblind = false")
    with pytest.raises(Conflict, match="every juror marks every clip"):
        room.draw()
    assert room.blockers() == {"ballots": 22}  # 4 jurors, 6 clips, two of a juror's own unit
    with make.platform.db.read() as session:
        found = scoring_input.prepare(session, room.now(session), keys=make.platform.keys)
    assert not any("jurors" in entry for entry in found.data["entries"])


def test_ballots_handed_in_before_clips_were_shared_out_are_not_dropped(
    make: Factory, clock: FixedClock
) -> None:
    clock.moment = MARKING
    room = Room(make, "[jury]\nblind = false")
    clip = next(c for c in room.clips if c.unit_id != room.units[0].id)
    for user in room.users[:3]:
        room.save(clip, user)
    with make.platform.db.write() as session:
        contest = room.now(session)
        assert contest.revision is not None
        source = contest.revision.source.replace("[jury]\nblind = false", EACH, 1)
        old, new = profiles.profile_of(contest), rule_files.load(source).profile
        told = rule_guard.effects(session, contest, old, new, at=MARKING)
        assert [one.kind for one in told if "được giao" in one.vi] == ["told"]
        profiles.import_profile(session, source, actor=SYSTEM, at=MARKING, reason="Chia clip")
        jury_round.lock(session, contest, actor=room.organiser, at=MARKING)
        told = rule_guard.effects(session, contest, old, new, at=MARKING)
        assert [one.kind for one in told if "đã khoá" in one.vi] == ["refused"]
        contest.jury_locked_at = None
    room.draw()
    assert set(room.given()[clip.code]) == {"GK1", "GK2", "GK3"}
    assert {len(codes) for code, codes in room.given().items() if code != clip.code} == {2}


def test_by_category_a_juror_gets_the_clips_of_the_chosen_ones(
    make: Factory, clock: FixedClock
) -> None:
    clock.moment = MARKING
    room = Room(make, '[jury]\nassignment = "category"\nblind = false', CATEGORIES)
    with make.platform.db.write() as session:
        for place, clip in enumerate(room.clips):
            session.get_one(Submission, clip.id).category = ("hoc", "lam")[place % 2]
        contest = room.now(session)
        chosen = {room.users[0].id: {"hoc"}, room.users[1].id: {"hoc", "lam"}}
        assigning.choose_categories(session, contest, chosen, actor=room.organiser, at=MARKING)
        with pytest.raises(Invalid):
            assigning.choose_categories(session, contest, {room.users[1].id: {"x"}},
                                        actor=room.organiser, at=MARKING)
    room.draw()
    own = room.units[0].id
    for place, clip in enumerate(room.clips):
        theirs = ["GK1", "GK2"] if place % 2 == 0 and clip.unit_id != own else ["GK2"]
        assert room.given()[clip.code] == theirs


def test_a_result_counts_only_assigned_ballots_and_both_tallies_agree(
    make: Factory, contest: Contest, clock: FixedClock, built: Build
) -> None:
    stage: Stage = staged(built, make, contest)
    clock.moment = MARKING
    third = make.user("juror", contest=contest)
    stage.newer_rules("[jury]\nblind = false", EACH)
    first, second = stage.jurors
    with make.platform.db.write() as session:
        now = stage.contest_now(session)
        for clip, theirs in zip(stage.clips, ((first, second), (first, third), (second, third)),
                                strict=True):
            for user in theirs:
                assigning.move(session, now, clip.code, giver=None, taker=user.id,
                               actor=stage.organiser, at=MARKING)
    make.ballot(stage.clips[1], third, stage.marks(2))
    clock.moment = AFTER
    result = stage.compute()  # agrees with the second tally, or is refused
    output = result.output
    codes = [clip.code for clip in stage.clips]
    assert output["format"] == "hoithi-ranking/2"
    assert [(one["entry"], one["juror"]) for one in output["missing"]] == [(codes[2], "GK3")]
    assert output["below_quorum"] == [
        {"entry": codes[2], "unit": "Đoàn C", "ballots": 1}]
    with make.platform.db.read() as session:
        now = stage.contest_now(session)
        assert tally.differences(session, now, output) == []
        wrong = {**output, "below_quorum": []}
        assert tally.differences(session, now, wrong) == [f"{codes[2]}: – ≠ 1"]
        own = own_marks.ranking(session, now, actor=make.actor(second))
        assert {row.submission.code for row in own.rows} == {codes[0], codes[2]}
    short = stage.freeze(stage.compute(reason="Thiếu một phiếu"), stage.second)
    assert short.state == "frozen"  # too few ballots on a clip are told, and refuse nothing
    make.ballot(stage.clips[2], third, stage.marks(3))
    frozen = stage.freeze(stage.compute(reason="Đủ phiếu"), stage.second)
    assert frozen.output["missing"] == frozen.output["below_quorum"] == []
    checks = scoring.bundle.verify(
        make.platform.blobs.path(frozen.bundle_sha256), key=stage.fingerprint)
    assert [one for one in checks if not one.holds] == []
