"""The small protocols through which the contest reaches outside, and how they fail."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol


class StorageFull(OSError):
    """No room for the bytes; nothing of them was kept."""


class BlobStore(Protocol):
    """Immutable files addressed by their SHA-256 (lower-case hex)."""

    def put(self, path: Path, sha256: str) -> None:
        """Take over a finished local file (it may be moved). The same content twice is one file."""

    def path(self, sha256: str) -> Path:
        """A local path to read from; ``FileNotFoundError`` when it is not there."""

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None: ...

    def drop(self, sha256: str) -> None:
        """Delete what no row needs, unless the same content has just been put again."""


class Mailer(Protocol):
    """Sends one mail. Raises ``MailRefused`` where the server refuses it permanently, ``OSError``
    where a later attempt may succeed."""

    def send(self, *, to: str, subject: str, text: str, html: str) -> None: ...


class MailRefused(Exception):
    """The server refuses this mail permanently."""


class PdfMaker(Protocol):
    """Makes a PDF of a DOCX, looking as it would on paper."""

    def ready(self) -> bool:
        """Whether the program for it is installed."""

    def pdf(self, docx: bytes) -> bytes:
        """The PDF's bytes. Raises ``PdfUnavailable`` while the program is not installed,
        ``PdfFailed`` where it cannot convert this document."""


class PdfUnavailable(Exception):
    """The program that makes PDFs is not installed."""


class PdfFailed(Exception):
    """The program could not make this PDF; the text is its own message."""


class PictureCleaner(Protocol):
    """Draws a picture from outside anew: its pixels and nothing else that the file held."""

    def draw_anew(self, source: Path, target: Path) -> None:
        """Raises ``Invalid`` for what is no whole picture, ``TooLarge`` for too many pixels."""


class PlanReader(Protocol):
    """Reads a contest's plan from outside."""

    def read(self, path: Path) -> dict[str, Any]:
        """What it says: ``values``, ``missing``, ``doubts``, ``beside`` (docs/plans.md). Raises
        ``Invalid`` for what cannot be read."""


class Antivirus(Protocol):
    """Looks into files from outside."""

    def scan(self, path: Path) -> str | None:
        """The name of what was found, or None. Raises ``ScanUnavailable``."""

    def answers(self) -> bool:
        """Whether it is there; quick enough for a page."""


class ScanUnavailable(Exception):
    """The antivirus does not answer; a later attempt may succeed."""


class LinkedFile(Protocol):
    """A file behind a link, as its server gives it."""

    filename: str
    length: int | None  # bytes of the whole file; None where the server does not say
    offset: int  # where in the file the bytes begin
    validator: str  # names this very content, so that a later request can go on; may be empty

    def chunks(self) -> Iterator[bytes]:
        """The bytes. Raises ``LinkInterrupted`` where they end too soon or come too slowly."""


class LinkReader(Protocol):
    """Fetches files from links that people share; no private network is reached."""

    def open(
        self, address: str, *, offset: int = 0, validator: str = ""
    ) -> AbstractContextManager[LinkedFile]:
        """The file from ``offset`` on if it is still the one of ``validator``, else from its
        beginning. Raises ``LinkRefused`` (``clip_links``) where there is none, ``LinkInterrupted``
        where a later attempt may succeed."""


class LinkInterrupted(Exception):
    """The line broke, or the server is in trouble. ``retry_after``: seconds that it asks for."""

    def __init__(self, why: str, *, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Pusher(Protocol):
    """Sends a message to one browser, through the push service that the browser named."""

    public: str  # the key that browsers subscribe with

    def send(self, *, endpoint: str, browser_key: str, auth: str, message: bytes) -> None:
        """Raises ``PushGone`` where the subscription has ended, ``PushRefused`` where the service
        takes no such message, ``PushAway`` where a later attempt may succeed."""


class PushGone(Exception):
    """The browser has ended its subscription."""


class PushRefused(Exception):
    """The push service refuses this message permanently."""


class PushAway(Exception):
    """The push service does not answer, or asks to come back; ``wait``: when, if it says so."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class ChatBot(Protocol):
    """A bot in a chat programme that people have written a code to."""

    def name(self) -> str:
        """Its user name. Raises as ``say``."""

    def say(self, chat: int, text: str) -> None:
        """Raises ``PushGone``, ``PushRefused``, ``PushAway``."""

    def codes(self) -> Iterator[tuple[int, str]]:
        """Chats and the codes that they wrote since the last look. What was taken from the iterator
        to its end is not told again. Raises as ``say``."""
