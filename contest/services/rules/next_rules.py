"""What the next round has otherwise, changed in this round's rule file (``next_round.rules``)."""

import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from contest.profile import Profile, rounds
from contest.services.rules.fields import tables, value_at
from contest.services.rules.toml_editing import edited


def next_source(source: str) -> str:
    """The next round's rule file as ``source``, which has a next round, makes it."""
    return edited(source, rounds.changes(tomllib.loads(source)))


def with_next(source: str, profile: Profile, said: Mapping[str, Any]) -> str:
    """The rule file ``source`` (``profile`` as rules) in which the next round has ``said``: by key
    with dots the value, None for what it lacks. What is as in this round is not said again, so that
    it stays so when this round's rules change."""
    told = tomllib.loads(source)["next_round"]
    rules, without = told.get("rules", {}), list(told.get("without", []))
    values: dict[str, Any] = {}
    for key, value in said.items():
        without = [one for one in without if one != key]
        same = _same(value, value_at(profile, key))
        lacks = value is None and not same
        without += [key] if lacks else []
        values[key] = None if same or lacks else value
        _set(rules, key, values[key])
    return edited(source, _edits(rules, values) | {"next_round.without": without or None})


def _same(value: object, own: object) -> bool:
    """Whether a value of the form is this round's; a list is compared as the file holds it."""
    rows = [row for row in own if isinstance(row, BaseModel)] if isinstance(own, list) else []
    own = tables(rows) if rows else own
    return value == own or (value in (None, "", []) and own in (None, "", []))


def _set(rules: dict[str, Any], key: str, value: object) -> None:
    *parts, name = key.split(".")
    for part in parts:
        rules = rules.setdefault(part, {})
    if value is None:
        rules.pop(name, None)
    else:
        rules[name] = value


def _edits(rules: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The changes by key of the file; a table in which nothing is left goes whole."""
    if not any(map(_says, rules.values())):
        return {"next_round.rules": None}
    empty = {key.partition(".")[0] for key in values}
    empty = {table for table in empty if not _says(rules.get(table))}
    kept = {key: value for key, value in values.items() if key.partition(".")[0] not in empty}
    return {f"next_round.rules.{key}": value for key, value in kept.items()} | {
        f"next_round.rules.{table}": None for table in empty}


def _says(value: object) -> bool:
    """Whether a part of the rules says anything; an empty list does."""
    return any(map(_says, value.values())) if isinstance(value, Mapping) else value is not None
