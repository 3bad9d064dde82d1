"""The contest's instants as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from contest.profile import Profile


def write(
    profile: Profile,
    events: Iterable[tuple[str, datetime, str]],
    *,
    language: str,
    address: str,
    at: datetime,
) -> str:
    """The calendar's text; each event is (word, instant, title) and has no length."""
    title = profile.contest.title[language]
    calendar = Calendar.new(
        prodid="-//hoithi//contest//VI", method="PUBLISH", uid=f"{profile.contest.slug}@hoithi",
        subcomponents=[
            Event.new(
                uid=f"{profile.contest.slug}-{word}@hoithi", stamp=at.astimezone(UTC),
                start=moment.astimezone(UTC), summary=f"{text} · {title}", url=address,
            )
            for word, moment, text in events
        ],
    )
    return str(calendar.to_ical(), "utf-8")
