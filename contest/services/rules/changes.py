"""What a new revision changes, in plain words: ``hạn nhận clip: 10/6 → 12/6``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contest.profile import Profile
from contest.services.rules.fields import FIXED
from contest.services.rules.rounds_words import NEXT
from contest.services.rules.words import CHOICES, label_of

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
NOTHING = ("không có", "none")
MOST_SHOWN = 120  # characters of a text


@dataclass(frozen=True)
class Change:
    """One rule that changes; each pair is Vietnamese and English."""

    label: tuple[str, str]
    old: tuple[str, str]
    new: tuple[str, str]


def changes(old: Profile, new: Profile) -> list[Change]:
    """Every rule whose value differs, in the schema's order."""
    before, after = dict(_flat(old.model_dump())), dict(_flat(new.model_dump()))
    return [
        Change(_label(key), in_words(_read(key[0], before.get(key)), old.schedule.zone, key[0]),
               in_words(_read(key[0], after.get(key)), new.schedule.zone, key[0]))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key) and key[0] not in FIXED
    ]


def _read(key: str, value: object) -> object:
    """An instant of the next round, which is stored as text; any other value as it is."""
    if not (key.startswith(NEXT) and isinstance(value, str)):
        return value
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return value
    return read if read.tzinfo else value


Key = tuple[str, str, str]  # the rule; in a list also the row and its column


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[Key, object]]:
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for row in value:
                yield from _row(key, row)
        else:
            yield (key, "", ""), value


def _row(key: str, row: dict[str, Any]) -> Iterator[tuple[Key, object]]:
    """Of a list within the row (what a filing asks) each row by both names."""
    called = str(row.get("id", ""))
    for (column, inner, part), value in _flat(row):
        if column not in ("id", "levels"):
            yield (key, f"{called} › {inner}" if inner else called, part or column), value


def _label(key: Key) -> tuple[str, str]:
    rule, row, column = key
    label = label_of(rule)
    if not row:
        return label.vi, label.en
    part = label_of(column)
    return f"{label.vi}, {row}: {part.vi}", f"{label.en}, {row}: {part.en}"


def in_words(value: object, zone: ZoneInfo, key: str = "") -> tuple[str, str]:
    """A value as a person reads it, Vietnamese and English. A deadline (``key``) at midnight is
    the end of the day before."""
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return ("có", "yes") if value else ("không", "no")
    if isinstance(value, datetime):
        return _moment(value.astimezone(zone), deadline=key.endswith(("_close", "_closes")))
    if isinstance(value, list):
        parts = [in_words(one, zone) for one in value]
        return ", ".join(vi for vi, _ in parts), ", ".join(en for _, en in parts)
    choice = CHOICES.get(f"{key} {value}") or CHOICES.get(str(value))
    if choice is not None:
        return choice.vi, choice.en
    text = str(value)
    text = text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    return text, text


def _moment(at: datetime, *, deadline: bool) -> tuple[str, str]:
    """The hour, the day, its weekday."""
    if deadline and at.hour == at.minute == at.second == 0:
        day = at - timedelta(days=1)
        return (f"hết ngày {_day(day)} ({WEEKDAYS[day.weekday()]})",
                f"the end of {_day(day)} ({day:%A})")
    return (f"{at:%H}g{at:%M} ngày {_day(at)} ({WEEKDAYS[at.weekday()]})",
            f"{at:%H:%M} on {_day(at)} ({at:%A})")


def _day(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year}"
