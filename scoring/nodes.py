"""Reading a JSON value with its path, so that a refusal can say where the fault is."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from scoring.errors import InputError

#: No count, mark or weight of a contest comes near it; a longer number is a mistake or an attack.
LARGEST = 10**12
LONGEST_TEXT = 2_000
_SHOWN = 40
_SMALL, _MOST_SHARED = 12, 20_000  # pairs of an object that is shared, and how many of these
_RATIO = re.compile(r"\d{1,12}(?:\.\d{1,12})?|\d{1,12}/0*[1-9]\d{0,11}")
_PLAIN_KEY = re.compile(r"\w[\w-]*")


class Repeated(dict[str, Any]):
    """An object of a JSON text in which ``key`` stands twice; kept until its path is known."""

    key: str


class Sharing:
    """Objects of a JSON text, equal small ones of texts and numbers as one: of half a million lines
    of a ledger some thousands differ. For what nobody changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, object], ...], dict[str, Any]] = {}

    def __call__(self, pairs: list[tuple[str, object]]) -> dict[str, Any]:
        """An object of these pairs."""
        if len(pairs) > _SMALL or any(type(value) not in (int, str) for _, value in pairs):
            return _object(pairs)
        key = tuple(pairs)
        known = self._known.get(key)
        if known is None:
            known = _object(pairs)
            if len(self._known) < _MOST_SHARED:
                self._known[key] = known
        return known


def parse(
    text: str | bytes, make: Callable[[list[tuple[str, object]]], dict[str, Any]] | None = None
) -> object:
    """The value of a JSON text; raises ``InputError`` where it is broken. ``make``: an object of
    its pairs (``Sharing``).

    Keys that stand twice are refused later, with their path.
    """
    try:
        return json.loads(text, object_pairs_hook=make or _object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise InputError("$", "Tệp phải là văn bản UTF-8.", "The text must be UTF-8.") from None
    except json.JSONDecodeError as fault:
        place = (fault.lineno, fault.colno)
        raise InputError(
            "$",
            f"JSON sai cú pháp ở dòng {place[0]}, cột {place[1]}.",
            f"The JSON is broken at line {place[0]}, column {place[1]}.",
        ) from None
    except RecursionError:
        raise InputError("$", "JSON lồng quá sâu.", "The JSON is nested too deeply.") from None
    except ValueError:
        raise InputError(
            "$", "JSON có một số không dùng được.", "The JSON holds a number that is no use."
        ) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, object]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeated, seen = Repeated(value), set()
    for key, _ in pairs:
        if key in seen:
            repeated.key = key
        seen.add(key)
    return repeated


def step(path: str, key: str | int) -> str:
    """``path`` one step further: ``$.entries[3].marks.gk1`` or ``$.entries[3]["tên lạ"]``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key, ensure_ascii=False)}]"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its path; every method returns a checked value or raises ``InputError``."""

    value: Any  # of a JSON text
    path: str = "$"

    def refuse(self, vi: str, en: str, *, at: str | int | None = None) -> NoReturn:
        raise InputError(self.path if at is None else step(self.path, at), vi, en)

    def child(self, key: str | int) -> Node:
        return Node(self.value[key], step(self.path, key))

    def mapping(self) -> Mapping[str, Any]:
        """An object whose keys are text, none of them twice."""
        if isinstance(self.value, Repeated):
            self.refuse("Khoá này có hai lần.", "This key stands twice.", at=self.value.key)
        if not isinstance(self.value, dict):
            self.refuse("Chỗ này phải là một đối tượng {…}.", "This must be an object {…}.")
        for key in self.value:
            if not isinstance(key, str):
                self.refuse("Khoá phải là chữ.", "Keys must be text.")
        return self.value

    def fields(self, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The fields of an object; an unknown one is refused with the nearest known name."""
        value, known = self.mapping(), tuple(known)
        for key in value:
            if key not in known:
                self._unknown(key, known)
        for key in required:
            if key not in value:
                self.refuse(f"Thiếu “{key}”.", f'"{key}" is missing.', at=key)
        return {key: self.child(key) for key in value}

    def _unknown(self, key: str, known: tuple[str, ...]) -> NoReturn:
        near = difflib.get_close_matches(key, known, 1)
        vi = f" Có phải ý bạn là “{near[0]}”?" if near else f" Dùng được: {', '.join(known)}."
        en = f' Did you mean "{near[0]}"?' if near else f" Known: {', '.join(known)}."
        self.refuse(f"Không có mục “{key}”.{vi}", f'There is no field "{key}".{en}', at=key)

    def sequence(self) -> list[Any]:
        if not isinstance(self.value, list):
            self.refuse("Chỗ này phải là một danh sách […].", "This must be a list […].")
        return self.value

    def items(self) -> list[Node]:
        return [Node(value, step(self.path, index)) for index, value in enumerate(self.sequence())]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse("Chỗ này phải là chữ, không để trống.", "This must be text, not empty.")
        if len(self.value) > LONGEST_TEXT:
            self.refuse(f"Dài quá {LONGEST_TEXT} ký tự.", f"Longer than {LONGEST_TEXT} characters.")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("Chỗ này phải là true hoặc false.", "This must be true or false.")
        return self.value

    def integer(self, low: int = 0, high: int = LARGEST) -> int:
        if type(self.value) is not int or not low <= self.value <= high:
            self.refuse(
                f"Ở đây là {_short(self.value)}; phải là số nguyên từ {low} đến {high}.",
                f"Found {_short(self.value)}; it must be a whole number from {low} to {high}.",
            )
        return self.value

    def ratio(self) -> Fraction:
        """A number not below zero: whole, decimal (37.5, taken as written), or text "1/3"."""
        value = self.value
        if type(value) is float:
            value = repr(value)
        elif type(value) is int or isinstance(value, Fraction):
            value = str(value)
        if not isinstance(value, str) or not _RATIO.fullmatch(value):
            self.refuse(
                f"Ở đây là {_short(self.value)}; phải là một số không âm.",
                f"Found {_short(self.value)}; it must be a number that is not negative.",
            )
        return Fraction(value)

    def choice(self, *allowed: str) -> str:
        if not isinstance(self.value, str) or self.value not in allowed:
            self.refuse(
                f"Ở đây là {_short(self.value)}; phải là một trong: {', '.join(allowed)}.",
                f"Found {_short(self.value)}; it must be one of: {', '.join(allowed)}.",
            )
        return self.value


def distinct(nodes: Iterable[Node], values: Iterable[str]) -> None:
    """Raises ``InputError`` at the second of two equal names."""
    seen: set[str] = set()
    for node, value in zip(nodes, values, strict=True):
        if value in seen:
            node.refuse(f"“{value}” có hai lần.", f'"{value}" stands twice.')
        seen.add(value)


def _short(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
