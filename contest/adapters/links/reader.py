"""A file behind a link over HTTPS: redirects, pages that lead on, going on after a break."""

import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin

from contest import clip_links
from contest.adapters.links.addresses import Standins, connection
from contest.adapters.links.names import filename_of, is_page
from contest.clip_links import LinkRefused, Page
from contest.ports import LinkInterrupted

HOPS = 10  # redirects and pages on the way
SILENT_S = 30.0  # without a byte, until the line is given up
HEADERS_S = 60.0  # until all headers are here, however they drip
WINDOW_S, LEAST_BYTES = 60.0, 256 << 10  # less in this time is no line but a trap
PIECE = 1 << 17
MOST_OF_A_PAGE = 2 << 20
HEAD = 512  # bytes by which a page is known whose server calls it something else
AGENT = "hoithi"
FAULTS = (OSError, http.client.HTTPException)


@dataclass
class _Answer:
    """One answer on the way."""

    address: str
    line: http.client.HTTPConnection
    response: http.client.HTTPResponse

    def close(self) -> None:
        """A response that ends with its line keeps it open by itself."""
        self.response.close()
        self.line.close()

    @property
    def headers(self) -> http.client.HTTPMessage:
        return self.response.headers

    def header(self, name: str) -> str:
        return str(self.headers.get(name) or "")


class _Pace:
    """Ends what comes too slowly to be meant."""

    def __init__(self) -> None:
        self.since, self.got = time.monotonic(), 0

    def moved(self, count: int) -> None:
        """Count bytes. Raises ``LinkInterrupted`` below the least rate."""
        self.got += count
        if (now := time.monotonic()) - self.since < WINDOW_S:
            return
        if self.got < LEAST_BYTES:
            raise LinkInterrupted(f"only {self.got} bytes in {WINDOW_S:.0f} seconds")
        self.since, self.got = now, 0


@dataclass
class WebFile:
    """A ``LinkedFile``: the answer that holds the bytes, its first ones read already."""

    answer: _Answer
    filename: str
    length: int | None
    offset: int
    validator: str
    head: bytes = b""
    pace: _Pace = field(default_factory=_Pace)

    def chunks(self) -> Iterator[bytes]:
        received = self.offset
        piece = self.head
        while piece:
            received += len(piece)
            yield piece
            self.pace.moved(len(piece))
            piece = _read(self.answer, PIECE)
        if received == 0 and self.length is None:
            raise LinkInterrupted("the line ended before the first byte")
        if self.length is not None and received < self.length:
            raise LinkInterrupted(f"the line ended after {received} of {self.length} bytes")


class WebLinks:
    """A ``LinkReader``. ``standins``: names that servers of this machine stand for, in tests."""

    def __init__(self, standins: Standins) -> None:
        self.standins = standins

    @contextlib.contextmanager
    def open(self, address: str, *, offset: int = 0, validator: str = "") -> Iterator[WebFile]:
        asked = {"Range": f"bytes={offset}-", "If-Range": validator} if offset and validator else {}
        cookies: dict[str, dict[str, str]] = {}
        for _ in range(HOPS):
            parts = clip_links.checked(address)
            if clip_links.asks_to_sign_in(parts):
                raise LinkRefused("no_access")
            answer = self._ask(parts, asked, cookies.setdefault(parts.netloc, {}))
            try:
                onward = _where_to(answer)
                if onward is None:
                    found = _file(answer, offset)
                    if isinstance(found, WebFile):
                        yield found
                        return
                    onward = found
            finally:
                answer.close()
            address = onward
        raise LinkRefused("redirects")

    def _ask(
        self, parts: SplitResult, asked: dict[str, str], cookies: dict[str, str]
    ) -> _Answer:
        line = connection(parts.netloc.strip("[]"), self.standins, timeout=SILENT_S)
        headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"} | asked
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        with contextlib.ExitStack() as undo:
            undo.callback(line.close)
            try:
                line.connect()
                with _in_time(line):
                    line.request("GET", _ascii(target), headers=headers)
                    response = undo.enter_context(line.getresponse())
            except FAULTS as broken:
                raise LinkInterrupted(f"{parts.netloc}: {broken}") from broken
            undo.pop_all()  # from now on who asked closes both
        answer = _Answer(parts.geturl(), line, response)
        _keep_cookies(answer, cookies)
        return answer


@contextlib.contextmanager
def _in_time(line: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the line where headers take longer than ``HEADERS_S``, however they drip: what was read
    of them until then would pass for an answer without a body. Raises ``TimeoutError``."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        with contextlib.suppress(OSError):
            line.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(HEADERS_S, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError("its headers took too long")


def _ascii(target: str) -> str:
    return re.sub(r"[^!-~]", lambda one: "".join(f"%{b:02X}" for b in one[0].encode()), target)


def _keep_cookies(answer: _Answer, cookies: dict[str, str]) -> None:
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = line.partition(";")[0].strip().partition("=")
        if name and len(cookies) < HOPS and len(value) < MOST_OF_A_PAGE >> 9:
            cookies[name] = value


def _where_to(answer: _Answer) -> str | None:
    """Where a redirect leads; None where the answer is one. Raises for servers in trouble."""
    status = answer.response.status
    if status in (301, 302, 303, 307, 308):
        location = answer.header("Location")
        if not location:
            raise LinkRefused("page")
        return urljoin(answer.address, location)
    if status == 429 or status >= 500:  # noqa: PLR2004
        wait = answer.header("Retry-After")
        raise LinkInterrupted(f"status {status}",
                              retry_after=float(wait) if wait.isdecimal() else None)
    return None


def _file(answer: _Answer, offset: int) -> WebFile | str:
    """The file, or where the page in its place leads on to."""
    status = answer.response.status
    if status == 416:  # noqa: PLR2004 - nothing is left, or the file has become shorter
        return _nothing_left(answer, offset)
    head = _read(answer, HEAD)
    if status not in (200, 206) or is_page(answer.header("Content-Type"), head):
        page = Page(answer.address, status, _page(answer, head))
        return clip_links.onward(page)
    if answer.header("Content-Encoding") not in ("", "identity"):
        raise LinkRefused("page")
    begins, length = _range(answer, status, offset)
    return WebFile(
        answer, filename_of(answer.headers, answer.address, head), length, begins,
        _validator(answer), head,
    )


def _nothing_left(answer: _Answer, offset: int) -> WebFile:
    total = re.fullmatch(r"bytes \*/(\d+)", answer.header("Content-Range"))
    if total is None or int(total[1]) != offset:
        raise LinkInterrupted("the file has changed")
    return WebFile(answer, "", offset, offset, _validator(answer))


def _range(answer: _Answer, status: int, offset: int) -> tuple[int, int | None]:
    """Where the bytes begin, and how many the whole file has."""
    if status == 206:  # noqa: PLR2004
        said = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.header("Content-Range"))
        if said is None or int(said[1]) != offset:
            raise LinkInterrupted("the server sent another part than the one asked for")
        return offset, int(said[2]) if said[2] != "*" else None
    announced = answer.header("Content-Length")
    chunked = "chunked" in answer.header("Transfer-Encoding").casefold()
    return 0, int(announced) if announced.isdecimal() and not chunked else None


def _validator(answer: _Answer) -> str:
    """What names this content: a strong ETag, else the time of its last change (RFC 9110, 13.1.5).
    """
    etag = answer.header("ETag")
    if etag and not etag.startswith("W/") and len(etag) < 300:  # noqa: PLR2004 - the column
        return etag
    changed = answer.header("Last-Modified")
    return changed if len(changed) < 300 else ""  # noqa: PLR2004


def _page(answer: _Answer, head: bytes) -> str:
    found = head
    while len(found) < MOST_OF_A_PAGE and (piece := _read(answer, PIECE)):
        found += piece
    return found.decode("utf-8", "replace")


def _read(answer: _Answer, size: int) -> bytes:
    try:
        return answer.response.read1(size) if size == PIECE else answer.response.read(size)
    except FAULTS as broken:
        raise LinkInterrupted(str(broken) or type(broken).__name__) from broken
