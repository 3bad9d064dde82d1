"""Uploading without JavaScript: a clip in one form, checked before its body is read.

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
from contest.errors import NoSpace, TooLarge
from contest.languages import write_size
from contest.models import ClipVersion, EntryPart, Submission
from contest.permissions import require
from contest.services.core import profiles
from contest.services.entry import submissions, uploads
from contest.services.units import units
from contest.uploads.storage import Folder
from contest.views.shared.support import current, unit_token

AROUND = 64 << 10  # bytes of a form in addition to its file


def admit(slug: str, code: str) -> None:
    """Check the sender, the entry, the form's size, and disk space for twice that size.

    Raises what the view itself would, ``TooLarge`` or ``NoSpace``, before the body is read.
    """
    with current.platform.db.read() as session:
        limit = _limit(session, slug, code)
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


def _limit(session: Session, slug: str, code: str) -> int:
    """The profile's limit in bytes. Raises where the sender's entry accepts no clip now."""
    g.contest = contest = profiles.find(session, slug)  # for the error page
    profile = profiles.profile_of(contest)
    token = unit_token()
    sender = (units.actor_of_token(session, token, at=current.now) if token else None) or PUBLIC
    require(sender, "entry.upload", contest)
    submission = submissions.find(session, contest, code, actor=sender)
    submissions.require_replaceable(submission)
    submissions.require_open(profile, at=current.now, submission=submission)
    return profile.upload.plain_form_max_bytes


def too_large(size: int, limit: int) -> TooLarge:
    return TooLarge(
        f"Tệp nặng {write_size(size, 'vi')}; cách gửi này nhận tối đa "
        f"{write_size(limit, 'vi')}. Hãy bật JavaScript hoặc mở bằng Chrome, Safari.",
        f"The file has {write_size(size, 'en')}; this form takes {write_size(limit, 'en')}. "
        "Switch JavaScript on, or use Chrome or Safari, to send a large file.",
    )


def take(submission: Submission, clip: FileStorage) -> ClipVersion | EntryPart | None:
    """Store the clip and make it a version, or a picture of a set, by the rules of every upload."""
    return take_all(submission, [clip])[0]


def take_all(
    submission: Submission, clips: Sequence[FileStorage]
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
        return [_finished(submission, clip, path, sha256) for clip, path, sha256 in copied]


def _size(clip: FileStorage) -> int:
    return int(clip.seek(0, 2) or clip.stream.tell())


def _finished(
    submission: Submission, clip: FileStorage, path: Path, sha256: str
) -> ClipVersion | EntryPart | None:
    upload = uploads.begin(
        current.db, submission, length=_size(clip), filename=clip.filename or "",
        actor=current.actor, at=current.now,
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
