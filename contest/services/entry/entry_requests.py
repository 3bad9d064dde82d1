"""What is asked about an entry and decided by another person.

An entry that has left comes back when one organiser proposes it, with a reason, and a second one
agrees: a rejection, a disqualification or a withdrawal by mistake ends nothing. After the result is
public nothing moves without a new revision: it is begun first. A unit that wants to leave then asks
an organiser, for its clip is part of what was published.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, contains_eager

from contest import lifecycle
from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.languages import counted
from contest.models import Contest, EntryRequest, Publication, Submission, Unit
from contest.permissions import can, require
from contest.services.checking import outcomes
from contest.services.core import (
    appraisal,
    audit,
    deadlines,
    locks,
    mail,
    pagination,
    profiles,
    search,
)
from contest.services.core.blockers import Blocker
from contest.services.core.pagination import Pagination
from contest.services.core.transitions import move
from contest.services.counts import interactions
from contest.services.entry import checks, staff_mails, submissions
from contest.services.fanpage import board
from contest.services.units import units
from contest.states import SubmissionState

REINSTATE, WITHDRAW = "reinstate", "withdraw"
WORDS = 3  # a reason has at least so many: "nhầm" explains nothing to who agrees
ON_A_PAGE = 20  # each with its form
FOR_UNIT = (SubmissionState.UPLOADING, SubmissionState.NEEDS_FIX)


# ---------------------------------------------------------------------------- asking


def propose(
    session: Session, submission: Submission, *, reason: str, actor: Actor, at: datetime
) -> EntryRequest:
    """Propose that an entry which was withdrawn, rejected or disqualified comes back.

    Raises ``NotAllowed`` without ``entry.reinstate``; ``Invalid`` for a reason below ``WORDS``
    words; ``Conflict`` where the entry is in the contest, for what ``in_the_way`` names, and while
    another request waits.
    """
    require(actor, "entry.reinstate", submission)
    _hold(session, submission)
    _require_possible(session, submission, REINSTATE, at=at)
    return _ask(session, submission, REINSTATE, reason=reason, actor=actor, at=at)


def ask_withdrawal(
    session: Session, submission: Submission, *, reason: str, actor: Actor, at: datetime
) -> EntryRequest:
    """A unit asks that its entry be taken out of a published result.

    An organiser records it for a person who asked them (``privacy.manage``); another one decides.
    Raises ``NotAllowed`` to others; ``Invalid`` as ``propose``; ``Conflict`` before publication,
    when the unit may withdraw by itself, and while another request waits.
    """
    if not can(actor, "privacy.manage", submission):
        require(actor, "entry.edit", submission)
    _hold(session, submission)
    if not lifecycle.may("submission", submission.state, "ask_withdrawal",
                         deadlines.phase_of(session, submission, at=at)):
        raise Conflict(
            "Bài này không cần xin rút: hãy dùng nút “Rút bài”, hoặc bài đã rời hội thi.",
            "There is nothing to ask for: use “Withdraw”, or the entry has left the contest.",
        )
    return _ask(session, submission, WITHDRAW, reason=reason, actor=actor, at=at)


def _ask(
    session: Session, submission: Submission, kind: str, *, reason: str, actor: Actor,
    at: datetime,
) -> EntryRequest:
    if len(reason.split()) < WORDS:
        raise Invalid(
            f"Lý do cần ít nhất {WORDS} từ để người quyết định hiểu chuyện gì đã xảy ra.",
            f"A reason has at least {WORDS} words, so that who decides knows what happened.",
        )
    if waiting_of(session, submission) is not None:
        raise Conflict(
            "Bài này đang có một đề nghị chờ quyết định. Hãy chờ quyết định đó.",
            "A request about this entry waits for a decision. Please wait for it.",
        )
    made = EntryRequest(
        submission_id=submission.id, kind=kind, reason=reason.strip(), created_by=actor.label,
        created_at=at,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, f"entry_request.{kind}", made, actor=actor, at=at,
        contest_id=submission.contest_id, after={"code": submission.code, "reason": made.reason},
    )
    return made


def _hold(session: Session, submission: Submission) -> None:
    locks.lock(session, submission.unit)  # before the entry: rows are locked in one order
    locks.lock(session, submission)


# ---------------------------------------------------------------------------- what is in the way


def in_the_way(
    session: Session, found: Sequence[Submission], kind: str, *, at: datetime
) -> dict[int, Conflict]:
    """By the entry's id, what refuses now to bring it back (``REINSTATE``) or to take it out
    (``WITHDRAW``), in the words of that refusal, which say the way; ``mend`` of its data names it:
    ``revision``, ``unit``, ``room`` or ``consents``. Entries that may move are not there.

    For entries of one contest; a fixed number of statements.
    """
    if not found:
        return {}
    newest = deadlines.newest_result(session, found[0].contest_id)
    counts = units.counted_each(session, {one.unit_id for one in found})
    posted_now = board.all_on_the_way(session, found)
    refused = {}
    for one in found:
        why = _no_way(one, kind, deadlines.phase_with(one, newest, at=at))
        if kind == REINSTATE:
            why = why or _no_unit(one) or _no_room(one, counts.get(one.unit_id, 0)) or (
                _no_consent(one))
        elif one.id in posted_now:
            why = why or board.being_posted()
        if why is not None:
            refused[one.id] = why
    return refused


def _require_possible(
    session: Session, submission: Submission, kind: str, *, at: datetime
) -> None:
    for why in in_the_way(session, [submission], kind, at=at).values():
        raise why


def _no_way(submission: Submission, kind: str, phase: lifecycle.Phase) -> Conflict | None:
    act = "reinstate" if kind == REINSTATE else "agree_withdrawal"
    if lifecycle.may("submission", submission.state, act, phase):
        return None
    if lifecycle.may("submission", submission.state, act):
        return Conflict(
            "Kết quả đã công bố. Hãy lập bản kết quả mới (có lý do) ở trang Kết quả trước, rồi "
            "khôi phục bài trong lúc bản mới chưa chốt.",
            "The result is public. First compute a new revision (with its reason) on the page "
            "Results, then bring the entry back before that revision is frozen.", mend="revision",
        )
    return Conflict(
        "Bài này không ở trạng thái cần quyết định đó: có thể người khác vừa xử lý. "
        "Hãy tải lại trang.",
        "This entry is in no state for that: somebody may have dealt with it just now. "
        "Please reload the page.",
    )


def _no_unit(submission: Submission) -> Conflict | None:
    """A clip in the contest belongs to a unit that takes part: who would send it, or be told?"""
    if submission.unit.retired_at is None:
        return None
    name = submission.unit.name
    return Conflict(
        f"{name} đã thôi tham gia. Hãy cho đơn vị tham gia trở lại trước, rồi khôi phục bài này.",
        f"{name} was retired. Have the unit take part again first, then bring this entry back.",
        mend="unit",
    )


def _no_room(submission: Submission, count: int) -> Conflict | None:
    most = profiles.profile_of(submission.contest).quota.maximum
    if count < most:
        return None
    return Conflict(
        f"Đơn vị đang có {count} bài trong hội thi; tối đa là {most}. Hãy rút hoặc loại một "
        "bài khác, hoặc nâng chỉ tiêu trong thể lệ, rồi khôi phục bài này.",
        f"The unit has {counted(count, 'entry', 'entries')} in the contest; at most {most} "
        "may be. Take another one out, or raise the quota in the rules, then bring this one back.",
        mend="room",
    )


def _no_consent(submission: Submission) -> Conflict | None:
    """Nobody but the unit gives back a consent that it has withdrawn."""
    missing = submissions.missing_consents(submission)
    if not missing:
        return None
    vi, en = ("; ".join(one.text[lang] for one in missing) for lang in ("vi", "en"))
    return Conflict(
        f"Đơn vị đã rút sự đồng ý bắt buộc: {vi} Hãy liên hệ đơn vị đồng ý lại (trang bài dự "
        "thi của đơn vị, mục “Sự đồng ý đã cho”), rồi khôi phục bài.",
        f"The unit has withdrawn a consent that is required: {en} Have the unit agree again "
        '(its page of the entry, "Consents given"), then bring the entry back.', mend="consents",
    )


# ---------------------------------------------------------------------------- deciding


def decide(
    session: Session, contest: Contest, request_id: int, *, agreed: bool, actor: Actor,
    at: datetime,
) -> EntryRequest:
    """Another person agrees, and the entry moves at once; or turns it down. Once only.

    Raises ``NotAllowed`` without ``entry.reinstate``; ``NotFound`` for an unknown request;
    ``Conflict`` for one that was decided or that the actor made, or where agreeing has become
    impossible (as ``propose``).
    """
    require(actor, "entry.reinstate", contest)
    found = session.scalars(_of(contest).where(EntryRequest.id == request_id)).one_or_none()
    if found is None:
        raise not_found()
    submission = found.submission
    _hold(session, submission)
    session.refresh(found)
    _require_open(found, actor)
    if agreed:
        _require_possible(session, submission, found.kind, at=at)
    found.agreed, found.decided_by, found.decided_at = agreed, actor.label, at
    audit.record(
        session, f"entry_request.{'agreed' if agreed else 'refused'}", found, actor=actor, at=at,
        contest_id=contest.id, after={"code": submission.code, "kind": found.kind},
    )
    if agreed and found.kind == REINSTATE:
        _bring_back(session, submission, found, actor=actor, at=at)
    elif agreed:
        submissions.leave(
            session, submission, SubmissionState.WITHDRAWN, actor=actor, at=at, reason=found.reason
        )
    session.flush()
    return found


def _require_open(found: EntryRequest, actor: Actor) -> None:
    if found.agreed is not None:
        raise Conflict(
            "Đề nghị này đã được quyết định rồi.", "This request has been decided already."
        )
    interactions.require_another(
        [found], actor, "đề nghị", "made the request cannot agree to it"
    )


def _bring_back(
    session: Session, submission: Submission, found: EntryRequest, *, actor: Actor, at: datetime
) -> None:
    """Where its clip stands; time to send where the unit has to, and its deadline has passed."""
    to = place(session, submission)
    profile = profiles.profile_of(submission.contest)
    if to in FOR_UNIT and at >= deadlines.until(profile, submission):
        submission.changes_until = deadlines.time_to_mend(profile, at=at)
    move(session, submission, to, actor=actor, at=at, reason=found.reason, request=found.id)
    submission.state_reason, submission.held_by, submission.held_until = "", None, None
    version = submission.version
    if to == SubmissionState.PUBLISHED:
        staff_mails.tell_result_moved(session, submission, at=at)
    if to == SubmissionState.CHECKING and version is not None:
        checks.enqueue_quick(session, version, actor=actor, at=at)
    if to == SubmissionState.IN_REVIEW and version is not None:
        checks.deep_check_pending(session, version, at=at)
        staff_mails.call_members(session, submission.contest, at=at)
        if profile.review.by_board:  # votes that stand may decide by the rules of today
            appraisal.look_again(session, submission.contest, at=at)
    mail.enqueue(
        session, to=submission.contact_email, template="reinstated", at=at,
        language=submission.language, params={"submission_id": submission.id},
        contest_id=submission.contest_id,
    )


def place(session: Session, submission: Submission) -> SubmissionState:
    """The state to which an entry comes back: on the Page, if it was posted; else as far as its
    clip has passed, and a reviewer decides anew."""
    posted = exists().where(
        Publication.submission_id == submission.id, Publication.state == "published"
    )
    if session.scalar(select(posted)):
        return SubmissionState.PUBLISHED
    version = submission.version
    if version is None or version.bytes_gone_at is not None:
        return SubmissionState.UPLOADING
    quick, deep = checks.latest(version), checks.latest(version, outcomes.DEEP)
    if quick is None or quick.state != "done":
        return SubmissionState.CHECKING
    verdicts = [check.verdict for check in (quick, deep) if check and check.state == "done"]
    good = all(verdict in outcomes.GOOD for verdict in verdicts)
    return SubmissionState.IN_REVIEW if good else SubmissionState.NEEDS_FIX


# ---------------------------------------------------------------------------- reading


def waiting(
    session: Session, contest: Contest, *, words: str = "", number: int = 1
) -> Pagination[EntryRequest]:
    """A page of the requests that wait for a decision, with their entries, the oldest first.
    ``words``: of the entry's code or title, of its unit."""
    query = _of(contest).where(EntryRequest.agreed.is_(None)).order_by(EntryRequest.id).options(
        contains_eager(EntryRequest.submission).selectinload(Submission.consents))
    query = search.matching(query, words, Submission.code, Submission.title, Unit.name)
    return pagination.take(session, query, number, size=ON_A_PAGE)


def waiting_of(session: Session, submission: Submission) -> EntryRequest | None:
    """The entry's request that waits, or None."""
    query = select(EntryRequest).where(
        EntryRequest.submission_id == submission.id, EntryRequest.agreed.is_(None)
    )
    return session.scalars(query).one_or_none()


def last_of(session: Session, submission: Submission) -> EntryRequest | None:
    """The entry's newest request, decided or not; None where there was none."""
    query = select(EntryRequest).where(EntryRequest.submission_id == submission.id)
    return session.scalars(query.order_by(EntryRequest.id.desc()).limit(1)).first()


def _of(contest: Contest) -> Select[EntryRequest]:
    return (
        select(EntryRequest)
        .join(EntryRequest.submission)
        .join(Submission.unit)
        .where(Submission.contest_id == contest.id)
        .options(contains_eager(EntryRequest.submission).contains_eager(Submission.unit))
    )


def waiting_count(session: Session, contest: Contest) -> int:
    """How many requests wait for a decision."""
    query = (
        select(func.count(EntryRequest.id))
        .join(EntryRequest.submission)
        .where(Submission.contest_id == contest.id, EntryRequest.agreed.is_(None))
    )
    return session.scalar(query) or 0


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: requests about entries that nobody has decided."""
    if not (count := waiting_count(session, contest)):
        return []
    return [Blocker(
        "requests.waiting", f"{count} đề nghị về bài dự thi chờ quyết định.",
        f"Requests about entries that wait for a decision: {count}.", "entry_requests.listed",
        count=count,
    )]
