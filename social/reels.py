"""The reels route: `POST /PAGE/video_reels` begins and ends, another host takes the bytes.

Meta's Reels publishing guide: `start` -> the bytes to
`rupload.facebook.com/video-upload/VERSION/ID` with the headers `offset` and `file_size` ->
`finish` with `video_state`. An interrupted upload goes on from the number of bytes that the
video's status names. The token is sent to that host and no other, whatever address `start` names.
"""

from collections.abc import Callable
from pathlib import Path

from social.calls import Answer, GraphCalls
from social.errors import MetaDetails, NotThere, RestartUpload, ResumeFromOffset, Transient
from social.json_values import as_text
from social.translate import finish_error
from social.values import Offsets, Route, UploadStarted
from social.video_status import bytes_there

SESSION = "reel:"  # a session of this route is the video itself
SECONDS = (3, 90)  # Meta's guide
MOST_A_DAY = 30  # posts through the API in 24 hours, Meta's guide
ENDED = frozenset({"NotFoundError", "SessionExpiredError", "ProcessingFailedError"})


def route_of(session_id: str) -> Route:
    """Which route an upload session belongs to."""
    return Route.REELS if session_id.startswith(SESSION) else Route.VIDEOS


def start(calls: GraphCalls, size: int) -> UploadStarted:
    """`upload_phase=start`. Raises `Transient` for an answer without a video."""
    path = f"{calls.settings.page_id}/video_reels"
    body = calls.post(path, {"upload_phase": "start"}).body
    video_id = as_text(body.get("video_id"))
    if not video_id:
        raise Transient(details=MetaDetails(message="the Page's answer holds no video_id"))
    return UploadStarted(f"{SESSION}{video_id}", video_id, Offsets(0, size))


def transfer(
    calls: GraphCalls, session_id: str, offsets: Offsets, clip: Path,
    progress: Callable[[], object],
) -> Offsets:
    """Send the rest of the file in one request. Raises `ResumeFromOffset` with the Page's number
    of bytes where it expects others, `RestartUpload` for a session that has ended."""
    path = f"video-upload/{calls.settings.version}/{_video(session_id)}"
    size = clip.stat().st_size
    try:
        calls.post_rest(path, clip, offsets.start, progress)
    except Transient as error:
        kind = error.details.type or ""
        if kind in ENDED:
            raise RestartUpload(details=error.details) from None
        if kind != "OffsetInvalidError":
            raise
        raise ResumeFromOffset(there(calls, session_id, size).start, size, error.details) from None
    return Offsets(size, size)


def there(calls: GraphCalls, session_id: str, size: int) -> Offsets:
    """What the Page has of an interrupted upload, as its status tells. Raises `RestartUpload`."""
    try:
        body = calls.get(_video(session_id), fields="status").body
    except NotThere as error:
        raise RestartUpload(details=error.details) from None
    return Offsets(min(bytes_there(body) or 0, size), size)


def finish(calls: GraphCalls, session_id: str, *, title: str, description: str) -> Answer:
    """`upload_phase=finish`, once."""
    fields = {
        "upload_phase": "finish",
        "video_id": _video(session_id),
        "video_state": "PUBLISHED",
        "title": title,
        "description": description,
    }
    return calls.post(
        f"{calls.settings.page_id}/video_reels",
        fields,
        read_timeout=calls.settings.finish_timeout,
        translate=finish_error,
    )


def _video(session_id: str) -> str:
    return session_id.removeprefix(SESSION)
