"""What ``media_checks`` holds an entry that is no clip to: its policy, made of ``[entry]``."""

from collections.abc import Mapping
from typing import Any

from contest.profile.entries import Entry

HARD, SOFT = {"level": "hard"}, {"level": "soft"}
# As media_checks names them.
KINDS = {"pictures": "picture", "document": "document", "text": "text"}


def policy(entry: Entry) -> dict[str, Any]:
    """The policy's table, for ``media_checks.load_policy``; not for clips, whose is ``[media]``."""
    rules = {"pictures": _pictures, "document": _document, "text": _text}[entry.kind](entry)
    return {"kind": KINDS[entry.kind], "rules": {name: dict(one) for name, one in rules.items()}}


def _document(entry: Entry) -> dict[str, Mapping[str, Any]]:
    rules = entry.document
    return {
        "intact": HARD, "format": HARD | {"formats": list(rules.types)},
        **_range("pages", rules.least_pages, rules.most_pages),
        **_range("words", rules.least_words, rules.most_words),
        "fonts_embedded": SOFT, "old_fonts": SOFT, "letters": SOFT, "scanned": SOFT,
        "active": HARD, "attachments": HARD,
    }


def _pictures(entry: Entry) -> dict[str, Mapping[str, Any]]:
    rules = entry.pictures
    least = {"min_short_px": rules.min_short_side or 0, "min_long_px": rules.min_long_side or 0}
    return {
        "intact": HARD, "format": HARD,
        **({"resolution": HARD | least} if any(least.values()) else {}),
        **({"aspect_ratio": HARD | {"ratios": list(rules.ratios)}} if rules.ratios else {}),
        "animated": HARD, "blank": HARD, "blurred": SOFT, "location": SOFT,
        "count": HARD | {"min": rules.least, "max": rules.most}, "alike": SOFT,
    }


def _text(entry: Entry) -> dict[str, Mapping[str, Any]]:
    rules = entry.text
    return {"blank": HARD, **_range("words", rules.least_words, rules.most_words),
            "letters": SOFT, "repeated": SOFT}


def _range(name: str, least: int | None, most: int | None) -> dict[str, Mapping[str, Any]]:
    """0 as the most is no bound."""
    return {name: HARD | {"min": least or 0, "max": most or 0}} if least or most else {}
