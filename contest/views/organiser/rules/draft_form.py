"""The form of a draft: each value that was read, to take or to change; what nobody has said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

import plan_reading
from contest.services.rules import drafting
from contest.views.organiser.rules import draft_rows
from contest.views.organiser.rules.draft_rows import LISTS, RowShown
from contest.views.shared.forms import Form
from contest.views.shared.support import current

INSTANT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
LONGEST = 2000
# Words of the schema: taken as they are, changed in the rules afterwards. Lists of tables have rows
# of their own (``draft_rows``).
ONLY_TAKEN = (
    *LISTS, "form.kinds", "media.rules.audio_present.level", "media.rules.audio_noise.level",
    "scoring.unit_score", "scoring.shares_per_account_per",
)
MORE = 3  # empty rows that "add rows" adds
MOST_SOURCE = 600  # characters of a sentence that are shown


@dataclass(frozen=True)
class Row:
    """A value on the page. ``own``: the rules cannot do without it. Fields are None where there is
    nothing to take or to write."""

    key: str
    label: str
    shown: str
    lines: list[str]
    source: str
    place: str
    note: str
    others: list[tuple[str, str]]
    own: bool
    take: Field | None
    text: Field | None
    number: int = 0
    table: Sequence[RowShown] = ()


class DraftForm(Form):
    """The base: the signed draft and the contest's short name; values' fields are added to it."""

    token = HiddenField()
    slug = StringField(
        _l("Tên ngắn trong địa chỉ trang"),
        [InputRequired(), Length(max=64),
         Regexp(r"^[a-z0-9][a-z0-9-]*$", message=_l("Chỉ dùng chữ thường, số và dấu -."))],
        description=_l("Chữ thường không dấu, ví dụ quan-11-2023. Sau này không đổi được."),
    )

    def adopted(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        """The rules taken, by key; instants as ISO 8601 with the zone."""
        said: dict[str, Any] = {}
        for number, value in enumerate(draft["values"]):
            if self[f"take_{number}"].data:
                said[value["key"]] = self._said(number, value)
        for number, key in enumerate(_unsaid(draft)):
            said[key] = _typed(self[f"unsaid_{number}"])
        return said

    def with_rows(self, draft: Mapping[str, Any]) -> "DraftForm":
        """The form again, as it was sent, with the rows that were asked for."""
        for number, value in enumerate(draft["values"]):
            if value["key"] in LISTS:
                self[f"added_{number}"].data = _added(number)
        return self

    def _said(self, number: int, value: Mapping[str, Any]) -> object:
        if value["key"] in LISTS:
            return draft_rows.adopted(self, value["key"], number, value["value"])
        field = self._fields.get(f"value_{number}")
        return value["value"] if field is None else _typed(field)

    def lacking(self, draft: Mapping[str, Any]) -> bool:
        """Whether a value that the rules cannot do without was not taken, or a list that was taken
        lacks something; said at its field."""
        return self._without_own(draft) | any([self._faulty(draft, key) for key in LISTS])

    def _faulty(self, draft: Mapping[str, Any], key: str) -> bool:
        for number, value in enumerate(draft["values"]):
            take = self[f"take_{number}"]
            if value["key"] != key or not take.data:
                continue
            if not draft_rows.adopted(self, key, number, value["value"]):
                take.errors = [_l("Danh sách cần ít nhất một dòng; hoặc bỏ nhận để lấy theo mẫu.")]
                return True
            return draft_rows.lacking(self, key, number)
        return False

    def _without_own(self, draft: Mapping[str, Any]) -> bool:
        lacks = [
            self[f"take_{number}"] for number, value in enumerate(draft["values"])
            if value["key"] in drafting.OWN and not self[f"take_{number}"].data
        ]
        for field in lacks:
            field.errors = [_l("Thể lệ cần mục này: hãy nhận, hoặc sửa rồi nhận.")]
        return bool(lacks)

    def rows(self, draft: Mapping[str, Any]) -> Iterator[Row]:
        """The values that were read, as the page shows them."""
        for number, value in enumerate(draft["values"]):
            row = _row(value, self[f"take_{number}"], self._fields.get(f"value_{number}"))
            sources = value.get("parts", [])
            table = list(draft_rows.shown(self, number, sources)) if row.key in LISTS else []
            yield replace(row, number=number, table=table)

    def unsaid(self, draft: Mapping[str, Any]) -> list[Field]:
        """The fields of what the plan does not say and the rules need."""
        return [self[f"unsaid_{number}"] for number, _ in enumerate(_unsaid(draft))]


def form_for(draft: Mapping[str, Any], **given: object) -> DraftForm:
    """The form of this draft, filled with what was read or what was sent."""
    fields: dict[str, Any] = {}
    for number, value in enumerate(draft["values"]):
        sure = not any(other["value"] != value["value"] for other in value["others"])
        fields[f"take_{number}"] = BooleanField(_l("Nhận giá trị này"), default=sure)
        if value["key"] in LISTS:
            added = _added(number)
            fields[f"added_{number}"] = HiddenField(default=added)
            fields |= draft_rows.fields(value["key"], number, value["value"], added)
        elif (field := _field(value["key"], value["value"])) is not None:
            fields[f"value_{number}"] = field
    for number, key in enumerate(_unsaid(draft)):
        fields[f"unsaid_{number}"] = _field(key, None)
    made: DraftForm = type("FilledDraftForm", (DraftForm,), fields)(**given)
    return made


def _added(number: int) -> int:
    """How many rows were added to a list so far, by its button."""
    before = request.form.get(f"added_{number}", "")
    count = min(int(before), draft_rows.MOST) if before.isdecimal() and len(before) < MORE else 0
    return count + MORE * (request.form.get("more") == str(number))


def _unsaid(draft: Mapping[str, Any]) -> list[str]:
    return [key for key in draft["missing"] if key in drafting.OWN]


def _field(key: str, value: Any) -> UnboundField | None:
    """The field to write a value of this key in; None for tables and for one of a few words."""
    label = label_of(key)
    needed = [InputRequired()] if value is None else [Optional()]
    if key.startswith("schedule."):
        at = datetime.fromisoformat(value).replace(tzinfo=None) if value else None
        return DateTimeLocalField(label, needed, default=at, format=INSTANT)
    if isinstance(value, int):
        return IntegerField(label, [Optional(), NumberRange(0, 10**12)], default=value)
    if key in ONLY_TAKEN:
        return None
    if isinstance(value, list):
        return TextAreaField(
            label, [Length(max=LONGEST)], default="\n".join(value),
            description=_l("Mỗi dòng một mục."),
        )
    return StringField(label, [*needed, Length(max=LONGEST)], default=value or "")


def _typed(field: Field) -> object:
    """A field's data as a rule: an instant with its zone, lines as a list."""
    if isinstance(field.data, datetime):
        return field.data.replace(tzinfo=drafting.ZONE).isoformat()
    if isinstance(field, TextAreaField):
        return [line.strip() for line in (field.data or "").splitlines() if line.strip()]
    return field.data


def label_of(key: str) -> str:
    """What a rule is called, in the reader's language."""
    words = plan_reading.LABELS[key]
    return words.en if current.language == "en" else words.vi


def shown(value: object) -> str:
    """A value as a person reads it, in the reader's language."""
    words = plan_reading.said(value)
    return words.en if current.language == "en" else words.vi


def _row(value: Mapping[str, Any], take: Field | None, text: Field | None) -> Row:
    english = current.language == "en"
    lists = isinstance(value["value"], list)
    return Row(
        key=value["key"], label=label_of(value["key"]), shown=shown(value["value"]),
        lines=[shown(item) for item in value["value"]] if lists and text is None else [],
        source=value["source"], place=value["place_en" if english else "place_vi"],
        note=value.get("note_en" if english else "note_vi", ""),
        others=[(shown(other["value"]), other["source"]) for other in value["others"]],
        own=value["key"] in drafting.OWN, take=take, text=text,
    )


def beside_rows(draft: Mapping[str, Any]) -> list[Row]:
    """What the plan says besides, which no rule holds."""
    return [_row(value, None, None) for value in draft["beside"]]
