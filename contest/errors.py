"""What can be refused. Each refusal says, in two languages, what was found and what to do."""

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
    status, code = 403, "not_allowed"


class SignInNeeded(DomainError):
    status, code = 401, "sign_in_needed"


class NotFound(DomainError):
    status, code = 404, "not_found"


class Conflict(DomainError):
    """Somebody else was quicker, or the row is not in a state for this."""

    status, code = 409, "conflict"


class Gone(DomainError):
    status, code = 410, "gone"


class TooLate(DomainError):
    """After a deadline of the profile, by the server's time."""

    status, code = 403, "too_late"


class TooLarge(DomainError):
    status, code = 413, "too_large"


class TooMany(DomainError):
    status, code = 429, "too_many"


class Busy(DomainError):
    """Nothing was done because others were at it; the same may succeed in a moment."""

    status, code = 503, "busy"


class NoSpace(DomainError):
    status, code = 507, "no_space"


class ConfigError(DomainError):
    """A setting that stops the start."""

    code = "config"


def not_found() -> NotFound:
    """The one wording for what is absent and for what may not be known to exist."""
    return NotFound(
        "Không tìm thấy nội dung này. Hãy kiểm tra lại đường dẫn.",
        "This could not be found. Please check the address.",
    )
