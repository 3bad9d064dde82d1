"""Withdrawal of a consent, each on its own, and what follows from it, which is told first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from contest import lifecycle
from contest.actors import Actor
from contest.errors import Conflict, NotAllowed, not_found
from contest.models import Consent, Submission
from contest.permissions import can, require
from contest.profile.schema import Consent as Purpose
from contest.services.core import audit, deadlines, locks, profiles
from contest.services.core.transitions import move
from contest.services.entry import consents, entry_requests, submissions
from contest.services.fanpage import board
from contest.services.handover import onward
from contest.services.privacy.withdrawn import duties
from contest.services.units import units
from contest.states import SubmissionState

LEAVES, STAYS, TWO = "leaves", "stays", "two_people"
REASON = "Rút sự đồng ý xử lý dữ liệu cá nhân"


@dataclass(frozen=True)
class Given:
    """A consent in force, its words, and what withdrawing it leads to: ``leaves`` (the clip leaves
    the contest and the Page), ``two_people`` (the same, once organisers decide), ``stays``.
    ``waits``: not now, for the clip is being posted and cannot leave for some minutes."""

    consent: Consent
    words: dict[str, str]
    follows: str
    waits: bool


def in_force(session: Session, submission: Submission, *, at: datetime) -> list[Given]:
    """What may be withdrawn of an entry."""
    purposes = {p.id: p for p in profiles.profile_of(submission.contest).form.consents}
    on_the_way, found = board.on_the_way(session, submission), []
    for consent in (one for one in submission.consents if one.withdrawn_at is None):
        known = purposes.get(consent.purpose)
        words = known.text.model_dump() if known else dict.fromkeys(("vi", "en"), consent.purpose)
        follows = _follows(session, submission, consent.purpose, at=at)
        found.append(Given(consent, words, follows, waits=on_the_way and follows == LEAVES))
    return found


def _follows(session: Session, submission: Submission, purpose: str, *, at: datetime) -> str:
    purposes = {p.id: p for p in profiles.profile_of(submission.contest).form.consents}
    if purpose not in purposes or not purposes[purpose].required:
        return STAYS
    return _gone(session, submission, at=at)


def _gone(session: Session, submission: Submission, *, at: datetime) -> str:
    """What leads an entry out whose clip nobody has a consent for any more."""
    phase = deadlines.phase_of(session, submission, at=at)
    if lifecycle.may("submission", submission.state, "withdraw", phase):
        return LEAVES
    return TWO if lifecycle.may("submission", submission.state, "ask_withdrawal", phase) else STAYS


def withdraw(
    session: Session, submission: Submission, purpose: str, *, actor: Actor, at: datetime
) -> str:
    """Withdraw one consent; a clip that needs it leaves the contest. Returns what followed.

    By the unit itself or an organiser (for whom asked them). Raises ``NotAllowed`` to others,
    ``NotFound`` for a consent that is not in force, ``Conflict`` while the clip is being posted. Of
    a published result nothing moves by itself: ``two_people`` is returned, the consent is withdrawn
    from then on, and organisers decide about the clip (``entry_requests``). Whatever follows, the
    entry's contact and the organisers are told, and it stands on the desk (``withdrawn.duties``).
    """
    if not (can(actor, "entry.edit", submission) or can(actor, "privacy.manage", submission)):
        raise NotAllowed(
            "Chỉ đơn vị của bài hoặc Ban Tổ chức rút được sự đồng ý này.",
            "Only the entry's unit or the organisers withdraw this consent.",
        )
    locks.lock(session, submission.unit)
    locks.lock(session, submission)
    found = next((c for c in submission.consents
                  if c.purpose == purpose and c.withdrawn_at is None), None)
    if found is None:
        raise not_found()
    follows = _end(session, submission, found, purpose, actor=actor, at=at)
    _onward(session, submission, purpose, actor=actor, at=at)
    return follows


def _end(
    session: Session, submission: Submission, found: Consent | None, purpose: str, *,
    actor: Actor, at: datetime,
) -> str:
    """What follows for one entry; without ``found`` its clip is there by a consent given below."""
    follows = _follows(session, submission, purpose, at=at) if found else _gone(
        session, submission, at=at)
    if found is not None:
        consents.withdraw(session, found, actor=actor, at=at)
    audit.record(session, "consent.withdrawn", submission, actor=actor, at=at,
                 after={"purpose": purpose, "code": submission.code})
    if follows == LEAVES:
        submissions.leave(session, submission, SubmissionState.WITHDRAWN, actor=actor, at=at,
                          reason=REASON)
    elif follows == TWO and entry_requests.waiting_of(session, submission) is None:
        entry_requests.ask_withdrawal(session, submission, reason=REASON, actor=actor, at=at)
    duties.begin(session, submission, purpose, follows, actor=actor, at=at)
    return follows


def _onward(
    session: Session, submission: Submission, purpose: str, *, actor: Actor, at: datetime
) -> None:
    """Entries that other contests made of this one follow: what stands there by the same consent,
    or by the one that was asked for handing up. What waits to be accepted is taken back, for it
    would be refused."""
    parent = profiles.profile_of(submission.contest).parent
    for one in onward.offered(session, submission):
        move(session, one, "withdrawn", actor=actor, at=at, reason=REASON)
    for made in onward.made_of(session, submission):
        locks.lock(session, made.unit)
        locks.lock(session, made)
        same = next((c for c in made.consents
                     if c.purpose == purpose and c.withdrawn_at is None), None)
        if same is not None or purpose == parent.consent:
            _end(session, made, same, purpose, actor=units.actor_of(made.unit), at=at)


def taken_back(submission: Submission) -> list[tuple[Consent, Purpose]]:
    """What was withdrawn and the rules still ask for, to be given again."""
    purposes = {p.id: p for p in profiles.profile_of(submission.contest).form.consents}
    return [(consent, purposes[consent.purpose]) for consent in submission.consents
            if consent.withdrawn_at is not None and consent.purpose in purposes]


def give_again(
    session: Session, submission: Submission, purpose: str, *, actor: Actor, at: datetime
) -> None:
    """The unit takes a withdrawal back. The entry does not come back by that: two organisers
    decide (``entry_requests``). Raises ``NotAllowed`` to anybody else, ``NotFound`` for a consent
    that is in force or no longer asked for."""
    require(actor, "entry.edit", submission)
    locks.lock(session, submission.unit)
    locks.lock(session, submission)
    found = [pair for pair in taken_back(submission) if pair[0].purpose == purpose]
    if not found:
        raise not_found()
    [(consent, words)] = found
    submissions.renew(session, consent, words, profiles.profile_of(submission.contest),
                      actor=actor, at=at)
    duties.given_again(session, submission, purpose, actor=actor, at=at)
    audit.record(session, "consent.given_again", submission, actor=actor, at=at,
                 after={"purpose": purpose, "code": submission.code})


def require_left(submission: Submission, *, published: bool = False) -> None:
    """Raises ``Conflict`` while an entry whose clip is to be erased is still in the contest: it
    would be looked at, posted or marked without its film. ``published``: one that was posted may
    stay, for its counts and marks are part of a final result."""
    if published and submission.state == SubmissionState.PUBLISHED:
        return
    if submission.state not in (SubmissionState.WITHDRAWN, SubmissionState.DISQUALIFIED):
        raise Conflict(
            f"Bài {submission.code} còn trong hội thi. Hãy rút bài trước; sau khi công bố thì cần "
            "hai người trong Ban Tổ chức và một bản kết quả mới.",
            f"Entry {submission.code} is still in the contest. Withdraw it first; after "
            "publication that takes two organisers and a new revision of the result.",
        )
