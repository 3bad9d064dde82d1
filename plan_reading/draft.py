"""What was read from a plan: values with the sentence each came from, what is missing, doubts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class PlanError(Exception):
    """The file cannot be read as a plan; one sentence in each language says why and what to do."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    vi: str
    en: str


@dataclass(frozen=True)
class Place:
    """Where a sentence stands: the page of a PDF, the numbered section ("III.3"), the paragraph."""

    section: str = ""
    paragraph: int = 0  # counted from 1
    page: int = 0  # 0: the file does not say

    def in_words(self) -> Words:
        """Such as ``mục III.3, đoạn 41``."""
        vi, en = [], []
        if self.page:
            vi.append(f"trang {self.page}")
            en.append(f"page {self.page}")
        if self.section:
            vi.append(f"mục {self.section}")
            en.append(f"section {self.section}")
        vi.append(f"đoạn {self.paragraph}")
        en.append(f"paragraph {self.paragraph}")
        return Words(", ".join(vi), ", ".join(en))


@dataclass(frozen=True)
class Reading:
    """One thing that one sentence says. ``rank``: the lower, the surer; ``note``: what was assumed.

    ``exact`` is False for an instant whose hour the sentence does not state: another sentence that
    states it for the same day wins without a doubt. ``parts``: of a list, each item's sentence.
    """

    key: str
    value: Any
    source: str
    place: Place
    rank: int = 1
    note: Words | None = None
    exact: bool = True
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Value:
    """A rule of the profile as the plan states it, and other readings of it."""

    key: str
    value: Any
    source: str
    place: Place
    note: Words | None = None
    others: tuple[Reading, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """Something a person must decide: a contradiction, a weekday that does not fit its date."""

    source: str
    vi: str
    en: str


@dataclass(frozen=True)
class Draft:
    """A draft of the rules: ``values`` in the profile's order; ``beside`` has no rule."""

    values: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    beside: tuple[Value, ...] = ()

    def value(self, key: str) -> Any:
        """The value read for ``key``; None where the plan does not say."""
        return next((found.value for found in self.values if found.key == key), None)

    def as_data(self) -> dict[str, Any]:
        """The stable interface: ``values``, ``missing``, ``doubts``, ready for JSON."""
        return {
            "values": [{"key": v.key, "value": v.value, "source": v.source} for v in self.values],
            "missing": list(self.missing),
            "doubts": [
                {"source": d.source, "message_vi": d.vi, "message_en": d.en} for d in self.doubts
            ],
        }

    def in_full(self) -> dict[str, Any]:
        """As ``as_data``, with places, notes and other readings, and what has no rule."""
        return {
            **self.as_data(),
            "values": [_line(value) for value in self.values],
            "beside": [_line(value) for value in self.beside],
        }


def _line(value: Value) -> dict[str, Any]:
    place = value.place.in_words()
    line: dict[str, Any] = {
        "key": value.key,
        "value": value.value,
        "source": value.source,
        "place_vi": place.vi,
        "place_en": place.en,
        "others": [{"value": o.value, "source": o.source} for o in value.others],
    }
    if value.parts:
        line["parts"] = list(value.parts)
    if value.note:
        line |= {"note_vi": value.note.vi, "note_en": value.note.en}
    return line


@dataclass
class Findings:
    """What the readers of one plan put together."""

    readings: list[Reading] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
