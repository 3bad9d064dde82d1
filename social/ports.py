"""What the contest asks of a Page. Two small ports; `social.graph.GraphPage` is both.

Each step is one call, made once: no adapter retries, sleeps or remembers. The caller stores
what a step returns before it takes the next one, so that any process can go on from there.
"""

from pathlib import Path
from typing import Protocol

from social.values import Counts, Offsets, PageCheck, PagePost, UploadStarted, VideoStatus


class Publisher(Protocol):
    """Puts a clip on the Page in separate, resumable steps.

    All of them may raise `Throttled`, `CredentialRefused`, `NotPermitted`, `PolicyBlocked`.
    """

    def start(self, size: int) -> UploadStarted:
        """Open an upload of `size` bytes. Nothing is visible. Also: `Transient`."""

    def transfer(self, session_id: str, offsets: Offsets, clip: Path) -> Offsets:
        """Send the bytes the Page asked for; returns what it wants next.

        Also: `Transient`, `ResumeFromOffset`, `RestartUpload`.
        """

    def finish(self, session_id: str, *, title: str, description: str) -> None:
        """Ask the Page to publish. Call it once per recorded intention.

        Returns when the Page said yes, which is not yet "seen published": use `status`.
        `MaybeLive`: nobody knows; look. `Transient`: certain that nothing was sent.
        """

    def status(self, video_id: str) -> VideoStatus:
        """Where the video stands; NOT_THERE is an answer, not an error. Also: `Transient`."""

    def posts_mentioning(self, marker: str, *, limit: int = 100) -> list[PagePost]:
        """Posts among the newest `limit` whose text holds `marker` (a clip's code).

        Best effort: the Page's listing is ranked and leaves some kinds out, so finding nothing
        proves nothing. Also: `Transient`.
        """

    def check_page(self) -> PageCheck:
        """Token, permissions, Page and clock, each with its remedy. Never raises PageError."""


class InteractionReader(Protocol):
    """Reads the interaction counts of a post."""

    def counts(self, post_id: str) -> Counts:
        """Counts as of now; there is no "as of 16:00". A count not told is None.

        Raises `Throttled`, `Transient`, `CredentialRefused`, `NotPermitted`, `NotThere`.
        """
