"""The proof that a post left the Page: taken in a form, sent to who may see it."""

import os
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from contest.models import Submission
from contest.services.entry.media import File
from contest.services.privacy.withdrawn import removals
from contest.views.shared import kept_files
from contest.views.shared.media import send
from contest.views.shared.support import current

TYPES = "image/jpeg,image/png,image/webp,image/heic,application/pdf"
ENDINGS = {removals.PDF: "pdf", removals.PHOTO: "jpg", removals.DRAWN: "png"}


def proof_field() -> FileField:
    """A picture or a PDF; nobody has to give one."""
    return FileField(
        _l("Bằng chứng bài đăng đã gỡ"), render_kw={"accept": TYPES},
        description=_l("Ảnh chụp màn hình hoặc PDF, tối đa 16 MB; không bắt buộc."),
    )


def keep_proof(upload: Any, submission: Submission) -> None:
    """Keep what was chosen, if anything was. Raises ``Invalid`` for another kind of file."""
    if not getattr(upload, "filename", ""):
        return
    size = upload.stream.seek(0, os.SEEK_END)
    upload.stream.seek(0)
    kind = removals.media_type_of(upload.stream.read(12), size, upload.filename)
    upload.stream.seek(0)
    keep = kept_files.keep if kind == removals.PDF else kept_files.keep_picture
    kept = keep(upload)
    removals.keep(
        current.db, submission, kept.sha256, kept.size, kind, actor=current.actor, at=current.now
    )


def send_proof(sha256: str) -> Response:
    """As a download, never opened within our pages."""
    found = removals.find(current.db, current.contest, sha256)
    name = f"{found.submission_id}-{sha256[:8]}.{ENDINGS[found.media_type]}"
    return send(File(found.sha256, found.media_type, name), keep=True)
