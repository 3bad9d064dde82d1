"""The jury's rubric: ``Nội dung: 40 điểm``, or a table of criteria and points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..draft import Doubt, Place, Reading
from ..letters.folding import folded
from ..passages import Sentence

CONTEXT = re.compile(r"tieu chi|thang diem|bieu diem|barem|giam khao|bgk|cham diem")
LINE = re.compile(
    r"(?P<name>[^:(|\d%]{3,160}?)[ :(|,-]*(?:toi da |diem toi da:? ?|tu 0 den"
    r" )?(?P<points>\d{1,3})(?P<half>[.,]\d)? ?(?:diem|d\b)"
)
INTERACTION = re.compile(r"tuong tac|\blike|share|chia se|binh chon|luot|binh luan|giai\b|%")
TOTAL = re.compile(r"tong|toan bai|thang diem|(?:tieu chi )?cham diem|cong\b")
MOST = 20


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """``jury.criteria`` as a list of tables; a doubt where the stated total is another."""
    lines: list[tuple[Sentence, str, int]] = []
    total: tuple[Sentence, int] | None = None
    said: Place | None = None  # the paragraph that has named the rubric: its other sentences go on
    for sentence in sentences:
        if CONTEXT.search(sentence.around):
            said = sentence.place
        if sentence.place != said or INTERACTION.search(sentence.flat):
            continue
        for name, points in _of(sentence):
            if TOTAL.match(folded(name)) or TOTAL.search(folded(name)[:14]):
                total = total or (sentence, points)
            else:
                lines.append((sentence, name, points))
    if len(lines) < 2:  # noqa: PLR2004 - one line is no rubric
        return
    lines = lines[:MOST]
    source = "\n".join(dict.fromkeys(sentence.text for sentence, _, _ in lines))
    value = [_table(number, name, points) for number, (_, name, points) in enumerate(lines, 1)]
    parts = tuple(sentence.text for sentence, _, _ in lines)
    yield Reading("jury.criteria", value, source, lines[0][0].place, parts=parts)
    reached = sum(points for _, _, points in lines)
    if total and total[1] != reached:
        yield Doubt(
            total[0].text,
            f"Các tiêu chí cộng lại là {reached} điểm, kế hoạch ghi tổng {total[1]} điểm.",
            f"The criteria make {reached} points, the plan says {total[1]} in all.",
        )


def _of(sentence: Sentence) -> Iterator[tuple[str, int]]:
    """Name and points of each criterion in the sentence, or of the table's row."""
    if sentence.cells:
        yield from _of_row(sentence)
        return
    for found in LINE.finditer(sentence.flat):
        name = sentence.text[found.start("name") : found.end("name")].strip(" -+:;,.–()[]")
        name = re.sub(r"^(?:và|gồm|về|tiêu chí) ", "", name)
        if name and not found["half"]:
            yield name, int(found["points"])


def _of_row(sentence: Sentence) -> Iterator[tuple[str, int]]:
    cells = [cell.strip() for cell in sentence.cells if cell.strip()]
    number = re.fullmatch(r"(?:tối đa )?(\d{1,3})(?: ?(?:điểm|đ))?", cells[-1]) if cells else None
    names = [cell for cell in cells[:-1] if re.search(r"[^\W\d]{3}", cell)]
    if number and names:
        yield names[0], int(number[1])


def _table(number: int, name: str, points: int) -> dict[str, Any]:
    words = {"vi": name, "en": name}
    return {
        "id": f"criterion-{number}",
        "name": words,
        "hint": words,
        "max": points,
        "weight": 1,
        "levels": [],
    }
