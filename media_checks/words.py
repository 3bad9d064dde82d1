"""Numbers and lengths of time as people write them, in Vietnamese and English."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both languages; ``+`` puts the next one behind it."""

    vi: str
    en: str

    def __add__(self, other: object) -> Text:
        if not isinstance(other, Text):
            return NotImplemented
        return Text(f"{self.vi} {other.vi}".strip(), f"{self.en} {other.en}".strip())


NOTHING = Text("", "")


def same(text: str) -> Text:
    """What is written alike in both languages."""
    return Text(text, text)


def number(value: float, places: int = 0) -> Text:
    """``1234.5`` -> ``1.234,5`` / ``1,234.5``; trailing zeros are dropped."""
    english = f"{value:,.{places}f}"
    if "." in english:
        english = english.rstrip("0").rstrip(".")
    if english == "-0":
        english = "0"
    return Text(english.translate(str.maketrans(",.", ".,")), english)


def length(seconds: float, *, places: int = 0) -> Text:
    """``342`` -> ``5 phút 42 giây`` / ``5 min 42 s``; ``places`` decimals of a second."""
    scale = 10**places
    minutes, ticks = divmod(math.floor(seconds * scale + 0.5), 60 * scale)
    rest = number(ticks / scale, places)
    if not minutes:
        return Text(f"{rest.vi} giây", f"{rest.en} s")
    if not ticks:
        return Text(f"{minutes} phút", f"{minutes} min")
    return Text(f"{minutes} phút {rest.vi} giây", f"{minutes} min {rest.en} s")


def length_range(low: float, high: float) -> Text:
    """``180, 300`` -> ``3–5 phút``; falls back to two full lengths."""
    if low % 60 == 0 and high % 60 == 0:
        return Text(f"{low / 60:g}–{high / 60:g} phút", f"{low / 60:g}–{high / 60:g} min")
    if high < 60:  # noqa: PLR2004 - a minute
        short, long = number(low, 1), number(high, 1)
        return Text(f"{short.vi}–{long.vi} giây", f"{short.en}–{long.en} s")
    first, last = length(low), length(high)
    return Text(f"{first.vi} đến {last.vi}", f"{first.en} to {last.en}")


def at_least(seconds: float) -> Text:
    """A length to cut or add, rounded up to a whole second so that following it is enough."""
    return length(max(1, math.ceil(seconds - 1e-6)))


def time_code(seconds: float) -> str:
    """``75.4`` -> ``1:15``, the form players show."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def stretches(spans: list[tuple[float, float]], most: int = 3) -> Text:
    """``[(5, 9), (60, 75)]`` -> ``0:05–0:09, 1:00–1:15``, shortened after ``most``."""
    shown = ", ".join(f"{time_code(a)}–{time_code(b)}" for a, b in spans[:most])
    more = len(spans) - most
    if more <= 0:
        return Text(shown, shown)
    return Text(f"{shown} và {more} đoạn nữa", f"{shown} and {more} more")


def ratio(width: float, height: float) -> str:
    """A familiar name (``4:3``) when within 1 %, else ``1.55:1``."""
    value = width / height
    for w, h in ((4, 3), (16, 9), (9, 16), (3, 4), (1, 1), (21, 9), (3, 2), (2, 3), (18, 9)):
        if abs(value / (w / h) - 1) <= 0.01:  # noqa: PLR2004 - one per cent
            return f"{w}:{h}"
    return f"{value:.2f}:1"


def parse_ratio(text: str) -> Fraction:
    """``"4:3"`` -> ``Fraction(4, 3)``; raises ``ValueError`` on anything else."""
    left, colon, right = text.partition(":")
    if not colon or not left.strip().isdigit() or not right.strip().isdigit() or int(right) == 0:
        raise ValueError(text)
    result = Fraction(int(left), int(right))
    if result <= 0:
        raise ValueError(text)
    return result
