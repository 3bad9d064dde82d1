"""Errors that a person can act on: what was found and what to do, in Vietnamese and English."""

from typing import Any


class DomainError(Exception):
    """A refusal that a person can act on.

    ``status`` is the HTTP status it is answered with, ``code`` a stable word for programs,
    ``data`` what a screen may want to show beside the sentence.
    """

    status = 422
    code = "invalid"

    def __init__(self, vi: str, en: str, **data: Any) -> None:
        super().__init__(en)
        self.vi, self.en, self.data = vi, en, data

    def message(self, language: str = "vi") -> str:
        return self.en if language == "en" else self.vi


class Invalid(DomainError):
    """The input is not what the rules allow."""


class NotAllowed(DomainError):
    """The actor's roles do not allow this. Where a docstring names it because of a permission,
    the public is refused with ``SignInNeeded`` instead (``permissions.require``)."""

    status, code = 403, "not_allowed"


class SignInNeeded(DomainError):
    """Nobody is signed in, and this is not for the public."""

    status, code = 401, "sign_in_needed"


class NotFound(DomainError):
    """Absent, or of another contest, or not to be known to this actor."""

    status, code = 404, "not_found"


class Conflict(DomainError):
    """A concurrent change came first, or the row's state does not allow this."""

    status, code = 409, "conflict"


class Gone(DomainError):
    """A link, code or invitation that has expired, was used or was revoked."""

    status, code = 410, "gone"


class TooLate(DomainError):
    """After a deadline of the profile, by the server's time."""

    status, code = 403, "too_late"


class TooLarge(DomainError):
    """More bytes or rows than are taken."""

    status, code = 413, "too_large"


class Busy(DomainError):
    """Nothing was stored because of concurrent writers; the same may succeed in a moment."""

    status, code = 503, "busy"


class Unsure(DomainError):
    """The database went away while it stored something, and cannot be asked what became of it."""

    status, code = 503, "unsure"


class NoSpace(DomainError):
    """The disk has no room for the bytes."""

    status, code = 507, "no_space"


class ConfigError(DomainError):
    """A setting with which the platform does not start."""

    code = "config"


def not_found() -> NotFound:
    """``NotFound`` in one wording, whether a thing is absent or must not be known to exist."""
    return NotFound(
        "Không tìm thấy nội dung này. Hãy kiểm tra lại đường dẫn.",
        "This could not be found. Please check the address.",
    )
