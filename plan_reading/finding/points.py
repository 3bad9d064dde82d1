"""How points are made: the weights of jury and interactions, points of a share, caps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..draft import Doubt, Reading, Words
from ..passages import Sentence

PERCENT = re.compile(r"(?<![\d.,])(\d{1,3})(?:,0+)? ?(?:%|phan tram)")
SIDE = re.compile(
    r"(?P<jury>bgk|giam khao|hoi dong|chuyen mon|ban to chuc cham|btc cham|to cham)"
    r"|(?P<interaction>tuong tac|binh chon|luot (?:thich|like|xem)|\blike|share|chia se|yeu thich"
    r"|mang xa hoi|facebook|fanpage|cong dong|khan gia|truc tuyen)"
)
ABOUT_SCORES = re.compile(r"diem|\bcham|t[iy] le|t[iy] trong|trong so|chiem|he so")
KINDS = {
    "points_per_share": r"\bshare\b|chia se",
    "points_per_reaction": r"cam xuc|\blikes?\b|\bthich\b|reaction|tha tim|luot tuong tac|\btim\b",
    "comment": r"binh luan|comment",
}
NUMBER = r"(\d{1,3}(?:[.,]\d+)?)"
TAIL = re.compile(rf"[^\d;%]{{0,45}}?(?<![\d.,]){NUMBER} ?(?:diem|d\b)")
IN_SHORT = re.compile(r"\d ?d\b")  # 2đ
COUNT_BEFORE = re.compile(
    r"(?<!\d)(\d{1,3}) ?(?:\([a-z]+\) ?)?(?:luot |lan )?(?:tuong tac |nut )?$"
)
AHEAD = re.compile(
    rf"{NUMBER} ?(?:diem|d) ?(?:/|cho|moi|doi voi)[^\d;%=]{{0,15}}(?:0?1 )?(?:luot )?$"
)
CAP = re.compile(
    r"(?:toi da|khong qua|cao nhat|gioi han|khong vuot"
    r" qua)[^\d;]{0,30}?(\d{1,3}(?:\.\d{3})+|\d{1,6}) ?diem"
)
ACCOUNT = r"(?:tai khoan|nguoi|facebook|ca nhan|nick)"
SHARES = (
    re.compile(rf"{ACCOUNT}[^.;]{{0,60}}?(?<!\d)(\d{{1,2}}) ?(?:lan|luot) (?:share|chia se)"),
    re.compile(rf"{ACCOUNT}[^.;]{{0,60}}?(?<!\d)(\d{{1,2}}) ?(?:\([a-z]+\) ?)?(?:lan|luot|share)"),
    re.compile(
        rf"(?<!\d)(\d{{1,2}}) ?(?:lan|luot)?(?: share| chia se)? ?(?:/|moi|cho moi|tren)"
        rf" ?(?:0?1 |mot )?{ACCOUNT}"
    ),
)
A_DAY = re.compile(r"ngay")


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """Readings of ``scoring.…``; points of a comment, which no rule knows, as ``beside.…``."""
    for sentence in sentences:
        yield from _weights(sentence)
        if "diem" in sentence.around or IN_SHORT.search(sentence.flat):
            yield from _points(sentence)
        if "diem" in sentence.around:
            yield from _cap(sentence)
        yield from _shares(sentence)
        if re.search(
            r"tong (?:so )?diem (?:cua )?(?:tat ca |cac )(?:clip|video|san pham)|cong diem cac",
            sentence.flat,
        ):
            yield _reading("unit_score", "sum", sentence)


def _reading(
    key: str, value: object, sentence: Sentence, note: Words | None = None, rank: int = 1
) -> Reading:
    return Reading(f"scoring.{key}", value, sentence.text, sentence.place, rank, note)


def _weights(sentence: Sentence) -> Iterator[Reading]:
    flat = sentence.flat
    found = [m for m in PERCENT.finditer(flat) if int(m[1]) <= 100]  # noqa: PLR2004
    sides = {found.lastgroup for found in SIDE.finditer(flat)}
    if not found or not (ABOUT_SCORES.search(flat) or len(sides) > 1):
        return
    in_front = SIDE.search(flat[: found[0].start()]) is not None
    for place, match in enumerate(found):
        before = flat[found[place - 1].end() if place else 0 : match.start()]
        after = flat[match.end() : found[place + 1].start() if place + 1 < len(found) else None]
        side = _side(before, last=True) if in_front else _side(after, last=False)
        if side:
            yield _reading(f"{side}_weight", int(match[1]), sentence)


def _side(flat: str, *, last: bool) -> str | None:
    names = [str(found.lastgroup) for found in SIDE.finditer(flat)]
    return (names[-1] if last else names[0]) if names else None


def completed(readings: list[Reading]) -> Iterator[Reading | Doubt]:
    """The other weight where one alone is stated; a doubt where both do not make 100."""
    keys = ("scoring.jury_weight", "scoring.interaction_weight")
    first = {key: next((r for r in readings if r.key == key), None) for key in keys}
    stated = [reading for reading in first.values() if reading]
    if len(stated) == 1:
        other = next(key for key in keys if first[key] is None)
        rest = 100 - stated[0].value
        note = Words(
            f"Suy ra: phần còn lại của {stated[0].value} %.",
            f"Concluded: what {stated[0].value} % leave.",
        )
        yield Reading(other, rest, stated[0].source, stated[0].place, 4, note)
    elif len(stated) == 2 and (total := sum(r.value for r in stated)) != 100:  # noqa: PLR2004
        yield Doubt(
            stated[1].source,
            f"Hai tỉ trọng cộng lại là {total} %, không phải 100 %. Hãy xem lại.",
            f"Both weights make {total} %, not 100 %. Please see which is right.",
        )


def _points(sentence: Sentence) -> Iterator[Reading | Doubt]:
    flat = sentence.flat
    for key, words in KINDS.items():
        for what in re.finditer(words, flat):
            tail, ahead = TAIL.match(flat, what.end()), AHEAD.search(
                flat[max(0, what.start() - 60) : what.start()]
            )
            number = ahead[1] if ahead else tail[1] if tail and _tells(tail[0]) else ""
            if number:
                yield from _counted(
                    key, number, flat[max(0, what.start() - 30) : what.start()], sentence
                )
                break


def _tells(gap: str) -> bool:
    """Whether what stands between a share and its points says "is": no limit, no percentage."""
    return not re.search(r"toi da|gioi han|khong qua|tong|cao nhat", gap)


def _counted(key: str, number: str, before: str, sentence: Sentence) -> Iterator[Reading | Doubt]:
    count = COUNT_BEFORE.search(before)
    times = int(count[1]) if count else 1
    whole = number.isdigit() and times and int(number) % times == 0
    if key == "comment":
        yield Reading("beside.points_per_comment", number, sentence.text, sentence.place)
    elif whole:
        yield _reading(key, int(number) // times, sentence)
    else:
        yield Doubt(
            sentence.text,
            f"Điểm không là số nguyên cho một lượt: {number} điểm cho {times} lượt. Hãy nhân cả "
            "thang điểm lên để mỗi lượt là số nguyên.",
            f"No whole number of points for one: {number} points for {times}. Multiply the whole "
            "scale until one is a whole number.",
        )


def _cap(sentence: Sentence) -> Iterator[Reading]:
    """A limit of interaction points: as the side named last before it, or the lead, tells."""
    flat = sentence.flat
    found = CAP.search(flat)
    if not found:
        return
    side = _side(flat[: found.start()], last=True) or _side(flat[found.end() :], last=False)
    if side is None and not PERCENT.search(flat):
        side = _side(sentence.lead, last=True)
    if side == "interaction" or (side is None and PERCENT.search(flat)):
        yield _reading("points_cap", int(found[1].replace(".", "")), sentence)


def _shares(sentence: Sentence) -> Iterator[Reading]:
    flat = sentence.flat
    if "share" not in flat and "chia se" not in flat:
        return
    found = next((m for pattern in SHARES if (m := pattern.search(flat))), None)
    if found and not re.match(r" ?(?:share |chia se )?(?:=|duoc tinh|: ?\d)", flat[found.end() :]):
        yield _reading("shares_per_account", int(found[1]), sentence)
        if A_DAY.search(flat[max(0, found.start() - 12) : found.end() + 25]):
            yield _reading("shares_per_account_per", "day", sentence)
