"""Request bodies, chunk by chunk in a buffer that the caller owns.

Under gunicorn on a plain socket the bytes go from the kernel straight into that buffer:
two to three times as fast as the file-like `wsgi.input`, which is the fallback. This uses
parts of gunicorn that are not public (`wsgi.input.reader.unreader`), so its version is
pinned and `SocketBody.offered` first checks everything it relies on.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Protocol

from contest.pace.gunicorn_parts import Input
from contest.uploads import headers
from contest.uploads.failures import UploadFailure
from contest.uploads.registry import Environ

FALLBACK_READ = 64 * 1024


class Interrupted(Exception):
    """The body stopped before its end: connection lost, timed out, or cut off."""

    def __init__(self, *, cut_off: bool) -> None:
        self.cut_off = cut_off
        super().__init__("cut off" if cut_off else "line dropped")


class Body(Protocol):
    """A request's bytes. `length` is None when the client did not announce it."""

    length: int | None

    @property
    def received(self) -> int:
        """Bytes that have come so far."""

    def chunks(self, buffer: memoryview, most: int) -> Iterator[memoryview]:
        """The next bytes, `most` at most, each time in `buffer`. Raises Interrupted."""

    def cut_off(self) -> None:
        """Called from another thread: end a pending or coming read with Interrupted."""

    def let_go(self) -> None:
        """The same for a sender who is too slow: Interrupted says that the line dropped."""

    def close(self) -> None:
        """Give the server back its connection, with what was not read."""


def of(environ: Environ) -> Body:
    """The body of a WSGI request, by the fastest way this server offers.

    Raises UploadFailure("content_length") if the announced length is not a number.
    """
    length = headers.number(environ.get("CONTENT_LENGTH") or None)
    if environ.get("CONTENT_LENGTH") and length is None:
        raise UploadFailure("content_length")
    if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
        length = 0
    if length is not None and SocketBody.offered(environ):
        return SocketBody(environ, length)
    return StreamBody(environ, length)


class SocketBody:
    """A body of known length, received from gunicorn's socket without a copy."""

    def __init__(self, environ: Environ, length: int) -> None:
        self.length: int | None = length
        self._left = length
        self._cut = self._slow = self._torn = False
        self._input: Input = environ["wsgi.input"]
        self._sock: socket.socket = environ["gunicorn.socket"]
        unreader = self._input.reader.unreader
        ahead = unreader.take_buffered()
        if len(ahead) > length:
            unreader.unread(ahead[length:])
        self._ahead = memoryview(ahead)[:length]

    @property
    def received(self) -> int:
        return (self.length or 0) - self._left

    @staticmethod
    def offered(environ: Environ) -> bool:
        """Whether this request has a plain socket and an untouched body of known length."""
        sock: object = environ.get("gunicorn.socket")
        stream: Input | None = environ.get("wsgi.input")
        reader = getattr(stream, "reader", None)
        unreader = getattr(reader, "unreader", None)
        return (
            type(sock) is socket.socket
            and getattr(unreader, "sock", None) is sock
            and hasattr(unreader, "take_buffered")
            and type(reader).__name__ == "LengthReader"
            and stream is not None and stream.buf.tell() == 0
        )

    def chunks(self, buffer: memoryview, most: int) -> Iterator[memoryview]:
        ahead = self._ahead[:most]
        if ahead:
            self._ahead = self._ahead[len(ahead) :]
            self._left -= len(ahead)
            yield ahead
        most = min(most - len(ahead), self._left)
        receive = self._sock.recv_into  # 8,000 calls a gigabyte: keep this loop minimal
        while most:
            try:
                count = 0 if self._cut else receive(buffer, min(most, len(buffer)))
            except OSError:  # timed out, or reset
                count = 0
            if not count:
                self._torn = True
                raise Interrupted(cut_off=self._cut and not self._slow)
            most -= count
            self._left -= count
            yield buffer[:count]

    def cut_off(self) -> None:
        self._cut = True  # before the shutdown: Linux goes on delivering bytes after it
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RD)

    def let_go(self) -> None:
        self._slow = True
        self.cut_off()

    def close(self) -> None:
        """Otherwise gunicorn would wait for bytes read here; a torn body ends the connection."""
        if self._ahead:
            self._input.reader.unreader.unread(bytes(self._ahead))
        self._input.reader.length = self._left
        self._input.failed = self._torn


class StreamBody:
    """Any other body (chunked, other servers), through `wsgi.input`."""

    def __init__(self, environ: Environ, length: int | None) -> None:
        self.length = length
        self._left = length
        self.received = 0
        self._cut = self._slow = False
        self._input: Input = environ["wsgi.input"]
        self._sock: socket.socket | None = environ.get("gunicorn.socket")

    def chunks(self, buffer: memoryview, most: int) -> Iterator[memoryview]:
        most = most if self._left is None else min(most, self._left)
        while most:
            if self._cut:
                raise Interrupted(cut_off=not self._slow)
            data = self._read(min(most, FALLBACK_READ))
            if not data:
                return
            most -= len(data)
            self.received += len(data)
            if self._left is not None:
                self._left -= len(data)
            yield memoryview(data)

    def _read(self, size: int) -> bytes:
        try:
            data: bytes = self._input.read(size)
        except Exception as torn:  # each server has its own types for a broken body
            raise Interrupted(cut_off=self._cut and not self._slow) from torn
        if not data and (self._left or self._cut):
            raise Interrupted(cut_off=self._cut and not self._slow)
        return data

    def cut_off(self) -> None:
        self._cut = True
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RD)

    def let_go(self) -> None:
        self._slow = True
        self.cut_off()

    def close(self) -> None:
        """Does nothing: the server itself counted what was read."""
