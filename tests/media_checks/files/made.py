"""A file for tests: what it is called, what it must lead to, how it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Made(NamedTuple):
    """``verdict`` is pass, look, fail or unreadable; ``failed`` the rules that fail."""

    name: str
    verdict: str
    failed: str
    build: Callable[[], bytes]
