"""Plain values that pass through the ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Offsets:
    """The bytes the Page requests next, `start` inclusive, `end` exclusive; equal: it has all."""

    start: int
    end: int

    @property
    def complete(self) -> bool:
        return self.start >= self.end


@dataclass(frozen=True)
class UploadStarted:
    """The result of `start`. Store it before the first byte is sent."""

    session_id: str
    video_id: str
    offsets: Offsets


class VideoState(StrEnum):
    """A video's state, as far as the Page reports it.

    uploaded: all bytes are there, but no accepted `finish` can be seen.
    draft: processed, yet not shown to anyone (seen with portrait clips); never counts as published.
    unknown: an answer that fits none of these; query again.
    """

    NOT_THERE = "not_there"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    PROCESSING = "processing"
    PUBLISHED = "published"
    DRAFT = "draft"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class VideoStatus:
    """The Page's answer about one video. `post_id` and `video_id` differ: keep both."""

    state: VideoState
    post_id: str | None = None
    permalink: str | None = None
    message: str = ""
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """Interactions with one post at one instant. None means not reported, which is not 0.

    reactions: all kinds together. by_kind: kind (`LIKE`, `LOVE`, …) to number, where given.
    """

    post_id: str
    reactions: int | None
    shares: int | None
    comments: int | None
    by_kind: Mapping[str, int] | None = None
    permalink: str | None = None
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PagePost:
    """A post found on the Page by its text."""

    post_id: str
    message: str
    permalink: str | None
    created: datetime | None


@dataclass(frozen=True)
class CheckFinding:
    """One line of the onboarding check.

    name: stable word (`token_valid`, `token_kind`, `token_expiry`, `permissions`,
    `target_page`, `app_mode`, `clock`). outcome: `pass`, `fail`, or `look` (a person must look).
    message: what was found. remedy: what to do, empty where there is nothing to do.
    """

    name: str
    outcome: str
    message_vi: str
    message_en: str
    remedy_vi: str = ""
    remedy_en: str = ""


@dataclass(frozen=True)
class PageCheck:
    """The whole onboarding check; `page_name` is None when the Page could not be read."""

    page_id: str
    page_name: str | None
    findings: tuple[CheckFinding, ...]
    username: str | None = None  # the Page's name in its address, where it has one
    expires_at: datetime | None = None  # of the token; None: Meta names no instant
    data_access_expires_at: datetime | None = None
    refused: bool = False  # Meta says that the token is no longer valid

    @property
    def passed(self) -> bool:
        return not any(finding.outcome == "fail" for finding in self.findings)
