"""Strict parsers for tus headers: malformed values are refused, never guessed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from contest.uploads.failures import UploadFailure

MAX_METADATA = 4096  # characters of the whole header

_NUMBER = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[!-+\--~]{1,64}")  # printable ASCII without space and comma


def number(text: str | None) -> int | None:
    """A non-negative integer of at most 18 ASCII digits, or None for anything else."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    return int(text)


def metadata(text: str | None) -> dict[str, str]:
    """Parse `Upload-Metadata`: `key base64,key2 base64`; values must be UTF-8 text.

    Raises UploadFailure("metadata") naming the first fault.
    """
    if not text:
        return {}
    if len(text) > MAX_METADATA:
        raise UploadFailure("metadata", found=f"> {MAX_METADATA} characters")
    pairs: dict[str, str] = {}
    for part in text.split(","):
        key, _, value = part.strip(" ").partition(" ")
        if not _KEY.fullmatch(key) or key in pairs:
            raise UploadFailure("metadata", found="key")
        pairs[key] = _decoded(value)
    return pairs


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value.encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError) as wrong:
        raise UploadFailure("metadata", found="base64") from wrong


def encoded_metadata(pairs: Mapping[str, str]) -> str:
    """The inverse of `metadata`, in the order given."""
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}".strip() for key, value in pairs.items()
    )


def http_date(moment: datetime) -> str:
    """An instant as an HTTP date (RFC 9110), always in GMT."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
