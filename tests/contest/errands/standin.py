"""Servers that stand for Google Drive, Dropbox and plain ones, answering as people report of them.

One plain HTTP server on this machine; which name was meant stands in the Host header.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.served import served

Answer = Callable[[BaseHTTPRequestHandler], None]
CONFIRM = """<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head>
<body>
<p>Google Drive can't scan this file for viruses.</p>
<form id="download-form" action="https://drive.usercontent.google.com/download" method="get">
<input type="submit" id="uc-download-link" value="Download anyway"/>
<input type="hidden" name="id" value="{id}"><input type="hidden" name="export" value="download">
<input type="hidden" name="confirm" value="t"><input type="hidden" name="uuid" value="4f1c">
</form></body></html>"""
QUOTA = """<html><head><title>Google Drive - Quota exceeded</title></head><body>
Sorry, you can't view
or download this file at this time. Too many users have viewed or downloaded this file recently.
</body></html>"""
NAMES = ("drive.google.com", "drive.usercontent.google.com", "accounts.google.com",
         "www.dropbox.com", "uc1.dl.dropboxusercontent.com", "clip.example.vn", "cdn.example.vn")


class Standin:
    """``answers``: host and path -> what answers; ``asked``: every request, in order."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def setting(self) -> str:
        return ", ".join(f"{name}=127.0.0.1:{self.server.server_port}" for name in NAMES)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host, path = self.headers["Host"], urlsplit(self.path).path
                standin.asked.append((host, self.path, dict(self.headers)))
                answer = standin.answers.get((host, path))
                self.close_connection = True
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    # -------------------------------------------------------------------- answers

    def on(self, host: str, path: str, answer: Answer) -> None:
        self.answers[host, path] = answer

    def query(self, number: int = -1) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(urlsplit(self.asked[number][1]).query).items()}


def text(body: str, status: int = 200) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        coded = body.encode()
        request.send_response(status)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(coded)))
        request.end_headers()
        request.wfile.write(coded)

    return answer


def to(location: str, status: int = 302) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Location", location)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


class File:
    """A file with Range and If-Range; ``breaks``: after how many bytes a line is cut, one for each
    request; ``chunked``: no Content-Length."""

    def __init__(self, content: bytes, *, etag: str = '"one"', name: str = "clip quay.mp4",
                 breaks: list[int] | None = None, chunked: bool = False, kind: str = "video/mp4",
                 ranges: bool = True) -> None:
        self.content, self.etag, self.name, self.kind = content, etag, name, kind
        self.breaks, self.chunked, self.ranges = list(breaks or []), chunked, ranges
        self.sent: list[tuple[int, int]] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        begin = self._begin(request)
        if begin is not None and begin >= len(self.content):
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{len(self.content)}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        rest = self.content[begin or 0:]
        request.send_response(200 if begin is None else 206)
        request.send_header("Content-Type", self.kind)
        if self.name:
            raw = self.name.encode().decode("latin-1")
            request.send_header("Content-Disposition", f'attachment; filename="{raw}"')
        if self.etag:
            request.send_header("ETag", self.etag)
        if begin is not None:
            last = len(self.content) - 1
            request.send_header("Content-Range", f"bytes {begin}-{last}/{len(self.content)}")
        cut = self.breaks.pop(0) if self.breaks else len(rest)
        self.sent.append((begin or 0, min(cut, len(rest))))
        self._send(request, rest, cut)

    def _begin(self, request: BaseHTTPRequestHandler) -> int | None:
        wanted = request.headers.get("Range", "")
        if not self.ranges or not wanted or request.headers.get("If-Range") != self.etag:
            return None
        return int(wanted.removeprefix("bytes=").partition("-")[0])

    def _send(self, request: BaseHTTPRequestHandler, rest: bytes, cut: int) -> None:
        if not self.chunked:
            request.send_header("Content-Length", str(len(rest)))
            request.end_headers()
            request.wfile.write(rest[:cut])
            return
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for at in range(0, min(cut, len(rest)), 1000):
            piece = rest[at:at + 1000][: cut - at]
            request.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if cut >= len(rest):
            request.wfile.write(b"0\r\n\r\n")


@contextmanager
def running() -> Iterator[Standin]:
    standin = Standin()
    with served(standin.server):
        yield standin
