"""What we use of gunicorn's inside, which has no types of its own."""

from __future__ import annotations

import io
import socket
from typing import Protocol


class Unreader(Protocol):
    """Takes bytes from a connection, and takes back what was read too much."""

    buf: io.BytesIO

    def chunk(self, size_hint: int | None = None) -> bytes: ...

    def take_buffered(self) -> bytes: ...

    def unread(self, data: bytes) -> None: ...


class Parser(Protocol):
    unreader: Unreader


class Connection(Protocol):
    """A client's connection; ``in_body`` is ours: the head of its request has come."""

    sock: socket.socket
    initialized: bool
    parser: Parser
    in_body: bool

    def init(self) -> None: ...

    def wait_for_data(self, timeout: float) -> bool: ...


class Reader(Protocol):
    """The body of a request; ``length``: the bytes that are still to come."""

    unreader: Unreader
    length: int


class Input(Protocol):
    """``wsgi.input`` of a request. ``failed``: the connection ends with it."""

    reader: Reader
    buf: io.BytesIO
    failed: bool

    def read(self, size: int) -> bytes: ...
