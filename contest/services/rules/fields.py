"""Every rule of a profile as something to fill in: read from the schema, never listed by hand.

A rule is known by its key in the file (``schedule.entries_close``). Lists of tables (prizes,
criteria, …) are one ``Rows`` each, with the rules of a row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from contest.profile import Profile, Text, rounds
from contest.profile.filings import Filing
from contest.profile.parts import Part
from contest.profile.questions import Question
from media_checks.rules import RULES, Limit

# Section -> the tables and keys of the file that it shows.
SECTIONS: dict[str, tuple[str, ...]] = {
    "contest": ("contest",), "schedule": ("schedule",), "entrants": ("quota", "form"),
    "questions": ("questions",), "filings": ("filings",),
    "entry": ("entry",), "upload": ("upload",), "media": ("media",),
    "review": ("review",), "jury": ("jury",),
    "scoring": ("scoring", "tie_breaks", "platforms"),
    "prizes": ("prizes", "awards", "categories", "measures"),
    "publication": ("publication", "showing"),
    "documents": ("documents",), "reminders": ("reminders",),
    "levels": ("parent",), "rounds": ("next_round", "previous_round"),
    "persons": ("retention", "consent"), "other": ("security", "rules_note"),
}
# The contest's name in addresses never changes, nor what it follows.
FIXED = ("contest.slug", "media.name", "previous_round.contest", "previous_round.clip",
         "previous_round.carried")
IN_FILE_ONLY = ("next_round.without",)  # written by the forms of the next round
# The sections that a next round may have otherwise, and the tables of them that are its own.
OF_NEXT = ("schedule", "entrants", "review", "jury", "scoring", "prizes", "publication",
           "documents", "reminders")
FILING = "filings."  # before a filing's id: the section of what it asks
LONG = ("caption", "notice.vi", "notice.en", "rules_note.vi", "rules_note.en")


@dataclass(frozen=True)
class Rule:
    """One value. ``kind``: text, long, lines, int, number, bool, instant, choice, choices,
    order (choices one after the other), by (what a prize goes by, as the profile has it).

    ``low``/``high`` bound a number (None: no bound), ``most`` a text's characters or a list's
    lines; ``needed`` is False where the file may leave it out.
    """

    key: str
    kind: str
    needed: bool = True
    low: float | None = None
    high: float | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Rows:
    """A list of tables. ``columns`` are rules whose keys are within a row."""

    key: str
    columns: tuple[Rule, ...]


@cache
def section(name: str) -> tuple[Rule | Rows, ...]:
    """What the section shows, in the schema's order."""
    found: list[Rule | Rows] = []
    for table in SECTIONS[name]:
        if table == "media":
            found += _media()
        else:
            found += _of_field(table, Profile.model_fields[table])
    return tuple(one for one in found if one.key not in (*FIXED, *IN_FILE_ONLY))


def of_rules(name: str, profile: Profile, *, of_next: bool = False) -> tuple[Rule | Rows, ...]:
    """What a section shows of these rules: ``filings.ID`` what that filing asks, all others the
    same in every contest; ``of_next``: only what a next round may have otherwise. Empty where there
    is no such section."""
    if name.startswith(FILING):
        return _asked(name.removeprefix(FILING), profile) if not of_next else ()
    if name not in (OF_NEXT if of_next else SECTIONS):
        return ()
    own = rounds.OWN if of_next else ()
    return tuple(one for one in section(name) if one.key.partition(".")[0] not in own)


def _asked(filing: str, profile: Profile) -> tuple[Rule | Rows, ...]:
    """Questions of a filing, as those of the entry form are; nobody else reads the answers."""
    for place, one in enumerate(profile.filings):
        if one.id == filing:
            key = f"{FILING}{place}.questions"
            rows = _of_list(key, Question, Filing.model_fields["questions"])
            assert isinstance(rows, Rows)  # noqa: S101 - a list of tables
            columns = tuple(column for column in rows.columns if column.key != "seen_by")
            return (replace(rows, columns=columns),)
    return ()


def value_at(data: object, key: str) -> Any:
    """The value of a key with dots, in tables or parts of a profile; None where it is not there."""
    for part in key.split("."):
        if isinstance(data, list):
            data = data[int(part)] if part.isdecimal() and int(part) < len(data) else None
        else:
            data = data.get(part) if isinstance(data, Mapping) else getattr(data, part, None)
    return data


def tables(rows: Sequence[BaseModel] | None) -> list[dict[str, Any]]:
    """The rows of a list as the file holds them."""
    return [row.model_dump(exclude_none=True) for row in rows or ()]


def _of_part(part: type[Part], prefix: str) -> Iterator[Rule | Rows]:
    for name, info in part.model_fields.items():
        yield from _of_field(f"{prefix}{name}", info)


def _of_field(key: str, info: FieldInfo) -> Iterator[Rule | Rows]:
    kind, optional = _without_none(info.annotation)
    needed = not optional and info.is_required()
    if kind is Text:
        for language in ("vi", "en"):
            yield Rule(f"{key}.{language}", _text_kind(f"{key}.{language}"), needed)
    elif isinstance(kind, type) and issubclass(kind, Part):
        for one in _of_part(kind, f"{key}."):
            yield replace(one, needed=False) if optional and isinstance(one, Rule) else one
    elif get_origin(kind) is dict:  # whole rules under a rule: in the file only
        return
    elif get_origin(kind) is list:
        yield _of_list(key, get_args(kind)[0], info)
    else:
        yield _plain(key, kind, info, needed=needed)


def _of_list(key: str, item: object, info: FieldInfo) -> Rule | Rows:
    if isinstance(item, type) and issubclass(item, Part):
        columns = [one for one in _of_part(item, "") if isinstance(one, Rule) and one.key != "id"]
        return Rows(key, tuple(columns))
    if get_origin(item) is Literal:
        kind = "order" if key == "tie_breaks" else "choices"
        return Rule(key, kind, info.is_required(), choices=get_args(item))
    return Rule(key, "lines", info.is_required(), most=_bound(info, "max_length"))


def _plain(key: str, kind: object, info: FieldInfo, *, needed: bool) -> Rule:
    if get_origin(kind) is Literal:
        return Rule(key, "choice", choices=get_args(kind))
    if key == "by":
        return Rule(key, "by")
    if kind is bool:
        return Rule(key, "bool", needed=False)
    if kind is int:
        least = _bound(info, "gt")
        low = least + 1 if least is not None else _bound(info, "ge")
        return Rule(key, "int", needed or info.default is not None, low, _bound(info, "le"))
    if kind is AwareDatetime:
        return Rule(key, "instant", needed)
    return Rule(key, _text_kind(key), needed or bool(_bound(info, "min_length")),
                most=_bound(info, "max_length"), pattern=str(_bound(info, "pattern") or ""))


def _text_kind(key: str) -> str:
    return "long" if key.endswith(LONG) else "text"


def _without_none(annotation: object) -> tuple[object, bool]:
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0], True
    return annotation, False


def _bound(info: FieldInfo, name: str) -> Any:
    stated = (getattr(one, name, None) for one in info.metadata)
    return next((bound for bound in stated if bound is not None), None)


def _media() -> Iterator[Rule]:
    """Each rule of the checks: whether it counts, and its limits."""
    for rule in RULES.values():
        yield Rule(f"media.rules.{rule.name}.level", "choice", False, choices=("hard", "soft"))
        for limit in rule.limits:
            yield _limit(f"media.rules.{rule.name}.{limit.name}", limit)


def _limit(key: str, limit: Limit) -> Rule:
    if limit.kind == "number":
        high = None if limit.high == float("inf") else limit.high
        return Rule(key, "number", False, limit.low, high)
    if limit.choices:
        return Rule(key, "choices", False, choices=limit.choices)
    return Rule(key, "text" if limit.kind == "ratio" else "lines", False)
