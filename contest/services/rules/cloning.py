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
    follows no contest, even where the old one did. Days that an answer may name, such as a date of
    birth, move by whole years: an age is reckoned by the year.
    """
    old = profile.schedule.entries_open.astimezone(profile.schedule.zone).date()
    dates: dict[str, date | str] = {key: at + (opens - old) for key, at in instants(source)}
    dates |= {key: _later(day, opens.year - old.year) for key, day in answer_days(source)}
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
    found = _values(tomllib.loads(source))
    return ((key, value) for key, value in found if isinstance(value, datetime))


def answer_days(source: str) -> Iterator[tuple[str, date | str]]:
    """Every first and last day that an answer may name, by its key; as the file writes it."""
    for key, value in _values(tomllib.loads(source)):
        if key.rpartition(".")[2] in ("earliest", "latest") and isinstance(value, date | str):
            yield key, value


def _later(day: date | str, years: int) -> date | str:
    """The same day, ``years`` later; 29 February may have to be the 28th. A text stays one."""
    if isinstance(day, str):
        return str(_later(date.fromisoformat(day), years))
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _values(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _values(value, f"{prefix}{name}.")
        elif isinstance(value, list):  # of tables: filings have dates of their own
            tables = {str(place): one for place, one in enumerate(value) if isinstance(one, dict)}
            yield from _values(tables, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
