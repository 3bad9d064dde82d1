"""Words as people count them, and how a text is made."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

PRIVATE = ("Co", "Cn", "Cs", "Cc")  # kinds of characters that say nothing to anybody
REPLACED = "\N{REPLACEMENT CHARACTER}"


def words_of(text: str) -> list[str]:
    """What stands between spaces and has a letter or a digit: "Đoàn Thanh niên" are three."""
    return [word for word in text.split() if any(map(str.isalnum, word))]


@dataclass(frozen=True)
class Counted:
    """Numbers about a text: words, characters, odd characters and different words (per cent)."""

    words: int
    characters: int
    odd_pct: float
    distinct_pct: float


def counted(text: str) -> Counted:
    """What is true of ``text``, however its accents are written."""
    text = unicodedata.normalize("NFC", text)
    words, shown = words_of(text), [c for c in text if not c.isspace()]
    odd = sum(c == REPLACED or unicodedata.category(c) in PRIVATE for c in shown)
    distinct = len({word.casefold() for word in words})
    return Counted(
        len(words),
        len(text.strip()),
        round(100 * odd / len(shown), 2) if shown else 0.0,
        round(100 * distinct / len(words), 2) if words else 100.0,
    )
