"""Mails of this room to the staff: a board waits for its members or its chair; a final result no
longer holds."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import Contest, HeldDecision, Mail, Review, Submission, User
from contest.profile import reminding
from contest.services.core import appraisal, deadlines, locks, mail, outbox, profiles
from contest.services.core.appraisal import Board, Standing
from contest.services.fanpage.organisers import organisers_of

BOARD_WAITS, RESULT_MOVED, VOTE_WAITS = "board_waits", "result_moved", "vote_waits"
CALL = "reviews.call"  # the task that tells the board's members of clips that wait for them
GATHERED = timedelta(minutes=30)  # clips of so long go into one mail
LEAST = timedelta(minutes=15)
FINAL = ("frozen", "published")


def tell_result_moved(session: Session, submission: Submission, *, at: datetime) -> None:
    """The organisers, when a counted clip left or came back after a result was final. The page
    Results shows the new ranking beside the old one and makes the new revision in one step
    (``services/results/replacement.py``)."""
    if deadlines.newest_result(session, submission.contest_id) not in FINAL:
        return
    for user in organisers_of(session, submission.contest):
        mail.enqueue(
            session, to=user.email, template=RESULT_MOVED, language=user.language, at=at,
            params={
                "user_id": user.id, "submission_id": submission.id,
                "path": f"/c/{submission.contest.slug}/organiser/results",
            },
            contest_id=submission.contest_id,
        )


def tell_board_waits(
    session: Session, submission: Submission, board: Board, *, at: datetime
) -> None:
    """The chair, who has the casting word; without one the organisers, who name one, or a member,
    or change the numbers. Once for a version, and once more after each decision about it."""
    chair = board.chair
    people = [session.get_one(User, chair.id)] if chair else organisers_of(
        session, submission.contest
    )
    known = _told(session, submission)
    for user in people:
        if user.id not in known:
            mail.enqueue(
                session, to=user.email, template=BOARD_WAITS, language=user.language, at=at,
                params={
                    "user_id": user.id, "submission_id": submission.id,
                    "version_id": submission.version_id, "chair": chair is not None,
                    "path": f"/c/{submission.contest.slug}/review/{submission.code}",
                },
                contest_id=submission.contest_id,
            )


def _told(session: Session, submission: Submission) -> set[int]:
    """Who was told about this version since the last decision about it."""
    last = session.scalar(
        select(func.max(Review.created_at)).where(Review.version_id == submission.version_id)
    )
    query = select(Mail).where(
        Mail.contest_id == submission.contest_id, Mail.template == BOARD_WAITS,
        Mail.params["version_id"].as_integer() == submission.version_id,
    )
    if last is not None:
        query = query.where(Mail.created_at > last)
    return {int(one.params["user_id"]) for one in session.scalars(query)}


# ---------------------------------------------------------------------------- a vote waits


def call_members(session: Session, contest: Contest, *, at: datetime) -> None:
    """A clip waits for votes, or the board has changed: its members are told within the hour, in
    one mail about all clips that have come meanwhile, and after the quiet hours."""
    profile = profiles.profile_of(contest)
    if profile.review.by_board:
        due = at + LEAST
        due += -due.timestamp() % GATHERED.total_seconds() * timedelta(seconds=1)
        due = reminding.quiet_until(profile, due) or due
        outbox.enqueue(session, CALL, contest.id, at=at, due_at=due, contest_id=contest.id,
                       key=f"{CALL}:{contest.id}:{int(due.timestamp())}")


def tell_members(session: Session, contest: Contest, *, at: datetime) -> int:
    """One mail to each member for whom clips wait that they were not told about; returns how many
    mails. Nobody is told twice about a version, but once more after each decision about it."""
    profile = profiles.profile_of(contest)
    if not profile.review.by_board:
        return 0
    locks.lock(session, contest)
    waiting = _waiting(session, contest, at=at)
    told = _called(session, contest, {version for owed in waiting.values() for version in owed})
    count = 0
    for user_id, versions in waiting.items():
        if new := [one for one in versions if (user_id, one) not in told]:
            user = session.get_one(User, user_id)
            mail.enqueue(
                session, to=user.email, template=VOTE_WAITS, language=user.language, at=at,
                params={"user_id": user_id, "versions": new, "path": f"/c/{contest.slug}/review/"},
                contest_id=contest.id,
            )
            count += 1
    return count


def _waiting(session: Session, contest: Contest, *, at: datetime) -> Mapping[int, list[int]]:
    """Member -> the versions that wait for a vote of theirs, which can still decide something; none
    for which their vote is held just now."""
    boards = appraisal.boards(session, contest, profiles.profile_of(contest), at=at)
    query = select(Submission.id, Submission.version_id).where(Submission.id.in_(boards))
    versions = {row[0]: row[1] for row in session.execute(query)}
    voting = select(HeldDecision.user_id, HeldDecision.version_id).where(
        HeldDecision.submission_id.in_(boards), HeldDecision.state == "held"
    )
    held = {(row[0], row[1]) for row in session.execute(voting)}
    found: dict[int, list[int]] = {}
    for board in boards.values():
        version = versions[board.submission_id]
        if board.standing == Standing.VOTES and version is not None:
            for member in board.left:
                if (member.id, version) not in held:
                    found.setdefault(member.id, []).append(version)
    return found


def _called(
    session: Session, contest: Contest, versions: set[int]
) -> set[tuple[int, int]]:
    """Who was told about which version since the last decision about it."""
    query = select(Review.version_id, func.max(Review.created_at)).where(
        Review.version_id.in_(versions))
    decided = {row[0]: row[1] for row in session.execute(query.group_by(Review.version_id))}
    sent = select(Mail.params, Mail.created_at).where(
        Mail.contest_id == contest.id, Mail.template == VOTE_WAITS)
    return {
        (int(params["user_id"]), version)
        for params, created_at in session.execute(sent) for version in params["versions"]
        if version not in decided or created_at > decided[version]
    }
