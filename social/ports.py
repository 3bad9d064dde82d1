"""The ports to a Page, one to publish and one to read; `social.graph.GraphPage` implements both.

Each step is one call, made once: adapters do not retry, sleep or keep state. The caller stores
what a step returns before it takes the next one, so that any process can continue from there.
"""

from pathlib import Path
from typing import Protocol

from social.values import Counts, Offsets, PageCheck, PagePost, UploadStarted, VideoStatus


class Publisher(Protocol):
    """Puts a clip on the Page in separate, resumable steps.

    All but `check_page` may raise `Throttled`, `CredentialRefused`, `NotPermitted`,
    `PolicyBlocked`.
    """

    def start(self, size: int) -> UploadStarted:
        """Open an upload of `size` bytes. Nothing is visible yet. Also raises `Transient`."""

    def transfer(self, session_id: str, offsets: Offsets, clip: Path) -> Offsets:
        """Send the bytes requested by the Page; returns what it requests next.

        Also raises `Transient`, `ResumeFromOffset`, `RestartUpload`.
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
        """Posts among the newest `limit` whose text holds `marker` (a clip's code).

        Best effort: the Page's listing is ranked and leaves some kinds out, so finding nothing
        proves nothing. Also raises `Transient`.
        """

    def check_page(self) -> PageCheck:
        """Token, permissions, Page and clock, each with its remedy. Never raises PageError."""


class InteractionReader(Protocol):
    """Reads the interaction counts of a post."""

    def counts(self, post_id: str) -> Counts:
        """Counts as of now; there is no "as of 16:00". A count not reported is None.

        Raises `Throttled`, `Transient`, `CredentialRefused`, `NotPermitted`, `NotThere`.
        """
