"""Posting clips: each step calls the Page once, between two short transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.jobs import Later
from contest.jobs.fanpage_clients import client_of
from contest.jobs.storage import stored_clips
from contest.models import Contest
from contest.services.core import profiles
from contest.services.entry import checks
from contest.services.fanpage import (
    link_checks,
    page_pause,
    publications,
    publishing,
    waiting,
)
from contest.services.fanpage.publishing import PublishingJob
from contest.wiring import Platform
from social.errors import (
    CredentialRefused,
    MaybeLive,
    MetaDetails,
    NotPermitted,
    PageError,
    PolicyBlocked,
    RestartUpload,
    ResumeFromOffset,
    Throttled,
    Transient,
)
from social.graph import GraphPage
from social.values import Lookup, Offsets, PagePost, VideoState, VideoStatus, WhyUncounted

Beat = Callable[[], None]
WHILE_CHECKING = timedelta(seconds=30)
WHILE_PAUSED = timedelta(minutes=10)
AFTER_A_REFUSAL = timedelta(seconds=30)
MOST_STALLS = 3  # answers in one attempt that ask for bytes already sent


def release(platform: Platform, contest_id: int, beat: Beat) -> None:
    """Release the clips at the profile's time, or raise ``Later`` where a new profile moved it."""
    at = platform.clock.now()
    with platform.db.write() as session:
        contest = session.get_one(Contest, contest_id)
        due_at = profiles.profile_of(contest).release_at
        if at >= due_at:
            publications.release(session, contest, actor=SYSTEM, at=at)
            return
    raise Later(due_at, "the profile's release time has not come")


def upload(platform: Platform, publication_id: int, beat: Beat) -> None:
    """Upload the clip; resumes where an earlier worker stopped."""
    with platform.db.read() as session:
        work = publishing.read(session, publication_id)
    if work is None or work.state not in publications.BEFORE_ARMED:
        return
    _await_deep_check(platform, publication_id)
    page = _page(platform, work)
    with stored_clips.proven(platform, publication_id, work.sha256) as clip:
        if clip is not None:
            _upload(platform, publication_id, page, clip, beat)


def _upload(
    platform: Platform, publication_id: int, page: GraphPage, clip: Path, beat: Beat
) -> None:
    with platform.db.write() as session:
        work = publishing.begin_upload(session, publication_id, at=platform.clock.now())
    if work is None:
        return
    with _failures(platform, publication_id, work):
        begun = _begun(platform, publication_id, page, work)
        if begun is not None:
            _send(platform, publication_id, page, work, begun, clip, beat)


def _begun(
    platform: Platform, publication_id: int, page: GraphPage, work: PublishingJob
) -> tuple[str, Offsets] | None:
    """(session, what the Page wants), of a new upload or an interrupted one; None: do not send."""
    if work.session_id is not None:
        return work.session_id, page.resume(work.session_id, work.offsets, work.size)
    begun = page.start(work.size, work.route)
    with platform.db.write() as session:
        if not publishing.started(session, publication_id, begun):
            return None
    return begun.session_id, begun.offsets


def _send(  # noqa: PLR0917 - what every step needs, the upload, and the heart-beat
    platform: Platform, publication_id: int, page: GraphPage, work: PublishingJob,
    begun: tuple[str, Offsets], clip: Path, beat: Beat,
) -> None:
    """Send bytes until the Page has all. Raises ``Transient`` where that makes no progress."""
    session_id, offsets = begun
    furthest, stalls = offsets.start, 0
    while _received(platform, publication_id, session_id, offsets) and not offsets.complete:
        beat()
        before = offsets
        try:
            offsets = page.transfer(session_id, before, clip, beat)
        except ResumeFromOffset as error:
            offsets = Offsets.wanted(error.start, error.end, work.size)
        stalls = 0 if offsets.start > furthest else stalls + 1
        furthest = max(furthest, offsets.start)
        if offsets == before or stalls > MOST_STALLS:
            raise Transient(details=MetaDetails(message="the upload makes no progress"))


def _await_deep_check(platform: Platform, publication_id: int) -> None:
    """Raise ``Later`` until the deep check is done; the board shows its reason."""
    at = platform.clock.now()
    with platform.db.write() as session:
        version = publishing.version_to_upload(session, publication_id)
        why = checks.deep_check_pending(session, version, at=at) if version else ""
    if why:
        raise Later(at + WHILE_CHECKING, why)


def _received(
    platform: Platform, publication_id: int, session_id: str, offsets: Offsets
) -> bool:
    with platform.db.write() as session:
        return publishing.received(
            session, publication_id, session_id, offsets, at=platform.clock.now()
        )


def finish(platform: Platform, publication_id: int, beat: Beat) -> None:
    """Commit the intention, then call `finish` exactly once and record the answer."""
    at = platform.clock.now()
    with platform.db.read() as session:
        work = publishing.read(session, publication_id)
    if work is None:
        return
    if work.state == "waiting" or (work.state == "uploading" and work.offsets.start < work.size):
        return  # the upload enqueues this step again after the last byte
    page = _page(platform, work) if work.state != "armed" else None
    _await_reels(platform, publication_id, work)
    with platform.db.write() as session:
        armed = publishing.arm(session, publication_id, at=at)
    if armed is None or page is None or armed.session_id is None:
        return
    try:
        page.finish(armed.session_id, title=armed.title, description=armed.caption)
    except PageError as error:
        _not_accepted(platform, publication_id, armed, error)
    else:
        with platform.db.write() as session:
            publishing.accepted(session, publication_id, at=platform.clock.now())


def _await_reels(platform: Platform, publication_id: int, work: PublishingJob) -> None:
    """Raise ``Later`` while the Page takes no more reels; the board shows until when."""
    if work.state == "armed":
        return
    with platform.db.write() as session:
        free_at = waiting.reel_free_at(session, publication_id, at=platform.clock.now())
    if free_at is not None:
        raise Later(free_at, "the Page takes no more reels today")


def _not_accepted(
    platform: Platform, publication_id: int, work: PublishingJob, error: PageError
) -> None:
    """Record an error of `finish`; where its outcome is unknown, the Page is queried."""
    at = platform.clock.now()
    with platform.db.write() as session:
        if isinstance(error, MaybeLive):
            publishing.doubt(session, publication_id, at=at, why=str(error), error=error)
        elif isinstance(error, (RestartUpload, ResumeFromOffset)):
            publishing.restart(session, publication_id, error, at=at)
        elif isinstance(error, (CredentialRefused, PolicyBlocked)):
            publishing.refused(session, publication_id, error, at=at, wait=AFTER_A_REFUSAL)
            _pause(session, work.contest_id, error, at)
        elif isinstance(error, (Throttled, Transient)):
            wait = error.wait if isinstance(error, Throttled) else AFTER_A_REFUSAL
            publishing.refused(session, publication_id, error, at=at, wait=wait)
        else:
            publishing.fail(session, publication_id, *_sentences(error), at=at, error=error)


def verify(platform: Platform, publication_id: int, beat: Beat) -> None:
    """Query until the post is seen. `reconcile` does the same after an unknown outcome."""
    with platform.db.read() as session:
        work = publishing.read(session, publication_id)
    if work is None or work.video_id is None or work.state not in ("verifying", "unknown"):
        return
    page = _page(platform, work, only_looking=True)
    with _failures(platform, publication_id, work):
        _look(platform, publication_id, page, work.video_id, work.marker)


def _look(
    platform: Platform, publication_id: int, page: GraphPage, video_id: str, marker: str
) -> None:
    status = _status(page, video_id)
    unseen = status.state in (VideoState.NOT_THERE, VideoState.UNKNOWN)
    post = _found_by_text(page, marker) if unseen else None
    at = platform.clock.now()
    with platform.db.write() as session:
        if post is not None:
            publishing.found(
                session, publication_id, post_id=post.post_id, permalink=post.permalink or "", at=at
            )
            return
        again = publishing.seen(session, publication_id, status, at=at)
    if again is not None:
        raise Later(again, f"the Page says {status.state}")


def _status(page: GraphPage, video_id: str) -> VideoStatus:
    """The video's state. A refusal to tell it says nothing about the post, which may be there."""
    try:
        return page.status(video_id)
    except NotPermitted as error:
        return VideoStatus(VideoState.UNKNOWN, message=str(error))


def _found_by_text(page: GraphPage, marker: str) -> PagePost | None:
    """The post with the clip's code, if the Page lists exactly one."""
    try:
        posts = page.posts_mentioning(marker)
    except NotPermitted:
        return None
    return posts[0] if len(posts) == 1 and posts[0].post_id else None


def check(platform: Platform, publication_id: int, beat: Beat) -> None:
    """Look for the post that a pasted link means; the board says where it cannot be counted."""
    with platform.db.read() as session:
        work = publishing.read(session, publication_id)
    if work is None or work.state != "published" or client_of(platform, work.contest_id) is None:
        return
    page = _page(platform, work, only_looking=True)
    with _failures(platform, publication_id, work):
        found = _looked_up(page, work)
        with platform.db.write() as session:
            link_checks.checked(session, publication_id, found)


def _looked_up(page: GraphPage, work: PublishingJob) -> Lookup:
    if work.link is None:
        return Lookup(None, WhyUncounted.UNKNOWN)
    return page.look_up(work.link, work.marker)


# --------------------------------------------------------------------------- the Page, or why not


def _page(platform: Platform, work: PublishingJob, *, only_looking: bool = False) -> GraphPage:
    """The Page. Raises ``Later`` while the queue is paused or no Page is set up."""
    at, page = platform.clock.now(), client_of(platform, work.contest_id)
    with platform.db.read() as session:
        pause = page_pause.pause_of(session, work.contest_id)
    stops = pause is not None and not (only_looking and pause.kind in ("policy", "manual"))
    if page is not None and not stops:
        return page
    if pause is None:
        with platform.db.write() as session:
            contest = session.get_one(Contest, work.contest_id)
            page_pause.pause(session, contest, "no_page", actor=SYSTEM, at=at)
    raise Later(at + WHILE_PAUSED, "the queue to the Page is paused")


@contextmanager
def _failures(platform: Platform, publication_id: int, work: PublishingJob) -> Iterator[None]:
    """Record an error of any step but `finish` in the row and the queue, or raise ``Later``."""
    try:
        yield
    except RestartUpload as error:
        with platform.db.write() as session:
            publishing.restart(session, publication_id, error, at=platform.clock.now())
    except Throttled as error:
        until = platform.clock.now() + error.wait
        with platform.db.write() as session:
            waiting.throttled(session, publication_id, until, str(error))
        raise Later(until, str(error)) from None
    except (CredentialRefused, PolicyBlocked) as error:
        at = platform.clock.now()
        with platform.db.write() as session:
            _pause(session, work.contest_id, error, at)
        raise Later(at + WHILE_PAUSED, str(error)) from None
    except (Transient, MaybeLive) as error:
        with platform.db.write() as session:
            again = publishing.stumbled(session, publication_id, error, at=platform.clock.now())
        if again is not None:
            raise Later(again, str(error)) from None
    except PageError as error:
        with platform.db.write() as session:
            publishing.fail(
                session, publication_id, *_sentences(error), at=platform.clock.now(), error=error
            )


def _pause(session: Session, contest_id: int, error: PageError, at: datetime) -> None:
    kind = "credential" if isinstance(error, CredentialRefused) else "policy"
    page_pause.pause(
        session, session.get_one(Contest, contest_id), kind, actor=SYSTEM, at=at, reason=str(error),
        code=error.details.code, subcode=error.details.subcode, trace=error.details.trace_id,
    )


def _sentences(error: PageError) -> tuple[str, str]:
    return (
        f"Facebook không nhận clip này: {error}. Hãy xử lý theo lời báo rồi chọn “Đăng lại”.",
        f"Facebook refuses this clip: {error}. Act on its words, then choose “Post again”.",
    )


HANDLERS = {
    "publication.release": release,
    "publication.upload": upload,
    "publication.finish": finish,
    "publication.verify": verify,
    "publication.reconcile": verify,
    "publication.check": check,
}
