"""What an organiser does in a unit's place: sends its clip, has it fetched from a link, puts its
pictures or its text together, types its form from paper. Same rules as for the unit; the reason
stays and the unit reads it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, NotFound, TooLate, not_found
from contest.languages import write_time
from contest.models import ClipVersion, Contest, Errand, Submission, Unit, Upload, User
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, locks, mail, profiles
from contest.services.entry import submissions

MOST_REASON = 1000


def begin(
    session: Session, submission: Submission, kind: str, *, reason: str, actor: Actor, at: datetime
) -> Errand:
    """An errand for an entry: ``upload``, ``link`` or ``paper``.

    Raises ``NotAllowed`` without ``entry.deputise``; ``Invalid`` without a reason; ``Conflict``
    where the clip is final; ``TooLate`` with the way where its time is over.
    """
    require(actor, "entry.deputise", submission)
    require_reason(reason)
    locks.lock(session, submission.unit)
    submissions.hold(session, submission)
    submissions.require_replaceable(submission)
    require_open(profiles.profile_of(submission.contest), at=at, submission=submission)
    return record(session, submission, kind, reason=reason, actor=actor, at=at)


def record(
    session: Session, submission: Submission, kind: str, *, reason: str, actor: Actor, at: datetime
) -> Errand:
    """Store an errand whose conditions the caller has looked at, and write it into the trail."""
    errand = Errand(
        public_id=secrets.token_hex(16), submission_id=submission.id, user_id=actor.id,
        kind=kind, reason=reason.strip(), created_at=at,
    )
    session.add(errand)
    session.flush()
    audit.record(
        session, "errand.begun", errand, actor=actor, at=at, contest_id=submission.contest_id,
        after={"submission": submission.id, "kind": kind, "reason": errand.reason},
    )
    return errand


def require_reason(reason: str) -> None:
    """Raises ``Invalid`` where nothing is said, or far too much."""
    if not reason.strip() or len(reason) > MOST_REASON:
        raise Invalid(
            f"Hãy ghi lý do làm thay đơn vị, không quá {MOST_REASON} ký tự; đơn vị đọc được.",
            f"Please state why you do it in the unit's place, in at most {MOST_REASON} characters; "
            "the unit reads it.",
        )


def require_open(
    profile: Profile, *, at: datetime, submission: Submission | None = None,
    unit: Unit | None = None,
) -> None:
    """Raises ``TooLate`` outside the unit's own time, with the way: a time grant comes first."""
    try:
        submissions.require_open(profile, at=at, submission=submission, unit=unit)
    except TooLate:
        if at < profile.schedule.entries_open:
            raise
        close, zone = submissions.closes_at(profile, submission, unit), profile.schedule.zone
        raise TooLate(
            f"Hạn nhận clip của đơn vị đã qua lúc {write_time(close, zone, 'vi')}. Làm thay đơn vị "
            "không đổi được hạn: hãy gia hạn cho đơn vị trước, ở trang của đơn vị, mục “Hạn gửi "
            "clip”; lý do gia hạn hiện trên trang thể lệ.",
            f"The unit's time for clips ended at {write_time(close, zone, 'en')}. Acting in its "
            'place moves no deadline: grant the unit more time first, on its page under "Time for '
            'clips"; the reason is shown on the public rules page.',
        ) from None


def find(session: Session, contest: Contest, public_id: str, *, actor: Actor) -> Errand:
    """The person's own errand in this contest. Raises ``NotFound`` for any other."""
    query = (
        select(Errand).where(Errand.public_id == public_id, Errand.user_id == actor.id)
        .options(joinedload(Errand.submission).joinedload(Submission.unit))
    )
    errand = session.scalars(query).one_or_none()
    if errand is None or errand.submission.contest_id != contest.id:
        raise not_found()
    return errand


def own(session: Session, contest: Contest, public_id: str, *, actor: Actor) -> Errand:
    """The same, to act on it. Raises ``Conflict`` with the way for another organiser's."""
    try:
        return find(session, contest, public_id, actor=actor)
    except NotFound:
        code = entry_of(session, contest, public_id).code
        raise Conflict(
            f"Việc gửi thay này do người khác bắt đầu. Hãy mở bài {code} rồi bấm “Gửi clip thay "
            "đơn vị”.",
            f"Somebody else has begun this errand. Open the entry {code} and choose “Send a clip "
            "for the unit”.",
        ) from None


def of_submission(session: Session, submission: Submission) -> Sequence[tuple[Errand, str]]:
    """What was done for this entry, the newest first, and by whom; not what was only begun, nor a
    set of pictures that nobody has handed in."""
    arrived = exists().where(Upload.errand_id == Errand.id, ClipVersion.upload_id == Upload.id)
    query = (
        select(Errand, User.name).join(User, User.id == Errand.user_id)
        .where(Errand.submission_id == submission.id, or_(Errand.kind == "paper", arrived))
        .order_by(Errand.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def entry_of(session: Session, contest: Contest, public_id: str) -> Submission:
    """The entry of anybody's errand in this contest. Raises ``NotFound``."""
    query = select(Submission).join(Errand).where(
        Errand.public_id == public_id, Submission.contest_id == contest.id
    )
    submission = session.scalars(query).one_or_none()
    if submission is None:
        raise not_found()
    return submission


def of_upload(session: Session, upload: Upload) -> Errand | None:
    """In whose course an organiser sends this in the unit's place; None where the unit does."""
    return session.get(Errand, upload.errand_id) if upload.errand_id else None


def receipt(
    session: Session, submission: Submission, errand: Errand | None, *, at: datetime
) -> None:
    """To the entry's contact; to the unit's as well where an organiser sent the clip."""
    params: dict[str, object] = {"submission_id": submission.id}
    to = [submission.contact_email]
    if errand is not None:
        params["deputy_reason"] = errand.reason
        if submission.unit.contact_email.casefold() != submission.contact_email.casefold():
            to.append(submission.unit.contact_email)
    for address in to:
        mail.enqueue(
            session, to=address, template="receipt", language=submission.language, params=params,
            contest_id=submission.contest_id, at=at,
        )
