"""Words as people count them, and how a text is made."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

PRIVATE = ("Co", "Cn", "Cs", "Cc")  # kinds of characters that say nothing to anybody
# What the letters of TCVN3 (ABC) and of VNI look like when they are taken for others.
LETTER = r"[^\W\d_]"
OLD_SIGNS = re.compile(
    rf"{LETTER}[«»©®¬]{LETTER}"  # within a word; around it they are quotes and marks
    rf"|(?=.*{LETTER}).*[µ¸¶·¹¨¼½¾ªøïûñå]|[aoe]â|aê|[ao]ä"
)
LEAST_OLD, OLD_SHARE = 3, 0.2  # words; foreign names are fewer
REPLACED = "\N{REPLACEMENT CHARACTER}"


def words_of(text: str) -> list[str]:
    """What stands between spaces and has a letter or a digit: "Đoàn Thanh niên" are three."""
    return [word for word in text.split() if any(map(str.isalnum, word))]


@dataclass(frozen=True)
class Counted:
    """Numbers about a text: words, characters, odd characters and different words (per cent);
    whether it is of the time before Unicode."""

    words: int
    characters: int
    odd_pct: float
    distinct_pct: float
    old_code: bool = False


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
        _is_old(words),
    )


def _is_old(words: list[str]) -> bool:
    """Whether many words have signs within that no Vietnamese word has: "Thanh niªn", "ñoaøn"."""
    old = sum(bool(OLD_SIGNS.search(word.lower())) for word in words)
    return old >= LEAST_OLD and old >= OLD_SHARE * len(words)
