"""What a large contest has besides entries, marks and counts: a level below that hands entries up,
posts on another platform with their numbers, what units file, answers to its own question.

All of it follows from the numbers alone, and leaves the rows of ``crowd`` as they are: the platform
earns no points, so that the ranking is the same.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from contest.models import Base, Filing, Handover, LevelLink, PlatformCount, PlatformPost

RULES = """
[[platforms]]
id = "youtube"
name = { vi = "YouTube", en = "YouTube" }
hosts = ["youtube.com"]
by_units = true

[[filings]]
id = "plan"
name = { vi = "Kế hoạch", en = "Plan" }
due = 2023-06-06T11:00:00+07:00

[[filings.questions]]
id = "people"
label = { vi = "Số người", en = "People" }
kind = "number"
least = 1

[reminders]
uploads = ["3d"]
fixing = ["1d"]
filings = ["1d"]

[[questions]]
id = "place"
label = { vi = "Nơi quay", en = "Filmed at" }
seen_by = ["reviewers"]
"""
KEY = hashlib.sha256(b"ward").hexdigest()  # of the installation that hands entries up
Rows = Iterator[tuple[type[Base], Iterable[dict[str, Any]]]]


def answers(n: int) -> dict[str, str]:
    """What entry ``n`` answers to the contest's own question."""
    return {"place": f"Khu phố {n % 40}"}


def rows(contest_id: int, units: int, published: Sequence[int], *, at: datetime) -> Rows:
    """``published``: numbers of entries that are on the Page; every tenth came from another level,
    and one more of each twentieth waits."""
    yield LevelLink, [
        {"contest_id": contest_id, "state": "confirmed", "child_key": KEY, "child_name": "Phường",
         "unit_id": 1, "created_by": "user:61", "created_at": at}]
    yield Handover, (_handover(contest_id, n, units, at) for n in published if n % 10 == 0)
    yield Handover, (
        _handover(contest_id, n, units, at, waits=True) for n in published if n % 20 == 0)
    yield PlatformPost, (
        {"id": n, "contest_id": contest_id, "submission_id": n, "platform": "youtube",
         "url": f"https://www.youtube.com/watch?v={n:011}", "post_key": f"youtube:{n:011}",
         "created_by": "user:61", "created_at": at} for n in published
    )
    yield PlatformCount, (
        {"post_id": n, "client_id": "1", "views": 31 * n % 9_000, "likes": n % 700,
         "taken_at": at, "created_by": "user:61", "created_at": at} for n in published
    )
    yield Filing, (
        {"contest_id": contest_id, "unit_id": n, "filing": "plan", "answers": {"people": str(n)},
         "first_at": at, "filed_at": at, "filed_by": f"unit:{n}",
         "returned_at": at if n % 9 == 0 else None} for n in range(1, units + 1) if n % 4
    )


def _handover(
    contest_id: int, n: int, units: int, at: datetime, *, waits: bool = False
) -> dict[str, Any]:
    """From an installation of its own, so that no second contest is there."""
    name = f"CY-{n:06}" if waits else f"CX-{n:06}"
    return {
        "contest_id": contest_id, "state": "offered" if waits else "accepted", "reason": "level",
        "origin": f"{KEY}/{n % units}/{name}", "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "size": 9, "filename": "clip.mp4", "unit_name": f"Đoàn phường {1 + n % units}",
        "unit_id": None if waits else 1 + n % units, "submission_id": None if waits else n,
        "packet": {"contest": {"vi": "Hội thi phường", "en": "A ward's contest"}, "code": name,
                   "title": f"Câu chuyện thứ {n}", "unit": f"Chi đoàn {n}"},
        "offered_by": "", "offered_at": at, "decided_by": None if waits else "user:61",
        "decided_at": None if waits else at,
    }
