"""Folding: small letters without marks, one for each character of the text.

Patterns are written and compared in folded form, so that case, "tỉ lệ" beside "tỷ lệ", "hoà" beside
"hòa" and a lost mark make no difference, while positions in both forms stay the same.
"""

from __future__ import annotations

import unicodedata
from functools import cache

DASHES = dict.fromkeys("‐‑‒–—―−", "-")
SPACES = dict.fromkeys(
    "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u202f\u3000\t", " "
)
OTHER = (
    {
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "×": "x",
        "’": "'",
        "′": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "：": ":",
        "；": ";",
    }
    | DASHES
    | SPACES
)


def folded(text: str) -> str:
    """``text`` (NFC) in small letters without marks; as long as ``text``."""
    return text.translate(_TABLE) if text.isascii() else "".join(map(_fold, text))


@cache
def _fold(letter: str) -> str:
    if letter in OTHER:
        return OTHER[letter]
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


_TABLE = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {9: " "}
