"""What is said of a document's letters, and of how they are drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Fonts of the time before Unicode, which draw Vietnamese letters in the places of others.
OLD_FONT = re.compile(r"\.?Vn[A-Z][A-Za-z]*\b|\.Vn|VNI[- ]|VNtimes|VNbook|VPS ", re.ASCII)
SUBSET = re.compile(r"^[A-Z]{6}\+")
MOST_TEXT = 5_000_000  # letters; a book of 2,000 pages has as many


def plain_font(name: str) -> str:
    """``/ABCDEF+Times`` -> ``Times``, in one line of bounded length."""
    return " ".join(SUBSET.sub("", name.removeprefix("/")).split())[:60]


def old_fonts(names: Iterable[str]) -> list[str]:
    """Those that are of the time before Unicode."""
    return sorted({name for name in names if OLD_FONT.match(name)})


def bounded(parts: Iterable[str]) -> str:
    """The parts as paragraphs, no more than ``MOST_TEXT``."""
    return "\n".join(parts)[:MOST_TEXT]
