"""Requests of persons about their data: asking, showing who asks, the clock, the decision.

Nobody learns from asking whether somebody is known here: what is shown is the same, whoever asks.
The clock starts once identity is shown: by a unit's own link, by a link mailed to the contact of a
receipt, or because an organiser vouches and says how they know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, PrivacyRequest, Result, Submission, Task
from contest.permissions import require
from contest.services.core import audit, locks, mail, outbox, profiles
from contest.services.core.transitions import move
from contest.services.privacy import workdays
from contest.services.privacy.person import Person
from contest.services.results.results import FINAL
from contest.tokens import new_code

LIFE = timedelta(days=7)  # of the mailed link
UNSHOWN = timedelta(days=30)  # a request of which nobody shows who asks lapses
CODE = 8  # letters of a request's number
WORDS = 3  # of a reason
OPEN = ("received", "answered")
ARCHIVE = "privacy.archive"  # the task that makes the copy of what is held
ERASE = "privacy.erase"  # the task that erases, once it is decided
CONFIRM, TOLD = "privacy_confirm", "privacy_told"


@dataclass(frozen=True)
class Asked:
    """What somebody fills in. ``receipt``: the code of their entry, if they have one."""

    kind: str
    role: str
    name: str
    phone: str = ""
    email: str = ""
    account: str = ""
    receipt: str = ""
    message: str = ""
    with_clip: bool = False
    language: str = "vi"


def person_of(request: PrivacyRequest) -> Person:
    """By what the person of a request is found."""
    def given(text: str) -> tuple[str, ...]:
        return (text,) if text.strip() else ()

    return Person(given(request.person_name), given(request.person_phone),
                  given(request.person_email), given(request.account))


# ---------------------------------------------------------------------------- asking


def ask(
    session: Session, contest: Contest, asked: Asked, *, actor: Actor, at: datetime,
    vouched_how: str = "",
) -> PrivacyRequest:
    """Store a request. A unit's own link shows who asks; an organiser vouches (``vouched_how``);
    to anybody else a link is mailed where receipt and address belong together, and nothing tells
    whether they do. Raises ``Invalid`` without a name, or where nobody could answer."""
    _check(asked, vouched_how, actor)
    submission = _submission(session, contest, asked.receipt, actor)
    request = PrivacyRequest(
        contest_id=contest.id, code=_new_code(session), kind=asked.kind, role=asked.role,
        person_name=asked.name.strip(), person_phone=asked.phone.strip(),
        person_email=asked.email.strip(), account=asked.account.strip(),
        message=asked.message.strip(), with_clip=asked.with_clip,
        language=asked.language, submission_id=submission.id if submission else None,
        unit_id=actor.unit_id if actor.kind == "unit" else None,
        created_by=actor.label, created_at=at,
    )
    session.add(request)
    session.flush()
    audit.record(session, "privacy_request.asked", request, actor=actor, at=at,
                 after={"kind": asked.kind, "role": asked.role, "code": request.code})
    if actor.kind == "unit":
        _receive(session, contest, request, "unit", actor=actor, at=at)
    elif actor.kind == "user":
        vouch(session, contest, request.id, how=vouched_how, actor=actor, at=at)
    elif submission is not None and _same(submission.contact_email, asked.email):
        _mail(session, request, CONFIRM, to=submission.contact_email, at=at)
        request.confirm_until = at + LIFE
    return request


def _check(asked: Asked, vouched_how: str, actor: Actor) -> None:
    if not asked.name.strip():
        raise Invalid("Hãy ghi họ tên của người có dữ liệu.", "Give the name of whom it concerns.")
    if not (asked.email.strip() or asked.phone.strip() or actor.kind == "unit"):
        raise Invalid(
            "Hãy ghi email hoặc số điện thoại để Ban Tổ chức trả lời.",
            "Give a mail address or a telephone number, so that you can be answered.",
        )


def _submission(
    session: Session, contest: Contest, receipt: str, actor: Actor
) -> Submission | None:
    """The entry of a receipt; a unit's own only. A wrong code is answered as a right one."""
    query = select(Submission).where(
        Submission.contest_id == contest.id, func.upper(Submission.code) == receipt.strip().upper()
    )
    if actor.kind == "unit":
        query = query.where(Submission.unit_id == actor.unit_id)
    return session.scalars(query).one_or_none() if receipt.strip() else None


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and one.strip().casefold() == other.strip().casefold()


def _new_code(session: Session) -> str:
    while True:
        code = f"YC-{new_code(CODE)}"
        if session.scalar(select(PrivacyRequest.id).where(PrivacyRequest.code == code)) is None:
            return code


# ---------------------------------------------------------------------------- who asks


def confirm(session: Session, request_id: int, *, at: datetime) -> PrivacyRequest:
    """Whoever reads the contact's mail has opened the link. Raises ``Conflict`` where it no longer
    waits for that; opened twice it changes nothing."""
    request = session.get(PrivacyRequest, request_id)
    if request is None:
        raise not_found()
    locks.lock(session, request)
    if request.proof == "mail":
        return request
    if request.confirm_until is None or at >= request.confirm_until:
        raise Conflict("Liên kết này đã hết hạn. Hãy gửi lại yêu cầu.",
                       "This link has expired. Please ask again.")
    contest = session.get_one(Contest, request.contest_id)
    _receive(session, contest, request, "mail", actor=SYSTEM, at=at)
    return request


def vouch(
    session: Session, contest: Contest, request_id: int, *, how: str, actor: Actor, at: datetime
) -> PrivacyRequest:
    """An organiser says how they know who asks. Raises ``NotAllowed`` without ``privacy.manage``,
    ``Invalid`` for a reason below three words, ``Conflict`` in another state."""
    require(actor, "privacy.manage", contest)
    request = find(session, contest, request_id)
    _reason(how, "Hãy ghi bạn biết người này bằng cách nào",
            "Say how you know who this is")
    request.vouched_by, request.vouched_how = actor.label, how.strip()
    _receive(session, contest, request, "vouched", actor=actor, at=at)
    return request


def _receive(
    session: Session, contest: Contest, request: PrivacyRequest, proof: str, *, actor: Actor,
    at: datetime,
) -> None:
    zone = profiles.profile_of(contest).schedule.zone
    move(session, request, "received", actor=actor, at=at, proof=proof)
    request.proof, request.received_at, request.confirm_until = proof, at, None
    request.answer_by = workdays.answer_by(at, zone)
    request.due_by = workdays.due_by(at, zone)
    _mail(session, request, TOLD, at=at)


# ---------------------------------------------------------------------------- deciding


def answer(
    session: Session, contest: Contest, request_id: int, *, said: str, actor: Actor, at: datetime
) -> PrivacyRequest:
    """Tell the person that it is being done and how. Raises as ``vouch``."""
    request = held(session, contest, request_id, actor)
    _reason(said, "Hãy trả lời người yêu cầu", "Answer the person")
    request.answer, request.answered_at = said.strip(), at
    move(session, request, "answered", actor=actor, at=at)
    if request.kind == "see":
        outbox.enqueue(session, ARCHIVE, request.id, at=at, contest_id=contest.id)
    _mail(session, request, TOLD, at=at)
    return request


def refuse(
    session: Session, contest: Contest, request_id: int, *, reason: str, actor: Actor, at: datetime
) -> PrivacyRequest:
    """Say no, with the ground that the law gives. Raises as ``vouch``, ``Conflict`` once an erasure
    is decided, too: the person was told of it."""
    request = held(session, contest, request_id, actor)
    _reason(reason, "Hãy ghi căn cứ từ chối", "State on what ground it is refused")
    _require_undecided(session, request)
    request.answer, request.decided_by, request.finished_at = reason.strip(), actor.label, at
    request.answered_at = request.answered_at or at
    move(session, request, "refused", actor=actor, at=at, reason=reason.strip())
    _mail(session, request, TOLD, at=at)
    return request


def extend(
    session: Session, contest: Contest, request_id: int, *, reason: str, actor: Actor, at: datetime
) -> PrivacyRequest:
    """Fifteen more days, once. Raises as ``vouch``; ``Conflict`` the second time and after the
    first period has ended."""
    request = held(session, contest, request_id, actor)
    _reason(reason, "Hãy ghi lý do gia hạn", "State why it takes longer")
    if request.state not in OPEN or request.extended_at or not request.received_at or (
        request.due_by and at >= request.due_by
    ):
        raise Conflict(
            "Chỉ gia hạn được một lần, trước khi hết hạn và khi yêu cầu chưa xong.",
            "It is extended once only, before it is due and while it is open.",
        )
    zone = profiles.profile_of(contest).schedule.zone
    request.extended_at, request.extension_reason = at, reason.strip()
    request.due_by = workdays.due_by(request.received_at, zone, extended=True)
    audit.record(session, "privacy_request.extended", request, actor=actor, at=at,
                 after={"due_by": request.due_by.isoformat(), "reason": reason.strip()})
    _mail(session, request, TOLD, at=at)
    return request


def finish(
    session: Session, contest: Contest, request_id: int, *, said: str = "", actor: Actor,
    at: datetime,
) -> PrivacyRequest:
    """What was asked for is done, and the person is told. Raises as ``vouch``; ``Conflict`` for an
    erasure, which ends by being done (``deeds``) and not by being said."""
    request = held(session, contest, request_id, actor)
    if request.kind == "erase":
        raise Conflict(
            "Yêu cầu xoá kết thúc khi dữ liệu đã xoá. Hãy dùng “Xem trước và xoá”, hoặc từ chối "
            "kèm căn cứ.",
            "A request for erasure ends when the data are erased. Use “Preview and erase”, or "
            "refuse it and state the ground.",
        )
    request.decided_by, request.finished_at = actor.label, at
    request.answer = said.strip() or request.answer
    move(session, request, "done", actor=actor, at=at)
    _mail(session, request, TOLD, at=at)
    return request


def reopen(
    session: Session, contest: Contest, request_id: int, *, reason: str, actor: Actor, at: datetime
) -> PrivacyRequest:
    """A refusal is taken back; the clock is that of the first day. Raises as ``vouch``."""
    request = held(session, contest, request_id, actor)
    _reason(reason, "Hãy ghi lý do xét lại", "State why it is looked at again")
    move(session, request, "received", actor=actor, at=at, reason=reason.strip())
    request.finished_at = request.decided_by = request.second_by = None
    return request


def take_back(
    session: Session, contest: Contest, request_id: int, *, reason: str = "", actor: Actor,
    at: datetime,
) -> PrivacyRequest:
    """Whoever asked no longer does: the unit from whose page it came, or an organiser who says how
    they know. Raises ``NotAllowed`` to others, ``NotFound``, ``Invalid`` without three words from
    an organiser, ``Conflict`` once it is done, refused, or the erasure is decided."""
    request = find(session, contest, request_id)
    own = actor.kind == "unit" and actor.unit_id is not None and actor.unit_id == request.unit_id
    if not own:
        require(actor, "privacy.manage", contest)
        _reason(reason, "Hãy ghi bạn biết người gửi rút lại bằng cách nào",
                "Say how you know that it is taken back")
    locks.lock(session, request)
    _require_undecided(session, request)
    request.finished_at = at
    move(session, request, "taken_back", actor=actor, at=at, reason=reason.strip())
    _mail(session, request, TOLD, at=at)
    return request


def lapse(session: Session, *, at: datetime) -> int:
    """End requests of which nobody showed who asks; returns how many."""
    query = select(PrivacyRequest).where(
        PrivacyRequest.state == "unconfirmed", PrivacyRequest.created_at < at - UNSHOWN
    )
    found = list(session.scalars(query))
    for request in found:
        request.finished_at = at
        move(session, request, "lapsed", actor=SYSTEM, at=at)
    return len(found)


# ---------------------------------------------------------------------------- reading


def is_decided(session: Session, request: PrivacyRequest) -> bool:
    """Whether an erasure is decided, by as many as are needed: it waits for its task alone. What
    one organiser proposed and a second one has not agreed to is not."""
    if request.kind != "erase" or request.state != "answered" or not request.decided_by:
        return False
    task = select(Task.id).where(Task.kind == ERASE, Task.row_id == request.id)
    return bool(request.second_by or session.scalar(task)) or not needs_two(session, request)


def needs_two(session: Session, request: PrivacyRequest) -> bool:
    """Whether a second organiser decides on the erasure: a clip goes of which a result is final."""
    final = select(Result.id).where(
        Result.contest_id == request.contest_id, Result.state.in_(FINAL)
    )
    return request.with_clip and session.scalar(final.limit(1)) is not None


def _require_undecided(session: Session, request: PrivacyRequest) -> None:
    if is_decided(session, request):
        raise Conflict(
            "Việc xoá đã được quyết định và đã báo cho người yêu cầu nên không dừng được nữa.",
            "The erasure is decided and the person was told, so it can no longer be stopped.",
        )


def find(session: Session, contest: Contest, request_id: int) -> PrivacyRequest:
    """A request of this contest. Raises ``NotFound``."""
    found = session.get(PrivacyRequest, request_id)
    if found is None or found.contest_id != contest.id:
        raise not_found()
    return found


def waiting(session: Session, contest: Contest) -> Sequence[PrivacyRequest]:
    """What is to be done, the most urgent first; then those of which it is not known who asks."""
    query = select(PrivacyRequest).where(
        PrivacyRequest.contest_id == contest.id,
        PrivacyRequest.state.in_((*OPEN, "unconfirmed")),
    )
    return sorted(session.scalars(query), key=lambda one: (urgent_at(one) is None,
                                                           urgent_at(one) or one.created_at))


def ended(session: Session, contest: Contest, most: int = 100) -> Sequence[PrivacyRequest]:
    """The last that ended."""
    query = select(PrivacyRequest).where(
        PrivacyRequest.contest_id == contest.id,
        PrivacyRequest.state.not_in((*OPEN, "unconfirmed")),
    )
    return session.scalars(query.order_by(PrivacyRequest.id.desc()).limit(most)).all()


def urgent_at(request: PrivacyRequest) -> datetime | None:
    """The next instant that the law sets: of the answer, then of the deed."""
    if request.state == "received" and request.answered_at is None:
        return request.answer_by
    return request.due_by if request.state in OPEN else None


def of_unit(session: Session, contest: Contest, unit_id: int) -> Sequence[PrivacyRequest]:
    """What a unit has asked, the newest first."""
    query = select(PrivacyRequest).where(
        PrivacyRequest.contest_id == contest.id, PrivacyRequest.unit_id == unit_id
    )
    return session.scalars(query.order_by(PrivacyRequest.id.desc()).limit(50)).all()


def held(
    session: Session, contest: Contest, request_id: int, actor: Actor
) -> PrivacyRequest:
    """A request, locked. Raises ``NotAllowed`` without ``privacy.manage``, ``NotFound``."""
    require(actor, "privacy.manage", contest)
    request = find(session, contest, request_id)
    locks.lock(session, request)
    return request


def _reason(text: str, vi: str, en: str) -> None:
    if len(text.split()) < WORDS:
        raise Invalid(f"{vi}: ít nhất {WORDS} từ.", f"{en}: at least {WORDS} words.")


def _mail(
    session: Session, request: PrivacyRequest, template: str, *, at: datetime, to: str = ""
) -> None:
    mail.enqueue(
        session, to=to or request.person_email, template=template, language=request.language,
        params={"privacy_request_id": request.id, "said_state": request.state,
                "extended": request.extended_at is not None},
        contest_id=request.contest_id, at=at,
    )
