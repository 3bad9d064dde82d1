"""Plain values that pass through the ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

OWN_CHUNK = 16 * 1024 * 1024  # bytes, where the Page does not say how many it wants


@dataclass(frozen=True)
class Offsets:
    """The bytes the Page requests next, `start` inclusive, `end` exclusive; equal: it has all."""

    start: int
    end: int

    @property
    def complete(self) -> bool:
        return self.start >= self.end

    @classmethod
    def wanted(cls, start: int, end: int, size: int) -> "Offsets":
        """As told for a file of `size` bytes, complete only if the Page has the whole file.

        `0..0` asks for the next bytes, as many as we like.
        """
        if start >= size:
            return cls(size, size)
        return cls(start, min(end if end > start else start + OWN_CHUNK, size))


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
    """A post found on the Page. post_id: with the Page's id, or empty where it is not told.

    video_id: of a video or reel, where known. owner: id of the Page or person that posted it.
    """

    post_id: str
    message: str
    permalink: str | None
    created: datetime | None
    video_id: str | None = None
    owner: str | None = None


class Route(StrEnum):
    """The two ways of posting a video: `/PAGE/videos` and `/PAGE/video_reels`."""

    VIDEOS = "videos"
    REELS = "reels"


class WhyUncounted(StrEnum):
    """Why a pasted link cannot be counted automatically.

    not_shown: the Page shows no such post to this token. another_page: a post of somebody else.
    short_link: a short link that led to no post. coded: a `pfbid…` link that no listed post has.
    no_post: a video that does not tell its post. unknown: no post can be read from the link.
    """

    NOT_SHOWN = "not_shown"
    ANOTHER_PAGE = "another_page"
    SHORT_LINK = "short_link"
    CODED = "coded"
    NO_POST = "no_post"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lookup:
    """What became of a pasted link: the post, or why none can be counted (with the owner)."""

    post: PagePost | None
    why: WhyUncounted | None = None
    owner: str | None = None


@dataclass(frozen=True)
class CheckFinding:
    """One line of the onboarding check.

    name: stable word (`token_valid`, `token_kind`, `token_expiry`, `permissions`,
    `target_page`, `route_videos`, `route_reels`, `app_mode`, `clock`). outcome: `pass`, `fail`, or
    `look` (a person must look).
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
    def routes(self) -> frozenset[Route]:
        """The routes that accepted the beginning of an upload."""
        passed = {finding.name for finding in self.findings if finding.outcome == "pass"}
        return frozenset(route for route in Route if f"route_{route}" in passed)

    @property
    def passed(self) -> bool:
        return not any(finding.outcome == "fail" for finding in self.findings)
