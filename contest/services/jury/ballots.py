"""Ballots: a juror's marks of a clip, saved as they are given, until the round is locked.

Nobody but the juror sees marks before the round is locked; the audit trail names acts, never
marks, because organisers read it.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from contest import canonical
from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLate, not_found
from contest.models import Ballot, Contest, Mark, Submission
from contest.models.base import LOCK
from contest.permissions import can, require
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.core.transitions import move
from contest.services.jury import assignments
from contest.states import SubmissionState

MARKABLE = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)
FINISHED = ("submitted", "recused", "abstained", "locked")
OUT = ("recused", "abstained")


def find(session: Session, contest: Contest, code: str, *, actor: Actor) -> Submission:
    """The clip of this code. Raises ``NotFound`` where it is not to be marked, ``NotAllowed``
    without ``jury.mark``, for a clip of the juror's own unit or one that was given to others."""
    submission = session.scalars(
        select(Submission)
        .where(Submission.contest_id == contest.id, Submission.code == code)
        .options(joinedload(Submission.unit), joinedload(Submission.version))
    ).one_or_none()
    if submission is None or submission.state not in MARKABLE:
        raise not_found()
    require(actor, "jury.mark", submission)
    assignments.require_mine(session, contest, submission, actor=actor)
    return submission


def of(session: Session, submission: Submission, *, actor: Actor) -> Ballot | None:
    """This juror's ballot on a clip, if there is one yet."""
    query = select(Ballot).where(Ballot.submission_id == submission.id, Ballot.juror_id == actor.id)
    return session.scalars(query.options(selectinload(Ballot.marks))).one_or_none()


def marks_of(ballot: Ballot | None) -> dict[str, int]:
    """Criterion -> points; empty without a ballot."""
    return {mark.criterion: mark.value for mark in ballot.marks} if ballot else {}


# ---------------------------------------------------------------------------- marking


def save(
    session: Session,
    submission: Submission,
    marks: Mapping[str, int | None],
    *,
    version: int,
    actor: Actor,
    at: datetime,
    comment: str = "",
) -> Ballot:
    """Save what is filled in so far; None takes a mark back.

    ``version`` is that of the ballot the juror was looking at (0: none yet). Raises ``Conflict``
    with ``data["marks"]`` where another tab or device has saved in between, ``Conflict`` too once
    the ballot is handed in, ``Invalid`` for an unknown criterion or points out of range, and what
    every change of a ballot raises: ``NotAllowed`` without ``jury.mark``, ``Conflict`` once the
    round is locked or the clip has left it, ``TooLate`` after the jury's deadline.
    """
    contest = _open_round(session, submission, actor=actor, at=at)
    ballot = _held(session, submission, contest, actor=actor, at=at)
    if ballot.state != "open":
        raise _not_open()
    if ballot.version != version:
        raise _changed_elsewhere(ballot)
    check_marks(marks, profiles.profile_of(contest))
    _store(session, ballot, marks)
    ballot.comment, ballot.version, ballot.updated_at = comment, ballot.version + 1, at
    ballot.profile_revision_id, ballot.skipped = contest.revision_id or 0, False
    ballot.points, ballot.rubric = _points(contest, ballot), rubric(contest)
    session.flush()
    return ballot


def submit(
    session: Session, submission: Submission, *, actor: Actor, at: datetime,
    typed: Actor | None = None,
) -> Ballot:
    """Hand the ballot in; it can be taken back until the round is locked. ``typed``: who did it at
    the table, in the juror's place. Raises ``Invalid`` while marks are missing, ``Conflict`` if it
    is not open, and what every change raises (``save``)."""
    contest = _open_round(session, submission, actor=actor, at=at)
    ballot = _held(session, submission, contest, actor=actor, at=at)
    missing = missing_criteria(profiles.profile_of(contest), ballot)
    if missing:
        raise Invalid(
            f"Còn {len(missing)} tiêu chí chưa có điểm. Hãy chấm đủ rồi nộp phiếu.",
            f"{len(missing)} criteria have no mark yet. Please mark them all, then submit.",
            criteria=missing,
        )
    move(session, ballot, "submitted", actor=typed or actor, at=at)
    ballot.submitted_at, ballot.typed_by = at, typed.label if typed else ""
    return ballot


def submit_ready(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> int:
    """Hand in every open ballot of this juror in which no mark is missing; returns how many. Raises
    what every change raises (``save``)."""
    require(actor, "jury.read", contest)
    query = (
        select(Ballot).join(Ballot.submission)
        .where(Submission.contest_id == contest.id, Submission.state.in_(MARKABLE),
               Ballot.juror_id == actor.id, Ballot.state == "open",
               *assignments.mine(contest, Submission.id, actor.id))
        .options(contains_eager(Ballot.submission), selectinload(Ballot.marks))
        .order_by(Submission.id)  # rows are locked in one order
    )
    profile = profiles.profile_of(contest)
    complete = [
        ballot.submission for ballot in session.scalars(query)
        if not missing_criteria(profile, ballot) and can(actor, "jury.mark", ballot.submission)
    ]
    for submission in complete:
        submit(session, submission, actor=actor, at=at)
    return len(complete)


def step_aside(
    session: Session, submission: Submission, kind: str, *, reason: str, actor: Actor, at: datetime
) -> Ballot:
    """Recuse (an interest in the clip) or abstain; the clip's mean is then that of the others.
    Raises ``Invalid`` without a reason, ``Conflict`` if the ballot is not open, and what every
    change raises (``save``)."""
    if kind not in OUT:
        raise ValueError(kind)
    if not reason.strip():
        raise Invalid("Hãy ghi lý do không chấm clip này.", "Please state why you do not mark it.")
    contest = _open_round(session, submission, actor=actor, at=at)
    ballot = _held(session, submission, contest, actor=actor, at=at)
    ballot.reason = reason.strip()
    move(session, ballot, kind, actor=actor, at=at, reason=ballot.reason)
    return ballot


def reopen(
    session: Session, submission: Submission, *, actor: Actor, at: datetime,
    typed: Actor | None = None,
) -> Ballot:
    """Take a ballot back to change it, until the round is locked. ``typed`` as in ``submit``.
    Raises ``Conflict`` if it is open, and what every change raises (``save``)."""
    contest = _open_round(session, submission, actor=actor, at=at)
    ballot = _held(session, submission, contest, actor=actor, at=at)
    move(session, ballot, "open", actor=typed or actor, at=at)
    ballot.submitted_at, ballot.reason, ballot.typed_by = None, "", ""
    return ballot


def put_off(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> Ballot:
    """ "Later": the clip goes to the end of the juror's list and stays due. Raises what every
    change of a ballot raises (``save``)."""
    contest = _open_round(session, submission, actor=actor, at=at)
    ballot = _held(session, submission, contest, actor=actor, at=at)
    ballot.skipped, ballot.updated_at = True, at
    return ballot


def missing_criteria(profile: Profile, ballot: Ballot | None) -> list[str]:
    """Criteria of the rubric without a mark, in its order."""
    given = marks_of(ballot)
    return [c.id for c in profile.jury.criteria if c.id not in given]


def _open_round(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> Contest:
    """The contest, share-locked as the clip is: until this ballot is stored nobody locks the round
    or takes the clip out of it."""
    require(actor, "jury.mark", submission)
    contest, submission = session.execute(
        select(Contest, Submission)
        .join(Submission, Submission.contest_id == Contest.id)
        .where(Submission.id == submission.id)
        .with_for_update(read=True, of=(Contest, Submission))
        .execution_options(populate_existing=True)
    ).one()
    if contest.jury_locked_at is not None:
        raise Conflict("Vòng chấm đã khoá.", "The jury round is locked.")
    assignments.require_mine(session, contest, submission, actor=actor)
    closes = profiles.profile_of(contest).schedule.ballots_close
    if at >= closes:
        raise TooLate(
            "Đã hết thời gian chấm điểm. Nếu cần chấm tiếp, hãy báo Ban Tổ chức.",
            "The time for marking is over. If you need more, please tell the organisers.",
            closes=closes.isoformat(),
        )
    if submission.state not in MARKABLE:
        raise Conflict("Clip này không còn trong vòng chấm.", "This clip is not being marked now.")
    return contest


def _held(
    session: Session, submission: Submission, contest: Contest, *, actor: Actor, at: datetime
) -> Ballot:
    """The juror's ballot, created if there is none, its row locked against a second tab."""
    query = (
        select(Ballot)
        .where(Ballot.submission_id == submission.id, Ballot.juror_id == actor.id)
        .with_for_update(of=Ballot, **LOCK)
        .execution_options(populate_existing=True)
    )
    ballot = session.scalars(query).one_or_none()
    if ballot is not None:
        return ballot
    ballot = Ballot(
        submission_id=submission.id, juror_id=actor.id, created_at=at, updated_at=at,
        profile_revision_id=contest.revision_id,
    )
    try:
        with session.begin_nested():
            session.add(ballot)
    except IntegrityError:  # two tabs at once, both the first to save
        return session.scalars(query).one()
    return ballot


def check_marks(marks: Mapping[str, int | None], profile: Profile) -> None:
    """Raises ``Invalid`` for a criterion that the rubric does not know, or points out of range."""
    limits = {criterion.id: criterion.max for criterion in profile.jury.criteria}
    for name, value in marks.items():
        if name not in limits:
            raise Invalid(
                f"Không có tiêu chí “{name}”: bảng tiêu chí có thể vừa được sửa. "
                "Hãy tải lại trang.",
                f'There is no criterion "{name}": the rubric may have been changed just now. '
                "Please reload the page.",
            )
        if value is not None and not 0 <= value <= limits[name]:
            raise Invalid(
                f"Điểm {value} không hợp lệ; cho phép từ 0 đến {limits[name]}.",
                f"A mark of {value} is not allowed; 0 to {limits[name]} is.",
                criterion=name,
            )


def _store(session: Session, ballot: Ballot, marks: Mapping[str, int | None]) -> None:
    known = {mark.criterion: mark for mark in ballot.marks}
    for name, value in marks.items():
        row = known.get(name)
        if value is None and row is not None:
            session.delete(row)
        elif value is not None and row is not None:
            row.value = value
        elif value is not None:
            session.add(Mark(ballot_id=ballot.id, criterion=name, value=value))
    session.flush()
    session.expire(ballot, ["marks", "given", "points"])  # the last two the database has changed


def _points(contest: Contest, ballot: Ballot) -> int | None:
    """The weighted sum of a ballot with a mark in every criterion; None for any other."""
    profile = profiles.profile_of(contest)
    if missing_criteria(profile, ballot):
        return None
    given = marks_of(ballot)
    return sum(c.weight * given[c.id] for c in profile.jury.criteria)


def rubric(contest: Contest) -> str:
    """A name for the weights by which points are added up in this contest today."""
    criteria = profiles.profile_of(contest).jury.criteria
    weights = {c.id: c.weight for c in criteria}
    return canonical.sha256({"contest": contest.id, "weights": weights})[:16]


def _not_open() -> Conflict:
    return Conflict(
        "Phiếu này đã nộp. Hãy mở lại phiếu trước khi sửa điểm.",
        "This ballot has been submitted. Take it back before changing a mark.",
    )


def _changed_elsewhere(ballot: Ballot) -> Conflict:
    return Conflict(
        "Phiếu này vừa được sửa ở một thẻ hoặc thiết bị khác. Hãy tải lại trang để xem điểm mới.",
        "This ballot was changed in another tab or device. Reload the page to see its marks.",
        marks=marks_of(ballot), comment=ballot.comment, version=ballot.version,
    )
