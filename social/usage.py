"""Meta's usage headers: how close calls are to being throttled, and for how long if they are.

`X-Business-Use-Case-Usage` maps an id to a list of uses with percentages and
`estimated_time_to_regain_access` in minutes; `X-App-Usage` has percentages alone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

PERCENTAGES = ("call_count", "total_cputime", "total_time")


@dataclass(frozen=True)
class Usage:
    """percent: the highest use of any limit (0-100 and above); wait: until calls are allowed."""

    percent: int = 0
    wait: timedelta | None = None


def read_usage(headers: Mapping[str, str]) -> Usage:
    """Parse the usage headers that are present; an unreadable one counts as absent."""
    uses = list(_uses(headers))
    percent = max((_number(use.get(name)) for use in uses for name in PERCENTAGES), default=0)
    minutes = max((_number(use.get("estimated_time_to_regain_access")) for use in uses), default=0)
    return Usage(percent, timedelta(minutes=minutes) if minutes else None)


def _uses(headers: Mapping[str, str]) -> Iterator[Mapping[str, object]]:
    for value in _json(headers.get("X-Business-Use-Case-Usage")).values():
        if isinstance(value, list):
            yield from (use for use in value if isinstance(use, Mapping))
    yield _json(headers.get("X-App-Usage"))
    yield _json(headers.get("X-Page-Usage"))


def _json(text: str | None) -> dict[str, object]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
