"""Errors of calls to a Page, classified by what the caller should do next.

Every refusal by Meta carries the original error in `details`. No error text ever contains the
token: addresses are not quoted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class MetaDetails:
    """Meta's error object as received. Absent fields are None, never guessed."""

    message: str = ""
    code: int | None = None
    subcode: int | None = None
    type: str | None = None
    user_title: str | None = None
    user_message: str | None = None
    trace_id: str | None = None
    http_status: int | None = None
    is_transient: bool | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """For a database row or a log line."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        text = self.user_message or self.message or "no message"
        marks = [f"code {self.code}"] if self.code is not None else []
        marks += [f"subcode {self.subcode}"] if self.subcode is not None else []
        marks += [f"HTTP {self.http_status}"] if self.http_status is not None else []
        marks += [f"trace {self.trace_id}"] if self.trace_id else []
        return f"{text} ({', '.join(marks)})" if marks else text


class PageError(Exception):
    """Common base of the errors below.

    `can_help`: whether the same step, called again later without a person, may succeed.
    """

    name = "page_error"
    can_help = False

    def __init__(self, sentence: str = "", details: MetaDetails | None = None) -> None:
        self.details = details or MetaDetails()
        super().__init__(sentence or str(self.details))


class Throttled(PageError):
    """Too many calls. Wait at least `wait`; the refused call did nothing."""

    name = "throttled"
    can_help = True

    def __init__(self, wait: timedelta, details: MetaDetails | None = None) -> None:
        self.wait = wait
        super().__init__("", details)


class Transient(PageError):
    """A temporary failure of the network or of Meta. Reads, `start`, `transfer` may be repeated."""

    name = "transient"
    can_help = True


class ResumeFromOffset(PageError):
    """The Page expects other bytes: continue with `start` to `end` (exclusive)."""

    name = "resume_from_offset"
    can_help = True

    def __init__(self, start: int, end: int, details: MetaDetails | None = None) -> None:
        self.start, self.end = start, end
        super().__init__("", details)


class RestartUpload(PageError):
    """The upload session is lost. Begin a new one with `start`; nothing was published."""

    name = "restart_upload"
    can_help = True


class CredentialRefused(PageError):
    """The token is expired, revoked or wrong. Every call will fail until a person renews it."""

    name = "credential"


class NotPermitted(PageError):
    """A permission is missing or an input is unacceptable. This item needs a person."""

    name = "permission_or_input"


class NotThere(NotPermitted):
    """No such object on the Page, or not one that this token may see."""

    name = "not_there"


class WrongObject(NotPermitted):
    """The id is not one of a post: a bare number, or a video's (codes 12, 803; 100 for fields)."""

    name = "wrong_object"


class PolicyBlocked(PageError):
    """Meta has blocked this kind of action for the Page. Stop everything; a person must look."""

    name = "policy"


class MaybeLive(PageError):
    """The clip may be published already. Look it up by its video id; never repeat the call."""

    name = "maybe_live"


class WrongSetting(ValueError):
    """A setting of this library is invalid; the message says which and what to write."""
