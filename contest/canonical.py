"""One canonical form of JSON, and its SHA-256: the identity of rules, audit rows and results."""

import hashlib
import json
from collections.abc import Iterator

_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def text(value: object) -> str:
    """``value`` as JSON: sorted keys, no spaces."""
    return _ENCODER.encode(value)


def sha256(value: object, *, after: str = "") -> str:
    """SHA-256 (hex) of ``after`` followed by the UTF-8 of ``text(value)``.

    A large value is hashed part by part: as one text a national contest's input takes 200 MB.
    """
    found = hashlib.sha256(after.encode())
    for part in parts(value):
        found.update(part.encode())
    return found.hexdigest()


def parts(value: object) -> Iterator[str]:
    """``text(value)`` in parts: a dictionary's values one by one, and those of lists in it."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        yield text(value)
        return
    yield "{"
    for number, key in enumerate(sorted(value)):
        yield f"{',' * (number > 0)}{text(key)}:"
        part = value[key]
        yield from _items(part) if isinstance(part, list) else (text(part),)
    yield "}"


def _items(value: list[object]) -> Iterator[str]:
    yield "["
    for number, part in enumerate(value):
        yield f"{',' * (number > 0)}{text(part)}"
    yield "]"
