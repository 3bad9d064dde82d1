"""A publication that was cancelled or has failed, taken up again when its clip is approved anew.

The row stays, so that the database goes on to know of one post for a clip. Before `finish` was ever
about to be called the upload begins anew. After it the clip may be on the Page: the same version is
looked for, and finished only if it is there unpublished; for another version a person looks, for
the Page would be asked about the old film.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Publication
from contest.services.core import audit
from contest.services.core.transitions import move

OTHER = {
    "vi": "Một bản trước của clip này có thể đã lên Trang. Hãy mở Trang, gỡ bài đó nếu có, rồi "
          "chọn “Đăng lại”.",
    "en": "An earlier version of this clip may be on the Page. Open the Page, remove that post if "
          "it is there, then choose “Post again”.",
}


def take_up(
    session: Session, publication: Publication, mode: str, why: dict[str, Any], *, actor: Actor,
    at: datetime,
) -> str:
    """Take the publication up for its entry's current version. Returns what is next: ``release``
    (plan its release and upload), ``reconcile`` (look on the Page), or nothing: a person looks."""
    submission, begun = publication.submission, publication.armed_at is not None
    other = publication.version_id != submission.version_id
    audit.record(
        session, "publication.planned", publication, actor=actor, at=at,
        contest_id=submission.contest_id,
        before={"version": publication.version_id, "video": publication.video_id},
        after={"mode": mode, "version": submission.version_id},
    )
    assert submission.version_id is not None  # noqa: S101 - only clips with a version are approved
    publication.version_id, publication.mode = submission.version_id, mode
    if begun and not other:
        move(session, publication, "unknown", actor=actor, at=at)
        publication.error, publication.error_data = "", {"may_finish": True}
        return "reconcile"
    _begin_anew(publication)
    if begun:
        if publication.state != "failed":
            move(session, publication, "failed", actor=actor, at=at, reason=OTHER["en"])
        publication.error, publication.error_data = OTHER["en"], dict(OTHER)
        return ""
    move(session, publication, "waiting", actor=actor, at=at)
    publication.error, publication.error_data = "", why
    return "release"


def _begin_anew(publication: Publication) -> None:
    """Without a place in an earlier release, a session or a video on the Page."""
    publication.session_id = publication.video_id = publication.armed_at = None
    publication.position = None
    publication.offset = publication.offset_end = publication.uploads = 0
