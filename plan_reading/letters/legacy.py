"""Text in TCVN3 ("ABC", fonts ``.VnTime`` …) and VNI (``VNI-Times`` …) turned into Unicode.

Both put Vietnamese letters on places of Latin-1: TCVN3 one byte a letter (TCVN 5712:1993, table
VN3), VNI a plain letter followed by a mark. Read with a modern font such text looks like
"KÕ ho¹ch" or "Keá hoaïch".
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from .folding import folded

TCVN3_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
TCVN3_CODES = (
    "\xb5\xb8\xb6\xb7\xb9\xa8\xbb\xbe\xbc\xbd\xc6\xa9\xc7\xca\xc8\xc9\xcb\xae\xcc\xd0\xce\xcf\xd1"
    "\xaa\xd2\xd5\xd3\xd4\xd6\xd7\xdd\xd8\xdc\xde\xdf\xe3\xe1\xe2\xe4\xab\xe5\xe8\xe6\xe7\xe9\xac"
    "\xea\xed\xeb\xec\xee\xef\xf3\xf1\xf2\xf4\xad\xf5\xf8\xf6\xf7\xf9\xfa\xfd\xfb\xfc\xfe\xa1\xa2"
    "\xa7\xa3\xa4\xa5\xa6"
)
TCVN3 = str.maketrans(TCVN3_CODES, TCVN3_LETTERS)
# VNI: letters that stand alone, then a letter and its mark. Capitals carry capital marks.
VNI_ALONE = dict(zip("ñíìæóòîôöÑÍÌÆÓÒÎÔÖ", "đíìỉĩịỵơưĐÍÌỈĨỊỴƠƯ", strict=True))
VNI_MARKED = {
    "a": ("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "u": ("ùøûõï", "úùủũụ"),
    "y": ("ùøûõ", "ýỳỷỹ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "ö": ("ùøûõï", "ứừửữự"),
}
# Syllables that hardly any Vietnamese page of rules goes without.
COMMON = frozenset((
    *("và", "của", "các", "được", "đoàn", "tổ", "chức", "hội", "thi", "kế", "hoạch", "thời"),
    *("ngày", "tháng", "năm", "đơn", "vị", "điểm", "giải", "nhất", "đến", "từ", "gửi", "không"),
    *("phải", "nội", "thẩm", "đăng", "tải", "thể", "lệ", "về", "tại", "ở", "những", "độ", "dài"),
))
WORD = re.compile(r"\w+")
SYMBOLS = range(0xF000, 0xF100)  # where Word puts the letters of a font that it takes for symbols
LATIN_1 = 0xFF
MARKS = range(0x300, 0x324)  # Unicode's own combining marks, as Vietnamese uses them
SAMPLE = 20_000  # characters that are looked at to know the encoding


@cache
def vni_pairs() -> dict[str, str]:
    """What VNI writes -> the letter, for small and capital letters and every mix of marks."""
    pairs = dict(VNI_ALONE)
    for base, (marks, letters) in VNI_MARKED.items():
        for mark, letter in zip(marks, letters, strict=True):
            pairs |= {base + mark: letter, base + mark.upper(): letter}
            pairs |= {base.upper() + m: letter.upper() for m in (mark, mark.upper())}
    return pairs


@cache
def _vni_pattern() -> re.Pattern[str]:
    longest_first = sorted(vni_pairs(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


def from_vni(text: str) -> str:
    """VNI text as Unicode."""
    pairs = vni_pairs()
    return _vni_pattern().sub(lambda found: pairs[found[0]], text)


def from_tcvn3(text: str, *, capitals: bool = False) -> str:
    """TCVN3 text as Unicode; ``capitals`` for fonts such as ``.VnTimeH`` that draw only those."""
    made = text.translate(TCVN3)
    return made.upper() if capitals else made


def by_font(text: str, font: str) -> str:
    """The text of a run in Unicode, as the name of its font tells. What is Unicode stays."""
    name = font.strip().lower()
    if not name.startswith((".vn", "vni")) or _is_unicode(text):
        return text
    text = "".join(chr(ord(c) - SYMBOLS.start) if ord(c) in SYMBOLS else c for c in text)
    if name.startswith("vni"):
        return from_vni(text)
    return from_tcvn3(text, capitals=name.endswith("h"))


def by_looks(text: str) -> str:
    """The whole text in Unicode, by which reading gives more of the commonest syllables."""
    text = unicodedata.normalize("NFC", text)
    sample = text[:SAMPLE]
    readings = {from_tcvn3: from_tcvn3(sample), from_vni: from_vni(sample)}
    best = max(readings, key=lambda way: common(readings[way]))
    return best(text) if common(readings[best]) > common(sample) else text


def common(text: str) -> int:
    """How many of the commonest Vietnamese syllables, those with marks, stand in ``text``."""
    words = (word.lower() for word in WORD.findall(text))
    return sum(word in COMMON and not word.isascii() for word in words)


def _is_unicode(text: str) -> bool:
    """Letters beyond Latin-1 that only Vietnamese in Unicode has; marks that stand alone, too."""
    return any(_is_unicode_letter(c) for c in text)


def _is_unicode_letter(c: str) -> bool:
    beyond = ord(c) > LATIN_1 and ord(c) not in SYMBOLS
    return ord(c) in MARKS or (beyond and folded(c) != c)
