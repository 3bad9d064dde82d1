"""A section of the rules as a form, made from the schema: labels, help, units and limits."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    FloatField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from contest.profile import Profile
from contest.services.rules.changes import in_words
from contest.services.rules.fields import Rows, Rule, tables, value_at
from contest.services.rules.labels import Label
from contest.services.rules.words import CHOICES, label_of
from contest.views.shared.forms import Form
from contest.views.shared.support import current

Validator = Callable[[Form, Field], None]
Parts = Sequence[Rule | Rows]
INSTANT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
LONGEST = 5000
PLAIN = ("overall", "jury", "interactions", "chair")  # what a prize may go by in every contest
SPARE = 2  # empty rows at the end of a list


@dataclass(frozen=True)
class Shown:
    """What the page shows of one rule: its field, or the rows of a list, each with its fields."""

    title: str
    fields: list[Field]
    rows: list[list[Field]]


def form_for(parts: Parts, profile: Profile) -> Form:
    """A section's form (``fields.of_rules``), filled from ``profile`` or from what was sent."""
    fields: dict[str, Any] = {}
    for one in parts:
        if isinstance(one, Rule):
            fields |= _fields(one, value_at(profile, one.key), profile, one.key)
            continue
        rows = tables(value_at(profile, one.key))
        for number in range(len(rows) + SPARE):
            row = rows[number] if number < len(rows) else {}
            for column in one.columns:
                fields |= _fields(_spare(column), value_at(row, column.key), profile,
                                  f"{one.key}.{number}.{column.key}")
    made: Form = type("SectionForm", (Form,), fields)()
    return made


def shown(form: Form, parts: Parts) -> Iterator[Shown]:
    """The section's rules in order, with their fields."""
    for one in parts:
        if isinstance(one, Rule):
            yield Shown("", [f for n, f in form._fields.items() if _is_of(n, one)], [])
            continue
        rows: dict[str, list[Field]] = {}
        start = f"{_name(one.key)}__"
        for field_name, field in form._fields.items():
            if field_name.startswith(start):
                rows.setdefault(field_name[len(start) :].split("__")[0], []).append(field)
        yield Shown(_said(label_of(one.key)), [], list(rows.values()))


def changed(form: Form, parts: Parts, profile: Profile) -> dict[str, Any]:
    """The rules of the section that differ from ``profile``, by key; None takes one out."""
    said: dict[str, Any] = {}
    for one in parts:
        old = value_at(profile, one.key)
        if isinstance(one, Rows):
            old = tables(old)
            new: object = _rows(form, one, old, profile)
        else:
            new = _value(form, one, profile)
        if new != old and not (new in (None, "", []) and old in (None, "", [])):
            said[one.key] = new
    return _without_what_is_off(said, form)


def _without_what_is_off(said: dict[str, Any], form: Form) -> dict[str, Any]:
    """A check that is off goes with its limits; so does a text that is empty in both languages."""
    off = {
        name.removesuffix("__level").replace("__", ".") for name, field in form._fields.items()
        if name.startswith("media__") and name.endswith("__level") and not field.data
    }
    kept = {key: value for key, value in said.items() if key.rpartition(".")[0] not in off}
    kept |= {check: None for check in off if f"{check}.level" in said}
    for whole, name in (("rules_note", "rules_note"), ("next_round", "next_round.name")):
        texts = [form._fields.get(_name(f"{name}.{language}")) for language in ("vi", "en")]
        if all(texts) and not any(field.data.strip() for field in texts if field):
            kept = {key: v for key, v in kept.items() if not key.startswith(f"{whole}.")}
            kept |= {whole: None} if f"{name}.vi" in said else {}
    return kept


def _name(key: str) -> str:
    return key.replace(".", "__")


def _is_of(field_name: str, rule: Rule) -> bool:
    base = _name(rule.key)
    if rule.kind in ("order", "choices"):
        return bool(re.fullmatch(rf"{re.escape(base)}__\w+", field_name))
    return field_name == base


def _said(label: Label) -> str:
    return label.en if current.language == "en" else label.vi


def _spare(column: Rule) -> Rule:
    """A row may stay empty, so nothing in it is demanded by the form."""
    return Rule(column.key, column.kind, False, column.low, column.high, column.most,
                column.choices, column.pattern)


def _fields(rule: Rule, value: Any, profile: Profile, key: str) -> dict[str, Any]:
    """The fields of one rule: one, or one for each choice."""
    label, base = label_of(rule.key), _name(key)
    if rule.kind == "choices":
        return {
            f"{base}__{choice}": BooleanField(
                f"{_said(label)}: {_choice(choice, rule.key)}", default=choice in (value or []))
            for choice in rule.choices
        }
    if rule.kind == "order":
        return {
            f"{base}__{place}": SelectField(
                f"{_said(label)} ({place + 1})", choices=_choices(rule, empty=True),
                default=(value or [])[place] if place < len(value or []) else "")
            for place in range(len(rule.choices))
        }
    return {base: MAKERS[rule.kind](rule, value, profile)}


def _checks(rule: Rule) -> list[Validator]:
    found: list[Validator] = [InputRequired() if rule.needed else Optional()]
    if rule.low is not None or rule.high is not None:
        found.append(NumberRange(rule.low, rule.high))
    return found


def _help(rule: Rule) -> str:
    label = label_of(rule.key)
    said = label.help_en if current.language == "en" else label.help_vi
    if rule.kind in ("int", "number") and rule.low is not None and rule.high is not None:
        said = f"{said} {rule.low:g} – {rule.high:g}".strip()
    return said


def _text(rule: Rule, value: str | None, profile: Profile) -> UnboundField:
    checks = [*_checks(rule), Length(max=rule.most or LONGEST)]
    if rule.pattern:
        checks.append(Regexp(rule.pattern, message=_l("Chưa đúng mẫu.")))
    return StringField(_said(label_of(rule.key)), checks, default=value or "",
                       description=_help(rule))


def _long(rule: Rule, value: str | None, profile: Profile) -> UnboundField:
    return TextAreaField(_said(label_of(rule.key)), [*_checks(rule), Length(max=LONGEST)],
                         default=value or "", description=_help(rule))


def _lines(rule: Rule, value: list[str] | None, profile: Profile) -> UnboundField:
    return TextAreaField(_said(label_of(rule.key)), [Length(max=LONGEST)],
                         default="\n".join(value or []),
                         description=_help(rule) or _l("Mỗi dòng một mục."))


def _int(rule: Rule, value: int | None, profile: Profile) -> UnboundField:
    return IntegerField(_said(label_of(rule.key)), _checks(rule), default=value,
                        description=_help(rule))


def _number(rule: Rule, value: float | None, profile: Profile) -> UnboundField:
    return FloatField(_said(label_of(rule.key)), _checks(rule), default=value,
                      description=_help(rule))


def _bool(rule: Rule, value: bool | None, profile: Profile) -> UnboundField:
    return BooleanField(_said(label_of(rule.key)), default=bool(value), description=_help(rule))


def _instant(rule: Rule, value: datetime | None, profile: Profile) -> UnboundField:
    """A moment of the contest's zone; its weekday stands below it."""
    zone = profile.schedule.zone
    day = in_words(value, zone, rule.key)[current.language == "en"] if value else ""
    formats = INSTANT[::-1] if value and value.second else INSTANT
    return DateTimeLocalField(
        _said(label_of(rule.key)), _checks(rule), format=formats,
        default=value.astimezone(zone).replace(tzinfo=None) if value else None,
        description=" · ".join(part for part in (day, _help(rule)) if part),
    )


def _select(rule: Rule, value: str | None, profile: Profile) -> UnboundField:
    return SelectField(_said(label_of(rule.key)), default=value or "",
                       choices=_choices(rule, empty=not rule.needed), description=_help(rule))


def _by(rule: Rule, value: Any, profile: Profile) -> UnboundField:
    """What a prize goes by: everything that the rules can measure, by name."""
    plain = [SelectChoice(one, _choice(f"by {one}")) for one in PLAIN]
    lists: dict[str, Sequence[Any]] = {
        "criterion": profile.jury.criteria, "category": profile.categories,
        "measure": profile.measures,
    }
    named = [
        SelectChoice(f"{kind}:{one.id}", f"{_choice(f'by {kind}')}: {one.name[current.language]}")
        for kind, ones in lists.items() for one in ones
    ]
    named += [  # rows of this very form that are still empty, by the id that they will have
        SelectChoice(f"{kind}:{key}-{row}", _choice(f"by new {kind}").format(row))
        for kind, key in (("category", "categories"), ("measure", "measures"))
        for row in range(len(lists[kind]) + 1, len(lists[kind]) + SPARE + 1)
    ]
    return SelectField(_said(label_of(rule.key)), default=value or PLAIN[0],
                       choices=[*plain, *named], description=_help(rule))


MAKERS: dict[str, Callable[[Rule, Any, Profile], UnboundField]] = {
    "text": _text, "long": _long, "lines": _lines, "int": _int, "number": _number, "bool": _bool,
    "instant": _instant, "choice": _select, "by": _by,
}


def _choices(rule: Rule, *, empty: bool) -> list[SelectChoice]:
    none = [SelectChoice("", str(_l("Không xét")))] if empty else []
    return [*none, *(SelectChoice(choice, _choice(choice, rule.key)) for choice in rule.choices)]


def _choice(choice: str, key: str = "") -> str:
    own = CHOICES.get(f"{key} {choice}")
    return _said(own or CHOICES.get(choice, Label(choice, choice)))


def _value(form: Form, rule: Rule, profile: Profile, key: str = "") -> object:
    """What was filled in for a rule, as the file holds it."""
    base = _name(key or rule.key)
    if rule.kind == "choices":
        return [c for c in rule.choices if form[f"{base}__{c}"].data]
    if rule.kind == "order":
        chosen = [form[f"{base}__{place}"].data for place in range(len(rule.choices))]
        return [choice for choice in chosen if choice]
    field = form[base]
    return READERS.get(rule.kind, _as_it_is)(field.data, field.default, profile)


def _as_it_is(data: object, old: object, profile: Profile) -> object:
    return data if data != "" else None


READERS: dict[str, Callable[[Any, Any, Profile], object]] = {
    "instant": lambda data, old, profile: (
        data.replace(tzinfo=profile.schedule.zone) if data else None
    ),
    "lines": lambda data, old, profile: [
        line.strip() for line in (data or "").splitlines() if line.strip()
    ],
    "long": lambda data, old, profile: _kept_ending(old or "", (data or "").replace("\r\n", "\n")),
    "text": lambda data, old, profile: (data or "").strip(),
    "number": lambda data, old, profile: (
        int(data) if data is not None and float(data).is_integer() else data
    ),
}


def _kept_ending(old: str, new: str) -> str:
    """Blank lines at the ends of a text are no change."""
    return old if old.strip() == new.strip() else new


def _rows(
    form: Form, rows: Rows, old: list[dict[str, Any]], profile: Profile
) -> list[dict[str, Any]]:
    """The rows that have something written in them; a row emptied is gone."""
    made: list[dict[str, Any]] = []
    for number in kept_rows(form, rows, profile):
        new = {"id": f"{_last(rows.key)}-{number + 1}"}
        base = dict(old[number]) if number < len(old) else new
        made.append(_filled(base, _row_data(form, rows, number, profile)))
    return made


def kept_rows(form: Form, rows: Rows, profile: Profile) -> list[int]:
    """The numbers of the form's rows that have something written in them."""
    old = tables(value_at(profile, rows.key))
    texts = [column.key for column in rows.columns if column.kind == "text"]
    written = ((number, _row_data(form, rows, number, profile))
               for number in range(len(old) + SPARE))
    return [number for number, said in written if any(said[key] for key in texts)]


def _row_data(form: Form, rows: Rows, number: int, profile: Profile) -> dict[str, Any]:
    return {
        column.key: _value(form, column, profile, f"{rows.key}.{number}.{column.key}")
        for column in rows.columns
    }


def _last(key: str) -> str:
    return key.rpartition(".")[2].replace("_", "-")


def _filled(row: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    for key, value in said.items():
        name, _, language = key.partition(".")
        if language:
            row[name] = {**row.get(name, {}), language: value}
            if not any(row[name].values()):
                del row[name]
        elif (name, value) == ("by", PLAIN[0]):
            row.pop(name, None)  # the file need not say it
        elif value is not None and (value != "" or row.get(name) == ""):
            row[name] = value
        else:
            row.pop(name, None)
    return row
