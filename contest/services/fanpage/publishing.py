"""The steps of posting one clip, as the worker records them; each commits before the next begins.

No step calls the Page: `jobs/publications.py` does, between two of these. The governing rule: the
intention is committed before the one `finish`, and where its outcome is unknown the Page is
queried; `finish` is never repeated blindly (design, "Work that leaves the process").
Steps called in a state they do not apply to change nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.models import ClipVersion, Publication
from contest.services.core import outbox
from contest.services.core.transitions import move
from contest.services.fanpage import post_links, publications, publishing_modes, readings
from contest.states import SubmissionState
from social.errors import PageError
from social.links import PostLink
from social.values import Offsets, Route, UploadStarted, VideoState, VideoStatus

MAX_UPLOADS = 3  # upload sessions for one clip before it fails and a person must look
DOUBT_FOR = timedelta(minutes=15)  # how long the Page is queried after an unknown outcome
PROCESS_FOR = timedelta(hours=3)  # how long the Page may process a video
KEPT = frozenset({"may_finish", "pasted", "checked"})  # in ``error_data``, through a passing error
FIRST_LOOK, SHORTEST, LONGEST = timedelta(seconds=2), timedelta(seconds=5), timedelta(minutes=5)

DRAFT = (
    "Facebook giữ clip thành bản nháp, chưa ai xem được. Hãy mở Trang, đăng bản nháp đó rồi bấm "
    "“Dò lại”.",
    "Facebook keeps the clip as a draft that nobody can see. Open the Page, publish the draft, "
    "then choose “Look again”.",
)
STUCK = (
    "Facebook xử lý clip quá lâu mà chưa đăng. Hãy mở Trang kiểm tra rồi bấm “Dò lại”.",
    "Facebook has been processing the clip for too long. Look at the Page, then choose “Look "
    "again”.",
)
DOUBT = (
    "Không rõ bài đã đăng hay chưa: Facebook không trả lời rõ. Hãy mở Trang: nếu thấy bài, dán "
    "liên kết; nếu không thấy, chọn “Đăng lại”.",
    "It is not clear whether the clip is posted: Facebook gave no clear answer. Open the Page: if "
    "the post is there, paste its link; if not, choose “Post again”.",
)


@dataclass(frozen=True)
class PublishingJob:
    """What a step needs to know, read under the row's lock. Values only, no row."""

    contest_id: int
    sha256: str
    size: int
    title: str
    caption: str
    marker: str
    state: str
    session_id: str | None
    video_id: str | None
    offsets: Offsets
    post_id: str | None
    armed_at: datetime | None
    link: PostLink | None
    route: Route = Route.VIDEOS


def read(session: Session, publication_id: int) -> PublishingJob | None:
    """The publication's current values; None when the row does not exist."""
    publication = publications.held(session, publication_id)
    return _work(publication) if publication else None


def version_to_upload(session: Session, publication_id: int) -> ClipVersion | None:
    """The clip to upload, its publication's row locked; None when nothing is to be uploaded."""
    publication = publications.held(session, publication_id)
    if publication is None or publication.state not in publications.BEFORE_ARMED:
        return None
    return publication.version


def begin_upload(session: Session, publication_id: int, *, at: datetime) -> PublishingJob | None:
    """Move the row to `uploading`; None when there is nothing to upload."""
    publication = publications.held(session, publication_id)
    if publication is None or publication.state not in publications.BEFORE_ARMED:
        return None
    if publication.submission.state != SubmissionState.APPROVED or publication.mode != "api":
        return None
    if publication.state == "waiting":
        move(session, publication, "uploading", actor=SYSTEM, at=at)
    submission = publication.submission
    route = publishing_modes.route_of(
        submission, publishing_modes.routes(session, submission.contest)
    )
    return replace(_work(publication), route=route)


def started(session: Session, publication_id: int, upload: UploadStarted) -> bool:
    """Store the upload session and the video's id before any byte is sent; False: do not send."""
    publication = publications.held(session, publication_id)
    if publication is None or publication.state != "uploading":
        return False
    publication.session_id, publication.video_id = upload.session_id, upload.video_id
    publication.offset, publication.offset_end = upload.offsets.start, upload.offsets.end
    publication.uploads += 1
    return True


def received(
    session: Session, publication_id: int, session_id: str, offsets: Offsets, *, at: datetime
) -> bool:
    """Store that the Page has the bytes up to `offsets.start`; False when another session began."""
    publication = publications.held(session, publication_id)
    if (
        publication is None
        or publication.state != "uploading"
        or publication.session_id != session_id
    ):
        return False
    publication.offset, publication.offset_end = offsets.start, offsets.end
    if offsets.complete:
        _clear(publication)
        if publication.position is not None:
            publications.enqueue_step(session, publication, "finish", at=at)
    return True


def arm(session: Session, publication_id: int, *, at: datetime) -> PublishingJob | None:
    """Write the intention to post; commit, then call `finish` once. None: do not call it.

    A row already armed belongs to a worker that died or lost its lease: query, do not repeat.
    """
    publication = publications.held(session, publication_id)
    if publication is None:
        return None
    if publication.state == "armed":
        doubt(session, publication_id, at=at, why="the worker ended before the answer came")
        return None
    again = publication.state == "unknown" and bool(publication.error_data.get("may_finish"))
    ready = publication.state == "uploading" and uploaded(publication)
    if publication.submission.state != SubmissionState.APPROVED or not (again or ready):
        return None
    move(session, publication, "armed", actor=SYSTEM, at=at, video_id=publication.video_id)
    publication.armed_at = at
    _clear(publication)
    return _work(publication)


def uploaded(publication: Publication) -> bool:
    """Whether the Page has all bytes and the clip has been released."""
    whole = publication.session_id is not None and publication.offset >= publication.version.size
    return whole and publication.position is not None


def accepted(session: Session, publication_id: int, *, at: datetime) -> None:
    """The Page accepted `finish`; enqueue the lookup of the post."""
    publication = publications.held(session, publication_id)
    if publication is None or publication.state not in ("armed", "unknown"):
        return
    move(session, publication, "verifying", actor=SYSTEM, at=at)
    publications.enqueue_step(session, publication, "verify", at=at, due_at=at + FIRST_LOOK)


def doubt(
    session: Session, publication_id: int, *, at: datetime, why: str,
    error: PageError | None = None,
) -> None:
    """The outcome of `finish` is unknown: enqueue the search for the post."""
    _unknown(session, publication_id, at=at, why=why, error=error, may_finish=False)


def refused(
    session: Session, publication_id: int, error: PageError, *, at: datetime, wait: timedelta
) -> None:
    """`finish` was certainly not carried out: after `wait` query once, then it may be repeated."""
    _unknown(
        session, publication_id, at=at, why=str(error), error=error, may_finish=True, wait=wait
    )


def restart(session: Session, publication_id: int, error: PageError, *, at: datetime) -> None:
    """The Page lost the upload and published nothing: begin anew, at most ``MAX_UPLOADS`` times."""
    publication = publications.held(session, publication_id)
    if publication is None or publication.state in ("published", "cancelled", "waiting"):
        return
    if publication.uploads >= MAX_UPLOADS:
        vi = f"Đã tải lên {MAX_UPLOADS} lần mà Facebook đều huỷ: {error}. Hãy chọn “Đăng lại”."
        en = f"Facebook dropped {MAX_UPLOADS} uploads: {error}. Choose “Post again”."
        fail(session, publication_id, vi, en, error=error, at=at)
        return
    if publication.state != "uploading":
        fail(session, publication_id, str(error), str(error), error=error, at=at)
    move(session, publication, "waiting", actor=SYSTEM, at=at, lost_video=publication.video_id)
    publication.session_id = publication.video_id = publication.armed_at = None
    publication.offset = publication.offset_end = 0
    publication.error_data = {}
    publications.enqueue_step(session, publication, "upload", at=at)


def fail(
    session: Session, publication_id: int, vi: str, en: str, *, at: datetime,
    error: PageError | None = None,
) -> None:
    """Fail for good; the board shows both sentences and Meta's own message to a person."""
    publication = publications.held(session, publication_id)
    if publication is None or publication.state in ("failed", "published", "cancelled"):
        return
    move(session, publication, "failed", actor=SYSTEM, at=at, reason=en)
    publication.error = str(error) if error else en
    publication.error_data = {"vi": vi, "en": en, "details": _details(error)}


def stumbled(
    session: Session, publication_id: int, error: PageError, *, at: datetime
) -> datetime | None:
    """Record a step's temporary error. Returns when to try again; None when it is given up."""
    publication = publications.held(session, publication_id)
    if publication is None:
        return None
    tries = int(publication.error_data.get("tries", 0))
    if tries >= len(outbox.BACK_OFF) and _gives_up(session, publication, error, at=at):
        return None
    publication.error = str(error)
    before = {name: publication.error_data[name] for name in publication.error_data.keys() & KEPT}
    publication.error_data = {**before, "tries": tries + 1, "details": _details(error)}
    return at + outbox.back_off(tries + 1)


def _gives_up(
    session: Session, publication: Publication, error: PageError, *, at: datetime
) -> bool:
    """After several attempts: before `finish` the clip fails; after it, only once the Page has had
    its time, for the post may be there; a posted clip stays, and its link is unconfirmed."""
    if publication.state in publications.BEFORE_ARMED:
        vi = f"Facebook không trả lời sau nhiều lần thử: {error}. Hãy chọn “Đăng lại”."
        en = f"Facebook did not answer after several attempts: {error}. Choose “Post again”."
        fail(session, publication.id, vi, en, error=error, at=at)
        return True
    if publication.state == "published":
        readings.unread(session, publication.id, str(error), _silent(error), at=at)
        return True
    given = PROCESS_FOR if publication.state == "verifying" else DOUBT_FOR
    if at - (publication.armed_at or at) <= given:
        return False
    fail(session, publication.id, *DOUBT, error=error, at=at)
    return True


def _silent(error: PageError) -> dict[str, str]:
    return {
        "vi": f"Chưa kiểm tra được liên kết: {error}. Lần lấy số tiếp theo sẽ thử lại.",
        "en": f"The link could not be checked: {error}. The next reading tries again.",
    }


def seen(
    session: Session, publication_id: int, status: VideoStatus, *, at: datetime
) -> datetime | None:
    """Move the row according to the video's status; returns when to query again, or None.

    `may_finish`, set by a certain refusal or by a person, allows `finish` for a video that the
    Page shows as complete and unpublished.
    """
    publication = publications.held(session, publication_id)
    if publication is None or publication.state not in ("verifying", "unknown"):
        return None
    if status.state is VideoState.PUBLISHED:
        publications.see_published(
            session, publication, permalink=status.permalink or "", post_id=status.post_id,
            actor=SYSTEM, at=at,
        )
        return None
    if status.state is VideoState.PROCESSING:
        return _processing(session, publication, at=at)
    if status.state in (VideoState.DRAFT, VideoState.ERROR):
        _spoilt(session, publication, status, at=at)
        return None
    return _not_yet(session, publication, status, at=at)


def _spoilt(
    session: Session, publication: Publication, status: VideoStatus, *, at: datetime
) -> None:
    """The Page will never show this video by itself."""
    if status.state is VideoState.DRAFT:
        fail(session, publication.id, *DRAFT, at=at)
    elif publication.error_data.get("may_finish"):
        restart(session, publication.id, PageError(status.message), at=at)
    else:
        vi = f"Facebook không xử lý được clip: {status.message}. Hãy xem lại tệp rồi đăng bằng tay."
        en = f"Facebook could not process the clip: {status.message}. Check it and post by hand."
        fail(session, publication.id, vi, en, at=at)


def found(
    session: Session, publication_id: int, *, post_id: str, permalink: str, at: datetime
) -> None:
    """Mark as published by the only post with the clip's code, the video itself being unknown."""
    publication = publications.held(session, publication_id)
    if publication is not None and publication.state in ("verifying", "unknown"):
        publications.see_published(
            session, publication, permalink=permalink, post_id=post_id, actor=SYSTEM, at=at
        )


def _processing(session: Session, publication: Publication, *, at: datetime) -> datetime | None:
    if at - (publication.armed_at or at) > PROCESS_FOR:
        fail(session, publication.id, *STUCK, at=at)
        return None
    if publication.state == "unknown":
        move(session, publication, "verifying", actor=SYSTEM, at=at)
        publications.enqueue_step(
            session, publication, "verify", at=at, due_at=_next_look(publication, at)
        )
        return None
    return _next_look(publication, at)


def _not_yet(
    session: Session, publication: Publication, status: VideoStatus, *, at: datetime
) -> datetime | None:
    """Decide what follows where the Page shows no sign of an accepted `finish`."""
    if publication.error_data.get("may_finish"):
        if status.state is VideoState.UPLOADED:
            publications.enqueue_step(session, publication, "finish", at=at)
            return None
        if status.state in (VideoState.NOT_THERE, VideoState.UPLOADING):
            restart(session, publication.id, PageError("the video is not on the Page"), at=at)
            return None
    if at - (publication.armed_at or at) > DOUBT_FOR:
        fail(session, publication.id, *DOUBT, at=at)
        return None
    return _next_look(publication, at)


def _next_look(publication: Publication, at: datetime) -> datetime:
    """When to query next: a quarter of the time since `finish`, between SHORTEST and LONGEST."""
    since = at - (publication.armed_at or at)
    return at + min(max(since / 4, SHORTEST), LONGEST)


def _unknown(
    session: Session, publication_id: int, *, at: datetime, why: str, error: PageError | None,
    may_finish: bool, wait: timedelta = FIRST_LOOK,
) -> None:
    publication = publications.held(session, publication_id)
    if publication is None or publication.state != "armed":
        return
    move(session, publication, "unknown", actor=SYSTEM, at=at, why=why)
    publication.error = why
    publication.error_data = {"may_finish": may_finish, "details": _details(error)}
    publications.enqueue_step(session, publication, "reconcile", at=at, due_at=at + wait)


def _work(publication: Publication) -> PublishingJob:
    submission, version = publication.submission, publication.version
    return PublishingJob(
        contest_id=submission.contest_id,
        sha256=version.sha256,
        size=version.size,
        title=submission.title,
        caption=publication.caption,
        marker=publications.marker(submission),
        state=publication.state,
        session_id=publication.session_id,
        video_id=publication.video_id,
        offsets=Offsets.wanted(publication.offset, publication.offset_end, version.size),
        post_id=publication.post_id,
        armed_at=publication.armed_at,
        link=post_links.meant(publication),
    )


def _clear(publication: Publication) -> None:
    publication.error, publication.error_data = "", {}


def _details(error: PageError | None) -> dict[str, object]:
    if error is None:
        return {}
    return {"kind": error.name, **error.details.as_dict(), "data": dict(error.details.data)}
