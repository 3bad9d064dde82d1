"""A draft in words: for the command line, for doubts."""

from __future__ import annotations

import re
from datetime import datetime

from .draft import Draft, Value, Words
from .keys import LABELS

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
NAMED = {
    "individual": Words("cá nhân", "individual"), "team": Words("tập thể", "team"),
    "hard": Words("bắt buộc", "required"), "soft": Words("chỉ nhắc", "a warning only"),
    "day": Words("mỗi ngày", "each day"), "sum": Words("cộng các clip", "the sum of its clips"),
}
MOST_SHOWN = 160  # characters of a sentence


def said(value: object) -> Words:
    """A value as a person reads it."""
    if isinstance(value, str) and INSTANT.match(value):
        at = datetime.fromisoformat(value)
        date = f"{at.day}/{at.month}/{at.year}"
        return Words(f"{at:%H}g{at:%M} ngày {date}", f"{at:%H:%M} on {date}")
    if isinstance(value, list):
        texts = [said(item) for item in value]
        return Words(", ".join(t.vi for t in texts), ", ".join(t.en for t in texts))
    if isinstance(value, dict):
        name = value.get("name") or value.get("text")
        if isinstance(name, dict):
            count = value.get("count") or value.get("max")
            front = f"{count} " if count else ""
            return Words(front + name["vi"], front + name["en"])
        text = " ".join(str(part) for part in value.values())
        return Words(text, text)
    return NAMED.get(str(value)) or Words(str(value), str(value))


def table(draft: Draft) -> str:
    """The draft for a reader: each value with its sentence, what is missing, what is doubtful."""
    lines = [line for value in (*draft.values, *draft.beside) for line in _rows(value)]
    if draft.missing:
        lines += ["", "KHÔNG TÌM THẤY / NOT FOUND"]
        lines += [f"  {key}: {LABELS[key].vi} / {LABELS[key].en}" for key in draft.missing]
    if draft.doubts:
        lines += ["", "CẦN XEM LẠI / DOUBTS"]
        lines += [
            f"  {doubt.vi}\n  {doubt.en}\n    «{_short(doubt.source)}»" for doubt in draft.doubts
        ]
    return "\n".join(lines)


def _rows(value: Value) -> list[str]:
    shown = said(value.value).vi
    rows = [
        f"{LABELS[value.key].vi} ({value.key}): {shown}",
        f"    {value.place.in_words().vi}: «{_short(value.source)}»",
    ]
    return rows + ([f"    {value.note.vi}"] if value.note else [])


def _short(text: str) -> str:
    line = text.replace("\n", " / ")
    return line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…"
