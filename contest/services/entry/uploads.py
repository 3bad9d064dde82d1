"""Uploads of clips: begun before the deadline, finished within the grace, turned into versions.

The upload process (``contest.uploads``) receives the bytes; the contest's rules about them are
here. The offset is the size of the file on disk and is not stored in the database.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Gone, Invalid, TooLarge, not_found
from contest.languages import write_size, write_time
from contest.models import (
    ClipVersion,
    Contest,
    EntryPart,
    Errand,
    Submission,
    UnitLink,
    UnitSession,
    Upload,
)
from contest.models.base import LOCK
from contest.permissions import require
from contest.profile import Profile
from contest.services.checking import parts
from contest.services.core import audit, locks, mail, outbox, profiles
from contest.services.core.transitions import move
from contest.services.entry import checks, errands, open_uploads, stored_bytes, submissions
from contest.states import REPLACEABLE, SubmissionState
from contest.tokens import hash_token

SAMPLE, SAMPLES = 256 << 10, 16  # bytes of a sample, and samples in a fingerprint
FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class UploadAccess:
    """The unit behind a request's cookie and the upload the request names, read by one query.

    ``live``: session and link are still valid. ``upload`` is None unless it belongs to this unit
    and is open or complete.
    """

    unit_id: int
    live: bool
    upload: "UploadStatus | None"


@dataclass(frozen=True)
class UploadStatus:
    """The columns that every part of an upload needs; a part arrives every few milliseconds."""

    public_id: str
    unit_id: int
    submission_id: int
    length: int
    filename: str
    fingerprint: str
    expires_at: datetime
    state: str
    errand_id: int | None = None


_ASKED = (
    select(
        UnitSession.unit_id, UnitSession.expires_at, UnitSession.revoked_at,
        UnitLink.revoked_at.label("link_revoked_at"), Upload.public_id, Upload.submission_id,
        Upload.length,
        Upload.filename, Upload.fingerprint, Upload.expires_at.label("keeps_until"), Upload.state,
    )
    .join(UnitLink, UnitLink.id == UnitSession.link_id)
    .outerjoin(Upload, and_(
        Upload.unit_id == UnitSession.unit_id, Upload.public_id == bindparam("public_id"),
        Upload.errand_id.is_(None),
        or_(Upload.state == "open", Upload.state == "complete"),
    ))
    .where(UnitSession.token_hash == bindparam("token_hash"))
)  # fmt: skip


def asked(line: Connection, token: str, public_id: str, *, at: datetime) -> UploadAccess | None:
    """The unit of this cookie and the upload requested: one query, no ORM objects.

    None for a cookie that was never issued.
    """
    wanted = {"token_hash": hash_token(token), "public_id": public_id}
    row = line.execute(_ASKED, wanted).one_or_none()
    if row is None:
        return None
    ended = row.revoked_at or row.link_revoked_at or row.expires_at <= at
    seen = row.public_id and UploadStatus(
        row.public_id, row.unit_id, row.submission_id, row.length, row.filename, row.fingerprint,
        row.keeps_until, row.state,
    )
    return UploadAccess(row.unit_id, live=not ended, upload=seen)


def begin(
    session: Session, submission: Submission, *, length: int, filename: str, fingerprint: str = "",
    mend: bool = False, actor: Actor, at: datetime, errand: Errand | None = None,
) -> Upload:
    """Open an upload of ``length`` bytes for an entry; an open one of the entry is terminated.
    ``errand``: an organiser sends it in the unit's place.

    ``mend``: if the clip fails for what can be repaired, a repair is requested at once.

    Raises ``NotAllowed``; ``TooLate`` outside the entry period (plan II.1); ``TooLarge``;
    ``Invalid`` for an empty file or a wrong extension; ``Conflict`` where the clip is final;
    either of the last two beyond the unit's allowance.
    """
    require(actor, "entry.deputise" if errand else "entry.upload", submission)
    locks.lock(session, submission.unit)  # before the entry: rows are locked in one order
    submissions.hold(session, submission)
    submissions.require_replaceable(submission)
    profile = profiles.profile_of(submission.contest)
    submissions.require_open(profile, at=at, submission=submission)
    name = _checked_name(filename, profile)
    _require_size(length, profile)
    open_uploads.close_all(session, submission, actor=actor, at=at)
    stored_bytes.require_allowance(session, submission.unit, length, profile)
    parts.require_room(session, submission, profile)
    upload = Upload(
        public_id=secrets.token_hex(16), contest_id=submission.contest_id,
        unit_id=submission.unit_id, submission_id=submission.id,
        length=length, filename=name, begun_at=at, mend=mend,
        errand_id=errand.id if errand else None,
        fingerprint=fingerprint if FINGERPRINT.fullmatch(fingerprint) else "",
        expires_at=_expiry(submission, profile, at),
    )
    session.add(upload)
    session.flush()
    _plan_end(session, upload, at=at)
    audit.record(session, "upload.begun", upload, actor=actor, at=at,
                 after={"submission": submission.id, "length": length})
    return upload


def _plan_end(session: Session, upload: Upload, *, at: datetime) -> None:
    for kind, due_at in (
        ("upload.remind", upload.expires_at - (upload.expires_at - at) / 3),
        ("upload.expire", upload.expires_at),
    ):
        outbox.enqueue(
            session, kind, upload.id, at=at, due_at=due_at, contest_id=upload.contest_id
        )


def _expiry(submission: Submission, profile: Profile, at: datetime) -> datetime:
    """The profile's hours, but never beyond the grace, after which nothing is accepted."""
    hours = timedelta(hours=profile.upload.expires_hours)
    return min(at + hours, submissions.grace_until(profile, submission))


def _checked_name(filename: str, profile: Profile) -> str:
    name = "".join(c for c in re.split(r"[/\\]", filename)[-1] if c.isprintable())[-255:]
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    if ending not in profile.extensions:
        allowed = ", ".join(profile.extensions)
        clip = profile.entry.is_clip
        raise Invalid(
            f"Tệp “{name}” không phải {'clip' if clip else 'loại'} được nhận; cho phép: {allowed}. "
            + ("Hãy xuất clip ra MP4." if clip else "Hãy lưu ở một trong các loại này."),
            f'"{name}" is not a {"clip that can be" if clip else "file that is"} taken; allowed: '
            f"{allowed}. {'Export it as MP4.' if clip else 'Save it as one of these.'}",
        )
    return name


def require_file(filename: str, size: int, profile: Profile) -> None:
    """Raises ``Invalid`` for a wrong ending or an empty file, ``TooLarge``."""
    _checked_name(filename, profile)
    _require_size(size, profile)


def _require_size(length: int, profile: Profile) -> None:
    most = profile.upload.max_bytes
    if length == 0:
        raise Invalid("Tệp rỗng. Hãy chọn lại tệp clip.", "The file is empty. Pick the clip again.")
    if length > most:
        raise TooLarge(
            f"Tệp nặng {write_size(length, 'vi')}; cho phép tối đa {write_size(most, 'vi')}. "
            "Hãy xuất lại clip với dung lượng nhỏ hơn.",
            f"The file has {write_size(length, 'en')}; at most {write_size(most, 'en')} are "
            "allowed. Export the clip in a smaller size.",
        )


def last_expired(session: Session, submission: Submission) -> Upload | None:
    """The newest upload of this entry if it has expired, to inform the unit; else None."""
    query = select(Upload).where(Upload.submission_id == submission.id).order_by(Upload.id.desc())
    newest = session.scalars(query.limit(1)).one_or_none()
    return newest if newest is not None and newest.state == "expired" else None


def all_open(session: Session) -> list[Upload]:
    """All uploads whose bytes are still expected: disk space is reserved for them."""
    return list(session.scalars(select(Upload).where(Upload.state == "open")))


def count_open(session: Session, contest: Contest) -> int:
    """How many of a contest's uploads are unfinished."""
    query = select(func.count(Upload.id)).where(Upload.contest_id == contest.id)
    return session.scalar(query.where(Upload.state == "open")) or 0


def prolong(session: Session, contest: Contest) -> None:
    """Unfinished uploads may go on as long as the rules in force say now, if that is longer."""
    profile = profiles.profile_of(contest)
    query = select(Upload).where(Upload.contest_id == contest.id, Upload.state == "open")
    for upload in session.scalars(query.with_for_update(of=Upload, **LOCK)):
        upload.expires_at = max(
            upload.expires_at, _expiry(upload.submission, profile, upload.begun_at)
        )


def find(
    session: Session, public_id: str, *, unit_id: int | None = None, errand_id: int | None = None
) -> Upload:
    """The upload of a unit, or of an errand for it. Raises ``NotFound`` for another's, ``Gone`` for
    one that has ended."""
    own = (Upload.errand_id == errand_id if errand_id
           else and_(Upload.unit_id == unit_id, Upload.errand_id.is_(None)))
    query = select(Upload).where(Upload.public_id == public_id, own)
    upload = session.scalars(query).one_or_none()
    if upload is None:
        raise not_found()
    if upload.state not in ("open", "complete"):
        raise verdict(upload)
    return upload


def verdict(upload: Upload) -> Gone:
    """The error (returned, not raised) that says why an upload ended: the same on every retry."""
    submission = upload.submission
    profile = profiles.profile_of(submission.contest)
    close, zone = submissions.closes_at(profile, submission), profile.schedule.zone
    if upload.state == "expired" and upload.expires_at >= close:
        return Gone(
            f"Clip bắt đầu gửi lúc {write_time(upload.begun_at, zone, 'vi')} nhưng chưa xong trước "
            f"{write_time(upload.expires_at, zone, 'vi')} nên không được nhận. "
            "Hãy liên hệ Ban Tổ chức.",
            f"The upload began at {write_time(upload.begun_at, zone, 'en')} but had not finished "
            f"by {write_time(upload.expires_at, zone, 'en')}, so it was not accepted. "
            "Ask the organisers.",
        )
    return Gone(
        "Lượt gửi này đã hết hạn hoặc đã bị huỷ. Hãy mở lại bài dự thi và gửi lại từ đầu.",
        "This upload has expired or was cancelled. Open your entry again and start anew.",
    )


def end(session: Session, upload: Upload, state: str, *, actor: Actor, at: datetime) -> None:
    """Close an open upload as ``terminated`` or ``expired``; a closed one stays as it is.

    A unit's expired upload is reported to it by mail.
    """
    closed = open_uploads.close(session, upload, state, actor=actor, at=at)
    if closed and state == "expired" and upload.errand_id is None:
        submission = upload.submission
        late = upload.expires_at >= submissions.closes_at(
            profiles.profile_of(submission.contest), submission
        )
        _tell(session, upload, "upload_expired", at=at, late=late)


def remind(session: Session, upload: Upload, *, at: datetime) -> None:
    """Mail the unit that an upload is unfinished, and until when its bytes are kept."""
    own = upload.errand_id is None
    if own and upload.state == "open" and upload.submission.state in REPLACEABLE:
        _tell(session, upload, "upload_waiting", at=at)


def _tell(
    session: Session, upload: Upload, template: str, *, at: datetime, **values: object
) -> None:
    submission = upload.submission
    page = f"/c/{submission.contest.slug}/unit/entries/{submission.code}"
    mail.enqueue(
        session, to=submission.contact_email, template=template, language=submission.language,
        params={"submission_id": submission.id, "upload_id": upload.id, "path": page} | values,
        contest_id=submission.contest_id, at=at,
    )


def arrived(session: Session, public_id: str, *, at: datetime) -> None:
    """All bytes of an open upload lie on the disk of the machine that received them."""
    whole = (Upload.public_id == public_id, Upload.state == "open", Upload.arrived_at.is_(None))
    session.execute(update(Upload).where(*whole).values(arrived_at=at))


def finish(
    session: Session, upload: Upload, *, sha256: str, actor: Actor, at: datetime
) -> ClipVersion | EntryPart | None:
    """All bytes are stored since ``at``: make a version and request its check, or make it a picture
    of the set that is being put together. Idempotent.

    None when ``at`` is after the grace or the entry accepts no clip any more: the upload is then
    closed with that state, and both instants are in the audit trail.
    """
    submissions.hold(session, upload.submission)
    session.refresh(upload, with_for_update=LOCK)
    made = session.scalars(select(ClipVersion).where(ClipVersion.upload_id == upload.id)).first()
    if made is not None:
        return made
    of_set = profiles.profile_of(upload.submission.contest).entry.kind == "pictures"
    if of_set and upload.state == "complete":
        return parts.add(session, upload, at=at)
    late = at >= upload.expires_at
    if late or upload.submission.state not in REPLACEABLE:
        end(session, upload, "expired" if late else "terminated", actor=actor, at=at)
    if upload.state != "open":
        return None
    upload.state, upload.finished_at, upload.sha256 = "complete", at, sha256
    if of_set:
        return parts.add(session, upload, at=at)
    return _add_version(session, upload, sha256, actor=actor, at=at)


def adopt(
    session: Session, submission: Submission, *, sha256: str, size: int, filename: str,
    actor: Actor, at: datetime, begun_at: datetime | None = None, errand_id: int | None = None,
    told: bool = False,
) -> ClipVersion:
    """Make a clip that is in the store already a version, with a completed upload of its own;
    ``told``: whoever calls writes to the entry's contact, who gets no receipt then.

    Raises ``Conflict`` where the entry's clip may not be replaced.
    """
    upload = Upload(
        public_id=secrets.token_urlsafe(24), contest_id=submission.contest_id,
        unit_id=submission.unit_id, submission_id=submission.id, state="complete", length=size,
        filename=filename, sha256=sha256, begun_at=begun_at or at, finished_at=at, expires_at=at,
        errand_id=errand_id,
    )
    session.add(upload)
    session.flush()
    return _add_version(session, upload, sha256, actor=actor, at=at, told=told)


def _add_version(
    session: Session, upload: Upload, sha256: str, *, actor: Actor, at: datetime,
    told: bool = False,
) -> ClipVersion:
    submission = upload.submission
    last = session.scalar(
        select(func.max(ClipVersion.number)).where(ClipVersion.submission_id == submission.id)
    )
    version = ClipVersion(
        submission_id=submission.id, upload_id=upload.id, number=(last or 0) + 1, sha256=sha256,
        size=upload.length, filename=upload.filename, begun_at=upload.begun_at, received_at=at,
    )
    session.add(version)
    session.flush()
    submission.version_id = version.id
    move(session, submission, SubmissionState.CHECKING, actor=actor, at=at,
         version=version.number, sha256=sha256)
    checks.enqueue_quick(session, version, actor=actor, at=at)
    if not told:
        errands.receipt(session, submission, errands.of_upload(session, upload), at=at)
    return version


def fingerprint(path: Path) -> str:
    """A file's fingerprint, the same that the browser computes (``_fingerprint.js``).

    SHA-256 over the size and ``SAMPLES`` samples spread evenly from the first byte to the last.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(f"{size}\n".encode())
    with path.open("rb") as file:
        for n in range(SAMPLES):
            file.seek(max(0, size - SAMPLE) * n // (SAMPLES - 1))
            digest.update(file.read(SAMPLE))
    return digest.hexdigest()
