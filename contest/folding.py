"""Letters as people look for them: without accents and capitals, and numbers by their size.

The same two functions exist in both databases (``services/core/search.py`` writes them, ``db.py``
gives them to SQLite), so that a list may be searched and sorted a page at a time.
"""

import re
import unicodedata
from functools import lru_cache

DIGITS = 10  # a number's least width where texts are compared
_NUMBER = re.compile("[0-9]+")


def fold(text: str) -> str:
    """``Phường 2`` -> ``phuong 2``, composed or not; đ is a letter of its own, and becomes d."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return bare.replace("đ", "d").replace("Đ", "d").lower()


@lru_cache(maxsize=2**14)  # a list of thousands of units is sorted anew for each page that has it
def sortable(text: str) -> str:
    """What to compare instead of ``text``, so that “Phường 2” comes before “Phường 10”."""
    return _NUMBER.sub(lambda found: found[0].lstrip("0").zfill(DIGITS), fold(text))
