"""When the reminders of a profile are due. Pure: instants in, instants out."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256

from contest.profile.filings import Filing
from contest.profile.schema import Profile

ABOUT = ("uploads", "fixing", "reviewing", "marking", "counting")
FILING = "filing_"  # begins what is about one of the rules' filings
HOURS = {"d": 24, "ngày": 24, "h": 1, "giờ": 1}
HOUR = timedelta(hours=1)


def abouts(profile: Profile) -> tuple[str, ...]:
    """Everything that is reminded of: each filing has its own deadline and goes its own way."""
    return *ABOUT, *(about_filing(one.id) for one in profile.filings)


@lru_cache(256)  # each of a thousand recipients is asked what it is about
def about_filing(key: str) -> str:
    """The word for a filing: 16 characters, as many as are kept of what was sent."""
    return FILING + sha256(key.encode()).hexdigest()[:9]


def filing_of(profile: Profile, about: str) -> Filing | None:
    """The filing that it is about; None for everything else."""
    return next((one for one in profile.filings if about_filing(one.id) == about), None)


def deadline(profile: Profile, about: str) -> datetime:
    """The common deadline; a unit's own time may be later (``services/core/deadlines.py``)."""
    schedule = profile.schedule
    if (filing := filing_of(profile, about)) is not None:
        return filing.due
    return {
        "uploads": schedule.entries_close, "fixing": schedule.entries_close,
        "reviewing": profile.release_at, "marking": schedule.ballots_close,
        "counting": schedule.counts_close,
    }[about]


def offsets(profile: Profile, about: str) -> list[int]:
    """How many hours before the deadline, the longest first, each once."""
    kind = "filings" if about.startswith(FILING) else about
    written: list[str] = getattr(profile.reminders, kind)
    return sorted({_hours(one) for one in written}, reverse=True)


def _hours(written: str) -> int:
    number = "".join(letter for letter in written if letter.isdigit())
    return int(number) * HOURS[written.removeprefix(number).strip()]


def planned(profile: Profile) -> bool:
    """Does the profile name any reminder?"""
    return any(offsets(profile, about) for about in abouts(profile))


def last_instant(profile: Profile) -> datetime:
    """After this nobody is reminded of anything; a unit may have more time for a filing."""
    return max(deadline(profile, about) for about in abouts(profile))


def due_at(profile: Profile, until: datetime, hours: int) -> datetime:
    """``hours`` before ``until``; out of the quiet hours, to their end, or where that is less than
    an hour before the deadline, to an hour before they begin."""
    due = until - hours * HOUR
    ends = quiet_until(profile, due)
    if ends is None:
        return due
    return ends if ends <= until - HOUR else _quiet_since(profile, due) - HOUR


def next_due(profile: Profile, at: datetime) -> tuple[str, datetime] | None:
    """What is due next by the common deadlines, and when; None where nothing is ahead."""
    ahead = [
        (due, about) for about in abouts(profile) for hours in offsets(profile, about)
        if (due := due_at(profile, deadline(profile, about), hours)) > at
    ]
    return (min(ahead)[1], min(ahead)[0]) if ahead else None


def quiet_until(profile: Profile, at: datetime) -> datetime | None:
    """When the quiet hours end that ``at`` lies in; None outside of them."""
    begin, end = profile.reminders.quiet_from, profile.reminders.quiet_to
    local = at.astimezone(profile.schedule.zone)
    over_midnight = begin > end
    inside = (
        local.hour >= begin or local.hour < end if over_midnight else begin <= local.hour < end
    )
    if not inside:
        return None
    day = local.date() + timedelta(days=over_midnight and local.hour >= begin)
    return datetime.combine(day, time(end), local.tzinfo).astimezone(at.tzinfo)


def _quiet_since(profile: Profile, at: datetime) -> datetime:
    begin, end = profile.reminders.quiet_from, profile.reminders.quiet_to
    local = at.astimezone(profile.schedule.zone)
    day = local.date() - timedelta(days=begin > end and local.hour < end)
    return datetime.combine(day, time(begin), local.tzinfo).astimezone(at.tzinfo)


def moved(old: Profile, new: Profile) -> Iterator[tuple[str, datetime, datetime]]:
    """What is reminded of under both rules and has another deadline now: about, before, after."""
    for about in abouts(new):
        if about not in abouts(old):
            continue
        before, after = deadline(old, about), deadline(new, about)
        if before != after and offsets(new, about):
            yield about, before, after
