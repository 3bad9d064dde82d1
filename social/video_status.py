"""Meta's answer about a video, mapped to a `VideoState`.

The shape is from the `VideoStatus` objects of Meta's SDK; which values occur when is only partly
documented, so anything that is not clearly published is not reported as published.
"""

from collections.abc import Iterator, Mapping

from social.json_values import as_bool, as_object, as_text, whole
from social.values import VideoState, VideoStatus

FIELDS = "status,published,post_id,permalink_url"
PHASES = ("uploading_phase", "processing_phase", "publishing_phase")
CHECKED = (*PHASES, "copyright_check_status")
FACEBOOK = "https://www.facebook.com"


def read_status(body: Mapping[str, object], web_url: str = FACEBOOK) -> VideoStatus:
    """Parse the body of `GET /{video}?fields=status,published,post_id,permalink_url`."""
    told = body.get("status")
    status = {"video_status": told} if isinstance(told, str) else as_object(told)
    return VideoStatus(
        state=_state(status, as_bool(body.get("published"))),
        post_id=as_text(body.get("post_id")),
        permalink=absolute(body.get("permalink_url"), web_url),
        message="; ".join(_errors(status)),
        raw=body,
    )


def absolute(address: object, web_url: str = FACEBOOK) -> str | None:
    """The full address or None; Meta gives some without their host."""
    if not isinstance(address, str) or not address:
        return None
    return web_url + address if address.startswith("/") else address


def bytes_there(body: Mapping[str, object]) -> int | None:
    """How many bytes of an upload the Page has; its documentation spells the name two ways."""
    phase = as_object(as_object(body.get("status")).get("uploading_phase"))
    told = (whole(phase.get(name)) for name in ("bytes_transferred", "bytes_transfered"))
    return next((number for number in told if number is not None), None)


def _state(status: Mapping[str, object], published: bool | None) -> VideoState:
    """A post that is said to be public is published, whatever another phase says of it.

    A copyright check that ended in `error` means that the detection failed, nothing more.
    """
    video = _word(status.get("video_status"))
    publishing = as_object(status.get("publishing_phase"))
    shown = _word(publishing.get("publish_status"))
    if shown == "published" and published is not False:
        return VideoState.PUBLISHED
    if video in FAILED or "error" in {_phase(status, name) for name in PHASES}:
        return VideoState.ERROR
    if video == "ready":
        return _ready(shown, published, _phase(status, "publishing_phase"))
    return _under_way(video, status)


FAILED = frozenset({"error", "upload_failed"})


def _under_way(video: str, status: Mapping[str, object]) -> VideoState:
    if video == "processing" or _phase(status, "processing_phase") == "in_progress":
        return VideoState.PROCESSING
    if video == "upload_complete" or _phase(status, "uploading_phase") == "complete":
        return VideoState.UPLOADED
    if video == "uploading" or _phase(status, "uploading_phase") in {"in_progress", "not_started"}:
        return VideoState.UPLOADING
    return VideoState.UNKNOWN


def _ready(shown: str, published: bool | None, publishing: str) -> VideoState:
    if shown in {"draft", "unpublished"}:
        return VideoState.DRAFT
    if publishing == "not_started" and not published:
        return VideoState.UPLOADED  # processed ahead of `finish`
    if publishing == "in_progress":
        return VideoState.PROCESSING
    if published is None:
        return VideoState.UNKNOWN
    return VideoState.PUBLISHED if published else VideoState.DRAFT


def _phase(status: Mapping[str, object], name: str) -> str:
    return _word(as_object(status.get(name)).get("status"))


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _errors(status: Mapping[str, object]) -> Iterator[str]:
    for name in CHECKED:
        phase = as_object(status.get(name))
        errors = phase.get("errors") or phase.get("error")
        for error in errors if isinstance(errors, list) else [errors] if errors else []:
            yield str(error.get("message") if isinstance(error, Mapping) else error)
