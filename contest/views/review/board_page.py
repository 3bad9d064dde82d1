"""Values for the reviewers' pages where a board decides: members, votes, what each may do."""

from dataclasses import dataclass

from contest.models import ReviewVote, Submission
from contest.permissions import can
from contest.services.core import appraisal
from contest.services.core.appraisal import Board, Member, Standing
from contest.services.entry import votes
from contest.states import SubmissionState
from contest.views.shared.support import current


@dataclass(frozen=True)
class Seat:
    """A member of the board and, as far as it is shown, their vote about a clip."""

    member: Member
    vote: ReviewVote | None
    voted: bool
    aside: bool


@dataclass(frozen=True)
class BoardOnPage:
    """The board before the clip on this page."""

    board: Board
    seats: tuple[Seat, ...]
    shown: bool  # what the others voted
    mine: ReviewVote | None  # in force, a standing aside too
    may_vote: bool
    may_cast: bool
    no_lone_rejection: bool  # a rejection needs two, and no other member has voted for it
    organises: bool  # and so may name a chair, a member, other numbers


def on_page(submission: Submission) -> BoardOnPage | None:
    """None where each reviewer decides alone, or the clip is not in review."""
    by_board = current.profile.review.by_board
    if not by_board or submission.state != SubmissionState.IN_REVIEW:
        return None
    board = votes.board(current.db, submission, at=current.now)
    in_force = {v.member_id: v for v in votes.of_version(current.db, submission) if not v.ended}
    shown, me = votes.may_see(board, current.actor), current.actor.id
    members = sorted((*board.able, *board.aside), key=lambda one: (not one.chair, one.name))
    own = any(one.id == me and submission.unit_id in one.units for one in members)
    is_member = any(one.id == me for one in members)
    may = can(current.actor, "review.vote", submission)
    chair = board.chair is not None and board.chair.id == me
    return BoardOnPage(
        board, tuple(_seat(one, board, in_force, shown or one.id == me) for one in members),
        shown, in_force.get(me) if me else None, may_vote=may and is_member and not own,
        may_cast=may and chair and board.chair_may,
        no_lone_rejection=votes.is_lone(board, current.actor, current.profile),
        organises=can(current.actor, "people.manage", submission),
    )


def _seat(
    member: Member, board: Board, in_force: dict[int, ReviewVote], shown: bool
) -> Seat:
    aside = any(one.id == member.id for one in board.aside)
    voted = member.id in board.votes
    vote = in_force.get(member.id) if shown and (voted or aside) else None
    return Seat(member, vote, voted, aside)


@dataclass(frozen=True)
class BoardInQueue:
    """What the lists say of the board: how many wait for whom, and how far each clip is."""

    boards: dict[int, Board]
    mine: int
    chair: int
    i_am_chair: bool
    has_chair: bool


def in_queue() -> BoardInQueue | None:
    """None where each reviewer decides alone."""
    if not current.profile.review.by_board:
        return None
    found = appraisal.boards(current.db, current.contest, current.profile, at=current.now)
    members, me = appraisal.members(current.db, current.contest), current.actor.id
    return BoardInQueue(
        found, mine=sum(1 for one in found.values() if me in {m.id for m in one.left}),
        chair=sum(1 for one in found.values() if one.standing == Standing.CHAIR),
        i_am_chair=any(one.chair and one.id == me for one in members),
        has_chair=any(one.chair for one in members),
    )
