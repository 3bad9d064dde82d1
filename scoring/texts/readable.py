"""JSON that a person can read, a value to a line, as ``json.dumps(…, indent=1)`` writes it.

Python's encoder writes indented JSON in Python, a small piece at a time. Here rows of texts and
numbers, and lists and objects of such rows, are each written by its encoder in C, with two signs in
the places of line ends and colons which no written text holds (``COMMA``, ``COLON``: control
characters are escaped in JSON). The bytes are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

COMMA, COLON = "\x01", "\x02"
_SIMPLE = frozenset((str, int, float, bool, type(None)))
_APART = 3  # levels whose values are handed on one by one


@cache
def _encoder(sort: bool) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, sort_keys=sort, separators=(COMMA, COLON))


_PLAIN = json.JSONEncoder(ensure_ascii=False)  # of what has no keys to sort


def parts(value: object, *, sort: bool = True) -> Iterator[str]:
    """``value`` as text, piece by piece, so that a large one is never there as a whole: an iterator
    in it is a list whose items are let go once they are written. ``sort``: keys in their order.
    Keys must be texts; raises ``TypeError`` for what JSON has no form for."""
    return _parts(value, 0, sort)


def members(pairs: Iterable[tuple[str, object]]) -> Iterator[str]:
    """The object of these members, in the order of their keys, in which they must come: each value
    is let go once it is written."""
    lines = (f"{_key(key)}: {_whole(value, 1, True)}" for key, value in pairs)
    return _one_by_one(lines, 0, "{", "}")


def _one_by_one(lines: Iterable[str], depth: int, opening: str, closing: str) -> Iterator[str]:
    before = opening
    for line in lines:
        yield f"{before}{_line(depth + 1)}{line}"
        before = ","
    yield f"{opening}{closing}" if before == opening else f"{_line(depth)}{closing}"


def _parts(value: object, depth: int, sort: bool) -> Iterator[str]:
    if isinstance(value, Iterator):
        items = (_whole(item, depth + 1, sort) for item in value)
        yield from _one_by_one(items, depth, "[", "]")
        return
    write = _simple if depth < _APART else _whole
    written = write(value, depth, sort)
    if written is not None:
        yield written
        return
    brackets, before = _brackets(value), ""
    yield brackets[0]
    for head, item in _items(value, sort):
        yield f"{before}{_line(depth + 1)}{head}"
        yield from _parts(item, depth + 1, sort)
        before = ","
    yield f"{_line(depth)}{brackets[1]}"


def _whole(value: object, depth: int, sort: bool) -> str:
    found = _simple(value, depth, sort)
    if found is not None:
        return found
    (opening, closing), inner = _brackets(value), _line(depth + 1)
    items = [f"{head}{_whole(item, depth + 1, sort)}" for head, item in _items(value, sort)]
    return f"{opening}{inner}{f',{inner}'.join(items)}{_line(depth)}{closing}"


def _simple(value: object, depth: int, sort: bool) -> str | None:
    """What the encoder in C writes by itself; None for what lies deeper."""
    if not isinstance(value, dict | list | tuple) or not value:
        return _PLAIN.encode(value)
    inner, (opening, closing) = _line(depth + 1), _brackets(value)
    items = value.values() if isinstance(value, dict) else value
    if _SIMPLE.issuperset(map(type, items)):
        plain = _encoder(sort).encode(value)[1:-1]
        text = plain.replace(COMMA, f",{inner}").replace(COLON, ": ")
    elif all(type(one) is dict and one and _SIMPLE.issuperset(map(type, one.values()))
             for one in items):
        text = _of_rows(_encoder(sort).encode(value)[1:-1], depth + 1)
    else:
        return None
    return f"{opening}{inner}{text}{_line(depth)}{closing}"


def _of_rows(plain: str, depth: int) -> str:
    """Objects of texts and numbers, in a list or under names. A brace beside one of our signs is
    never a text's, for that ends in quotes."""
    own, below = _line(depth), _line(depth + 1)
    text = f"{plain[:-1].replace(f'}}{COMMA}', f'{own}}},{own}')}{own}}}"
    if plain[0] == "{":
        text = "{" + below + text[1:].replace(f",{own}{{", f",{own}{{{below}")
    text = text.replace(f"{COLON}{{", f": {{{below}")
    return text.replace(COMMA, f",{below}").replace(COLON, ": ")


def _line(depth: int) -> str:
    return f"\n{' ' * depth}"


def _items(value: Any, sort: bool) -> Iterator[tuple[str, object]]:
    """Each value with what stands before it."""
    if not isinstance(value, dict):
        return (("", item) for item in value)
    return ((f"{_key(key)}: ", value[key]) for key in (sorted(value) if sort else value))


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys must be texts, not {type(key).__name__}")
    return _PLAIN.encode(key)


def _brackets(value: object) -> tuple[str, str]:
    return ("{", "}") if isinstance(value, dict) else ("[", "]")
