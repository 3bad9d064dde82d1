"""Meta's answer about a video, mapped to a `VideoState`.

The shape is from the `VideoStatus` objects of Meta's SDK; which values occur when is only partly
documented, so anything that is not clearly published is not reported as published.
"""

from collections.abc import Iterator, Mapping

from social.values import VideoState, VideoStatus

FIELDS = "status,published,post_id,permalink_url"
PHASES = ("uploading_phase", "processing_phase", "publishing_phase", "copyright_check_status")
FACEBOOK = "https://www.facebook.com"


def read_status(body: Mapping[str, object]) -> VideoStatus:
    """Parse the body of `GET /{video}?fields=status,published,post_id,permalink_url`."""
    raw = body.get("status")
    status: Mapping[str, object] = raw if isinstance(raw, Mapping) else {}
    post_id = body.get("post_id")
    return VideoStatus(
        state=_state(status, body.get("published")),
        post_id=str(post_id) if post_id else None,
        permalink=absolute(body.get("permalink_url")),
        message="; ".join(_errors(status)),
        raw=body,
    )


def absolute(address: object) -> str | None:
    """The full address or None; Meta gives some without their host."""
    if not isinstance(address, str) or not address:
        return None
    return FACEBOOK + address if address.startswith("/") else address


def _state(status: Mapping[str, object], published: object) -> VideoState:
    video = status.get("video_status")
    if video == "error" or "error" in {_phase(status, name) for name in PHASES}:
        return VideoState.ERROR
    publishing = status.get("publishing_phase")
    publishing = publishing if isinstance(publishing, Mapping) else {}
    publish_status = publishing.get("publish_status")
    if video == "ready":
        return _ready(publish_status, published)
    if video == "processing" or _phase(status, "processing_phase") == "in_progress":
        return VideoState.PROCESSING
    if video == "upload_complete" or _phase(status, "uploading_phase") == "complete":
        return VideoState.UPLOADED
    if video == "uploading" or _phase(status, "uploading_phase") in {"in_progress", "not_started"}:
        return VideoState.UPLOADING
    return VideoState.UNKNOWN


def _ready(publish_status: object, published: object) -> VideoState:
    if publish_status in {"draft", "unpublished"} or published is False:
        return VideoState.DRAFT
    if publish_status == "published" or published is True:
        return VideoState.PUBLISHED
    return VideoState.UNKNOWN


def _phase(status: Mapping[str, object], name: str) -> object:
    phase = status.get(name)
    return phase.get("status") if isinstance(phase, Mapping) else None


def _errors(status: Mapping[str, object]) -> Iterator[str]:
    for name in PHASES:
        phase = status.get(name)
        errors = phase.get("errors") if isinstance(phase, Mapping) else None
        for error in errors if isinstance(errors, list) else []:
            yield str(error.get("message") if isinstance(error, Mapping) else error)
