"""When: who may send clips until when, when they are shown and counted, when prizes are given.

What a date is for is told by the words nearest to it: before it ("nhận clip đến hết ngày 10/6"),
behind it ("10/6: hạn chót nhận clip"), or in the headings it hangs on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..draft import Doubt, Reading, Words
from ..passages import Sentence
from .moments import Moment, midnight, moments, shown_day

# Folded words -> what the date is for; where two stand in one place the nearest to the date wins.
WORK = r"(?:clip|video|bai|tac pham|san pham|phim|du thi|sp\b)"
PURPOSES = {
    "report": r"dang ky|bao cao|danh sach",  # deadlines of something else, whatever is sent
    "other": r"xay dung ke hoach|\bhop (?:ban|btc)|tham dinh|tap huan|so khao|kiem tra",
    "entries": (
        rf"(?:nhan|nop|gui|thu)(?: \w+){{0,3}} {WORK}|han chot|han nop|han cuoi|thoi han"
        r"|thoi gian (?:du thi|tham gia|nhan|nop|gui|to chuc nhan)|gui ve|nop ve|phat hanh the le"
        r" va nhan"
    ),
    "publicity": (
        r"tuyen truyen|binh chon|tuong tac|dang tai|dang clip|dang bai|dang video|fanpage|tinh"
        r" diem|luot thich|vote|yeu thich"
    ),
    "jury": r"cham|giam khao|bgk",
    "awards": r"trao giai|le trao|tong ket|cong bo|be mac|chung ket|khen thuong|trao thuong",
    "opening": r"trien khai|phat dong|khoi dong",
}
PURPOSE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in PURPOSES.items()))
ANY_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
EXCEPTION = re.compile(r"\brieng\b|ngoai le|truong hop|gia han")
MORNING = timedelta(hours=8)  # of a day whose hour is not said: when offices open


def main_year(sentences: list[Sentence]) -> int | None:
    """The year of most full dates that are not those of cited papers; dates without one take it."""
    count: dict[int, int] = {}
    for sentence in sentences:
        if re.search(r"\bcan cu\b|\bso[: ]\s*\d+", sentence.flat):
            continue
        for found in ANY_YEAR.finditer(sentence.flat):
            count[int(found[1])] = count.get(int(found[1]), 0) + 1
    return max(count, key=lambda year: (count[year], year)) if count else None


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """Readings of ``schedule.…``, and a doubt for every false date of the plan."""
    year = main_year(sentences)
    for sentence in sentences:
        if not any(c.isdigit() for c in sentence.flat):
            continue
        found, doubts = moments(sentence, year)
        yield from doubts
        ours = [moment for moment in found if not moment.cited]
        if ours and not EXCEPTION.search(sentence.flat):
            yield from _of_sentence(sentence, ours)


def _of_sentence(sentence: Sentence, found: list[Moment]) -> Iterator[Reading]:
    groups = list(_grouped(found, in_cells=bool(sentence.cells)))
    comes_after = _purpose(sentence.flat[: groups[0][0].start], nearest_last=True) is None
    for place, group in enumerate(groups):
        since = groups[place - 1][-1].end if place else 0
        until = groups[place + 1][0].start if place + 1 < len(groups) else len(sentence.flat)
        before = _purpose(sentence.flat[since : group[0].start], nearest_last=True)
        after = _purpose(sentence.flat[group[-1].end : until], nearest_last=False)
        purpose = (after or before) if comes_after else (before or after)
        if purpose is None and place:
            purpose = _purpose(sentence.flat[: group[0].start], nearest_last=True)
        from_lead = purpose is None
        purpose = purpose or _purpose(sentence.lead, nearest_last=True)
        yield from _readings(purpose, group, sentence, rank=2 if from_lead else 1)


def _grouped(found: list[Moment], *, in_cells: bool) -> Iterator[list[Moment]]:
    """Dates one by one, or two where the second is the first one's end."""
    place = 0
    while place < len(found):
        group = found[place : place + 2]
        if len(group) < 2 or not (_is_range(*group) or (in_cells and _side_by_side(*group))):  # noqa: PLR2004
            group = group[:1]
        yield group
        place += len(group)


def _side_by_side(first: Moment, second: Moment) -> bool:
    """Two dates in neighbouring cells of a table are a beginning and an end."""
    return second.start - first.end == len(" | ") and first.day < second.day


def _is_range(first: Moment, second: Moment) -> bool:
    near = second.start - first.end <= 12  # noqa: PLR2004 - blanks, commas and brackets only
    return (
        near and second.how in ("until", "dash", "before") and first.how not in ("until", "before")
    )


def _purpose(flat: str, *, nearest_last: bool) -> str | None:
    """What the words say a date is for; publicity beats the jury beside it (plan II.1)."""
    names = [str(found.lastgroup) for found in PURPOSE.finditer(flat)]
    if not names:
        return None
    nearest = "report" if "report" in names else names[-1] if nearest_last else names[0]
    return "publicity" if nearest == "jury" and "publicity" in names else nearest


def _readings(
    purpose: str | None, group: list[Moment], sentence: Sentence, *, rank: int
) -> Iterator[Reading]:
    if purpose == "entries":
        yield from _window("entries_open", "entries_close", group, sentence, rank)
    elif purpose == "publicity":
        yield from _window("publicity_opens", "counts_close", group, sentence, rank)
    elif purpose == "jury":
        yield from _window("", "jury_closes", group, sentence, rank)
    elif purpose == "awards":
        yield _beginning("awards", group[0], sentence, rank, MORNING)
    elif purpose == "opening" and group[0].how in ("start", ""):
        yield _beginning("entries_open", group[0], sentence, rank + 1, timedelta())


def _window(
    opens: str, closes: str, group: list[Moment], sentence: Sentence, rank: int
) -> Iterator[Reading]:
    if len(group) == 2:  # noqa: PLR2004
        if opens:
            yield _beginning(opens, group[0], sentence, rank, _default_hour(opens))
        yield from _end(closes, group[1], sentence, rank)
        return
    only = group[0]
    deadline = re.search(r"han chot|han nop|han cuoi|cham nhat", sentence.flat)
    if only.how == "start" and not deadline:
        if opens:
            yield _beginning(opens, only, sentence, rank, _default_hour(opens))
    else:
        yield from _end(closes, only, sentence, rank)


def _default_hour(opens: str) -> timedelta:
    return MORNING if opens == "publicity_opens" else timedelta()


def _beginning(key: str, moment: Moment, sentence: Sentence, rank: int, hour: timedelta) -> Reading:
    at = moment.instant()
    note = None if at else _assumed(f"{int(hour.total_seconds() // 3600):02d}g00")
    at = at or midnight(moment.day) + hour
    return _reading(key, at, sentence, rank, note, exact=note is None)


def _end(key: str, moment: Moment, sentence: Sentence, rank: int) -> Iterator[Reading]:
    """The end of a window: the hour stated, else the end of that day. "Trước ngày 10" is read both
    ways: until the 10th begins, and the 10th included."""
    at = moment.instant()
    end_of_day = midnight(moment.day) + timedelta(days=1)
    if at:
        yield _reading(key, at, sentence, rank)
    elif moment.how == "before":
        yield _reading(key, midnight(moment.day), sentence, rank, BEFORE)
        yield _reading(key, end_of_day, sentence, rank, BEFORE)
    else:
        yield _reading(key, end_of_day, sentence, rank, _end_note(moment), exact=False)


BEFORE = Words(
    "“Trước ngày” có thể không kể ngày ấy, hoặc kể cả ngày ấy.",
    '"Trước ngày" may leave that day out or take it in.',
)


def _end_note(moment: Moment) -> Words:
    shown = shown_day(moment.day)
    return Words(
        f"Hết ngày {shown}: kế hoạch không ghi giờ.",
        f"To the end of {shown}: the plan names no hour.",
    )


def _assumed(hour: str) -> Words:
    return Words(
        f"Kế hoạch không ghi giờ; lấy {hour}.",
        f"The plan names no hour; {hour.replace('g', ':')} is taken.",
    )


def _reading(
    key: str,
    at: datetime,
    sentence: Sentence,
    rank: int,
    note: Words | None = None,
    *,
    exact: bool = True,
) -> Reading:
    return Reading(
        f"schedule.{key}", at.isoformat(), sentence.text, sentence.place, rank, note, exact
    )
