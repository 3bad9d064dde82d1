"""What a rule is made of: its limits, as a policy writes them, and its judgement of facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ..probing.facts import Span
from ..words import NOTHING, Text, parse_ratio

Limits = Mapping[str, Any]


@dataclass(frozen=True)
class Judgement:
    """What a rule makes of the facts of a clip.

    ``message`` says what was found and what is allowed, ``remedy`` what to do; ``seen`` and
    ``permitted`` are the two values in short, for a table. ``found`` and ``allowed`` are plain
    JSON values for programs, ``at`` stretches in seconds. ``unsure``: nothing could be measured, so
    that a person must look, however strict the rule is.
    """

    ok: bool
    found: object
    allowed: object
    message: Text
    remedy: Text = NOTHING
    seen: Text = NOTHING
    permitted: Text = NOTHING
    at: list[Span] = field(default_factory=list)
    unsure: bool = False


@dataclass(frozen=True)
class Limit:
    """One limit of a rule; ``default`` None means that a policy must state it."""

    name: str
    kind: str
    default: object = None
    low: float = 0.0
    high: float = float("inf")
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule by its stable name. ``judge`` answers None when there is nothing to judge.

    It gets the ``Facts`` of a clip, or of one file of another kind (``files/facts.py``); where
    ``whole`` is true the facts of all files of an entry.
    """

    name: str
    limits: tuple[Limit, ...]
    judge: Callable[[Any, Limits], Judgement | None]
    checked_together: tuple[tuple[str, str], ...] = ()  # (smaller, larger) limits
    whole: bool = False
    open_end: bool = False  # a larger limit of 0 is none


def accept(limit: Limit, value: object) -> object:
    """``value`` in its canonical form; raises ``ValueError`` with what is expected (vi, en)."""
    if limit.kind == "number":
        return _number(limit, value)
    if limit.kind == "ratio":
        return _ratio(value)
    if limit.kind == "ratios":
        if not isinstance(value, list) or not value:
            raise ValueError('danh sách tỉ lệ như ["4:3", "3:4"]', 'a list such as ["4:3", "3:4"]')
        return sorted({_ratio(each) for each in value})
    return _words(limit, value)


def _ratio(value: object) -> str:
    try:
        if isinstance(value, str):
            parse_ratio(value)
            return value.replace(" ", "")
    except ValueError:
        pass
    raise ValueError('tỉ lệ như "4:3"', 'a ratio such as "4:3"')


def _number(limit: Limit, value: object) -> int | float:
    low, high = limit.low, limit.high
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and isfinite(value)
        and low <= value <= high
    ):
        return int(value) if float(value).is_integer() else float(value)
    if high == float("inf"):
        raise ValueError(f"một số từ {low:g} trở lên", f"a number from {low:g} up")
    raise ValueError(f"một số từ {low:g} đến {high:g}", f"a number from {low:g} to {high:g}")


def _words(limit: Limit, value: object) -> list[str]:
    if isinstance(value, list) and value and all(word in limit.choices for word in value):
        return sorted(set(value))
    choices = ", ".join(limit.choices)
    raise ValueError(f"danh sách chọn trong: {choices}", f"a list chosen from: {choices}")
