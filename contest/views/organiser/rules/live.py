"""What a section would be told after saving, while it is being filled in: each sentence beside its
field. Nothing is stored; the form works without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField

from contest import profile as rule_files
from contest.errors import DomainError
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.core.in_use.effects import CARRIED, REFUSED
from contest.services.rules.changes import in_words
from contest.services.rules.doubts import doubts, out_of_order
from contest.services.rules.fields import Rows
from contest.services.rules.next_rules import next_source
from contest.views.organiser.rules.editing import Editing
from contest.views.organiser.rules.section_form import kept_rows
from contest.views.shared.forms import Form
from contest.views.shared.support import current

BAD, LOOK, INFO = "bad", "look", "info"


@dataclass(frozen=True)
class Finding:
    """A sentence in the reader's language. ``field``: its name in the form; empty where it is about
    no single one. ``kind``: bad is refused, look is worth a look, info only tells."""

    field: str
    kind: str
    text: str


def findings(made: Editing, form: Form) -> list[Finding]:
    """Of the section as it was sent: first what is refused."""
    valid = form.validate_on_submit()
    found = [*_at_fields(form), *_weekdays(form)]
    dates = _dates(form)
    found += [Finding(_field(made, form, one.key), BAD, one[current.language])
              for one in out_of_order(dates, current.profile.schedule.zone)]
    if valid:
        found += _of_rules(made, form, ordered=not any(one.kind == BAD for one in found))
    rank = (BAD, LOOK, INFO)
    return sorted(dict.fromkeys(found), key=lambda one: rank.index(one.kind))


def _at_fields(form: Form) -> Iterator[Finding]:
    for field in form:
        for error in field.errors:
            yield Finding(field.name, BAD, str(error))


def _weekdays(form: Form) -> Iterator[Finding]:
    """Each date that was changed, in words with its weekday."""
    zone, english = current.profile.schedule.zone, current.language == "en"
    for key, at in _dates(form).items():
        field = form._fields[key.replace(".", "__")]
        if at is not None and field.data != field.default:
            yield Finding(field.name, INFO, in_words(at, zone, key)[english])


def _dates(form: Form) -> dict[str, datetime | None]:
    zone = current.profile.schedule.zone
    return {
        name.replace("__", "."): field.data.replace(tzinfo=zone) if field.data else None
        for name, field in form._fields.items() if isinstance(field, DateTimeLocalField)
    }


def _of_rules(made: Editing, form: Form, *, ordered: bool) -> Iterator[Finding]:
    """What the rule file as a whole is refused for, or what it does to what is there."""
    try:
        source = made.source(form)
        new = rule_files.load(source).profile
    except DomainError as error:
        keys = {made.key(one["key"]) for one in error.data.get("faults", [])}
        if ordered or "schedule" not in keys:
            yield from _faults(made, form, error)
        return
    for doubt in doubts(rule_files.load(next_source(source)).profile if made.of_next else new):
        if doubt.key.split(".")[0] in {one.key.split(".")[0] for one in made.parts}:
            yield Finding(_field(made, form, doubt.key), LOOK, doubt[current.language])
    yield from _effects(new)


def _faults(made: Editing, form: Form, error: DomainError) -> Iterator[Finding]:
    for fault, text in zip(error.data.get("faults", []), made.faults(error), strict=False):
        field = _field(made, form, made.key(fault["key"]))
        yield Finding(field, BAD, fault[current.language] if field else text)


def _effects(new: Profile) -> Iterator[Finding]:
    kinds = {REFUSED: BAD, CARRIED: LOOK}
    for one in profiles.effects_of(current.db, current.contest, new, at=current.now):
        text = one.en if current.language == "en" else one.vi
        yield Finding("", kinds.get(one.kind, INFO), text)


def _field(made: Editing, form: Form, key: str) -> str:
    """The name of the field of a rule; empty where it has none of its own. Of a list's row: the
    row as it stands in the form, where emptied ones are still shown."""
    for one in made.parts:
        if isinstance(one, Rows) and key.startswith(f"{one.key}."):
            number, _, column = key.removeprefix(f"{one.key}.").partition(".")
            kept = kept_rows(form, one, made.profile)
            if number.isdigit() and int(number) < len(kept):
                key = f"{one.key}.{kept[int(number)]}.{column}"
    name = key.replace(".", "__")
    fields: dict[str, Any] = form._fields
    return name if name in fields else ""
