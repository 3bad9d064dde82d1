"""Meta's errors turned into `social.errors`, in one place.

The codes are from Meta's error-handling, rate-limiting and video guides; the subcodes from
public projects' threads. See docs/facebook.md.
"""

from collections.abc import Mapping
from datetime import timedelta

from social.errors import (
    CredentialRefused,
    MaybeLive,
    MetaDetails,
    NotPermitted,
    NotThere,
    PageError,
    PolicyBlocked,
    RestartUpload,
    ResumeFromOffset,
    Throttled,
    Transient,
    WrongObject,
)
from social.json_values import as_bool, as_object, as_text, whole

THROTTLE_CODES = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
TRANSIENT_CODES = frozenset({1, 2})
CREDENTIAL_CODES = frozenset({102, 190})
RESUME_CODE = 1363037  # a subcode of 6001, or the code itself
RESTART_CODE = 1363030
DUPLICATE_CODE = 506
POLICY_CODE = 368
DUPLICATE_POLICY_SUBCODE = 1404082
NOT_THERE_SUBCODE = 33  # code 100: "does not exist, cannot be loaded due to missing permissions"
NO_SUCH_ALIAS = 803  # what a `pfbid…` answers
WRONG_OBJECT_CODES = frozenset({12, NO_SUCH_ALIAS})  # 12: a post's number without its Page's
NO_SUCH_FIELD = "nonexisting field"  # code 100
DEFAULT_WAIT = timedelta(minutes=15)  # for a throttle without a stated time
SERVER_ERROR = 500
TOO_MANY = 429


def details_of(body: Mapping[str, object] | None, http_status: int) -> MetaDetails:
    """Parse Meta's `error` object; tolerates missing fields and other types."""
    error = (body or {}).get("error")
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, Mapping):
        error = _upload_host_error(body or {})
    if not error:
        return MetaDetails(message="no readable answer", http_status=http_status)
    return MetaDetails(
        message=str(error.get("message") or ""),
        code=whole(error.get("code")),
        subcode=whole(error.get("error_subcode")),
        type=as_text(error.get("type")),
        user_title=as_text(error.get("error_user_title")),
        user_message=as_text(error.get("error_user_msg")),
        trace_id=as_text(error.get("fbtrace_id")),
        http_status=http_status,
        is_transient=as_bool(error.get("is_transient")),
        data={**_offsets_beside(body or {}), **as_object(error.get("error_data"))},
    )


def _offsets_beside(body: Mapping[str, object]) -> dict[str, object]:
    """Offsets that stand beside `error`, or in it, instead of in its `error_data`."""
    inside = as_object(body.get("error"))
    names = ("start_offset", "end_offset")
    return {name: at[name] for at in (body, inside) for name in names if name in at}


def _upload_host_error(body: Mapping[str, object]) -> Mapping[str, object]:
    """The host that takes a reel's bytes has a shape of its own: `debug_info`."""
    info = as_object(body.get("debug_info"))
    return info and {
        "message": info.get("message"),
        "type": info.get("type"),
        "is_transient": info.get("retriable"),
    }


def error_for(details: MetaDetails, wait: timedelta | None) -> PageError:
    """The error (returned, not raised) for a refusal of any step but `finish`.

    wait: time until access returns, from the usage headers, or None.
    """
    if details.code in THROTTLE_CODES:
        return Throttled(wait or DEFAULT_WAIT, details)
    if details.code in CREDENTIAL_CODES:
        return CredentialRefused(details=details)
    if details.code == DUPLICATE_CODE or details.subcode == DUPLICATE_POLICY_SUBCODE:
        return MaybeLive(details=details)
    if details.code == POLICY_CODE:
        return PolicyBlocked(details=details)
    return _upload_error(details) or _plain_error(details)


def finish_error(details: MetaDetails, wait: timedelta | None) -> PageError:
    """The error (returned) for a refusal of `finish`: where in doubt, the clip may be live."""
    error = error_for(details, wait)
    return MaybeLive(details=details) if isinstance(error, Transient) else error


def _upload_error(details: MetaDetails) -> PageError | None:
    known = {details.code, details.subcode}
    start, end = whole(details.data.get("start_offset")), whole(details.data.get("end_offset"))
    if RESUME_CODE in known and start is not None:
        return ResumeFromOffset(start, start if end is None else end, details)
    if known & {RESTART_CODE, RESUME_CODE}:
        return RestartUpload(details=details)
    return None


def _plain_error(details: MetaDetails) -> PageError:
    http_status = details.http_status or 0
    if details.code in TRANSIENT_CODES or details.is_transient or http_status >= SERVER_ERROR:
        return Transient(details=details)
    if details.subcode == NOT_THERE_SUBCODE:
        return NotThere(details=details)
    if details.code in WRONG_OBJECT_CODES or NO_SUCH_FIELD in details.message:
        return WrongObject(details=details)
    if details.code is None:
        return _by_http_status(details, http_status)
    return NotPermitted(details=details)


def _by_http_status(details: MetaDetails, http_status: int) -> PageError:
    """For an answer without a code. Only a stated throttle is more than a temporary failure."""
    if http_status == TOO_MANY:
        return Throttled(DEFAULT_WAIT, details)
    return Transient(details=details)
