"""A new contest from an earlier one: the same rules, all dates moved by the same days."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from contest.profile import Profile
from contest.services.rules.toml_editing import edited

WEEK = timedelta(days=7)


def moved(source: str, profile: Profile, *, slug: str, opens: date) -> str:
    """The rule file with every date moved so that clips are taken from ``opens`` on.

    Hours stay as they are in the contest's zone. ``slug``: the new contest's name in addresses. It
    follows no contest, even where the old one did.
    """
    apart = opens - profile.schedule.entries_open.astimezone(profile.schedule.zone).date()
    dates = {key: at + apart for key, at in instants(source)}
    alone = {} if profile.previous_round is None else {"previous_round": None}
    return edited(source, {**dates, **named(profile, slug),
                           "form.notice_version": opens.isoformat(), **alone})


def named(profile: Profile, slug: str) -> dict[str, str]:
    """The keys that hold a contest's name in addresses."""
    return {"contest.slug": slug} | ({"media.name": slug} if profile.entry.is_clip else {})


def same_weekday(profile: Profile, year: int) -> date:
    """The day of ``year`` nearest to the old beginning that is the same day of the week."""
    old = profile.schedule.entries_open.astimezone(profile.schedule.zone).date()
    weeks = round((date(year, old.month, min(old.day, 28)) - old) / WEEK)
    return old + weeks * WEEK


def instants(source: str) -> Iterator[tuple[str, datetime]]:
    """Every date of a rule file, by its key."""
    return _instants(tomllib.loads(source))


def _instants(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, datetime]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _instants(value, f"{prefix}{name}.")
        elif isinstance(value, list):  # of tables: filings have dates of their own
            tables = {str(place): one for place, one in enumerate(value) if isinstance(one, dict)}
            yield from _instants(tables, f"{prefix}{name}.")
        elif isinstance(value, datetime):
            yield f"{prefix}{name}", value
