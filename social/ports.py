"""The ports to a Page, one to publish and one to read; `social.graph.GraphPage` implements both.

Each step is one call, made once: adapters do not retry, sleep or keep state. The caller stores
what a step returns before it takes the next one, so that any process can continue from there.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from social.links import PostLink
from social.values import (
    Counts,
    Lookup,
    Offsets,
    PageCheck,
    PagePost,
    Route,
    UploadStarted,
    VideoStatus,
)


class Publisher(Protocol):
    """Puts a clip on the Page in separate, resumable steps.

    All but `check_page` may raise `Throttled`, `CredentialRefused`, `NotPermitted`,
    `PolicyBlocked`.
    """

    def start(self, size: int, route: Route = Route.VIDEOS) -> UploadStarted:
        """Open an upload of `size` bytes. Nothing is visible yet. Also raises `Transient`.

        Offsets that are complete at once: the Page has these bytes already.
        """

    def resume(self, session_id: str, offsets: Offsets, size: int) -> Offsets:
        """Where an interrupted upload goes on; `offsets` are the last ones stored.

        Also raises `Transient`, `RestartUpload`.
        """

    def transfer(
        self, session_id: str, offsets: Offsets, clip: Path,
        progress: Callable[[], object] = ...,
    ) -> Offsets:
        """Send the bytes requested by the Page; returns what it requests next.

        progress: called while bytes leave, often. Also raises `Transient`, `ResumeFromOffset`,
        `RestartUpload`.
        """

    def finish(self, session_id: str, *, title: str, description: str) -> None:
        """Ask the Page to publish. Call it once per recorded intention.

        Returns when the Page has accepted, which does not yet mean published: use `status`.
        Raises `MaybeLive` when the outcome is unknown: look. `Transient`: nothing was sent.
        Also `RestartUpload`, `ResumeFromOffset`.
        """

    def status(self, video_id: str) -> VideoStatus:
        """The video's state; NOT_THERE is an answer, not an error. Also raises `Transient`."""

    def posts_mentioning(self, marker: str, *, limit: int = 100) -> list[PagePost]:
        """Posts, reels and videos among the newest `limit` of each list whose text holds `marker`
        (a clip's code) as a word.

        Best effort: the Page's lists are ranked and leave some kinds out, so finding nothing
        proves nothing. Also raises `Transient`.
        """

    def look_up(self, link: PostLink, marker: str) -> Lookup:
        """The post of this Page that a pasted link means, or why it cannot be counted."""

    def post_of_video(self, video_id: str) -> Lookup:
        """The post of a video or reel of this Page, or why there is none."""

    def check_page(self) -> PageCheck:
        """Token, permissions, Page and clock, each with its remedy. Never raises PageError."""


class InteractionReader(Protocol):
    """Reads the interaction counts of a post."""

    def counts(
        self, post_id: str, *, kinds: bool = True, within: float | None = None
    ) -> Counts:
        """Counts as of now; there is no "as of 16:00". A count not reported is None.

        post_id: with or without the Page's id. kinds: also how many of each kind, in a call of
        its own. within: seconds, where less than usual.
        Raises `Throttled`, `Transient`, `CredentialRefused`, `NotPermitted`, `NotThere`.
        """

    def counts_of_many(
        self, post_ids: Sequence[str], *, kinds: bool = True, within: float | None = None
    ) -> Mapping[str, Counts]:
        """As `counts`, of up to 50 posts at once, by the ids that were given. One post that is not
        there or not to be read refuses all of them: the caller asks for fewer."""
