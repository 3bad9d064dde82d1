"""Clips fetched from links: asked for by an organiser for a unit, or by the unit where the rules
let it. Begun before the deadline, finished within the grace, as an upload is."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from contest import clip_links
from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, DomainError, Invalid, not_found
from contest.languages import write_size, write_time
from contest.models import ClipVersion, Contest, Errand, LinkFetch, Submission, User
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, locks, mail, outbox, profiles
from contest.services.entry import open_uploads, stored_bytes, submissions, uploads
from contest.states import REPLACEABLE

KIND = "link.fetch"
MOST_WAITING = 5  # links of one unit at once
Said = tuple[str, str]  # Vietnamese, English


def ask(
    session: Session, submission: Submission, link: str, *, actor: Actor, at: datetime,
    errand: Errand | None = None,
) -> LinkFetch:
    """Have the clip behind ``link`` fetched for an entry; a link that waits for it is given up.

    Raises ``Invalid`` for what is no usable link; ``NotAllowed`` to a unit where the rules take no
    links; ``Conflict`` where the clip is final, too many links wait or an entry is put together on
    our pages; ``TooLate``.
    """
    profile = profiles.profile_of(submission.contest)
    _require_allowed(submission, profile, errand, actor)
    address = clip_links.direct(link)
    locks.lock(session, submission.unit)
    submissions.hold(session, submission)
    submissions.require_replaceable(submission)
    submissions.require_open(profile, at=at, submission=submission)
    for waiting in of_submission(session, submission, only_waiting=True):
        _end(session, waiting, "cancelled", actor=actor, at=at)
    _require_few(session, submission)
    fetch = LinkFetch(
        public_id=secrets.token_hex(16), submission_id=submission.id, address=address,
        errand_id=errand.id if errand else None, begun_at=at, state="waiting",
        expires_at=_expiry(submission, profile, at),
    )
    session.add(fetch)
    session.flush()
    outbox.enqueue(session, KIND, fetch.id, at=at, contest_id=submission.contest_id)
    audit.record(
        session, "link_fetch.begun", fetch, actor=actor, at=at, contest_id=submission.contest_id,
        after={"submission": submission.id, "host": host_of(fetch)},
    )
    return fetch


def _require_allowed(
    submission: Submission, profile: Profile, errand: Errand | None, actor: Actor
) -> None:
    require(actor, "entry.deputise" if errand else "entry.upload", submission)
    if profile.entry.is_composed:
        raise Conflict(
            "Bài của hội thi này được soạn trên trang, không nhận bằng đường dẫn. Hãy mở lại trang "
            "gửi bài.",
            "Entries of this contest are put together on its pages; no link is taken. Open the "
            "page for sending again.",
        )
    if errand is None and not profile.upload.links:
        raise Conflict(
            "Thể lệ không nhận clip bằng đường dẫn. Hãy gửi tệp clip, hoặc nhờ Ban Tổ chức.",
            "The rules take no links. Send the clip itself, or ask the organisers.",
        )


def _require_few(session: Session, submission: Submission) -> None:
    waiting = session.scalar(
        select(func.count()).select_from(LinkFetch).join(LinkFetch.submission)
        .where(Submission.unit_id == submission.unit_id, LinkFetch.state == "waiting")
    )
    if (waiting or 0) >= MOST_WAITING:
        raise Conflict(
            f"Đang tải {waiting} clip từ đường dẫn cho đơn vị này. Hãy chờ một clip tải xong.",
            f"{waiting} clips of this unit are being fetched from links. Wait until one is here.",
        )


def host_of(fetch: LinkFetch) -> str:
    """The server that a link leads to; the rest of it may be as good as a password."""
    return urlsplit(fetch.address).hostname or ""


# ---------------------------------------------------------------------------- reading


def of_submission(
    session: Session, submission: Submission, *, only_waiting: bool = False
) -> Sequence[LinkFetch]:
    """The links given for an entry, the newest first."""
    query = select(LinkFetch).where(LinkFetch.submission_id == submission.id)
    if only_waiting:
        query = query.where(LinkFetch.state == "waiting")
    return session.scalars(query.order_by(LinkFetch.id.desc())).all()


def waiting(session: Session) -> set[str]:
    """The names of files that are still being fetched."""
    return set(session.scalars(
        select(LinkFetch.public_id).where(LinkFetch.state == "waiting")
    ))


def find(session: Session, contest: Contest, fetch_id: int) -> LinkFetch:
    """A link given in this contest. Raises ``NotFound`` for any other."""
    fetch = session.get(LinkFetch, fetch_id, options=[joinedload(LinkFetch.submission)])
    if fetch is None or fetch.submission.contest_id != contest.id:
        raise not_found()
    return fetch


# ---------------------------------------------------------------------------- the worker's steps


def start(session: Session, fetch_id: int, *, at: datetime) -> LinkFetch | None:
    """The link, if its file is still wanted; one whose time or entry is over has failed."""
    fetch = session.get_one(LinkFetch, fetch_id, options=[joinedload(LinkFetch.submission)])
    if fetch.state != "waiting":
        return None
    if at >= fetch.expires_at:
        fail(session, fetch, _too_late(fetch), at=at)
        return None
    if fetch.submission.state not in REPLACEABLE:
        fail(session, fetch, _not_wanted(), at=at)
        return None
    return fetch


def prolong(session: Session, contest: Contest) -> None:
    """Links may go on as long as the rules in force say now, if that is longer."""
    profile = profiles.profile_of(contest)
    query = (
        select(LinkFetch).join(LinkFetch.submission)
        .where(Submission.contest_id == contest.id, LinkFetch.state == "waiting")
    )
    for fetch in session.scalars(query):
        fetch.expires_at = max(fetch.expires_at, _expiry(fetch.submission, profile, fetch.begun_at))


def _expiry(submission: Submission, profile: Profile, begun_at: datetime) -> datetime:
    """The profile's hours, but never beyond the grace."""
    hours = timedelta(hours=profile.upload.expires_hours)
    return min(begun_at + hours, submissions.grace_until(profile, submission))


def limit(session: Session, fetch: LinkFetch) -> int:
    """How many bytes the contest's rules take."""
    return profiles.profile_of(fetch.submission.contest).upload.max_bytes


def answered(
    session: Session, fetch_id: int, *, length: int | None, validator: str, filename: str
) -> None:
    """A server gave the file: what it says of it, before the first byte is kept."""
    session.execute(
        update(LinkFetch).where(LinkFetch.id == fetch_id)
        .values(length=length, validator=validator, filename=filename[-255:], said={})
    )


def progressed(session: Session, fetch_id: int, received: int) -> bool:
    """Keep how many bytes are here; whether they are still wanted."""
    kept = session.execute(
        update(LinkFetch).where(LinkFetch.id == fetch_id, LinkFetch.state == "waiting")
        .values(received=received)
    )
    return int(kept.rowcount) == 1  # type: ignore[attr-defined]


def whole(session: Session, fetch_id: int, size: int) -> None:
    """Every byte is here: from now on nothing is asked of the server again."""
    session.execute(
        update(LinkFetch).where(LinkFetch.id == fetch_id).values(length=size, received=size)
    )


def troubled(session: Session, fetch_id: int, said: Said) -> None:
    """Tell what keeps the file from coming; it is tried again."""
    session.execute(
        update(LinkFetch).where(LinkFetch.id == fetch_id).values(said=_told(said))
    )


def finish(
    session: Session, fetch_id: int, *, sha256: str, size: int, at: datetime
) -> ClipVersion | None:
    """The file is in the store, whole since ``at``: make it a version and have it checked, by the
    rules of every upload. None where it is not taken, which is told. Idempotent."""
    fetch = session.get_one(LinkFetch, fetch_id)
    submission, at = fetch.submission, max(at, fetch.begun_at)
    locks.lock(session, submission.unit)
    submissions.hold(session, submission)
    locks.lock(session, fetch)
    if fetch.state != "waiting":
        return None
    try:
        _require_taken(session, fetch, size, at)
    except DomainError as refused:
        fail(session, fetch, (refused.vi, refused.en), at=at)
        return None
    actor = actor_of(session, fetch)
    fetch.state, fetch.finished_at, fetch.length = "done", at, size
    session.flush()
    open_uploads.close_all(session, submission, actor=actor, at=at)
    return uploads.adopt(
        session, submission, sha256=sha256, size=size, filename=fetch.filename, actor=actor, at=at,
        begun_at=fetch.begun_at, errand_id=fetch.errand_id,
    )


def _require_taken(session: Session, fetch: LinkFetch, size: int, at: datetime) -> None:
    submission = fetch.submission
    profile = profiles.profile_of(submission.contest)
    if at >= fetch.expires_at:
        raise Conflict(*_too_late(fetch))
    if submission.state not in REPLACEABLE:
        raise Conflict(*_not_wanted())
    uploads.require_file(fetch.filename, size, profile)
    stored_bytes.require_allowance(session, submission.unit, size, profile)


def actor_of(session: Session, fetch: LinkFetch) -> Actor:
    """On whose behalf the file is fetched."""
    if fetch.errand is not None:
        person = session.get_one(User, fetch.errand.user_id)
        return Actor("user", person.id, person.name)
    unit = fetch.submission.unit
    return Actor("unit", unit.id, unit.name, unit_id=unit.id, contest_id=unit.contest_id)


def fail(session: Session, fetch: LinkFetch, said: Said, *, at: datetime) -> None:
    """The file does not come: who gave the link is told why, and what to do."""
    fetch.said = _told(said)
    if not _end(session, fetch, "failed", actor=SYSTEM, at=at):
        return
    submission = fetch.submission
    path = f"/c/{submission.contest.slug}/"
    path += (f"organiser/entries/{submission.code}/send" if fetch.errand
             else f"unit/entries/{submission.code}/send")
    to, language = submission.contact_email, submission.language
    if fetch.errand is not None:
        person = session.get_one(User, fetch.errand.user_id)
        to, language = person.email, person.language
    mail.enqueue(
        session, to=to, template="link_failed", language=language, at=at,
        params={"submission_id": submission.id, "host": host_of(fetch), "path": path,
                "why_vi": said[0], "why_en": said[1]},
        contest_id=submission.contest_id,
    )


def cancel(session: Session, fetch: LinkFetch, *, actor: Actor, at: datetime) -> None:
    """Stop fetching. Raises ``NotAllowed``; nothing happens where it has ended."""
    require(actor, "entry.upload" if actor.kind == "unit" else "entry.deputise", fetch.submission)
    _end(session, fetch, "cancelled", actor=actor, at=at)


def _end(
    session: Session, fetch: LinkFetch, state: str, *, actor: Actor, at: datetime
) -> bool:
    session.flush()
    locks.lock(session, fetch)
    if fetch.state != "waiting":
        return False
    fetch.state, fetch.finished_at = state, at
    audit.record(
        session, "link_fetch.failed" if state == "failed" else "link_fetch.cancelled", fetch,
        actor=actor, at=at, contest_id=fetch.submission.contest_id,
        after={"reason": fetch.said.get("vi", "")},
    )
    return True


def _told(said: Said) -> dict[str, str]:
    return {"vi": said[0], "en": said[1]}


# ---------------------------------------------------------------------------- sentences


def _too_late(fetch: LinkFetch) -> Said:
    zone = profiles.profile_of(fetch.submission.contest).schedule.zone
    until = fetch.expires_at
    return (
        f"Clip từ đường dẫn chưa tải xong trước {write_time(until, zone, 'vi')} nên không được "
        "nhận.",
        f"The clip had not been fetched by {write_time(until, zone, 'en')} and was not accepted.",
    )


def _not_wanted() -> Said:
    return ("Bài dự thi không còn nhận clip mới: đã được duyệt, đã đăng hoặc đã rời hội thi.",
            "The entry takes no clip any more: it was approved, posted, or has left the contest.")


def too_large(most: int) -> Said:
    """The sentence for a file beyond the contest's limit."""
    return (
        f"Tệp ở đường dẫn nặng hơn mức cho phép ({write_size(most, 'vi')}). Hãy xuất lại clip với "
        "dung lượng nhỏ hơn.",
        f"The file behind the link is larger than allowed ({write_size(most, 'en')}). Export the "
        "clip in a smaller size.",
    )


def require_link(text: str) -> None:
    """Raises ``Invalid`` for what is no usable link, before anything is stored."""
    if not text.strip():
        raise Invalid("Hãy dán đường dẫn tới tệp clip.", "Paste the link to the clip.")
    clip_links.direct(text)
