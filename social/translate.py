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
)

THROTTLE_CODES = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
TRANSIENT_CODES = frozenset({1, 2})
CREDENTIAL_CODES = frozenset({102, 190})
RESUME_SUBCODE = 1363037
RESTART_SUBCODES = frozenset({1363030})
DUPLICATE_CODE = 506
POLICY_CODE = 368
DUPLICATE_POLICY_SUBCODE = 1404082
NOT_THERE_SUBCODE = 33  # code 100: "does not exist, cannot be loaded due to missing permissions"
DEFAULT_WAIT = timedelta(minutes=15)  # for a throttle without a stated time
SERVER_ERROR = 500


def details_of(body: Mapping[str, object] | None, http_status: int) -> MetaDetails:
    """Parse Meta's `error` object; tolerates missing fields and other types."""
    error = (body or {}).get("error")
    if not isinstance(error, Mapping):
        return MetaDetails(message="no readable answer", http_status=http_status)
    data = error.get("error_data")
    return MetaDetails(
        message=str(error.get("message") or ""),
        code=_whole(error.get("code")),
        subcode=_whole(error.get("error_subcode")),
        type=error.get("type"),
        user_title=error.get("error_user_title"),
        user_message=error.get("error_user_msg"),
        trace_id=error.get("fbtrace_id"),
        http_status=http_status,
        is_transient=error.get("is_transient"),
        data=data if isinstance(data, Mapping) else {},
    )


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
    start, end = _whole(details.data.get("start_offset")), _whole(details.data.get("end_offset"))
    if details.subcode == RESUME_SUBCODE and start is not None and end is not None:
        return ResumeFromOffset(start, end, details)
    if details.subcode in RESTART_SUBCODES or details.subcode == RESUME_SUBCODE:
        return RestartUpload(details=details)
    return None


def _plain_error(details: MetaDetails) -> PageError:
    http_status = details.http_status or 0
    if details.code in TRANSIENT_CODES or details.is_transient or http_status >= SERVER_ERROR:
        return Transient(details=details)
    if details.subcode == NOT_THERE_SUBCODE:
        return NotThere(details=details)
    if details.code is None:
        return Transient(details=details)
    return NotPermitted(details=details)


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
