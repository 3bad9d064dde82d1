"""Uploading without JavaScript, by a unit or by an organiser in its place: a clip in one form,
checked before its body is read.

Flask reads a whole form before a view runs, so ``admit`` runs earlier, before anything has read
the body, with a session of its own that it closes.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from contest.actors import PUBLIC
from contest.errors import Conflict, NoSpace, TooLarge
from contest.languages import write_size
from contest.models import ClipVersion, Contest, EntryPart, Errand, Submission
from contest.permissions import require
from contest.services.core import profiles
from contest.services.entry import errands, submissions, uploads
from contest.services.people import people
from contest.services.units import units
from contest.uploads.storage import Folder
from contest.views.shared.support import current, staff_token, unit_token

AROUND = 64 << 10  # bytes of a form in addition to its file


def admit(slug: str, code: str = "", errand_key: str = "") -> None:
    """Check the sender, the entry, the form's size, and disk space for twice that size: of the
    unit's entry ``code``, or of the errand that a member of the staff carries out.

    Raises what the view itself would, ``TooLarge`` or ``NoSpace``, before the body is read.
    """
    with current.platform.db.read() as session:
        g.contest = contest = profiles.find(session, slug)  # for the error page
        if errand_key and not _is_own(session, contest, errand_key):
            return  # the view refuses another's, after no more bytes than any form has
        if not errand_key:
            _require_own(session, contest, code)
        limit = profiles.profile_of(contest).upload.plain_form_max_bytes
        unfinished = {one.public_id: one.length for one in uploads.all_open(session)}
    free = Folder(current.platform.settings.uploads_dir).room(unfinished)
    request.max_content_length = limit + AROUND
    announced = request.content_length or 0
    if announced > limit + AROUND:
        raise too_large(announced, limit)
    if announced and 2 * announced > free:
        raise NoSpace(
            f"Máy chủ không còn đủ chỗ cho tệp {write_size(announced, 'vi')}. "
            "Hãy báo Ban Tổ chức và thử lại sau.",
            f"The server has no room for a file of {write_size(announced, 'en')}. "
            "Tell the organisers and try again later.",
        )


def _require_own(session: Session, contest: Contest, code: str) -> None:
    """Raises where the unit's entry accepts no clip now."""
    token = unit_token()
    sender = (units.actor_of_token(session, token, at=current.now) if token else None) or PUBLIC
    require(sender, "entry.upload", contest)
    submission = submissions.find(session, contest, code, actor=sender)
    submissions.require_replaceable(submission)
    profile = profiles.profile_of(contest)
    submissions.require_open(profile, at=current.now, submission=submission)


def _is_own(session: Session, contest: Contest, errand_key: str) -> bool:
    """Whether the sender carries out this errand. Raises where its entry accepts no clip now."""
    sender = people.actor_of_token(session, staff_token(), at=current.now) or PUBLIC
    require(sender, "entry.deputise", contest)
    try:
        submission = errands.own(session, contest, errand_key, actor=sender).submission
    except Conflict:
        return False
    submissions.require_replaceable(submission)
    errands.require_open(profiles.profile_of(contest), at=current.now, submission=submission)
    return True


def too_large(size: int, limit: int) -> TooLarge:
    return TooLarge(
        f"Tệp nặng {write_size(size, 'vi')}; cách gửi này nhận tối đa "
        f"{write_size(limit, 'vi')}. Hãy bật JavaScript hoặc mở bằng Chrome, Safari.",
        f"The file has {write_size(size, 'en')}; this form takes {write_size(limit, 'en')}. "
        "Switch JavaScript on, or use Chrome or Safari, to send a large file.",
    )


def take(
    submission: Submission, clip: FileStorage, errand: Errand | None = None
) -> ClipVersion | EntryPart | None:
    """Store the clip and make it a version, or a picture of a set, by the rules of every upload.
    ``errand``: an organiser sends it in the unit's place."""
    return take_all(submission, [clip], errand)[0]


def take_all(
    submission: Submission, clips: Sequence[FileStorage], errand: Errand | None = None
) -> list[ClipVersion | EntryPart | None]:
    """The same for several files in their order.

    No lock is held while they are copied: the view's transaction is rolled back first, and
    ``begin`` checks everything again.
    """
    limit = current.profile.upload.plain_form_max_bytes
    for clip in clips:
        if (size := _size(clip)) > limit:
            raise too_large(size, limit)
    current.db.rollback()
    with ExitStack() as copies:
        copied = [(clip, *copies.enter_context(_copied(clip))) for clip in clips]
        return [_finished(submission, *one, errand) for one in copied]


def _size(clip: FileStorage) -> int:
    return int(clip.seek(0, 2) or clip.stream.tell())


def _finished(
    submission: Submission, clip: FileStorage, path: Path, sha256: str, errand: Errand | None
) -> ClipVersion | EntryPart | None:
    upload = uploads.begin(
        current.db, submission, length=_size(clip), filename=clip.filename or "",
        actor=current.actor, at=current.now, errand=errand,
    )
    current.platform.blobs.put(path, sha256)
    return uploads.finish(current.db, upload, sha256=sha256, actor=current.actor, at=current.now)


@contextmanager
def _copied(clip: FileStorage) -> Iterator[tuple[Path, str]]:
    """The clip as a temporary file beside the store, synced to disk, and its SHA-256."""
    clip.stream.seek(0)
    folder = current.platform.settings.data_dir / "incoming"
    folder.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        path = Path(copy.name)
        try:
            shutil.copyfileobj(clip.stream, copy, 1 << 20)
            copy.seek(0)
            sha256 = hashlib.file_digest(copy, "sha256").hexdigest()
            os.fsync(copy.fileno())
            yield path, sha256
        finally:
            path.unlink(missing_ok=True)
