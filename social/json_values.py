"""Values of Meta's JSON: numbers come as text, objects as JSON text, flags as words."""

import json
from collections.abc import Mapping

LONGEST = 25  # digits


def whole(value: object) -> int | None:
    """A whole number from 0, also as text or as 7.0; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def as_object(value: object) -> Mapping[str, object]:
    """A JSON object, also as JSON text; empty for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Mapping[str, object]]:
    """The objects of a list; empty for anything else."""
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping)]


def as_text(value: object) -> str | None:
    """Text, or a number as text; None for nothing and for anything else."""
    told = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value) if told and value != "" else None


def as_bool(value: object) -> bool | None:
    """A flag, also as a word or number; None where none is told."""
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return bool(value) if isinstance(value, (bool, int)) else None
