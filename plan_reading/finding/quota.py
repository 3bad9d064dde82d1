"""How many clips a unit owes and may send; who is an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..draft import Doubt, Reading, Words
from ..passages import Sentence

WORK = r"(?:video ?clip|clip|video|tac pham|san pham|bai|phim|sp)"
WHO = r"(?:don vi|co so doan|co so|chi doan|doan truong|xa|phuong|lien chi doan|truong|tap the)"
SPELT = ["mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"]
WORD = "|".join(SPELT)
# "02", "02 (hai)", "hai (02)"; where a word says what the number bounds, "hai" alone as well.
NUMBER = rf"(?<![\d.,/])(?:(?:{WORD}) ?\( ?)?(\d{{1,2}})(?: ?\))?(?: ?\([a-z ]{{2,10}}\))?"
BOUND = NUMBER.replace(r"(\d{1,2})", rf"(\d{{1,2}}|(?:{WORD})\b)")
EACH = re.compile(
    rf"(?:moi|tung|cac|1|01) (?:\w+ )?{WHO}|/ ?{WHO}|{WHO}[^.;]{{0,40}}(?:tham gia|gui|nop|thuc"
    r" hien)|so luong"
)
RANGE = re.compile(rf"(?:tu )?{NUMBER} ?(?:den|-) ?{NUMBER} {WORK}")
LOWER = re.compile(
    rf"(?:it nhat|toi thieu|khong it hon|tu)(?: la)? {BOUND} (?:\w+ )?{WORK}|{NUMBER}"
    rf" {WORK}[^.;]{{0,20}}tro len"
)
UPPER = re.compile(
    rf"(?:toi da|khong qua|nhieu nhat|khong vuot qua)(?: la)? {BOUND} (?:\w+ )?{WORK}"
)
LEAST = r"(?:it nhat|toi thieu|khong it hon)(?: la)?"
MOST = r"(?:toi da|nhieu nhat|khong (?:vuot )?qua)(?: la)?"
# "tối thiểu 01, tối đa 02 clip": what is counted stands once, behind the second number.
BOTH = re.compile(
    rf"{LEAST} {BOUND}(?: {WORK})?[, ]+(?:va |nhung )?{MOST} {BOUND} (?:\w+ )?{WORK}"
)
BOTH_TURNED = re.compile(
    rf"{MOST} {BOUND}(?: {WORK})?[, ]+(?:va |nhung )?{LEAST} {BOUND} (?:\w+ )?{WORK}"
)
PLAIN = re.compile(rf"{NUMBER} (?:\w+ )?{WORK}")
EXCEPTION = re.compile(r"^(?:rieng|ngoai ra|tru|doi voi)\b|\brieng\b")
READ_AS_BOTH = Words(
    "Kế hoạch ghi một con số, không ghi “ít nhất” hay “tối đa”: đọc là đúng bấy nhiêu.",
    'The plan names one number without "at least" or "at most": it is read as exactly that many.',
)


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """Readings of ``quota.minimum`` and ``quota.maximum``; exceptions as ``beside.exceptions``."""
    for sentence in sentences:
        flat = sentence.flat
        if not re.search(WORK, flat):
            continue
        if not EACH.search(sentence.around):
            continue
        if EXCEPTION.search(flat):
            if PLAIN.search(flat):
                yield Reading("beside.exceptions", sentence.text, sentence.text, sentence.place)
            continue
        yield from _of(sentence)


def _of(sentence: Sentence) -> Iterator[Reading]:
    rank = 1 if EACH.search(sentence.flat) else 2
    low, high, note = _bounds(sentence.flat)
    if low is not None:
        yield Reading("quota.minimum", low, sentence.text, sentence.place, rank)
    if high is not None:
        yield Reading("quota.maximum", high, sentence.text, sentence.place, rank, note)


def _bounds(flat: str) -> tuple[int | None, int | None, Words | None]:
    if found := RANGE.search(flat):
        return int(found[1]), int(found[2]), None
    if found := BOTH.search(flat):
        return _number(found[1]), _number(found[2]), None
    if found := BOTH_TURNED.search(flat):
        return _number(found[2]), _number(found[1]), None
    low, high = LOWER.search(flat), UPPER.search(flat)
    if low or high:
        least = _number(low[1] or low[2]) if low else None
        return least, _number(high[1]) if high else None, None
    if found := PLAIN.search(flat):
        return int(found[1]), int(found[1]), READ_AS_BOTH
    return None, None, None


def _number(written: str) -> int:
    return SPELT.index(written) + 1 if written in SPELT else int(written)
