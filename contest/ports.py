"""The small protocols through which the contest reaches outside, and how they fail."""

import errno
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol


class StorageFull(OSError):
    """No room for the bytes; nothing of them was kept."""


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Raises ``StorageFull`` where the disk or quota is full, any other error as it is."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(*error.args) from error
        raise


class StorageAway(OSError):
    """The store does not answer, or refuses for now; a later attempt may succeed."""


class StorageDamaged(OSError):
    """The stored bytes are not those of their hash."""


@dataclass(frozen=True)
class Stored:
    """One file of a store. ``put_at``: when it was put last, seconds since 1970."""

    sha256: str
    size: int
    put_at: float


@dataclass(frozen=True)
class Shown:
    """How a browser is to get a file: its type, what ``Content-Disposition`` says, the method."""

    media_type: str
    disposition: str
    method: str = "GET"  # or HEAD


class BlobStore(Protocol):
    """Immutable files addressed by their SHA-256 (lower-case hex).

    A string that is no SHA-256 raises ``ValueError``, a file that is not there
    ``FileNotFoundError``, a store that does not answer ``StorageAway``.
    """

    def put(self, path: Path, sha256: str) -> None:
        """Take over a finished local file (it may be moved). The same content twice is one file.
        Killed in between, it is put again and goes on. Raises ``StorageFull``."""

    def open_local(self, sha256: str, *, proven: bool = False) -> AbstractContextManager[Path]:
        """A local path to read from, as long as the context lasts; ``proven``: the hash of what it
        names is taken now. Raises ``StorageDamaged`` where that is another one."""

    def chunks(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``stop`` (not included; None: the end), in parts."""

    def send(self, sha256: str, shown: Shown) -> str:
        """Where the front server finds the bytes itself: a value for X-Accel-Redirect."""

    def look(self, sha256: str) -> Stored:
        """How large the file is, and when it was put."""

    def exists(self, sha256: str) -> bool: ...

    def ping(self) -> None:
        """Whether the store answers and takes these keys. Raises ``StorageAway``."""

    def verify(self, sha256: str, told: Callable[[int], None] = lambda size: None) -> None:
        """Read every byte where it lies, ``told`` of them as they come. Raises
        ``StorageDamaged``."""

    def names(self) -> Iterator[Stored]:
        """Everything that is stored, in the order of the hashes."""

    def delete(self, sha256: str) -> None: ...

    def drop(self, sha256: str) -> None:
        """Delete what no row needs, unless the same content has just been put again."""

    def tidy(self) -> None:
        """Remove what killed runs left half done, days ago."""


class Shelf(Protocol):
    """What one machine has worked out and others show: a cache that machines share. Anything may be
    gone at any moment, and nothing is raised where the shelf is away."""

    def put(self, kind: str, name: str, content: bytes) -> None: ...

    def get(self, kind: str, name: str) -> bytes | None: ...

    def clear(self, kind: str) -> None:
        """Forget all of a kind. Raises the library's error where the shelf is away."""


class Mailer(Protocol):
    """Sends one mail. What is sent again with the same ``key`` has the same Message-ID (RFC 5322,
    3.6.4), so that whoever keeps it shows it once. Raises ``MailRefused`` where the server refuses
    it permanently, ``OSError`` where a later attempt may succeed."""

    def send(self, *, to: str, subject: str, text: str, html: str, key: str = "") -> None: ...


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
        """Raises ``Invalid`` for what is no whole picture, ``TooLarge`` for too many pixels,
        ``StorageFull`` where there is no room for the new one."""


@dataclass(frozen=True)
class DrawnPages:
    """A document as files: its pages with (width, height) in pixels, its words, a picture of the
    first page for lists; the PDF that it was printed to first. No page: nothing here could draw
    it."""

    pages: list[tuple[Path, tuple[int, int]]]
    text: Path
    poster: Path | None
    printed: Path | None = None


class PageDrawer(Protocol):
    """Draws the pages of a document from outside: pixels and letters, nothing that acts."""

    def draw(self, source: Path, folder: Path) -> DrawnPages:
        """Draw a PDF or DOCX into an empty folder. Raises ``Unreadable``."""


class Unreadable(Exception):
    """Nothing that can be drawn; the text is for the log."""


class PlanReader(Protocol):
    """Reads a contest's plan from outside."""

    def read(self, path: Path) -> dict[str, Any]:
        """What it says: ``values``, ``missing``, ``doubts``, ``beside`` (docs/plans.md). Raises
        ``Invalid`` for what cannot be read."""


class PdfReader(Protocol):
    """Reads PDFs from outside."""

    def texts(self, content: bytes) -> list[str]:
        """Every text in one, compressed or not; none where it cannot be read."""


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
