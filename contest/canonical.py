"""One canonical form of JSON, and its SHA-256: the identity of rules, audit rows and results; and
JSON of any form read from pieces of its text."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

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


# ---------------------------------------------------------------------------- reading in pieces


def others(pieces: Iterable[str], long: str) -> dict[str, Any]:
    """The object whose text comes in ``pieces``, None in the place of the list ``long``, whose
    items are let go. Raises ``ValueError`` for a text that is no object."""
    return {key: value for key, value, is_item in _members(pieces, long) if not is_item}


def items(pieces: Iterable[str], long: str) -> Iterator[object]:
    """The items of that list, one by one. Raises as ``others``."""
    return (value for _, value, is_item in _members(pieces, long) if is_item)


def _members(pieces: Iterable[str], long: str) -> Iterator[tuple[str, object, bool]]:
    """Key, value, and whether it is an item of the list ``long``."""
    text = _Text(pieces)
    for _ in text.between("{", "}"):
        key = str(text.value())
        text.take(":")
        if key != long:
            yield key, text.value(), False
            continue
        yield key, None, False
        for _ in text.between("[", "]"):
            yield key, text.value(), True


class _Text:
    """A JSON text of which one piece, or one value, is in memory."""

    _decode = json.JSONDecoder().raw_decode
    _space, _follows = re.compile(r"[ \t\n\r]*"), frozenset(" \t\n\r,:]}")

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces, self._text, self._at = iter(pieces), "", 0

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        self._text, self._at = self._text[self._at:] + (piece or ""), 0
        return piece is not None

    def sign(self) -> str:
        """The next one that is no space; it stays."""
        while True:
            self._at = self._space.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise ValueError("a JSON text that ends too early")

    def take(self, sign: str) -> None:
        if self.sign() != sign:
            raise ValueError(f"a JSON text with {self.sign()} instead of {sign}")
        self._at += 1

    def between(self, opening: str, closing: str) -> Iterator[None]:
        """As often as something stands between the two, with commas."""
        self.take(opening)
        if self.sign() != closing:
            yield
            while self.sign() != closing:
                self.take(",")
                yield
        self.take(closing)

    def value(self) -> object:
        """The next value. A number may go on in the next piece, so what follows has to be there."""
        self.sign()
        while True:
            try:
                found, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:
                end = len(self._text)
            if self._text[end:end + 1] in self._follows:
                self._at = end
                return found
            if not self._more():
                raise ValueError("a JSON text that is cut off")
