"""Lists of a draft (prizes, criteria, checklist) as rows to change, take out, add and reorder, each
with the sentence that it was read from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional

from contest.services.rules.words import label_of
from contest.views.shared.forms import Form
from contest.views.shared.support import current

SPARE, MOST = 2, 60  # empty rows at the end; rows in all
LONGEST, LARGEST = 500, 1000


@dataclass(frozen=True)
class Columns:
    """What a row of a list holds: its words (in both languages), the number that it needs (empty:
    none), what may be ticked, what the ids of new rows begin with, and what else they hold."""

    text: str
    number: str
    ticks: tuple[str, ...]
    name: str
    new: Mapping[str, Any]


LISTS = {
    "prizes": Columns("name", "count", ("certificate", "cash"), "prize", {"certificate": True}),
    "jury.criteria": Columns("name", "max", (), "criterion", {"weight": 1, "levels": []}),
    "review.checklist": Columns("text", "", ("required",), "item", {"required": True}),
}


@dataclass(frozen=True)
class RowShown:
    """A row on the page: its fields, and the sentence that it came from (empty for a new one)."""

    fields: list[Field]
    source: str


def fields(key: str, number: int, rows: Sequence[Mapping[str, Any]], added: int) -> dict[str, Any]:
    """The fields of a list, with ``SPARE`` and ``added`` empty rows at its end."""
    made: dict[str, Any] = {}
    for place in range(min(len(rows) + SPARE + added, MOST)):
        row = rows[place] if place < len(rows) else {}
        made |= _row_fields(LISTS[key], f"row_{number}_{place}_", row, place)
    return made


def _row_fields(
    columns: Columns, base: str, row: Mapping[str, Any], place: int
) -> dict[str, Any]:
    said = row.get(columns.text) or {}
    made: dict[str, Any] = {
        f"{base}text": StringField(_label(columns.text), [Length(max=LONGEST)],
                                   default=said.get("vi", "")),
    }
    if columns.number:
        made[f"{base}number"] = IntegerField(
            _label(columns.number), [Optional(), NumberRange(1, LARGEST)],
            default=row.get(columns.number))
    made[f"{base}place"] = IntegerField(
        _l("Thứ tự"), [Optional(), NumberRange(1, LARGEST)], default=place + 1)
    return made | {
        f"{base}{tick}": BooleanField(
            _label(tick), default=bool(row.get(tick, columns.new.get(tick))))
        for tick in columns.ticks
    }


def _label(column: str) -> str:
    label = label_of(column)
    return label.en if current.language == "en" else label.vi


def shown(form: Form, number: int, sources: Sequence[str]) -> Iterator[RowShown]:
    """The rows of a list in the form."""
    for place in _places(form, number):
        base = f"row_{number}_{place}_"
        found = [field for name, field in form._fields.items() if name.startswith(base)]
        yield RowShown(found, sources[place] if place < len(sources) else "")


def _places(form: Form, number: int) -> Iterator[int]:
    place = 0
    while f"row_{number}_{place}_text" in form._fields:
        yield place
        place += 1


def lacking(form: Form, key: str, number: int) -> bool:
    """Whether a row has a name and not the number that it needs; said at the number."""
    lacks = [
        form[f"row_{number}_{place}_number"] for place in _places(form, number)
        if LISTS[key].number and _text(form, number, place)
        and form[f"row_{number}_{place}_number"].data is None
    ]
    for field in lacks:
        field.errors = [*field.errors, _l("Hãy điền số cho dòng này, hoặc xoá trắng cả dòng.")]
    return bool(lacks)


def _text(form: Form, number: int, place: int) -> str:
    return " ".join((form[f"row_{number}_{place}_text"].data or "").split())


def adopted(
    form: Form, key: str, number: int, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The list as it was left: rows that were emptied are gone, the rest in the order given. Where
    a text was changed its English is the Vietnamese until somebody translates it."""
    kept = [place for place in _places(form, number) if _text(form, number, place)]
    last = len(kept) + len(rows) + SPARE
    kept.sort(key=lambda place: (form[f"row_{number}_{place}_place"].data or last, place))
    columns, names = LISTS[key], {str(row["id"]) for row in rows}
    return [
        _row(form, columns, f"row_{number}_{place}_", dict(rows[place]) if place < len(rows) else
             {"id": _new_name(columns.name, place + 1, names), **columns.new})
        for place in kept
    ]


def _row(form: Form, columns: Columns, base: str, known: dict[str, Any]) -> dict[str, Any]:
    """What a row says now; ``known`` is what was read, or how a new one begins."""
    text = " ".join(form[f"{base}text"].data.split())
    if known.get(columns.text, {}).get("vi") != text:
        known[columns.text] = {"vi": text, "en": text}
        if columns.name == "criterion":
            known["hint"] = {"vi": text, "en": text}
    if columns.number:
        known[columns.number] = form[f"{base}number"].data
    return known | {tick: bool(form[f"{base}{tick}"].data) for tick in columns.ticks}


def _new_name(word: str, number: int, names: set[str]) -> str:
    """An id that no other row has."""
    while f"{word}-{number}" in names:
        number += 1
    names.add(f"{word}-{number}")
    return f"{word}-{number}"
