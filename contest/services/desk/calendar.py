"""The contest's instants as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from contest.profile import Profile

LINE_BYTES = 75  # RFC 5545, 3.1: longer lines are folded


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
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hoithi//contest//VI", "METHOD:PUBLISH"]
    for word, moment, text in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{profile.contest.slug}-{word}@hoithi",
            f"DTSTAMP:{_instant(at)}",
            f"DTSTART:{_instant(moment)}",
            f"SUMMARY:{_escaped(f'{text} · {title}')}",
            f"URL:{address}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> list[str]:
    """The line in pieces of at most 75 bytes, never cutting a letter in two."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > LINE_BYTES:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]
