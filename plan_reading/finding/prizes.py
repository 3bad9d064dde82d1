"""Prizes: how many of which, with what (plan V)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..draft import Doubt, Reading
from ..passages import Sentence

# id, how it is written (folded), Vietnamese, English
KNOWN = (
    ("special", r"dac biet", "Giải đặc biệt", "Special prize"),
    ("first", r"nhat", "Giải nhất", "First prize"),
    ("second", r"nhi", "Giải nhì", "Second prize"),
    ("third", r"ba", "Giải ba", "Third prize"),
    ("fourth", r"tu", "Giải tư", "Fourth prize"),
    ("consolation", r"khuyen khich", "Giải khuyến khích", "Consolation prize"),
    (
        "favourite",
        (
            r"(?:\"?(?:video )?(?:clip|video|tac pham|san pham|phim) )?(?:duoc )?(?:khan gia |cong"
            r" dong mang )?(?:binh chon |yeu thich)(?:nhieu )?(?: nhat)?"
        ),
        "Giải clip được yêu thích nhất",
        "Most liked clip",
    ),
    (
        "interactions",
        (
            r"(?:cho )?\"?(?:(?:video )?(?:clip|video|tac pham|san pham) )?(?:co )?(?:so )?luot"
            r" tuong tac (?:cao|nhieu) nhat"
        ),
        "Giải clip có lượt tương tác cao nhất",
        "Most interactions",
    ),
    ("collective", r"tap the", "Giải tập thể", "Collective prize"),
    ("a", r"a", "Giải A", "Prize A"),
    ("b", r"b", "Giải B", "Prize B"),
    ("c", r"c", "Giải C", "Prize C"),
)
NAMES = "|".join(f"(?P<{id_}>{words})" for id_, words, _, _ in KNOWN)
PRIZE = re.compile(rf"\bgiai (?:thuong )?\"?(?:{NAMES})\b")
# "01 giải nhất, 02 nhì, 03 ba", "Cơ cấu giải: 01 nhất, 02 nhì": the word "giải" stands once.
SHORT = re.compile(
    r"(?<![\d.,/])\d{1,2} (?P<which>dac biet|nhat|nhi|ba|tu|khuyen khich)\b(?! (?:thang|ngay))"
)
# "Nhất: 01 giải; Nhì: 02 giải"
COUNTED = re.compile(
    r"(?<!it )(?<!cao )\b(?P<which>dac biet|nhat|nhi|ba|tu|khuyen khich) ?[:|-] ?(?=\d{1,2} giai)"
)
BY_WORDS = {words: id_ for id_, words, _, _ in KNOWN}
COUNT_BEFORE = re.compile(r"(?<![\d.,/])(\d{1,2})(?: ?\([a-z ]{2,10}\))? ?$")
COUNT_AFTER = re.compile(
    r"\"?[ :(|,;-]*(?:gom |so luong:? ?|co )?(\d{1,2})(?!"
    r" ?(?:%|phut|[.,]\d|trieu|nghin|ngan|dong|d\b|/))"
    r"(?: ?\([a-z ]{2,10}\))? ?(?:giai|suat|phan|\||\)|:|,|;|\.|-|$)"
)
AMOUNT = re.compile(
    r"(\d{1,3}(?:[.,]\d{3})+|\d{1,4}(?:,\d)?)"
    r" ?(dong|d\b|vnd|trieu|nghin|ngan)|(\d{1,3}(?:\.\d{3})+)"
)
CASH = re.compile(r"hien kim|tien mat|tien thuong|tri gia")
UNITS = {"trieu": 10**6, "nghin": 10**3, "ngan": 10**3}


@dataclass
class Prize:
    """One prize with the sentence it was read from; ``amount`` in đồng."""

    id: str
    count: int
    cash: bool
    amount: int | None
    sentence: Sentence


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """``prizes`` as a list of tables, in the plan's order; amounts as ``beside.prize_amounts``."""
    found: dict[str, Prize] = {}
    for sentence in sentences:
        if "giai" not in sentence.flat:
            continue
        for prize in _of(sentence):
            known = found.setdefault(prize.id, prize)
            if known.count != prize.count:
                yield _two_counts(known, prize)
    if not found:
        return
    prizes = list(found.values())
    source = "\n".join(dict.fromkeys(prize.sentence.text for prize in prizes))
    place = prizes[0].sentence.place
    parts = tuple(prize.sentence.text for prize in prizes)
    yield Reading("prizes", [_table(prize) for prize in prizes], source, place, parts=parts)
    amounts = [{"id": p.id, "amount": p.amount} for p in prizes if p.amount]
    if amounts:
        yield Reading("beside.prize_amounts", amounts, source, place)


def _of(sentence: Sentence) -> Iterator[Prize]:
    flat = sentence.flat
    named = [(m.start(), m.end(), str(m.lastgroup)) for m in PRIZE.finditer(flat)]
    counted = [(m.start(), m.end("which"), BY_WORDS[m["which"]]) for m in COUNTED.finditer(flat)]
    counted = [one for one in counted if all(one[1] != end for _, end, _ in named)]
    short = [(m.start("which"), m.end(), BY_WORDS[m["which"]]) for m in SHORT.finditer(flat)]
    if not named and not counted and not {"first", "second"} <= {id_ for _, _, id_ in short}:
        return
    places = sorted(named + short + counted)
    for number, (start, end, id_) in enumerate(places):
        until = places[number + 1][0] if number + 1 < len(places) else len(flat)
        after = flat[end:until]
        count = _count(flat[max(0, start - 30) : start], after)
        amount = _amount(after)
        if count or amount:
            cash = amount is not None or bool(CASH.search(after))
            yield Prize(id_, count or 1, cash, amount, sentence)


def _count(before: str, after: str) -> int:
    if found := COUNT_BEFORE.search(before):
        return int(found[1])
    found = COUNT_AFTER.match(after)
    return int(found[1]) if found else 0


def _amount(after: str) -> int | None:
    found = AMOUNT.search(after)
    if not found:
        return None
    if found[3]:
        return int(found[3].replace(".", ""))
    unit = UNITS.get(found[2], 1)
    if unit > 1:
        return int(float(found[1].replace(",", ".")) * unit)
    return int(found[1].replace(".", "").replace(",", ""))


def _table(prize: Prize) -> dict[str, Any]:
    vi, en = next((vi, en) for id_, _, vi, en in KNOWN if id_ == prize.id)
    return {
        "id": prize.id,
        "name": {"vi": vi, "en": en},
        "count": prize.count,
        "certificate": True,
        "cash": prize.cash,
    }


def _two_counts(first: Prize, second: Prize) -> Doubt:
    vi, en = next((vi, en) for id_, _, vi, en in KNOWN if id_ == first.id)
    return Doubt(
        second.sentence.text,
        f"{vi}: nơi ghi {first.count}, nơi ghi {second.count}. Đã lấy {first.count}.",
        f"{en}: {first.count} in one place, {second.count} in another. {first.count} is taken.",
    )
