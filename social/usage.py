"""Meta's usage headers: how close calls are to being throttled, and for how long if they are.

`X-Business-Use-Case-Usage` maps an id to a list of uses with percentages and
`estimated_time_to_regain_access` in minutes; `X-App-Usage` has percentages alone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

PERCENTAGES = ("call_count", "total_cputime", "total_time")
MOST = 1_000_000
LONGEST_WAIT = timedelta(days=1)  # the limits count the last 24 hours at most


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
    wait = min(timedelta(minutes=minutes), LONGEST_WAIT)
    return Usage(percent, wait or None)


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
    """A number or a number as text, as a whole one from 0 to MOST; anything else is 0."""
    try:
        number = float(str(value)[:20])
    except ValueError:
        return 0
    return int(min(max(number, 0.0), float(MOST))) if isfinite(number) else 0
