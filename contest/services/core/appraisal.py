"""The board that appraises clips (plan IV.2): who belongs to it, which votes count, and for what.

Every reviewer with an open account belongs to it. A vote counts for the version it was given
about, while its member belongs to the board and stands aside neither by word (``excused``) nor
because the clip is of their own unit; an approval counts while it ticks every required item of the
rules in force. So a new version, a member who leaves and a changed checklist need no clearing.

An outcome has been reached with its number of votes, once the quorum has voted; if two have, the
one with more. The chair's casting word ends a tie, a board of which no vote that is still to come
can reach anything, and one that has become too small for its quorum.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.models import Contest, ReviewVote, RoleGrant, Submission, User
from contest.profile import Profile
from contest.services.core import outbox
from contest.states import SubmissionState
from contest.tokens import new_code

APPROVE, CHANGES, REJECT, EXCUSED = "approve", "changes", "reject", "excused"
SETTLE = "reviews.settle"  # the task that looks at every clip again


class Standing(StrEnum):
    """How far the board is with a clip."""

    VOTES = "votes"  # it waits for members
    CHAIR = "chair"  # only the chair's word can end it
    DECIDED = "decided"


@dataclass(frozen=True)
class Member:
    """Somebody of the board. ``units``: their own, about whose clips they do not vote."""

    id: int
    name: str
    chair: bool
    units: frozenset[int]


@dataclass(frozen=True)
class Numbers:
    """What an outcome needs. ``late``: no other clip can be sent any more, so votes for changes
    decide nothing; they still count against the others, for no decision falls by the clock."""

    approve: int
    changes: int
    reject: int
    quorum: int
    late: bool = False

    @classmethod
    def of(cls, profile: Profile, *, at: datetime) -> "Numbers":
        rules = profile.review
        return cls(
            rules.approvals, rules.rejections, rules.rejections, rules.quorum,
            late=at >= profile.schedule.counts_close,
        )

    def of_outcome(self, outcome: str) -> int:
        return {APPROVE: self.approve, CHANGES: self.changes, REJECT: self.reject}[outcome]


@dataclass(frozen=True)
class Board:
    """The board before one clip. ``able``: who may vote about it; ``votes``: those that count."""

    submission_id: int
    able: tuple[Member, ...]
    aside: tuple[Member, ...]
    votes: Mapping[int, ReviewVote]  # by member
    numbers: Numbers

    @property
    def counts(self) -> dict[str, int]:
        given = [vote.outcome for vote in self.votes.values()]
        return {outcome: given.count(outcome) for outcome in (APPROVE, CHANGES, REJECT)}

    @property
    def left(self) -> tuple[Member, ...]:
        """Members who have not voted."""
        return tuple(member for member in self.able if member.id not in self.votes)

    @property
    def chair(self) -> Member | None:
        """Who has the casting word about this clip; None where nobody has, or stands aside."""
        return next((member for member in self.able if member.chair), None)

    @property
    def too_small(self) -> bool:
        """Fewer may vote than the quorum asks."""
        return len(self.able) < self.numbers.quorum

    @property
    def reached(self) -> str | None:
        """The outcome that has been reached, or None."""
        leading = self._leading()
        return leading[0] if len(leading) == 1 and self._may_be(leading[0]) else None

    @property
    def standing(self) -> Standing:
        leading = self._leading()
        if self.reached:
            return Standing.DECIDED
        if self.too_small or not self.left or len(leading) == 1:
            return Standing.CHAIR
        hope = len(self.votes) < self.numbers.quorum or bool(leading)
        return Standing.VOTES if hope or self._within_reach() else Standing.CHAIR

    @property
    def chair_may(self) -> bool:
        """Whether the casting word is free: nothing else can end it, or the board disagrees."""
        disagrees = sum(1 for count in self.counts.values() if count) > 1
        enough = len(self.votes) >= self.numbers.quorum
        return self.standing == Standing.CHAIR or (
            self.standing == Standing.VOTES and enough and disagrees
        )

    def _leading(self) -> list[str]:
        """The outcomes that have their number, those with most votes; none before the quorum."""
        if len(self.votes) < self.numbers.quorum:
            return []
        enough = {
            outcome: count for outcome, count in self.counts.items()
            if self.numbers.of_outcome(outcome) <= count
        }
        return [outcome for outcome, count in enough.items() if count == max(enough.values())]

    def _may_be(self, outcome: str) -> bool:
        return outcome != CHANGES or not self.numbers.late

    def _within_reach(self) -> bool:
        return any(
            self.numbers.of_outcome(outcome) <= count + len(self.left)
            for outcome, count in self.counts.items() if self._may_be(outcome)
        )


# ---------------------------------------------------------------------------- reading


def members(session: Session, contest: Contest) -> list[Member]:
    """The board, its chair first, then by name."""
    query = (
        select(RoleGrant, User.name)
        .join(RoleGrant.user)
        .where(RoleGrant.contest_id == contest.id, User.active)
    )
    rows = session.execute(query).all()
    units: dict[int, set[int]] = {}
    for grant, _ in rows:
        units.setdefault(grant.user_id, set()).update([grant.unit_id] if grant.unit_id else [])
    found = [
        Member(grant.user_id, name, grant.chair, frozenset(units[grant.user_id]))
        for grant, name in rows if grant.role == "reviewer"
    ]
    return sorted(found, key=lambda one: (not one.chair, one.name, one.id))


def boards(
    session: Session, contest: Contest, profile: Profile, *, at: datetime,
    only: Collection[int] | None = None,
) -> dict[int, Board]:
    """The board before every clip in review, or those of the entries ``only``: three queries."""
    here = select(Submission.id, Submission.unit_id).where(
        Submission.contest_id == contest.id, Submission.state == SubmissionState.IN_REVIEW
    )
    if only is not None:
        here = here.where(Submission.id.in_(only))
    rows = session.execute(here.order_by(Submission.id)).all()
    everybody, given = members(session, contest), _votes(session, contest, only)
    numbers = Numbers.of(profile, at=at)
    return {
        row.id: board_of(
            row.id, row.unit_id, everybody, given.get(row.id, []), profile=profile, numbers=numbers
        )
        for row in rows
    }


def _votes(
    session: Session, contest: Contest, only: Collection[int] | None
) -> dict[int, list[ReviewVote]]:
    """The votes in force about the newest versions, by entry, the oldest first."""
    query = (
        select(ReviewVote)
        .join(Submission, Submission.version_id == ReviewVote.version_id)
        .where(
            Submission.contest_id == contest.id, ReviewVote.ended == "",
            Submission.state == SubmissionState.IN_REVIEW,
        )
        .options(joinedload(ReviewVote.member, innerjoin=True))
        .order_by(ReviewVote.id)
    )
    if only is not None:
        query = query.where(Submission.id.in_(only))
    found: dict[int, list[ReviewVote]] = {}
    for vote in session.scalars(query):
        found.setdefault(vote.submission_id, []).append(vote)
    return found


def board_of(
    submission_id: int, unit_id: int, everybody: Iterable[Member], given: Iterable[ReviewVote],
    *, profile: Profile, numbers: Numbers,
) -> Board:
    """The board before one clip. ``given``: the votes in force about its version."""
    by_member = {vote.member_id: vote for vote in given}
    aside = {
        member.id for member in everybody
        if unit_id in member.units
        or (member.id in by_member and by_member[member.id].outcome == EXCUSED)
    }
    able = tuple(member for member in everybody if member.id not in aside)
    votes = {
        member.id: by_member[member.id] for member in able
        if member.id in by_member and _still_holds(by_member[member.id], profile)
    }
    return Board(
        submission_id, able, tuple(m for m in everybody if m.id in aside), votes, numbers
    )


def _still_holds(vote: ReviewVote, profile: Profile) -> bool:
    """An approval is one of every item that the rules in force require."""
    required = [item.id for item in profile.review.checklist if item.required]
    return vote.outcome != APPROVE or all(vote.checklist.get(item) for item in required)


# ---------------------------------------------------------------------------- when numbers change


@dataclass(frozen=True)
class Leaving:
    """What would follow if a member left: so many of their votes count no longer, so many clips
    more would wait for the chair."""

    votes: int
    chair: int


def if_left(
    session: Session, contest: Contest, profile: Profile, user_id: int, *, at: datetime
) -> Leaving | None:
    """For a preview; None for somebody who is no member, or where nobody votes."""
    if not profile.review.by_board or all(one.id != user_id for one in members(session, contest)):
        return None
    now = boards(session, contest, profile, at=at).values()
    then = [_without(one, user_id) for one in now]
    waiting = sum(one.standing == Standing.CHAIR for one in now)
    return Leaving(
        sum(user_id in one.votes for one in now),
        sum(one.standing == Standing.CHAIR for one in then) - waiting,
    )


def _without(board: Board, user_id: int) -> Board:
    return replace(
        board, able=tuple(one for one in board.able if one.id != user_id),
        votes={member: vote for member, vote in board.votes.items() if member != user_id},
    )


def concerned(old: Profile, new: Profile) -> bool:
    """Whether a change of the rules may change what a board's votes come to."""
    return old.review != new.review and (old.review.by_board or new.review.by_board)


def look_again(session: Session, contest: Contest, *, at: datetime) -> None:
    """Enqueue a look at every clip: the rules or the board have changed, and a vote that was given
    may decide now. A task of its own each time, for one that runs may have looked before."""
    outbox.enqueue(
        session, SETTLE, contest.id, at=at, contest_id=contest.id, priority="high",
        key=f"{SETTLE}:{contest.id}:{new_code(12)}",
    )
