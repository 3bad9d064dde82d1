"""A board's votes about a clip (plan IV.2): given, changed, taken back, and the decision they make.

Which votes count and what they come to says ``core/appraisal.py``. Everything here holds the
entry's row, so that of votes that come at once each is counted with all before it, and the decision
falls exactly once: with the vote, the standing aside or the chair's word that makes it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import Contest, Review, ReviewVote, Submission
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import appraisal, audit, locks, profiles
from contest.services.core.appraisal import (
    APPROVE,
    CHANGES,
    EXCUSED,
    REJECT,
    Board,
    Member,
    Standing,
)
from contest.services.entry import consents, deciding, staff_mails
from contest.services.entry.deciding import Decision
from contest.states import SubmissionState

# ---------------------------------------------------------------------------- one member


def give(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime
) -> Review | None:
    """A member's vote, instead of the one they gave before. Returns the decision if it falls.

    Raises ``NotAllowed`` without ``review.vote`` or for a clip of the member's own unit;
    ``Invalid`` for what is missing, as of a decision; ``Conflict`` for a newer version, or once
    it was decided.
    """
    profile, before = require_vote(session, submission, decision, actor=actor, at=at)
    old, new = _mine(session, submission, actor), _vote(submission, decision, profile, actor, at)
    if old is not None and _says(old) == _says(new):
        return None  # sent twice
    _end(session, old, "changed", at=at)
    return _voted(session, submission, new, before, actor=actor, at=at)


def require_vote(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime
) -> tuple[Profile, Board]:
    """Holds the entry's row; raises as ``give`` and changes nothing. The rules, and the board as it
    stands before this vote."""
    profile = _hold(session, submission, actor)
    deciding.require_newest(submission, decision)
    deciding.check(decision, profile, at=at)
    before = board(session, submission, at=at)
    _require_able(before, submission, actor)
    return profile, before


def stand_aside(
    session: Session, submission: Submission, *, reason: str, actor: Actor, at: datetime
) -> Review | None:
    """A member who is concerned is excused from a clip: no vote of theirs is waited for.

    Raises as ``give``; ``Invalid`` without a reason. Returns the decision if it falls with it.
    """
    profile = _hold(session, submission, actor)
    if not reason.strip():
        raise Invalid(
            "Hãy ghi lý do không tham gia thẩm định clip này; lý do được ghi vào biên bản.",
            "Please state why you stand aside from this clip; the minutes say it.",
        )
    before = board(session, submission, at=at)
    _require_member(before, actor)
    _end(session, _mine(session, submission, actor), "changed", at=at)
    assert submission.version_id is not None  # noqa: S101 - it is in review
    new = _vote(
        submission, Decision(submission.version_id, EXCUSED, reason=reason), profile, actor, at
    )
    return _voted(session, submission, new, before, actor=actor, at=at)


def take_back(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> None:
    """A member takes back a vote, or comes back from standing aside. Raises ``NotAllowed``;
    ``Conflict`` once it was decided, or where there is nothing to take back."""
    _hold(session, submission, actor)
    mine = _mine(session, submission, actor)
    if mine is None:
        raise Conflict(
            "Bạn không có phiếu nào đang có hiệu lực cho clip này.",
            "You have no vote about this clip to take back.",
        )
    _end(session, mine, "withdrawn", at=at)
    session.flush()
    record(session, "review_vote.withdrawn", mine, submission, actor=actor, at=at)


def _hold(session: Session, submission: Submission, actor: Actor) -> Profile:
    require(actor, "review.vote", submission)
    locks.lock(session, submission)
    if submission.state != SubmissionState.IN_REVIEW:
        raise Conflict(
            "Clip này không còn chờ thẩm định: có thể Tổ thẩm định vừa kết luận. Hãy tải lại "
            "trang.",
            "This clip no longer waits: the board may have decided just now. Please reload the "
            "page.",
        )
    return profiles.profile_of(submission.contest)


def _require_member(before: Board, actor: Actor) -> Member:
    known = {member.id: member for member in (*before.able, *before.aside)}
    if actor.id not in known:
        raise NotAllowed(
            "Bạn không thuộc Tổ thẩm định của hội thi này.",
            "You do not belong to this contest's board.",
        )
    return known[actor.id]


def _require_able(before: Board, submission: Submission, actor: Actor) -> None:
    """Nobody votes about their own unit's clip. Who stood aside by word comes back by voting."""
    if submission.unit_id in _require_member(before, actor).units:
        raise NotAllowed(
            "Đây là clip của đơn vị bạn, nên bạn không bỏ phiếu.",
            "This clip is of your own unit, so you do not vote about it.",
        )


def _mine(session: Session, submission: Submission, actor: Actor) -> ReviewVote | None:
    query = select(ReviewVote).where(
        ReviewVote.version_id == submission.version_id, ReviewVote.member_id == actor.id,
        ReviewVote.ended == "",
    )
    return session.scalars(query).one_or_none()


def _vote(
    submission: Submission, decision: Decision, profile: Profile, actor: Actor, at: datetime
) -> ReviewVote:
    assert actor.id is not None and submission.contest.revision_id is not None  # noqa: S101
    items = [item.id for item in profile.review.checklist]
    return ReviewVote(
        submission_id=submission.id, version_id=decision.version_id, member_id=actor.id,
        profile_revision_id=submission.contest.revision_id, outcome=decision.outcome,
        checklist={item: bool(decision.checklist.get(item)) for item in sorted(items)},
        reason=decision.reason.strip(), note=decision.note.strip(),
        until=decision.until if decision.outcome == CHANGES else None, given_at=at,
    )


def _says(vote: ReviewVote) -> tuple[object, ...]:
    return (vote.outcome, vote.checklist, vote.reason, vote.note, vote.until)


def _end(session: Session, vote: ReviewVote | None, how: str, *, at: datetime) -> None:
    if vote is not None:
        vote.ended, vote.ended_at = how, at
        session.flush()


def _voted(
    session: Session, submission: Submission, new: ReviewVote, before: Board, *, actor: Actor,
    at: datetime,
) -> Review | None:
    session.add(new)
    session.flush()
    record(
        session, "review_vote.excused" if new.outcome == EXCUSED else "review_vote.given", new,
        submission, actor=actor, at=at,
    )
    now = board(session, submission, at=at)
    if _falls(session, submission, now):
        return _conclude(session, submission, now, actor=actor, at=at)
    if now.standing == Standing.CHAIR and before.standing != Standing.CHAIR:
        staff_mails.tell_board_waits(session, submission, now, at=at)
    return None


def record(
    session: Session, action: str, vote: ReviewVote, submission: Submission, *, actor: Actor,
    at: datetime,
) -> None:
    """What was voted is not told by the trail, which organisers read meanwhile: rows stay."""
    audit.record(
        session, action, vote, actor=actor, at=at,
        contest_id=submission.contest_id,
        after={"code": submission.code, "version": vote.version_id},
    )


# ---------------------------------------------------------------------------- the decision


def decide_as_chair(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime
) -> Review:
    """The chair's casting word, which ends a tie, a disagreement, or a board without a quorum.

    Raises as ``give``; ``Invalid`` without a reason, which the minutes say; ``NotAllowed`` for
    whoever is not this clip's chair; ``Conflict`` while the members' votes can still decide, and
    for a rejection that nobody else has voted for where the rules ask for two.
    """
    profile, now = require_word(session, submission, decision, actor=actor, at=at)
    word = _vote(submission, decision, profile, actor, at)
    review = _store(session, submission, decision, now, reviewer_id=word.member_id, at=at)
    word.casting, word.ended, word.ended_at, word.review_id = True, "decided", at, review.id
    session.add(word)
    session.flush()
    record(session, "review_vote.casting", word, submission, actor=actor, at=at)
    deciding.move_on(session, submission, decision, review, actor=actor, at=at)
    return review


def require_word(
    session: Session, submission: Submission, decision: Decision, *, actor: Actor, at: datetime
) -> tuple[Profile, Board]:
    """As ``require_vote``, for ``decide_as_chair``."""
    require(actor, "review.chair", submission)
    profile = _hold(session, submission, actor)
    deciding.require_newest(submission, decision)
    if not decision.reason.strip():
        raise Invalid(
            "Hãy ghi ý kiến của Chủ tịch; ý kiến này được ghi vào biên bản.",
            "Please state the chair's reason; the minutes say it.",
        )
    deciding.check(decision, profile, at=at)
    if decision.outcome == APPROVE:
        consents.require_authors(session, submission, profile)
    now = board(session, submission, at=at)
    _require_casting(now, decision, profile, actor)
    return profile, now


def _require_casting(now: Board, decision: Decision, profile: Profile, actor: Actor) -> None:
    if now.chair is None or now.chair.id != actor.id:
        raise NotAllowed(
            "Chỉ Chủ tịch (trưởng nhóm) Tổ thẩm định quyết định được như vậy.",
            "Only the board's chair has a casting word.",
        )
    if not now.chair_may:
        raise Conflict(
            "Chưa đến lúc Chủ tịch quyết định: các thành viên còn bỏ phiếu và chưa có ý kiến khác "
            "nhau. Hãy chờ, hoặc bỏ phiếu như một thành viên.",
            "It is not yet the chair's turn: members still vote and do not disagree. Wait, or vote "
            "as a member.",
        )
    if decision.outcome == REJECT and is_lone(now, actor, profile):
        raise Conflict(
            "Loại clip cần hai người, mà chưa thành viên nào khác bỏ phiếu loại. Hãy yêu cầu chỉnh "
            "sửa, duyệt, hoặc trao đổi với các thành viên trước.",
            "A rejection needs two, and no other member has voted for it. Ask for changes, "
            "approve, or talk with the members first.",
        )


def is_lone(now: Board, actor: Actor, profile: Profile) -> bool:
    """Whether a rejection would be this person's alone where the rules ask for two."""
    others = [v for v in now.votes.values() if v.outcome == REJECT and v.member_id != actor.id]
    return profile.review.rejections > 1 and not others


def _falls(session: Session, submission: Submission, now: Board) -> bool:
    """Whether the decision falls: an approval that has been reached waits for authors' words that
    are missing, or stops at an objection, whichever vote came last. Whoever is asked and agrees has
    the board looked at again (``services/privacy/authors.py``)."""
    if now.standing != Standing.DECIDED:
        return False
    profile = profiles.profile_of(submission.contest)
    authors = consents.named(session, submission) if now.reached == APPROVE else []
    return consents.without_word(authors, profile) is None


def _conclude(
    session: Session, submission: Submission, now: Board, *, actor: Actor, at: datetime
) -> Review:
    """The decision that has been reached: ticked is what all who voted for it ticked."""
    profile = profiles.profile_of(submission.contest)
    won = [vote for vote in now.votes.values() if vote.outcome == now.reached]
    won.sort(key=lambda vote: vote.id)
    decision = Decision(
        won[-1].version_id, won[-1].outcome, reason=_joined([vote.reason for vote in won]),
        checklist={item.id: all(vote.checklist.get(item.id) for vote in won)
                   for item in profile.review.checklist},
        until=_until(won, profile, at=at),
    )
    review = _store(session, submission, decision, now, reviewer_id=won[-1].member_id, at=at)
    deciding.move_on(session, submission, decision, review, actor=actor, at=at)
    return review


def _store(
    session: Session, submission: Submission, decision: Decision, now: Board, *,
    reviewer_id: int, at: datetime,
) -> Review:
    """The decision's row; with it every vote in force ends."""
    profile = profiles.profile_of(submission.contest)
    review = deciding.record(
        session, submission, decision, profile, reviewer_id=reviewer_id, at=at
    )
    members = {member.id for member in now.aside}
    for vote in of_version(session, submission):
        if vote.ended:
            continue
        counted = vote.member_id in now.votes or vote.member_id in members
        vote.ended, vote.ended_at = ("decided" if counted else "removed"), at
        vote.review_id = review.id if counted else None
    session.flush()
    return review


def _joined(reasons: Sequence[str]) -> str:
    """What the unit reads: each reason once, in the order in which they were given."""
    return " ".join(dict.fromkeys(reason for reason in reasons if reason))


def _until(won: Sequence[ReviewVote], profile: Profile, *, at: datetime) -> datetime | None:
    """The latest deadline that was voted for; a new one where all of them have passed."""
    if won[-1].outcome != CHANGES:
        return None
    ahead = [vote.until for vote in won if vote.until and vote.until > at]
    return max(ahead) if ahead else deciding.suggested_until(profile, at=at)


def settle(session: Session, contest: Contest, *, at: datetime) -> int:
    """Look at every clip again after the rules or the board have changed: what has been reached is
    decided; who is waited for now is told. Returns how many were decided."""
    profile, decided = profiles.profile_of(contest), 0
    for submission_id in appraisal.boards(session, contest, profile, at=at):
        submission = session.get_one(Submission, submission_id)
        locks.lock(session, submission)
        now = board(session, submission, at=at)
        if submission.state == SubmissionState.IN_REVIEW and _falls(session, submission, now):
            _conclude(session, submission, now, actor=SYSTEM, at=at)
            decided += 1
        elif profile.review.by_board and now.standing == Standing.CHAIR and now.votes:
            staff_mails.tell_board_waits(session, submission, now, at=at)
    staff_mails.call_members(session, contest, at=at)
    return decided


# ---------------------------------------------------------------------------- reading


def board(session: Session, submission: Submission, *, at: datetime) -> Board:
    """The board before this clip, as of now."""
    profile = profiles.profile_of(submission.contest)
    given = [vote for vote in of_version(session, submission) if not vote.ended]
    return appraisal.board_of(
        submission.id, submission.unit_id, appraisal.members(session, submission.contest), given,
        profile=profile, numbers=appraisal.Numbers.of(profile, at=at),
    )


def of_version(session: Session, submission: Submission) -> Sequence[ReviewVote]:
    """All votes about the newest version, ended ones too, the oldest first."""
    query = (
        select(ReviewVote)
        .where(
            ReviewVote.submission_id == submission.id,
            ReviewVote.version_id == submission.version_id,
        )
        .options(joinedload(ReviewVote.member, innerjoin=True))
        .order_by(ReviewVote.id)
    )
    return session.scalars(query).all()


def of_reviews(session: Session, submission: Submission) -> dict[int, list[ReviewVote]]:
    """By decision, the votes that it came of."""
    query = (
        select(ReviewVote)
        .where(ReviewVote.submission_id == submission.id, ReviewVote.review_id.is_not(None))
        .options(joinedload(ReviewVote.member, innerjoin=True))
        .order_by(ReviewVote.id)
    )
    found: dict[int, list[ReviewVote]] = {}
    for vote in session.scalars(query):
        assert vote.review_id is not None  # noqa: S101 - the query asks for it
        found.setdefault(vote.review_id, []).append(vote)
    return found


def may_see(before: Board, actor: Actor) -> bool:
    """A member sees what the others think once they have voted themselves, so that the first vote
    does not make the rest; whoever does not vote (an organiser) sees it at any time. Who stands
    aside sees nothing until it is decided."""
    known = {member.id for member in (*before.able, *before.aside)}
    return actor.id not in known or actor.id in before.votes
