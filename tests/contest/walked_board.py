"""A random walk's board: members vote, take back, stand aside, come and go; a chair decides."""

import random
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import (
    Contest,
    Mail,
    ProfileRevision,
    Review,
    ReviewVote,
    Submission,
    Task,
    User,
)
from contest.services.core import profiles
from contest.services.core.appraisal import EXCUSED, SETTLE, Board, Numbers, Standing
from contest.services.entry import reviews, votes
from contest.services.entry.reviews import Decision
from contest.services.people import chair, people
from tests.contest.factory import Factory
from tests.contest.walked_page import REASON

# What the rules of a walk say of the board; the first: every reviewer decides alone.
BOARDS = ("", "approvals = 2", "approvals = 2\nquorum = 3", "second_to_reject = true",
          "approvals = 3\nquorum = 2")


class BoardOfWalk:
    """What of a walk concerns the board."""

    make: Factory
    random: random.Random
    first: Actor
    contest: Contest
    members: list[User]
    settled: int = 0

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def decide(self, session: Session, one: Submission, decision: Decision, who: Actor) -> None:
        raise NotImplementedError

    def authors_agree(self, session: Session, one: Submission) -> bool:
        raise NotImplementedError

    # ------------------------------------------------------------------ what happens

    def vote(self, session: Session, one: Submission) -> None:
        """A member who may votes, changes their vote, takes it back or stands aside."""
        board = votes.board(session, one, at=self.at)
        if not profiles.profile_of(one.contest).review.by_board or not board.able:
            return
        actor = self.make.actor(session.get_one(User, self.random.choice(board.able).id))
        act = self.random.choices(("vote", "take back", "aside"), weights=(12, 1, 1))[0]
        self.note(f"{one.code} before the board: {actor.name}, {act}")
        if act == "aside":
            votes.stand_aside(session, one, reason=REASON, actor=actor, at=self.at)
        elif act == "take back" and actor.id in board.votes:
            votes.take_back(session, one, actor=actor, at=self.at)
        else:
            self.decide(session, one, self._opinion(one), actor)

    def cast(self, session: Session, one: Submission) -> None:
        """The chair's word, where it is the chair's turn."""
        board = votes.board(session, one, at=self.at)
        by_board = profiles.profile_of(one.contest).review.by_board
        if not by_board or not board.chair_may:
            return
        if board.chair is None:
            self.a_chair(session, one.contest)
            return
        actor = self.make.actor(session.get_one(User, board.chair.id))
        self.note(f"{one.code} before the board: the chair's word")
        others = [v for v in board.votes.values() if v.member_id != actor.id]
        may_reject = any(vote.outcome == "reject" for vote in others)
        may = [*["approve"] * self.authors_agree(session, one), *["reject"] * may_reject]
        late = self.at >= profiles.profile_of(one.contest).schedule.counts_close
        if not may and late:
            return  # the author's word, another vote, or the unit leads on
        said = self._opinion(one, only=("changes", *may))
        votes.decide_as_chair(session, one, replace(said, reason=REASON), actor=actor, at=self.at)

    def _opinion(
        self, one: Submission, only: tuple[str, ...] = ("approve", "approve", "changes", "reject")
    ) -> Decision:
        profile = profiles.profile_of(one.contest)
        late = self.at >= profile.schedule.counts_close
        outcome = self.random.choice([word for word in only if word != "changes" or not late])
        assert one.version_id is not None
        return Decision(
            one.version_id, outcome, {item.id: True for item in profile.review.checklist},
            "" if outcome == "approve" else REASON,
            until=reviews.suggested_until(profile, at=self.at) if outcome == "changes" else None,
        )

    def the_board(self, session: Session, contest: Contest) -> None:
        """A member leaves or comes back, or another one becomes the chair; the task runs."""
        user = session.get_one(User, self.random.choice(self.members).id)
        held = {grant.role for grant in people.grants_of(session, user, contest)}
        if self.random.random() < 0.3:
            self.a_chair(session, contest)
        else:
            roles = () if "reviewer" in held else ("reviewer",)
            self.note(f"{user.name} {'leaves' if held else 'joins'} the board")
            people.change_roles(session, contest, user, roles=roles, unit_id=None,
                                actor=self.first, at=self.at)
        votes.settle(session, contest, at=self.at)

    def a_chair(self, session: Session, contest: Contest) -> None:
        user = session.get_one(User, self.random.choice(self.members).id)
        if "reviewer" in {grant.role for grant in people.grants_of(session, user, contest)}:
            self.note(f"{user.name} is named the chair")
            chair.name(session, contest, user, chair=True, actor=self.first, at=self.at)

    def settle(self, session: Session, contest: Contest) -> None:
        """The task's turn, wherever something has asked for it."""
        asked = session.scalar(select(func.count(Task.id)).where(
            Task.contest_id == contest.id, Task.kind == SETTLE)) or 0
        if asked > self.settled:
            self.settled = asked
            votes.settle(session, contest, at=self.at)

    # ------------------------------------------------------------------ what must hold

    def look_at_board(self, session: Session, entries: list[Submission]) -> None:
        """What has been reached is decided, and every decision was reached, once."""
        for one in entries:
            if one.state == "in_review" and profiles.profile_of(one.contest).review.by_board:
                board = votes.board(session, one, at=self.at)
                waits = board.reached == "approve" and not self.authors_agree(session, one)
                assert board.standing != Standing.DECIDED or waits, (one.code, board.counts)
                self._somebody_may(board)
        made = session.scalars(
            select(ReviewVote).join(ReviewVote.submission)
            .where(Submission.contest_id == self.contest.id, ReviewVote.review_id.is_not(None))
        ).all()
        for review_id in {vote.review_id for vote in made}:
            assert review_id is not None
            review = session.get_one(Review, review_id)
            rules = session.get_one(ProfileRevision, review.profile_revision_id)
            numbers = Numbers.of(profiles.profile_at(rules), at=review.created_at)
            self._was_reached(review, [v for v in made if v.review_id == review_id], numbers)

    def may_follow(self, session: Session, told: Mail) -> None:
        """Who was told that it is the chair's turn finds it so; without a chair an organiser was
        told, who can name one."""
        one = session.get_one(Submission, told.params["submission_id"])
        board = votes.board(session, one, at=self.at)
        assert one.state == "in_review" and board.chair_may
        assert told.params["chair"] == (board.chair is not None)
        assert board.chair is None or told.params["user_id"] == board.chair.id

    def _somebody_may(self, board: Board) -> None:
        """Members, or the chair; else an organiser names one, which a walk does, too."""
        assert board.left or board.chair_may or board.reached  # by whom its author asks

    def _was_reached(self, review: Review, made: list[ReviewVote], numbers: Numbers) -> None:
        """By the rules then in force: enough votes, and no other outcome with enough has more."""
        given = [vote for vote in made if vote.outcome != EXCUSED and not vote.casting]
        assert len({vote.member_id for vote in given}) == len(given)
        words = [vote for vote in made if vote.casting]
        assert len(words) <= 1
        counts = {word: sum(vote.outcome == word for vote in given)
                  for word in ("approve", "changes", "reject")}
        if not words:
            enough = {word: n for word, n in counts.items() if n >= numbers.of_outcome(word)}
            assert len(given) >= numbers.quorum
            assert [word for word, n in enough.items() if n == max(enough.values())] == [
                review.outcome]
